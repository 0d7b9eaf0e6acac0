"""What a restore in place says in its own words."""

from bot.core.drills import Outcome
from bot.core.evidence import RecoveryTime
from bot.core.operations import Restore
from bot.views.asked import Words, flow
from bot.views.drill_words import recovered
from bot.views.kit import Block, clean, code, moment, section, span
from bot.views.words import count, flat, profile


def lost(op: Restore) -> str:
    """Say what is lost in time, as it was when the restore was asked for."""
    return span(max(0.0, (op.plan.created_at - op.plan.snapshot.taken_at).total_seconds()))


def _direction(op: Restore) -> str:
    snapshot = op.plan.snapshot
    return flow(
        op,
        f"snapshot {code(snapshot.id, 80)} of {moment(snapshot.taken_at)}",
        present="\nLost is all that was written after the snapshot: "
        f"*{lost(op)}* when this was asked, and whatever is written until the restore begins.",
        former=f": all that was written after the snapshot, *{lost(op)}* when this was asked",
    )


def _source(op: Restore) -> list[tuple[str, str]]:
    snapshot = op.plan.snapshot
    return [
        (
            "Snapshot",
            f"{code(snapshot.id, 80)}\n{moment(snapshot.taken_at)} · {profile(snapshot)}",
        ),
        ("Snapshot's age when asked", lost(op)),
    ]


def _question(op: Restore) -> str:
    plan = op.plan
    return (
        f"All data in {flat(plan.instance.name, 40)} ({flat(plan.instance.id, 20)}, "
        f"{flat(plan.environment, 20)}) is replaced by snapshot {flat(plan.snapshot.id, 40)} "
        f"of {moment(plan.snapshot.taken_at)}. What was written later is lost."
    )


def _holds(op: Restore) -> str:
    return f"It holds the data of {moment(op.plan.snapshot.taken_at)}."


def _command(op: Restore) -> str:
    return f"/aura restore {clean(op.instance_id, 40)}"


def _notes(op: Restore) -> list[Block]:
    """Say what the rehearsal found, where there was one."""
    found = op.plan.rehearsed
    if found is None:
        return []
    took = RecoveryTime(running=found.running, verified=found.verified)
    sign = "✅" if found.outcome == Outcome.PROVEN else "⚠"
    passed = f"{found.passed} of {count(found.checks, 'check')} passed"
    return [
        section(
            f"{sign} *Rehearsed* in a scratch instance at {moment(found.at)}: "
            f"{clean(found.outcome, 40)}, {recovered(took)}, {passed} "
            f"({code(found.operation_id)})."
        )
    ]


RESTORE = Words(
    of="restore of {}",
    ask="to restore {}",
    doing="restoring {}",
    done="Restored {}",
    past="restored",
    gone="What was written later is gone from it.",
    direction=_direction,
    holds=_holds,
    source=_source,
    title="Overwrite {}",
    question=_question,
    command=_command,
    notes=_notes,
)
