"""`/aura restore …`: the modal from its opening to the sent request."""

from typing import Any

from bot.core.base import OperationId
from bot.core.commands import RestoreStart
from bot.core.errors import BotError
from bot.core.operations import Origin
from bot.ports import Draft
from bot.views import restore as views
from bot.views.kit import Message
from handlers.asking import Asking
from handlers.edge import Context
from handlers.payloads import Click, Shortcut, Suggestion

#: A restore that is rehearsed first is asked for later, by the rehearsal.
ASKING = Asking(views.FORM, lambda house: house.rehearsals, "/aura restore", sent=views.submitted)


async def start(ctx: Context, command: RestoreStart) -> Message | None:
    """Open the modal at once and fill it in; by mention, offer the button that can."""
    if ctx.trigger_id is None:
        instance, _ = await ctx.house.restores.find(ctx.person, command.instance)
        return views.doorway(instance, snapshot=command.snapshot)
    await _open(ctx, instance=command.instance, snapshot=command.snapshot)
    return None


async def open_button(ctx: Context, click: Click) -> None:
    """Open the modal from a button; without an instance, let the person choose."""
    instance, _, snapshot = click.value.partition(" ")
    await _open(ctx, instance=instance or None, snapshot=snapshot or None)


async def undo(ctx: Context, click: Click) -> None:
    """Open the modal with the safety snapshot of a finished restore."""
    instance, snapshot = await ctx.house.decisions.way_back(OperationId(click.value))
    await _open(ctx, instance=instance, snapshot=snapshot)


async def shortcut(ctx: Context, used: Shortcut) -> None:
    """Open the modal from a shortcut."""
    await _open(ctx)


async def pick_instance(ctx: Context, click: Click) -> None:
    """Fill the modal for the chosen instance."""
    draft = await ASKING.draft(ctx, click.metadata)
    await _fill(ctx, draft, click.view_id or "", click.view_hash, instance=click.value)


async def pick_snapshot(ctx: Context, click: Click) -> None:
    """Fill the modal for the chosen snapshot."""
    draft = await ASKING.draft(ctx, click.metadata)
    await _fill(ctx, draft, click.view_id or "", click.view_hash, snapshot=click.value)


async def instances(ctx: Context, asked: Suggestion) -> dict[str, Any]:
    """Offer the instances that this person may ask for."""
    found = await ctx.house.restores.instances(ctx.person)
    return views.instance_options([(i, e.name) for i, e in found], typed=asked.typed)


async def snapshots(ctx: Context, asked: Suggestion) -> dict[str, Any]:
    """Offer the snapshots of the chosen instance, by day."""
    draft = await ASKING.draft(ctx, asked.metadata)
    found = await ctx.house.restores.offer(draft)
    return views.snapshot_options(found, typed=asked.typed, now=ctx.house.world.clock.now())


async def _open(ctx: Context, *, instance: str | None = None, snapshot: str | None = None) -> None:
    """Open first, look afterwards: the trigger lives 3 s (slack: Modals)."""
    origin = Origin(channel=ctx.origin.channel, thread_ts=ctx.origin.thread_ts)
    draft = await ctx.house.restores.draft(ctx.person, origin)
    loading = views.FORM.loading_view(draft_id=draft.id)
    first = loading if instance else views.choose(draft_id=draft.id)
    view_id = await ctx.open_view(first)
    if instance:
        await _fill(ctx, draft, view_id, instance=instance, snapshot=snapshot)


async def _fill(
    ctx: Context,
    draft: Draft,
    view_id: str,
    seen: str | None = None,
    *,
    instance: str | None = None,
    snapshot: str | None = None,
) -> None:
    """Show the facts of a choice; where two choices race, the one that is not shown is dropped."""
    try:
        filled, facts = await ctx.house.rehearsals.choose(
            draft, instance=instance, snapshot=snapshot
        )
    except BotError as trouble:
        await ctx.update_view(
            view_id, views.FORM.broken_view(trouble, draft_id=draft.id), hash=seen
        )
        return
    if await ctx.update_view(view_id, views.form(facts, draft_id=draft.id), hash=seen):
        await ctx.house.world.drafts.save(filled)
