"""The messages that follow the taking of a snapshot, from the card to the end."""

from datetime import datetime

from bot.core.base import Frozen
from bot.core.operations import TakeSnapshot
from bot.core.operations import events as e
from bot.core.operations.snapshot import SnapshotPhase as P
from bot.views.kit import (
    Block,
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
from bot.views.words import called, flat, foot, hour, linked, quote, sentence

_HEADS = {
    P.ACCEPTED: "⏳ Asking Aura for a snapshot of {}",
    P.SNAPSHOTTING: "📸 Aura is taking a snapshot of {}",
    P.DONE: "✅ Snapshot of {} complete",
    P.CANCELLED: "✖ Snapshot of {} cancelled",
    P.FAILED: "❌ Snapshot of {} failed",
}

#: Each step while it is under way, once it is done, and the event that does it.
_STEPS: tuple[tuple[str, str, type[Frozen]], ...] = (
    ("Asking Aura", "Accepted by Aura", e.SnapshotStarted),
    ("Being taken", "Complete", e.SnapshotCompleted),
)


def card(op: TakeSnapshot, *, now: datetime) -> Message:
    """Show who asked for the snapshot, why, and how far it has come; no buttons."""
    plan = op.plan
    facts = [
        ("Instance", called(plan.instance)),
        ("Environment", clean(plan.environment, 60)),
        ("Project", f"{clean(plan.project.name, 80)} {code(plan.project.id, 60)}"),
        ("Tier", clean(plan.instance.tier_name, 60)),
        ("Requested by", user(op.requester.user_id)),
    ]
    if op.snapshot_id:
        facts.append(("Snapshot", code(op.snapshot_id, 80)))
    told = _tell(op)
    blocks: list[Block] = [
        header(_HEADS[op.phase].format(flat(plan.instance.name, 80))),
        section(told),
        fields(facts),
    ]
    if plan.note:
        blocks.append(section(f"*Note*\n{quote(plan.note)}"))
    blocks += [section(_checklist(op)), foot(op, now)]
    return Message(text=told, blocks=tuple(blocks))


def milestone(op: TakeSnapshot, index: int) -> Message | None:
    """Return the thread line for one event, or None when the end tells it."""
    match op.history[index].event:
        case e.SnapshotStarted(snapshot_id=snapshot_id, adopted=adopted):
            found = " (found again after an interruption)" if adopted else ""
            text = (
                f"📸 Aura is taking the snapshot {code(snapshot_id, 80)}{found}. "
                "The instance stays online; I tell you here when it is complete."
            )
            return Message(text=text, blocks=(section(text),))
        case _:
            return None


def ending(op: TakeSnapshot, *, now: datetime) -> Message:
    """Tell the requester how it ended; ``op`` is final."""
    took = f"It took {span(op.duration or now - op.created_at)}."
    text = f"{user(op.requester.user_id)}: {_tell(op)} {took}"
    return Message(text=text, blocks=(section(text), context(_reference(op))))


def alert(op: TakeSnapshot, *, link: str | None, now: datetime) -> Message:
    """Tell of a snapshot that failed."""
    at = op.ended_at or now
    blocks = (
        header(f"❌ Snapshot of {flat(op.plan.instance.name, 80)} failed"),
        section(_tell(op)),
        fields(
            [
                ("Instance", called(op.plan.instance)),
                ("Environment", clean(op.environment, 60)),
                ("State of the instance", "not changed: a snapshot only reads"),
                ("Failed", f"{moment(at)}"),
                ("Requested by", user(op.requester.user_id)),
                ("Reference", code(op.id)),
                ("Aura's request id", _aura(op) or "none was given"),
            ]
        ),
        *linked(link, "Open the card"),
    )
    return Message(text=f"Alert: {_tell(op)} Reference {op.id}.", blocks=blocks)


def receipt(op: TakeSnapshot, *, link: str | None) -> Message:
    """Whisper to the requester that the request has arrived."""
    text = (
        f"I am asking Aura for a snapshot of {called(op.plan.instance)}. "
        f"{channel(op.channel)} shows how it goes; you need do nothing."
    )
    return Message(text=text, blocks=(section(text), *linked(link, "Open the card")))


def _tell(op: TakeSnapshot) -> str:
    instance, last = called(op.plan.instance), op.history[-1].event if op.history else None
    match op.phase:
        case P.ACCEPTED:
            return (
                f"{user(op.requester.user_id)} asks for a snapshot of {instance}. "
                "Aura is asked next; the instance stays online."
            )
        case P.SNAPSHOTTING:
            return (
                f"Aura is taking the snapshot {code(op.snapshot_id or '', 80)} of {instance}. "
                "The instance stays online and nothing in it changes."
            )
        case P.DONE:
            snapshot = clean(op.snapshot_id or "", 80)
            return (
                f"The snapshot `{snapshot}` of {instance} is complete. To go back to it: "
                f"`/aura restore {clean(op.instance_id, 40)} {snapshot}`."
            )
        case P.CANCELLED:
            return (
                f"The snapshot of {instance} was cancelled before Aura was asked. "
                "None was taken, and nothing was changed."
            )
        case _:
            reason = getattr(last, "reason", "no reason is recorded")
            hint = getattr(last, "hint", None)
            then = sentence(hint, 240) if hint else "Please try again, or look in the Aura console."
            return (
                f"The snapshot of {instance} failed. {sentence(reason, 240)} "
                f"Nothing in the instance was changed, but do not count on this snapshot. {then}"
            )


def _checklist(op: TakeSnapshot) -> str:
    at = op.created_at
    lines = [f"✓ Requested · {moment(at)}"]
    previous, under_way = at, not op.final
    for doing, words, kind in _STEPS:
        if when := op.when(kind):
            lines.append(f"✓ {words} · {hour(when, beside=at)} · after {span(when - previous)}")
            previous = when
        elif under_way:
            lines.append(f"▶ {doing} · since {hour(op.since, beside=at)}")
            under_way = False
        else:
            lines.append(f"{'·' if op.final else '○'} {words}")
    if op.ended_at and op.phase is not P.DONE:
        lines.append(f"✖ Ended as {op.phase} · {hour(op.ended_at, beside=at)}")
    return "\n".join(lines)


def _aura(op: TakeSnapshot) -> str | None:
    given = (getattr(r.event, "request_id", None) for r in reversed(op.history))
    found = next((g for g in given if g), None)
    return code(found, 80) if found else None


def _reference(op: TakeSnapshot) -> str:
    aura = _aura(op)
    return f"Reference {code(op.id)}" + (f" · Aura's request id {aura}" if aura else "")
