"""The messages that follow an export, from the card to the end. No message holds an address."""

from datetime import datetime

from bot.core.base import Frozen
from bot.core.exports import Way
from bot.core.operations import Export
from bot.core.operations import events as e
from bot.core.operations.export import CLEANINGS
from bot.core.operations.export import ExportPhase as P
from bot.views.export_words import steps, tell
from bot.views.ids import Action
from bot.views.kit import (
    Block,
    Message,
    actions,
    ago,
    button,
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
from bot.views.words import called, flat, foot, hour, linked, sentence

_HEADS = {
    P.AWAITING_FILE: "📥 Export of {} waits for the file",
    P.CLOSING: "⌛ Export of {}: time is up",
    P.READING: "📤 Reading the graph of {} out",
    P.DONE: "✅ Export of {} is in the vault",
    P.CANCELLED: "✖ Export of {} cancelled",
    P.FAILED: "❌ Export of {} failed",
}

Steps = tuple[tuple[str, str, type[Frozen]], ...]
#: Each step while it is under way, once it is done, and the event that does it.
_FIRST: Steps = (("Choosing the snapshot", "Snapshot complete", e.SnapshotPicked),)
_WAYS: dict[Way, Steps] = {
    Way.GUIDED: (
        *_FIRST,
        ("Preparing", "Waiting for the file began", e.UploadOpened),
        ("Waiting for the file", "Checked, and in the vault", e.ExportStored),
    ),
    Way.ARCHIVE: (
        *_FIRST,
        ("Waiting for a scratch instance", "Scratch instance planned", e.ScratchPlanned),
        ("Creating the scratch instance", "Accepted by Aura", e.ScratchCreated),
        ("Loading the snapshot", "Scratch instance runs", e.ScratchRunning),
        ("Reading the graph out", "Counted, compared, and in the vault", e.ExportStored),
        ("Deleting the scratch instance", "Scratch instance deleted", e.ScratchGone),
    ),
}


def card(op: Export, *, now: datetime) -> Message:
    """Show which way it goes and why, what it costs, and how far it has come."""
    plan = op.plan
    told = tell(op)
    name = flat(plan.instance.name, 80)
    blocks: list[Block] = [
        header(_HEADS.get(op.phase, "📤 Exporting {}").format(name)),
        section(told),
        fields(_facts(op)),
        section(f"*Why this way*\n{clean(plan.why, 600)}"),
    ]
    if op.phase is P.AWAITING_FILE:
        blocks += steps(op, now=now)
        if plan.public:
            wanted = button("Upload address…", Action.UPLOAD_ADDRESS, op.id, style="primary")
            blocks.append(actions(f"export.{op.id}", wanted))
    blocks += [section(_checklist(op)), foot(op, now)]
    return Message(text=told, blocks=tuple(blocks))


def milestone(op: Export, index: int) -> Message | None:
    """Return the thread line for one event, or None when the end or the card tells it."""
    recorded = op.history[index]
    text = _line(op, recorded.event, recorded.at)
    return Message(text=text, blocks=(section(text),)) if text else None


def ending(op: Export, *, now: datetime) -> Message:
    """Tell the requester how it ended; ``op`` is final."""
    took = f"It took {span(op.duration or now - op.created_at)}."
    text = f"{user(op.requester.user_id)}: {tell(op)} {took}"
    return Message(text=text, blocks=(section(text), context(_reference(op))))


def alert(op: Export, *, link: str | None, now: datetime) -> Message:
    """Tell of an export that failed."""
    told = tell(op)
    facts = [
        ("Instance", called(op.plan.instance)),
        ("Environment", clean(op.environment, 60)),
        ("State of the instance", "not changed: an export only reads"),
        ("Failed", moment(op.ended_at or now)),
        ("Requested by", user(op.requester.user_id)),
        ("Reference", code(op.id)),
    ]
    blocks = (
        header(f"❌ Export of {flat(op.plan.instance.name, 80)} failed"),
        section(told),
        fields(facts),
        *linked(link, "Open the card"),
    )
    return Message(text=f"Alert: {told} Reference {op.id}.", blocks=blocks)


def receipt(op: Export, *, link: str | None) -> Message:
    """Whisper to the requester that the request has arrived, and which way it goes."""
    way = "guided by a person" if op.plan.way is Way.GUIDED else "as an archive of its graph"
    text = (
        f"I am exporting {called(op.plan.instance)} into the vault, {way}. "
        f"{clean(op.plan.why, 600)} {channel(op.channel)} shows how it goes."
    )
    return Message(text=text, blocks=(section(text), *linked(link, "Open the card")))


def _facts(op: Export) -> list[tuple[str, str]]:
    plan = op.plan
    found = [
        ("Instance", called(plan.instance)),
        ("Environment", clean(plan.environment, 60)),
        ("Project", f"{clean(plan.project.name, 80)} {code(plan.project.id, 60)}"),
        ("Way", "guided" if plan.way is Way.GUIDED else "archive"),
        ("Requested by", user(op.requester.user_id)),
    ]
    if op.snapshot_id:
        found.append(("Snapshot", code(op.snapshot_id, 80)))
    if op.snapshot:
        found.append(("Data of", moment(op.snapshot.taken_at)))
    if plan.estimate:
        price = clean(plan.estimate.cost, 200) if plan.estimate.cost else "no price is configured"
        lives = span(plan.estimate.lives_minutes * 60)
        found.append(
            ("Cost", f"a scratch instance of {clean(plan.estimate.size, 60)}, for {lives} at most: "
             f"{price}")
        )  # fmt: skip
    if op.stored:
        found.append(("Export", code(op.stored.export_id)))
    return found


def _line(op: Export, event: e.Event, at: datetime) -> str | None:
    match event:
        case e.SnapshotStarted(snapshot_id=snapshot_id, adopted=adopted):
            again = " (found again after an interruption)" if adopted else ""
            return (
                f"📸 Aura is taking the snapshot {code(snapshot_id, 80)}{again}. "
                "The instance stays online."
            )
        case e.UploadOpened(until=until):
            return (
                f"📥 {user(op.requester.user_id)}: the snapshot can be exported now. The card says "
                f"how, and the file is waited for until {moment(until)}."
            )
        case e.FileRefused(reason=reason, hint=hint):
            more = f" {sentence(hint, 300)}" if hint else ""
            closed = op.when(e.UploadClosed)
            then = "time is up" if closed and at >= closed else "the address stays open"
            return (
                f"⛔ A file came at {moment(at)} and was refused: {sentence(reason, 300)}{more} "
                f"Nothing of it was kept, and {then}."
            )
        case e.Reminded():
            left = ago(at, op.until).removesuffix(" ago") if op.until else "some time"
            return (
                f"⏰ {user(op.requester.user_id)}: the file of {called(op.plan.instance)} is still "
                f"waited for; {left} left."
            )
        case e.ScratchCreated(name=name):
            return f"🧪 Aura creates the scratch instance {code(name)} out of the snapshot."
        case e.ScratchRunning():
            return "▶ The scratch instance runs. Its graph is read out now; yours is not touched."
        case e.ExportStored() if op.plan.way is Way.ARCHIVE:
            return "✅ The archive is in the vault. The scratch instance is deleted now."
        case e.ScratchLeft(name=name, reason=reason):
            return (
                f"⚠ The scratch instance {code(name)} could not be deleted yet: "
                f"{sentence(reason, 200)} I go on trying, and it is billed until it has gone."
            )
        case _:
            return None


def _checklist(op: Export) -> str:
    at = op.created_at
    lines = [f"✓ Requested · {moment(at)}"]
    previous, under_way = at, not op.final and op.phase not in CLEANINGS - {P.CLEANING}
    for doing, words, kind in _WAYS[op.plan.way]:
        if when := op.when(kind):
            lines.append(f"✓ {words} · {hour(when, beside=at)} · after {span(when - previous)}")
            previous = when
        elif under_way:
            lines.append(f"▶ {doing} · since {hour(op.since, beside=at)}{_progress(op)}")
            under_way = False
        else:
            lines.append(f"{'·' if op.final else '○'} {words}")
    if op.phase in CLEANINGS - {P.CLEANING}:
        lines.append("▶ Deleting the scratch instance")
    if op.ended_at and op.phase is not P.DONE:
        lines.append(f"✖ Ended as {op.phase} · {hour(op.ended_at, beside=at)}")
    return "\n".join(lines)


def _progress(op: Export) -> str:
    come = op.last(e.Progressed)
    if op.phase is not P.READING or come is None:
        return ""
    return f" · {come.done:,} of {come.total:,} nodes and relationships"


def _reference(op: Export) -> str:
    kept = op.stored
    if kept is None:
        return f"Reference {code(op.id)}"
    return (
        f"Reference {code(op.id)} · {code(kept.name, 200)} · "
        f"{size(kept.stored_bytes)} stored · SHA-256 {code(kept.sha256)}"
    )
