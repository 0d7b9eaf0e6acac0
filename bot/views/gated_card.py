"""The root card of a gated operation: all that was asked and agreed, and how far it has come."""

from datetime import datetime

from bot.core.evidence import unrun
from bot.core.operations import Gated, Phase, Upload
from bot.core.operations import events as e
from bot.views.drill_words import results
from bot.views.gated_words import line, tell
from bot.views.kinds import words
from bot.views.kit import (
    Block,
    Message,
    clean,
    code,
    fields,
    header,
    moment,
    section,
    span,
    user,
)
from bot.views.request import approvals, cdc, direction, stand, waiver
from bot.views.upload_words import by_command, progress
from bot.views.words import called, evidence, flat, foot, hour, quote, size

P = Phase

_HEADS = {
    P.AWAITING_APPROVAL: "⏳ Waiting for approval: {}",
    P.APPROVED: "▶ Approved: {}",
    P.TRANSFERRING: "📤 Sending the file: {}",
    P.STAGED: "▶ File sent: {}",
    P.SNAPSHOTTING: "▶ Safety snapshot first: {}",
    P.READY: "▶ About to begin: {}",
    P.STARTING: "▶ Starting: {}",
    P.UNCERTAIN: "❓ Answer lost, looking: {}",
    P.DENIED: "⛔ Denied: {}",
    P.EXPIRED: "⌛ Expired: {}",
    P.CANCELLED: "✖ Cancelled: {}",
    P.VOIDED: "✖ No longer valid: {}",
    P.FAILED: "❌ Failed: {}",
    P.STUCK: "❓ Needs a person: {}",
}

#: Each step while it is under way, once it is done, and the events that do it, in order.
_STEPS: tuple[tuple[str, str, tuple[type, ...]], ...] = (
    ("Waiting for approval", "Approved", (e.Approved,)),
    ("Safety snapshot", "Safety snapshot", (e.SnapshotCompleted, e.SafetyWaived)),
    ("Last look", "{} call recorded", (e.RestoreIntended,)),
    ("Sent to Aura", "Accepted by Aura", (e.RestoreStarted, e.SettledRan)),
    ("Restoring, the instance is offline", "Running again", (e.RestoreFinished,)),
    ("Reading once more", "Confirmed", (e.Verified, e.ChecksFailed)),
)
_SENDING = ("Sending the file", "File sent", (e.TransferFinished,))
#: What is called otherwise where Neo4j's own command sends and loads.
_BY_COMMAND = {
    _HEADS[P.TRANSFERRING]: "📥 Laying the file ready: {}",
    _HEADS[P.STAGED]: "▶ File laid ready: {}",
    "Sending the file": "Laying the file ready",
    "File sent": "File laid ready",
    "Sent to Aura": "Starting the command",
    "Accepted by Aura": "Command started",
    "Restoring, the instance is offline": "Sending and loading the file",
}
_UNKNOWN = frozenset({P.UNCERTAIN, P.STUCK})


def card(op: Gated, *, now: datetime) -> Message:
    """Show it from its plan to its present phase; nothing on it decides anything."""
    told = tell(op)
    blocks = [
        *waiver(op),
        header(_head(op)),
        *stand(told),
        *direction(op),
        *_facts(op),
        section(f"*Reason*\n{quote(op.plan.reason)}"),
        *cdc(op),
        section(_checklist(op)),
        *([section(results(op.checks))] if op.checks else []),
        *evidence(op),
        foot(op, now),
    ]
    return Message(text=line(told), blocks=tuple(blocks))


def _head(op: Gated) -> str:
    name, said = flat(op.plan.instance.name, 80), words(op)
    match op.phase:
        case P.RESTORING:
            doing = said.doing.format(name)
            return f"▶ {doing[:1].upper()}{doing[1:]}"
        case P.VERIFYING:
            return f"▶ Checking {name}"
        case P.DONE if missing := unrun(op.checks):
            return f"⚠ {said.done.format(name)}, but {missing}"
        case P.DONE:
            return f"✅ {said.done.format(name)}"
        case P.DONE_CHECKS_FAILED:
            return f"❌ {said.done.format(name)}, checks failed"
        case phase:
            head = _HEADS[phase]
            if by_command(op):
                head = _BY_COMMAND.get(head, head)
            return head.format(said.of.format(name))


def _facts(op: Gated) -> list[Block]:
    plan = op.plan
    return [
        fields(
            [
                ("Instance", called(plan.instance)),
                ("Environment", clean(plan.environment, 60)),
                ("Project", f"{clean(plan.project.name, 80)} {code(plan.project.id, 60)}"),
                ("Tier and size", size(op.plan.instance)),
                ("Status when asked", clean(plan.instance.status, 40)),
                *words(op).source(op),
                ("Requested by", user(op.requester.user_id)),
                ("Approvals", approvals(op)),
                ("Plan seal", code(plan.seal[:12])),
            ]
        )
    ]


def _checklist(op: Gated) -> str:
    """Show the steps with their times: done, under way, still to come or never reached."""
    at, previous = op.created_at, op.created_at
    lines = [f"✓ Requested · {moment(at)}"]
    under_way = not op.final
    for doing, done, kinds in _steps(op):
        times = [r.at for r in op.history if isinstance(r.event, kinds)]
        name = doing if under_way and not times else done
        label = _label(op, _BY_COMMAND.get(name, name) if by_command(op) else name)
        if times:
            lines.append(
                f"✓ {label} · {hour(times[0], beside=at)} · after {span(times[0] - previous)}"
            )
            previous = times[0]
        elif under_way:
            sign = "❓" if op.phase in _UNKNOWN else "▶"
            lines.append(f"{sign} {label} · since {hour(op.since, beside=at)}")
            under_way = False
        else:
            lines.append(f"{'·' if op.final else '○'} {label}")
    if op.final and op.ended_at and not op.replaced:
        lines.append(f"✖ Ended as {op.phase} · {hour(op.ended_at, beside=at)}")
    return "\n".join(lines)


def _steps(op: Gated) -> tuple[tuple[str, str, tuple[type, ...]], ...]:
    if P.TRANSFERRING not in op.TABLE:
        return _STEPS
    approved, *rest = _STEPS
    return (approved, _SENDING, *rest)


def _label(op: Gated, label: str) -> str:
    if label in ("Approved", "Waiting for approval"):
        return f"{label} ({len(op.approvers)} of {op.plan.quorum})"
    if label in (_SENDING[0], _BY_COMMAND[_SENDING[0]]) and isinstance(op, Upload):
        return f"{label}: {progress(op)}"
    if label != "Safety snapshot":
        return label.format(op.NOUN.capitalize())
    if op.plan.waiver:
        return "Safety snapshot waived"
    return f"Safety snapshot {code(op.safety_snapshot, 80)}" if op.safety_snapshot else label
