"""The messages that follow the reading of an export, from the card to the end."""

from datetime import datetime

from bot.core.operations import Verification
from bot.core.operations.verification import VerificationPhase as P
from bot.views.kit import (
    Message,
    channel,
    clean,
    code,
    context,
    fields,
    header,
    moment,
    section,
    span,
    user,
)
from bot.views.vault_text import size
from bot.views.words import called, foot, linked, sentence

_HEADS = {
    P.ACCEPTED: "⏳ About to read export {}",
    P.READING: "🔎 Reading export {}",
    P.DONE: "✅ Export {} is whole",
    P.CANCELLED: "✖ Verification of export {} cancelled",
    P.FAILED: "❌ Verification of export {} failed",
}


def card(op: Verification, *, now: datetime) -> Message:
    """Show which export is read, and how far; no buttons."""
    told = _tell(op)
    blocks = (
        header(_HEADS[op.phase].format(op.plan.export.id)),
        section(told),
        fields(_facts(op)),
        foot(op, now),
    )
    return Message(text=told, blocks=blocks)


def milestone(op: Verification, index: int) -> Message | None:
    """Return no thread line: the card shows how far it is."""
    return None


def ending(op: Verification, *, now: datetime) -> Message:
    """Tell the requester how it ended; ``op`` is final."""
    took = f"It took {span(op.duration or now - op.created_at)}."
    text = f"{user(op.requester.user_id)}: {_tell(op)} {took}"
    return Message(text=text, blocks=(section(text), context(f"Reference {code(op.id)}")))


def alert(op: Verification, *, link: str | None, now: datetime) -> Message:
    """Tell of an export that is damaged or cannot be read."""
    blocks = (
        header(_HEADS[op.phase].format(op.plan.export.id)),
        section(_tell(op)),
        fields([*_facts(op), ("Reference", code(op.id))]),
        *linked(link, "Open the card"),
    )
    return Message(text=f"Alert: {_tell(op)} Reference {op.id}.", blocks=blocks)


def receipt(op: Verification, *, link: str | None) -> Message:
    """Whisper to the requester that the request has arrived."""
    text = (
        f"I read export {code(op.plan.export.id)} as a whole, {size(op.plan.export.size)}. "
        f"{channel(op.channel)} shows how it goes; you need do nothing."
    )
    return Message(text=text, blocks=(section(text), *linked(link, "Open the card")))


def _facts(op: Verification) -> list[tuple[str, str]]:
    export = op.plan.export
    return [
        ("Instance", called(op.plan.instance)),
        ("Environment", clean(op.environment, 60)),
        ("Data of", moment(export.taken_at)),
        ("Kind and size", f"{export.kind}, {size(export.size)}"),
        ("SHA-256 in the manifest", f"{code(export.sha256[:16])}…"),
        ("Requested by", user(op.requester.user_id)),
    ]


def _tell(op: Verification) -> str:
    export = f"{code(op.plan.export.id)} of {called(op.plan.instance)}"
    match op.phase:
        case P.ACCEPTED:
            return f"{user(op.requester.user_id)} asks to read export {export} as a whole."
        case P.READING:
            so_far = f"{size(op.done)} of {size(op.plan.export.size)} so far. " if op.done else ""
            return f"Export {export} is being read. {so_far}Reading changes nothing."
        case P.DONE:
            return (
                f"Export {export} is whole: all {op.plan.export.size:,} bytes are there, and "
                "their SHA-256 and CRC-32 are those of the manifest."
            )
        case P.CANCELLED:
            return f"The verification of export {export} was cancelled before it began."
        case _:
            last = op.history[-1].event if op.history else None
            reason = getattr(last, "reason", "no reason is recorded")
            hint = getattr(last, "hint", None)
            then = sentence(hint, 240) if hint else "Try again, or look at the store."
            return f"Export {export} was not found whole. {sentence(reason, 240)} {then}"
