"""The root card of a restore: all that was asked and agreed, and how far it has come."""

from datetime import datetime

from bot.core.operations import Restore
from bot.core.operations import events as e
from bot.core.operations.restore import RestorePhase as P
from bot.views.kit import (
    Block,
    Message,
    bold,
    clean,
    code,
    fields,
    header,
    moment,
    section,
    span,
    user,
)
from bot.views.restore_words import Told, line, lost, tell, untouched
from bot.views.words import called, flat, foot, hour, people, profile, quote, size

_HEADS = {
    P.AWAITING_APPROVAL: "⏳ Waiting for approval: restore of {}",
    P.APPROVED: "▶ Approved: restore of {}",
    P.SNAPSHOTTING: "▶ Safety snapshot first: restore of {}",
    P.READY: "▶ About to begin: restore of {}",
    P.STARTING: "▶ Starting: restore of {}",
    P.UNCERTAIN: "❓ Answer lost, looking: restore of {}",
    P.RESTORING: "▶ Restoring {}",
    P.VERIFYING: "▶ Checking {}",
    P.DONE: "✅ Restored {}",
    P.DENIED: "⛔ Denied: restore of {}",
    P.EXPIRED: "⌛ Expired: restore of {}",
    P.CANCELLED: "✖ Cancelled: restore of {}",
    P.VOIDED: "✖ No longer valid: restore of {}",
    P.FAILED: "❌ Failed: restore of {}",
    P.STUCK: "❓ Needs a person: restore of {}",
}

#: Each step while it is under way, once it is done, and the events that do it, in order.
_STEPS: tuple[tuple[str, str, tuple[type, ...]], ...] = (
    ("Waiting for approval", "Approved", (e.Approved,)),
    ("Safety snapshot", "Safety snapshot", (e.SnapshotCompleted, e.SafetyWaived)),
    ("Last look", "Restore call recorded", (e.RestoreIntended,)),
    ("Sent to Aura", "Accepted by Aura", (e.RestoreStarted, e.SettledRan)),
    ("Restoring, the instance is offline", "Running again", (e.RestoreFinished,)),
    ("Reading once more", "Confirmed", (e.Verified,)),
)
_UNKNOWN = frozenset({P.UNCERTAIN, P.STUCK})


def card(op: Restore, *, now: datetime) -> Message:
    """Show a restore from its plan to its present phase; it carries no buttons."""
    told = tell(op)
    blocks = [
        *waiver(op),
        header(_HEADS[op.phase].format(flat(op.plan.instance.name, 80))),
        *stand(told),
        section(direction(op)),
        *_facts(op),
        section(f"*Reason*\n{quote(op.plan.reason)}"),
        *cdc(op),
        section(_checklist(op)),
        foot(op, now),
    ]
    return Message(text=line(told), blocks=tuple(blocks))


def waiver(op: Restore) -> list[Block]:
    """Warn that there will be no safety snapshot, or nothing when there is one."""
    waived = op.plan.waiver
    if waived is None:
        return []
    return [
        section(
            f"⚠ *No safety snapshot:* {clean(waived.obstacle)}. "
            f"{user(op.requester.user_id)} asks to go ahead without one:\n{quote(waived.reason)}"
        )
    ]


def stand(told: Told) -> list[Block]:
    """Show what was told, the words of others set apart."""
    if not told.quoted:
        return [section(f"{told.happened} {told.data}\n{told.next}")]
    return [section(f"{told.happened}\n{told.quoted}"), section(f"{told.data}\n{told.next}")]


def direction(op: Restore) -> str:
    """Spell out from where to where data flows, and what is lost."""
    instance, snapshot = op.plan.instance, op.plan.snapshot
    source = f"snapshot {code(snapshot.id, 80)} of {moment(snapshot.taken_at)}"
    if op.phase is P.DONE:
        return f"Data flowed *from* {source} *to* {called(instance)}; what it held before is gone."
    if op.final or op.phase is P.STUCK:
        outcome = " It did not happen." if untouched(op) else ""
        return f"Asked for: data *from* {source} *to* {called(instance)}.{outcome}"
    if op.touched:
        return (
            f"Data flows *from* {source} *to* {called(instance)}, whose former data is lost: "
            f"all that was written after the snapshot, *{lost(op)}* when this was asked."
        )
    return (
        f"Data flows *from* {source} *to* {called(instance)}, whose present data is lost.\n"
        f"Lost is all that was written after the snapshot: *{lost(op)}* when this was asked, "
        "and whatever is written until the restore begins."
    )


def cdc(op: Restore) -> list[Block]:
    """Warn of change data capture, or nothing when it is off.

    After a restore earlier change ids are invalid
    (https://neo4j.com/docs/cdc/current/backup-restore/).
    """
    if not op.plan.instance.cdc_on:
        return []
    mode = clean(op.plan.instance.cdc_mode or "", 20)
    return [
        section(
            f"⚠ *Change data capture is on ({mode}).* A restore makes earlier change ids invalid: "
            "consumers stop, or miss changes in silence, until they are set up anew."
        )
    ]


def place(op: Restore) -> str:
    """Say where the instance stands: environment, project and size."""
    plan = op.plan
    project = f"{clean(plan.project.name, 80)} {code(plan.project.id, 60)}"
    return f"Environment {bold(plan.environment, 60)} · project {project} · {size(plan.instance)}"


def approvals(op: Restore) -> str:
    """Count the approvals and name who gave them."""
    given = f"{len(op.approvers)} of {op.plan.quorum}"
    return f"{given}: {people(op.approvers)}" if op.approvers else given


def _facts(op: Restore) -> list[Block]:
    plan = op.plan
    return [
        fields(
            [
                ("Instance", called(plan.instance)),
                ("Environment", clean(plan.environment, 60)),
                ("Project", f"{clean(plan.project.name, 80)} {code(plan.project.id, 60)}"),
                ("Tier and size", size(op.plan.instance)),
                ("Status when asked", clean(plan.instance.status, 40)),
                (
                    "Snapshot",
                    f"{code(plan.snapshot.id, 80)}\n"
                    f"{moment(plan.snapshot.taken_at)} · {profile(plan.snapshot)}",
                ),
                ("Snapshot's age when asked", lost(op)),
                ("Requested by", user(op.requester.user_id)),
                ("Approvals", approvals(op)),
                ("Plan seal", code(plan.seal[:12])),
            ]
        )
    ]


def _checklist(op: Restore) -> str:
    """Show the steps with their times: done, under way, still to come or never reached."""
    at, previous = op.created_at, op.created_at
    lines = [f"✓ Requested · {moment(at)}"]
    under_way = not op.final
    for doing, done, kinds in _STEPS:
        times = [r.at for r in op.history if isinstance(r.event, kinds)]
        label = _label(op, doing if under_way and not times else done)
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
    if op.final and op.ended_at and op.phase is not P.DONE:
        lines.append(f"✖ Ended as {op.phase} · {hour(op.ended_at, beside=at)}")
    return "\n".join(lines)


def _label(op: Restore, words: str) -> str:
    if words in ("Approved", "Waiting for approval"):
        return f"{words} ({len(op.approvers)} of {op.plan.quorum})"
    if words != "Safety snapshot":
        return words
    if op.plan.waiver:
        return "Safety snapshot waived"
    return f"Safety snapshot {code(op.safety_snapshot, 80)}" if op.safety_snapshot else words
