"""Every message that follows an operation, whatever its kind; all are rendered from its state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from bot.core.errors import BotError
from bot.core.operations import (
    Clone,
    Drill,
    Export,
    Holding,
    Operation,
    Overwrite,
    Restore,
    TakeSnapshot,
    Upload,
    Verification,
)
from bot.views import (
    alerts,
    clone_card,
    drill_card,
    endings,
    export_card,
    gated_card,
    holding_card,
    milestones,
    snapshot_card,
    verification_card,
)
from bot.views import gate as gates
from bot.views.errors import whisper
from bot.views.kit import Message, context, section
from bot.views.words import sentence

gate = gates.gate
invitation = gates.invitation
unseen = gates.unseen
others = gates.others


class _Dated(Protocol):
    def __call__(self, op: Any, *, now: datetime) -> Message: ...


class _Linked(Protocol):
    def __call__(self, op: Any, *, link: str | None) -> Message: ...


class _Alert(Protocol):
    def __call__(self, op: Any, *, link: str | None, now: datetime) -> Message: ...


class _Line(Protocol):
    def __call__(self, op: Any, index: int) -> Message | None: ...


class Face(NamedTuple):
    """The messages of one kind."""

    card: _Dated
    milestone: _Line
    ending: _Dated
    alert: _Alert
    receipt: _Linked


_GATED = Face(gated_card.card, milestones.milestone, endings.ending, alerts.alert, gates.receipt)
_SNAPSHOT = Face(
    snapshot_card.card,
    snapshot_card.milestone,
    snapshot_card.ending,
    snapshot_card.alert,
    snapshot_card.receipt,
)
_EXPORT = Face(
    export_card.card,
    export_card.milestone,
    export_card.ending,
    export_card.alert,
    export_card.receipt,
)
_DRILL = Face(
    drill_card.card,
    drill_card.milestone,
    drill_card.ending,
    drill_card.alert,
    drill_card.receipt,
)
_CLONE = Face(
    clone_card.card,
    clone_card.milestone,
    clone_card.ending,
    clone_card.alert,
    clone_card.receipt,
)
_HOLDING = Face(
    holding_card.card,
    holding_card.milestone,
    holding_card.ending,
    holding_card.alert,
    gates.receipt,
)
_VERIFICATION = Face(
    verification_card.card,
    verification_card.milestone,
    verification_card.ending,
    verification_card.alert,
    verification_card.receipt,
)
FACES: Mapping[type[Operation], Face] = {
    Restore: _GATED,
    Overwrite: _GATED,
    TakeSnapshot: _SNAPSHOT,
    Upload: _GATED,
    Export: _EXPORT,
    Drill: _DRILL,
    Clone: _CLONE,
    Holding: _HOLDING,
    Verification: _VERIFICATION,
}


def card(op: Operation, *, now: datetime) -> Message:
    """Return the root card: plan, phase and times, without buttons."""
    return FACES[type(op)].card(op, now=now)


def milestone(op: Operation, index: int) -> Message | None:
    """Return the thread line for ``op.history[index]``, or None when it needs none."""
    return FACES[type(op)].milestone(op, index)


def meanwhile(lines: Sequence[Message]) -> Message:
    """Return several thread lines as one message, for when Slack could not be told in time."""
    lead = f"Told late, {len(lines)} things that have happened, the oldest first:"
    blocks = [block for line in lines for block in line.blocks]
    text = "\n".join([lead, *(line.text for line in lines)])
    return Message(text=text[:3000], blocks=(context(lead), *blocks))


def ending(op: Operation, *, now: datetime) -> Message:
    """Return the new message about the end of a final operation."""
    return FACES[type(op)].ending(op, now=now)


def alert(op: Operation, *, link: str | None, now: datetime) -> Message:
    """Return the alert about a failed or stuck operation; once settled, it says by whom."""
    return FACES[type(op)].alert(op, link=link, now=now)


def receipt(op: Operation, *, link: str | None) -> Message:
    """Return the whisper to the requester right after asking."""
    return FACES[type(op)].receipt(op, link=link)


def note(said: BotError | str) -> Message:
    """Return a whisper: an error with its hint, or one sentence as it is given."""
    if isinstance(said, BotError):
        return whisper(said)
    text = sentence(said)
    return Message(text=text, blocks=(section(text),))
