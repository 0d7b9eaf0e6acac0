"""Every message that follows an operation, whatever its kind; all are rendered from its state."""

from datetime import datetime

from bot.core.errors import BotError
from bot.core.operations import Restore, TakeSnapshot
from bot.views import alerts, endings, milestones, restore_card, snapshot_card
from bot.views import gate as gates
from bot.views.errors import whisper
from bot.views.kit import Message, section
from bot.views.words import sentence

gate = gates.gate
invitation = gates.invitation


def card(op: Restore | TakeSnapshot, *, now: datetime) -> Message:
    """Return the root card: plan, phase and times, without buttons."""
    if isinstance(op, Restore):
        return restore_card.card(op, now=now)
    return snapshot_card.card(op, now=now)


def milestone(op: Restore | TakeSnapshot, index: int) -> Message | None:
    """Return the thread line for ``op.history[index]``, or None when it needs none."""
    if isinstance(op, Restore):
        return milestones.milestone(op, index)
    return snapshot_card.milestone(op, index)


def ending(op: Restore | TakeSnapshot, *, now: datetime) -> Message:
    """Return the new message about the end of a final operation."""
    if isinstance(op, Restore):
        return endings.ending(op, now=now)
    return snapshot_card.ending(op, now=now)


def alert(op: Restore | TakeSnapshot, *, link: str | None, now: datetime) -> Message:
    """Return the alert about a failed or stuck operation; once settled, it says by whom."""
    if isinstance(op, Restore):
        return alerts.alert(op, link=link, now=now)
    return snapshot_card.alert(op, link=link, now=now)


def receipt(op: Restore | TakeSnapshot, *, link: str | None) -> Message:
    """Return the whisper to the requester right after asking."""
    if isinstance(op, Restore):
        return gates.receipt(op, link=link)
    return snapshot_card.receipt(op, link=link)


def note(said: BotError | str) -> Message:
    """Return a whisper: an error with its hint, or one sentence as it is given."""
    if isinstance(said, BotError):
        return whisper(said)
    text = sentence(said)
    return Message(text=text, blocks=(section(text),))
