"""`/aura vault …`."""

from bot.core.commands import (
    VaultExpire,
    VaultHold,
    VaultList,
    VaultRelease,
    VaultShow,
    VaultVerify,
)
from bot.views import operations
from bot.views import vault as views
from bot.views.kit import Message
from handlers.edge import Context


async def list_(ctx: Context, command: VaultList) -> Message:
    """List the exports."""
    contents = await ctx.house.vaults.list(ctx.person, command.environment)
    return views.listing(contents, now=ctx.house.world.clock.now())


async def show(ctx: Context, command: VaultShow) -> Message:
    """Show one export."""
    export, protection = await ctx.house.vaults.show(ctx.person, command.export)
    return views.shown(export, protection, now=ctx.house.world.clock.now())


async def verify(ctx: Context, command: VaultVerify) -> Message:
    """Read an export as a whole; its card follows it."""
    op = await ctx.house.vaults.verify(ctx.person, command.export, ctx.origin)
    return operations.receipt(op, link=await ctx.house.announcer.introduce(op.id))


async def hold(ctx: Context, command: VaultHold) -> Message:
    """Ask for a hold."""
    return await _ask(ctx, command.export, command.reason, release=False)


async def release(ctx: Context, command: VaultRelease) -> Message:
    """Ask for the end of a hold."""
    return await _ask(ctx, command.export, command.reason, release=True)


async def expire(ctx: Context, command: VaultExpire) -> Message:
    """Show what retention would delete."""
    found = await ctx.house.vaults.expiry(ctx.person)
    return views.expiry(found, asked=command.dry_run, now=ctx.house.world.clock.now())


async def _ask(ctx: Context, export: str, reason: str, *, release: bool) -> Message:
    op = await ctx.house.vaults.ask(
        ctx.person, export, release=release, reason=reason, origin=ctx.origin
    )
    return operations.receipt(op, link=await ctx.house.announcer.introduce(op.id))
