"""What the modals share that ask to replace an instance's data: their drafts and submissions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.core.errors import BotError, NotRestorable
from bot.ports import Draft
from bot.services.house import House
from bot.services.restores import RestoreForm
from bot.views.asking import Form
from bot.views.ids import Field
from bot.views.kit import Message, View
from bot.views.operations import receipt
from handlers.edge import Context
from handlers.payloads import Submission

#: Seconds until Slack surely shows the view of our ack; an outcome shown before is painted over
#: (https://docs.slack.dev/surfaces/modals#updating_views says nothing of their order).
PAINTED = 0.5


class Requests(Protocol):
    """The service behind a modal."""

    def faults(self, draft: Draft, form: RestoreForm) -> Mapping[Field, str]:
        """Return what is wrong with a filled form, by field."""

    async def request(self, draft: Draft, form: RestoreForm) -> Any:
        """Put the request before the approvers, or begin what does so."""


@dataclass(frozen=True)
class Asking:
    """One kind of request: its modal, its service, and the command that opens it."""

    form: Form
    service: Callable[[House], Requests]
    command: str
    sent: Callable[..., View] | None = None
    """The modal at the end, where that is not always the form's own."""

    async def check(self, ctx: Context, sent: Submission) -> dict[str, Any]:
        """Answer a submission within the ack: field errors, or "sending"."""
        draft = await self.draft(ctx, sent.metadata)
        faults = self.service(ctx.house).faults(draft, filled(sent))
        if faults:
            errors = {sent.block(field): fault for field, fault in faults.items()}
            return {"response_action": "errors", "errors": errors}
        return {"response_action": "update", "view": self.form.sending_view(draft_id=draft.id)}

    async def submit(self, ctx: Context, sent: Submission) -> Message | None:
        """Put the request before the approvers, and say so in the modal or apart from it."""
        await ctx.house.world.clock.sleep(PAINTED)
        draft = await self.draft(ctx, sent.metadata)
        try:
            op = await self.service(ctx.house).request(draft, filled(sent))
        except BotError as trouble:
            if await ctx.update_view(
                sent.view_id, self.form.broken_view(trouble, draft_id=draft.id)
            ):
                return None
            raise
        link = await ctx.house.announcer.introduce(op.id)
        shown = (self.sent or self.form.sent_view)(op, link=link)
        if await ctx.update_view(sent.view_id, shown):
            return None
        return receipt(op, link=link)

    async def draft(self, ctx: Context, draft_id: str) -> Draft:
        """Return the draft of a form that this person opened; raises NotRestorable when too old."""
        draft = await ctx.house.world.drafts.get(draft_id)
        if draft is None or draft.person != ctx.person:
            raise NotRestorable(
                "this form is older than an hour",
                hint=f"Close it and type `{self.command}` again.",
            )
        return draft


def filled(sent: Submission) -> RestoreForm:
    """Read what was filled in."""
    return RestoreForm(
        word=sent.get(Field.WORD) or "",
        snapshot=sent.get(Field.SNAPSHOT),
        reason=sent.get(Field.REASON) or "",
        suffix=sent.get(Field.SUFFIX),
        waiver=sent.get(Field.WAIVER),
        rehearse=bool(sent.get(Field.REHEARSE)),
    )
