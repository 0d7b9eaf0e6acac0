"""`/aura overwrite …`: the modal from its opening to the choice of the source's snapshot."""

from typing import Any

from bot.core.commands import OverwriteStart
from bot.core.errors import BotError
from bot.core.operations import Origin
from bot.ports import Draft
from bot.views import overwrite as views
from bot.views import pickers
from bot.views.kit import Message
from handlers.asking import Asking
from handlers.edge import Context
from handlers.payloads import Click, Suggestion

ASKING = Asking(views.FORM, lambda house: house.overwrites, "/aura overwrite")


async def start(ctx: Context, command: OverwriteStart) -> Message | None:
    """Open the modal at once and fill it in; by mention, offer the button that can."""
    source = command.from_
    if ctx.trigger_id is None:
        target, _ = await ctx.house.overwrites.target(ctx.person, command.target)
        giving, _ = await ctx.house.overwrites.source(ctx.person, source)
        return views.doorway(target, giving, snapshot=command.snapshot)
    await _open(ctx, command.target, source, command.snapshot)
    return None


async def open_button(ctx: Context, click: Click) -> None:
    """Open the modal from a button."""
    target, _, rest = click.value.partition(" ")
    source, _, snapshot = rest.partition(" ")
    await _open(ctx, target, source, snapshot or None)


async def pick_snapshot(ctx: Context, click: Click) -> None:
    """Fill the modal for the chosen snapshot."""
    draft = await ASKING.draft(ctx, click.metadata)
    await _fill(ctx, draft, click.view_id or "", click.view_hash, snapshot=click.value)


async def snapshots(ctx: Context, asked: Suggestion) -> dict[str, Any]:
    """Offer the snapshots of the source that can leave it, by day."""
    draft = await ASKING.draft(ctx, asked.metadata)
    found = await ctx.house.overwrites.offer(draft)
    return pickers.snapshot_options(found, typed=asked.typed, now=ctx.house.world.clock.now())


async def _open(ctx: Context, target: str, source: str, snapshot: str | None) -> None:
    """Open first, look afterwards: the trigger lives 3 s."""
    origin = Origin(channel=ctx.origin.channel, thread_ts=ctx.origin.thread_ts)
    draft = await ctx.house.overwrites.draft(ctx.person, origin)
    view_id = await ctx.open_view(views.FORM.loading_view(draft_id=draft.id))
    await _fill(ctx, draft, view_id, target=target, source=source, snapshot=snapshot)


async def _fill(
    ctx: Context, draft: Draft, view_id: str, seen: str | None = None, **chosen: str | None
) -> None:
    """Show the facts of a choice; where two choices race, the one that is not shown is dropped."""
    try:
        filled, facts = await ctx.house.overwrites.choose(draft, **chosen)
    except BotError as trouble:
        broken = views.FORM.broken_view(trouble, draft_id=draft.id)
        await ctx.update_view(view_id, broken, hash=seen)
        return
    if await ctx.update_view(view_id, views.form(facts, draft_id=draft.id), hash=seen):
        await ctx.house.world.drafts.save(filled)
