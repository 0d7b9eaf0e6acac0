"""The messages that follow a drill, from the card to the end."""

from datetime import datetime

from bot.core.base import Frozen
from bot.core.drills import Choice
from bot.core.operations import events as e
from bot.core.operations.drill import Drill
from bot.core.operations.drill import DrillPhase as P
from bot.views.drill_words import SIGNS, noun, passed, recovered, results, tell
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
from bot.views.words import called, evidence, flat, foot, hour, linked, quote, sentence

_UNDER_WAY = {
    P.ACCEPTED: "⏳ Choosing a snapshot",
    P.PICKED: "⏳ Waiting for a scratch instance",
    P.CREATING: "▶ Creating a scratch instance",
    P.LOADING: "▶ Loading the snapshot",
    P.MEASURING: "▶ Counting the graph",
    P.CHECKING: "▶ Checking the data",
    P.CHECKED: "▶ Checked",
    P.HOLDING: "▶ Rehearsed, the restore is asked for",
    P.CLEANING: "▶ Cleaning up",
    P.REPORTING: "▶ Cleaning up",
}

#: Each step while it is under way, once it is done, and the event that does it.
_STEPS: tuple[tuple[str, str, type[Frozen]], ...] = (
    ("Choosing a snapshot", "Snapshot chosen", e.SnapshotPicked),
    ("Entering it in the ledger", "Entered in the ledger", e.ScratchPlanned),
    ("Asking Aura for the scratch instance", "Accepted by Aura", e.ScratchCreated),
    ("Loading the snapshot", "Running", e.ScratchRunning),
    ("Counting the graph", "Counted", e.Fingerprinted),
    ("Checking the data", "Checked", e.Checked),
    ("Deleting the scratch instance", "Scratch instance deleted", e.ScratchGone),
)


def card(op: Drill, *, now: datetime) -> Message:
    """Show what is tried, where, what it costs, how far it has come and what was found."""
    told = tell(op)
    blocks: list[Block] = [
        header(_head(op)),
        section(told),
        fields(_facts(op)),
        section(_cost(op)),
    ]
    if op.plan.asking:
        blocks.append(section(f"*Reason of the restore*\n{quote(op.plan.asking.reason)}"))
    if op.checks:
        blocks += [section(f"*{passed(op)}*"), section(results(op.checks))]
    blocks += [section(_checklist(op)), *evidence(op), foot(op, now)]
    return Message(text=told, blocks=tuple(blocks))


def milestone(op: Drill, index: int) -> Message | None:
    """Return the thread line for one event, or None when it needs none."""
    event = op.history[index].event
    text = _line(op, event)
    if text is None:
        return None
    blocks = [section(text)]
    if isinstance(event, e.Checked) and event.checks:
        blocks.append(section(results(event.checks)))
    return Message(text=text, blocks=tuple(blocks))


def ending(op: Drill, *, now: datetime) -> Message:
    """Tell the requester how it ended; ``op`` is final."""
    sign = SIGNS[op.outcome] if op.outcome else "✖"
    text = f"{user(op.requester.user_id)}: {tell(op)}"
    blocks: list[Block] = [section(f"{sign} {text}")]
    if op.checks:
        blocks.append(section(results(op.checks)))
    blocks += [*evidence(op), context(_reference(op))]
    return Message(text=text, blocks=tuple(blocks))


def alert(op: Drill, *, link: str | None, now: datetime) -> Message:
    """Tell of a drill that proved nothing, or left something behind."""
    name, told = flat(op.plan.instance.name, 80), tell(op)
    failed = op.outcome is not None and not op.outcome.proves
    head = f"{noun(op)} of {name}: {op.outcome}" if failed else f"left over: {noun(op)} of {name}"
    sign = SIGNS[op.outcome] if op.outcome and failed else "⚠"
    blocks: list[Block] = [header(f"{sign} {head[:1].upper()}{head[1:]}"), section(told)]
    if op.checks and failed:
        blocks.append(section(results(tuple(line for line in op.checks if not line.passed))))
    blocks += [fields([*_facts(op), ("Reference", code(op.id))]), *linked(link, "Open the card")]
    return Message(text=f"Alert: {told} Reference {op.id}.", blocks=tuple(blocks))


def receipt(op: Drill, *, link: str | None) -> Message:
    """Whisper to the requester that the request has arrived."""
    then = (
        " The restore is asked for when the rehearsal has proven the snapshot."
        if op.plan.rehearsal
        else ""
    )
    text = (
        f"I am preparing a {noun(op)} of {called(op.plan.instance)} in a scratch instance; "
        f"{channel(op.channel)} shows how it goes, and you need do nothing. {_cost(op)}{then}"
    )
    return Message(text=text, blocks=(section(text), *linked(link, "Open the card")))


def _head(op: Drill) -> str:
    name = flat(op.plan.instance.name, 80)
    if op.outcome:
        return f"{SIGNS[op.outcome]} {noun(op).capitalize()} of {name}: {op.outcome}"
    if op.phase is P.CANCELLED:
        return f"✖ {noun(op).capitalize()} of {name} cancelled"
    return f"{_UNDER_WAY[op.phase]}: {noun(op)} of {name}"


def _facts(op: Drill) -> list[tuple[str, str]]:
    plan, snapshot = op.plan, op.snapshot
    planned, created = op.last(e.ScratchPlanned), op.last(e.ScratchCreated)
    facts = [
        ("Instance", called(plan.instance)),
        ("Environment", clean(plan.environment, 60)),
        (
            "Snapshot",
            f"{code(snapshot.id, 80)}\n{moment(snapshot.taken_at)}"
            if snapshot
            else _chosen(plan.choice),
        ),
        ("Asked by", "a schedule" if op.origin.schedule else user(op.requester.user_id)),
    ]
    if planned:
        where = f" {code(created.scratch_id, 40)}" if created else ""
        facts.append(("Scratch instance", f"{code(planned.name, 60)}{where}"))
    if counted := op.fingerprint:
        facts.append(
            ("Graph", f"{counted.nodes:,} nodes · {counted.relationships:,} relationships")
        )
    if op.recovery.running is not None:
        facts.append(("Recovery time", recovered(op.recovery)))
    return facts


def _chosen(choice: Choice) -> str:
    if choice.snapshot_id:
        return code(choice.snapshot_id, 80)
    if choice.within_days:
        return f"a random exportable one of the last {choice.within_days} days"
    return "the newest exportable one"


def _cost(op: Drill) -> str:
    """Say what it costs and where that ends."""
    estimate, planned = op.plan.estimate, op.last(e.ScratchPlanned)
    size = clean(planned.size if planned else estimate.size, 80)
    cost = planned.cost if planned else estimate.cost
    price = clean(cost, 150) if cost else "no price is configured, see Aura's price list"
    return (
        f"Billed while it lives: {size}, {price}. It is deleted after {_cap(op)} at the latest; "
        f"at most {estimate.most} such instances live at once."
    )


def _cap(op: Drill) -> str:
    return span(60.0 * op.plan.estimate.lives_minutes)


def _line(op: Drill, event: e.Event) -> str | None:
    instance = called(op.plan.instance)
    match event:
        case e.SnapshotPicked(snapshot=snapshot):
            return (
                f"📸 Tried is snapshot {code(snapshot.id, 80)} of {moment(snapshot.taken_at)} of "
                f"{instance}."
            )
        case e.ScratchCreated(scratch_id=scratch_id, adopted=adopted):
            found = " (found again after an interruption)" if adopted else ""
            return f"▶ Aura is loading it into the scratch instance {code(scratch_id, 40)}{found}."
        case e.ScratchRunning():
            after = span(op.recovery.running or 0)
            return f"▶ The scratch instance runs after {after}; its graph is counted and checked."
        case e.Checked():
            return f"🔎 Checked: {passed(op)}."
        case e.StepFailed(reason=reason):
            return f"✖ {sentence(reason, 240)} The scratch instance is cleaned up."
        case e.Cancelled(by=by):
            return f"✖ {user(by.user_id)} called it off. The scratch instance is cleaned up."
        case e.RestoreAsked(operation_id=operation_id):
            sign = "✅" if op.passed == len(op.checks) else "⚠"
            return (
                f"{sign} Rehearsed: {recovered(op.recovery)}, {passed(op)}. The restore "
                f"{code(operation_id)} stands before its approvers now."
            )
        case e.CleanUpBegun(reason=reason) if reason:
            return f"▶ The scratch instance is deleted now: {clean(reason, 240)}."
        case e.ScratchLeft(name=name, reason=reason):
            return (
                f"⚠ {code(name, 60)} could not be deleted yet: {sentence(reason, 240)} "
                "I go on trying; until then it is billed."
            )
        case _:
            return None


def _checklist(op: Drill) -> str:
    at = op.created_at
    lines = [f"✓ Requested · {moment(at)}"]
    previous, under_way = at, not op.final and op.phase is not P.HOLDING
    for doing, words, kind in _STEPS:
        if when := op.when(kind):
            lines.append(f"✓ {words} · {hour(when, beside=at)} · after {span(when - previous)}")
            previous = when
        elif under_way and (kind is e.ScratchGone or op.phase is not P.CLEANING):
            lines.append(f"▶ {doing} · since {hour(op.since, beside=at)}")
            under_way = False
        else:
            lines.append(f"{'·' if op.final else '○'} {words}")
    if op.phase in (P.CANCELLED, P.COULD_NOT_RUN) and op.ended_at:
        word = op.outcome or "cancelled"
        lines.append(f"✖ Ended as {word} · {hour(op.ended_at, beside=at)}")
    return "\n".join(lines)


def _reference(op: Drill) -> str:
    created = op.last(e.ScratchCreated)
    aura = created.request_id if created else None
    asked = f" · Aura's request id {code(aura, 80)}" if aura else ""
    return f"Reference {code(op.id)} · plan {code(op.plan.seal[:12])}{asked}"
