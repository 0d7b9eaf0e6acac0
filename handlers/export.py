"""`/aura export`, and the upload address behind the card's button."""

from bot.core.commands import ExportStart
from bot.views import export_words, operations
from bot.views.kit import Message
from handlers.edge import Context
from handlers.payloads import Click


async def start(ctx: Context, command: ExportStart) -> Message:
    """Export a snapshot; its card follows it."""
    op = await ctx.house.exporting.start(ctx.person, command, origin=ctx.origin)
    return operations.receipt(op, link=await ctx.house.announcer.introduce(op.id))


async def address(ctx: Context, click: Click) -> Message:
    """Show an upload address to whoever pressed, and to nobody else."""
    op, secret = await ctx.house.exporting.address(ctx.person, click.value)
    return export_words.address(op, secret)
