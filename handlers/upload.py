"""`/aura upload …`: the modal from its opening to the sent request."""

from typing import Any

from bot.core.commands import UploadStart
from bot.core.errors import BotError, NotRestorable
from bot.core.operations import Origin
from bot.ports import Draft
from bot.services.restores import RestoreForm
from bot.views import upload as views
from bot.views.ids import Field
from bot.views.kit import Message
from bot.views.operations import receipt
from handlers.edge import Context
from handlers.payloads import Click, Submission
from handlers.restore import PAINTED


async def start(ctx: Context, command: UploadStart) -> Message | None:
    """Open the modal at once and fill it in; by mention, offer the button that can."""
    if ctx.trigger_id is None:
        instance, _ = await ctx.house.uploads.find(ctx.person, command.instance)
        return views.doorway(instance, file=command.file)
    await _open(ctx, instance=command.instance, file=command.file)
    return None


async def open_button(ctx: Context, click: Click) -> None:
    """Open the modal from a button."""
    instance, _, file = click.value.partition(" ")
    await _open(ctx, instance=instance, file=file)


async def check(ctx: Context, sent: Submission) -> dict[str, Any]:
    """Answer a submission within the ack: field errors, or "sending"."""
    draft = await _draft(ctx, sent.metadata)
    faults = ctx.house.uploads.faults(draft, _form(sent))
    if faults:
        errors = {sent.block(field): fault for field, fault in faults.items()}
        return {"response_action": "errors", "errors": errors}
    return {"response_action": "update", "view": views.sending(draft_id=draft.id)}


async def submit(ctx: Context, sent: Submission) -> Message | None:
    """Put the request before the approvers and say so in the modal, or apart if it was closed."""
    await ctx.house.world.clock.sleep(PAINTED)
    draft = await _draft(ctx, sent.metadata)
    try:
        op = await ctx.house.uploads.request(draft, _form(sent))
    except BotError as trouble:
        if await ctx.update_view(sent.view_id, views.broken(trouble, draft_id=draft.id)):
            return None
        raise
    link = await ctx.house.announcer.introduce(op.id)
    if await ctx.update_view(sent.view_id, views.sent(op, link=link)):
        return None
    return receipt(op, link=link)


def _form(sent: Submission) -> RestoreForm:
    return RestoreForm(
        word=sent.get(Field.WORD) or "",
        reason=sent.get(Field.REASON) or "",
        suffix=sent.get(Field.SUFFIX),
        waiver=sent.get(Field.WAIVER),
    )


async def _open(ctx: Context, *, instance: str, file: str) -> None:
    """Open first, look afterwards: the trigger lives 3 s (slack: Modals)."""
    origin = Origin(channel=ctx.origin.channel, thread_ts=ctx.origin.thread_ts)
    draft = await ctx.house.uploads.draft(ctx.person, origin, file)
    view_id = await ctx.open_view(views.loading(draft_id=draft.id))
    try:
        filled, facts = await ctx.house.uploads.choose(draft, instance=instance)
    except BotError as trouble:
        await ctx.update_view(view_id, views.broken(trouble, draft_id=draft.id))
        return
    if await ctx.update_view(view_id, views.form(facts, draft_id=draft.id)):
        await ctx.house.world.drafts.save(filled)


async def _draft(ctx: Context, draft_id: str) -> Draft:
    draft = await ctx.house.world.drafts.get(draft_id)
    if draft is None or draft.person != ctx.person:
        raise NotRestorable(
            "this form is older than an hour", hint="Close it and type `/aura upload` again."
        )
    return draft
