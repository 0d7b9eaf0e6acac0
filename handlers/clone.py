"""`/aura clone …`: the modal from its opening to the request, and the one look at a password."""

from typing import Any

from bot.core.base import OperationId, ProjectId
from bot.core.clones import CloneChoice
from bot.core.commands import CloneStart
from bot.core.errors import BotError, ChatFailed, NotRestorable
from bot.core.operations import Origin
from bot.ports import Draft
from bot.services.cloning import CloneForm
from bot.views import clone as views
from bot.views import password as secrets
from bot.views.ids import Field
from bot.views.kit import Message
from bot.views.operations import receipt
from handlers.asking import PAINTED
from handlers.edge import Context
from handlers.payloads import Click, Submission, Suggestion

#: Which part of the choice each select holds.
_PARTS = {
    Field.PROJECT: "project_id",
    Field.TIER: "tier",
    Field.PLACE: "place",
    Field.SIZE: "memory",
}


async def start(ctx: Context, command: CloneStart) -> Message | None:
    """Open the modal at once and fill it in; by mention, offer the button that can."""
    if ctx.trigger_id is None:
        instance, _ = await ctx.house.cloning.find(ctx.person, command.instance)
        return views.doorway(instance, snapshot=command.snapshot)
    await _open(ctx, instance=command.instance, snapshot=command.snapshot)
    return None


async def open_button(ctx: Context, click: Click) -> None:
    """Open the modal from a button."""
    instance, _, snapshot = click.value.partition(" ")
    await _open(ctx, instance=instance, snapshot=snapshot or None)


async def pick(ctx: Context, click: Click) -> None:
    """Fill the modal for another project, tier, place or size."""
    draft = await _draft(ctx, click.metadata)
    part = _PARTS[Field(click.action_id.partition(":")[2])]
    choice = draft.clone.model_copy(update={part: click.value}) if draft.clone else None
    await _fill(ctx, draft, click.view_id or "", click.view_hash, choice=choice)


async def pick_snapshot(ctx: Context, click: Click) -> None:
    """Fill the modal for the chosen snapshot."""
    draft = await _draft(ctx, click.metadata)
    await _fill(ctx, draft, click.view_id or "", click.view_hash, snapshot=click.value)


async def snapshots(ctx: Context, asked: Suggestion) -> dict[str, Any]:
    """Offer the snapshots of the instance that may leave it."""
    draft = await _draft(ctx, asked.metadata)
    found = await ctx.house.cloning.snapshots(draft)
    return views.snapshot_options(found, typed=asked.typed, now=ctx.house.world.clock.now())


async def check(ctx: Context, sent: Submission) -> dict[str, Any]:
    """Answer a submission within the ack: field errors, or "sending"."""
    draft = await _draft(ctx, sent.metadata)
    faults = ctx.house.cloning.faults(draft, _form(sent))
    if faults:
        errors = {sent.block(field): fault for field, fault in faults.items()}
        return {"response_action": "errors", "errors": errors}
    return {"response_action": "update", "view": views.sending(draft_id=draft.id)}


async def submit(ctx: Context, sent: Submission) -> Message | None:
    """Take the request and say so in the modal, or apart if it was closed."""
    await ctx.house.world.clock.sleep(PAINTED)
    draft = await _draft(ctx, sent.metadata)
    try:
        op = await ctx.house.cloning.request(draft, _form(sent))
    except BotError as trouble:
        if await ctx.update_view(sent.view_id, views.broken(trouble, draft_id=draft.id)):
            return None
        raise
    link = await ctx.house.announcer.introduce(op.id)
    if await ctx.update_view(sent.view_id, views.sent(op, link=link)):
        return None
    return receipt(op, link=link)


async def show_password(ctx: Context, click: Click) -> None:
    """Show a first password to its requester, once; the view stands before it is taken out."""
    operation_id, house = OperationId(click.value), ctx.house
    view_id = await ctx.open_view(secrets.opening())
    try:
        first = await house.passwords.show(ctx.person, operation_id)
    except BotError as trouble:
        await ctx.update_view(view_id, secrets.no_password(trouble))
        return
    filled = secrets.password(first.name, first.url, first.username, first.password)
    try:
        seen = await ctx.update_view(view_id, filled)
    except ChatFailed:
        await house.passwords.put_back(operation_id, first)
        raise
    if not seen:
        await house.passwords.put_back(operation_id, first)
        return
    if ctx.response_url:
        over = secrets.shown(at=house.world.clock.now())
        await house.world.chat.respond(ctx.response_url, over, replace=True)


async def closed(ctx: Context, sent: Submission) -> dict[str, Any]:
    """The view of a password has nothing to send."""
    return {}


async def nothing(ctx: Context, sent: Submission) -> None:
    """The view of a password has nothing to send."""


def _form(sent: Submission) -> CloneForm:
    return CloneForm(
        snapshot=sent.get(Field.SNAPSHOT) or "",
        name=sent.get(Field.NAME) or "",
        reason=sent.get(Field.REASON) or "",
        choice=CloneChoice(
            project_id=ProjectId(sent.get(Field.PROJECT) or ""),
            tier=sent.get(Field.TIER) or "",
            place=sent.get(Field.PLACE) or "",
            memory=sent.get(Field.SIZE) or "",
        ),
    )


async def _open(ctx: Context, *, instance: str, snapshot: str | None) -> None:
    """Open first, look afterwards: the trigger lives 3 s (slack: Modals)."""
    origin = Origin(channel=ctx.origin.channel, thread_ts=ctx.origin.thread_ts)
    draft = await ctx.house.cloning.draft(ctx.person, origin)
    view_id = await ctx.open_view(views.loading(draft_id=draft.id))
    await _fill(ctx, draft, view_id, instance=instance, snapshot=snapshot)


async def _fill(
    ctx: Context,
    draft: Draft,
    view_id: str,
    seen: str | None = None,
    *,
    instance: str | None = None,
    snapshot: str | None = None,
    choice: CloneChoice | None = None,
) -> None:
    """Show the facts of a choice; where two choices race, the one that is not shown is dropped."""
    try:
        filled, facts = await ctx.house.cloning.choose(
            draft, instance=instance, snapshot=snapshot, choice=choice
        )
    except BotError as trouble:
        await ctx.update_view(view_id, views.broken(trouble, draft_id=draft.id), hash=seen)
        return
    if await ctx.update_view(view_id, views.form(facts, draft_id=draft.id), hash=seen):
        await ctx.house.world.drafts.save(filled)


async def _draft(ctx: Context, draft_id: str) -> Draft:
    draft = await ctx.house.world.drafts.get(draft_id)
    if draft is None or draft.person != ctx.person:
        raise NotRestorable(
            "this form is older than an hour", hint="Close it and type `/aura clone` again."
        )
    return draft
