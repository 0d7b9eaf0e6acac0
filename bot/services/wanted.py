"""What of an operation should stand in Slack at this moment, derived from its state alone."""

from datetime import datetime

from bot.core.operations import Asked, Drill, Operation, Phase
from bot.core.operations import events as e
from bot.ports import Card, MessageRef
from bot.views import operations as views
from bot.views.kit import Message


def at(op: Operation) -> datetime:
    """The moment a rendering speaks of: the last event, so that equal state renders equally."""
    return op.history[-1].at if op.history else op.created_at


def alerts(card: Card) -> tuple[MessageRef, ...]:
    """Return every alert that was posted, oldest first."""
    return (*card.past_alerts, card.alert) if card.alert else card.past_alerts


def alarms(op: Operation) -> int:
    """How many alerts an operation that needs a person now calls for in all.

    Each way into `stuck` is one, and so is a failure, unless a person has just said so.
    """
    if isinstance(op, Drill):
        return op.alarms
    if op.phase not in (Phase.FAILED, Phase.STUCK, Phase.DONE_CHECKS_FAILED):
        return 0
    calls = sum(isinstance(recorded.event, e.OutcomeUnknown) for recorded in op.history)
    last = op.history[-1].event if op.history else None
    return calls + (op.final and not isinstance(last, e.SettledNotRun))


def owed(op: Operation, card: Card) -> list[tuple[int, Message]]:
    """Return the thread lines still to be told, each with the place of its event in the history."""
    lines = [(index, views.milestone(op, index)) for index in range(card.told, len(op.history))]
    return [(index, line) for index, line in lines if line is not None]


def wanted(op: Operation, card: Card) -> list[tuple[MessageRef, Message]]:
    """Return what each message that stands in Slack should show, the most urgent first."""
    now = at(op)
    found: list[tuple[MessageRef, Message]] = []
    if isinstance(op, Asked):
        if card.gate:
            found.append((card.gate, views.gate(op, now=now)))
        found += [(ref, views.alert(op, link=card.link, now=now)) for ref in alerts(card)]
    if card.root:
        found.append((card.root, views.card(op, now=now)))
    if isinstance(op, Asked):
        found += [(ref, views.invitation(op, link=card.link)) for ref in card.copies.values()]
    return found


def forget(card: Card, ref: MessageRef, op: Operation, *, lost: bool) -> Card:
    """A deleted card is posted anew, and so are its buttons; others that are lost are let go."""
    if not lost or op.final:
        return card
    if ref == card.root:
        return card.model_copy(update={"root": None, "gate": None, "link": None})
    if ref == card.gate and op.phase is Phase.AWAITING_APPROVAL:
        return card.model_copy(update={"gate": None})
    return card
