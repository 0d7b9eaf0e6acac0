"""The messages that follow a change of a legal hold, from the card to the end."""

from datetime import datetime

from bot.core.operations import Holding, Phase
from bot.core.operations import events as e
from bot.views.holding_words import facts, tell
from bot.views.kit import Message, clean, code, context, fields, header, moment, section, span, user
from bot.views.request import approvals, direction, stand
from bot.views.words import foot, linked, people, quote

P = Phase

_SIGNS = {
    P.AWAITING_APPROVAL: "⏳ Waiting for approval",
    P.APPROVED: "▶ Approved",
    P.DONE: "✅ Done",
    P.DENIED: "⛔ Denied",
    P.EXPIRED: "⌛ Expired",
    P.CANCELLED: "✖ Cancelled",
    P.VOIDED: "✖ No longer valid",
    P.FAILED: "❌ Failed",
}


def card(op: Holding, *, now: datetime) -> Message:
    """Show what was asked and agreed; it carries no buttons."""
    told = tell(op)
    blocks = (
        header(_head(op)),
        *stand(told),
        *direction(op),
        fields(
            [
                *facts(op),
                ("Environment", clean(op.environment, 60)),
                ("Requested by", user(op.requester.user_id)),
                ("Approvals", approvals(op)),
                ("Plan seal", code(op.plan.seal[:12])),
            ]
        ),
        section(f"*Reason*\n{quote(op.plan.reason)}"),
        foot(op, now),
    )
    return Message(text=_line(op), blocks=blocks)


def milestone(op: Holding, index: int) -> Message | None:
    """Return the thread line for one event, or None when the end tells it."""
    recorded = op.history[index]
    if not isinstance(recorded.event, e.Seconded | e.Approved):
        return None
    given = sum(isinstance(r.event, e.Seconded | e.Approved) for r in op.history[: index + 1])
    text = (
        f"👍 {user(recorded.event.by.user_id)} approved at {moment(recorded.at)}: "
        f"{given} of {op.plan.quorum}."
    )
    return Message(text=text, blocks=(section(text),))


def ending(op: Holding, *, now: datetime) -> Message:
    """Tell the requester and the approvers how it ended; ``op`` is final."""
    who = f"Requested by {user(op.requester.user_id)}"
    if op.approvers:
        who += f", approved by {people(op.approvers)}"
    took = f"It took {span(op.duration or now - op.created_at)} from request to end."
    reference = f"Reference {code(op.id)} · plan {code(op.plan.seal[:12])}"
    blocks = (*stand(tell(op)), section(f"{who}. {took}"), context(reference))
    return Message(text=f"{_line(op)} {who}.", blocks=blocks)


def alert(op: Holding, *, link: str | None, now: datetime) -> Message:
    """Tell of one that failed."""
    blocks = (
        header(_head(op)),
        *stand(tell(op)),
        fields([*facts(op), ("Reference", code(op.id))]),
        *linked(link, "Open the card"),
    )
    return Message(text=f"Alert: {_line(op)} Reference {op.id}.", blocks=blocks)


def _head(op: Holding) -> str:
    word = "release of a hold" if op.plan.release else "hold on an export"
    return f"{_SIGNS[op.phase]}: {word}"


def _line(op: Holding) -> str:
    told = tell(op)
    quoted = "; ".join(
        part.removeprefix("> ").removeprefix("• ") for part in told.quoted.splitlines()
    )
    return " ".join(each for each in (told.happened, quoted, told.data, told.next) if each)
