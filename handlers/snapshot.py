"""`/aura snapshot …`: list, show, take."""

from bot.core.base import InstanceId
from bot.core.commands import SnapshotList, SnapshotShow, SnapshotTake, parse
from bot.core.errors import BadCommand
from bot.ports import Draft
from bot.views import operations
from bot.views import snapshots as views
from bot.views.kit import Message
from handlers.edge import Context
from handlers.payloads import Click


async def list_(ctx: Context, command: SnapshotList) -> Message:
    """List an instance's snapshots."""
    world = ctx.house.world
    draft = Draft(
        id=world.new_id("lst"), person=ctx.person, text=ctx.text, opened_at=world.clock.now()
    )
    message, many = await _page(ctx, command, draft, 0)
    if many:
        await world.drafts.save(draft)
    return message


async def turn_page(ctx: Context, click: Click) -> None:
    """Show another page of a list in its place."""
    listing_id, _, page = click.value.rpartition(":")
    draft = await ctx.house.world.drafts.get(listing_id)
    command = parse(draft.text) if draft and draft.person == ctx.person else None
    if draft is None or not isinstance(command, SnapshotList) or not page.isdigit():
        raise BadCommand("this list is too old to turn its pages", hint="Type the command again.")
    message, _ = await _page(ctx, command, draft, int(page))
    if ctx.response_url:  # pragma: no branch - a pressed button always has one
        await ctx.house.world.chat.respond(ctx.response_url, message, replace=True)


async def _page(
    ctx: Context, command: SnapshotList, draft: Draft, page: int
) -> tuple[Message, bool]:
    listing = await ctx.house.snapshots.list(ctx.person, command)
    message = views.listing(
        listing.instance,
        listing.days,
        notes=listing.notes,
        page=page,
        listing_id=draft.id,
        exportable_only=command.exportable,
        now=ctx.house.world.clock.now(),
        drill=listing.drill,
    )
    found = sum(len(snapshots) for snapshots in listing.days.values())
    return message, views.page_count(found) > 1


async def show(ctx: Context, command: SnapshotShow) -> Message:
    """Show one snapshot."""
    found = await ctx.house.snapshots.show(ctx.person, command.instance, command.snapshot)
    return views.shown(
        found.instance,
        found.snapshot,
        found.note,
        now=ctx.house.world.clock.now(),
        drill=found.drill,
    )


async def take(ctx: Context, command: SnapshotTake) -> Message:
    """Take a snapshot; its card follows it."""
    return await _take(ctx, command.instance, command.note or "")


async def take_button(ctx: Context, click: Click) -> Message:
    """Take a snapshot from the Home tab."""
    return await _take(ctx, InstanceId(click.value), "")


async def _take(ctx: Context, instance: str, note: str) -> Message:
    op = await ctx.house.snapshots.take(ctx.person, instance, note=note, origin=ctx.origin)
    return operations.receipt(op, link=await ctx.house.announcer.introduce(op.id))
