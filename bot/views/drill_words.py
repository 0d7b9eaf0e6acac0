"""A drill in sentences: what happened, what that says of the backup, what to do next."""

from datetime import datetime

from bot.core.drills import LastDrill, Outcome
from bot.core.evidence import CheckLine, RecoveryTime
from bot.core.operations import events as e
from bot.core.operations.drill import Drill
from bot.core.operations.drill import DrillPhase as P
from bot.views.kit import ago, clean, code, moment, span, user
from bot.views.words import called, count, fitting, sentence

#: How a drill is called in messages: its own, or the one before a restore.
SIGNS = {
    Outcome.PROVEN: "✅",
    Outcome.WARNED: "⚠",
    Outcome.NOT_PROVEN: "❌",
    Outcome.COULD_NOT_RUN: "❓",
}
_MOST_CHECKS = 20
_LETTERS = 2600  # Slack takes 3,000 characters in a section

UNTOUCHED = "The instance itself was not touched."


def noun(op: Drill) -> str:
    """Say what it is."""
    return "rehearsal" if op.plan.rehearsal else "drill"


def tell(op: Drill) -> str:
    """Say where a drill stands, in one paragraph."""
    instance, what = called(op.plan.instance), noun(op)
    match op.phase:
        case P.ACCEPTED:
            who = "A schedule" if op.origin.schedule else user(op.requester.user_id)
            return (
                f"{who} asks for a {what} of {instance}: one of its snapshots is restored into a "
                "scratch instance, read, and deleted. The instance itself is not touched."
            )
        case P.PICKED:
            return f"The {what} of {instance} tries {_snapshot(op)}. A scratch instance comes next."
        case P.CREATING:
            return f"Aura is asked for a scratch instance out of {_snapshot(op)} of {instance}."
        case P.LOADING:
            return (
                f"Aura is loading {_snapshot(op)} of {instance} into the scratch instance "
                f"{_scratch(op)}. That may take as long as a restore does."
            )
        case P.MEASURING:
            return f"{_capital(_snapshot(op))} of {instance} runs; its graph is being counted."
        case P.CHECKING | P.CHECKED:
            return f"{_capital(_snapshot(op))} of {instance} runs; its data is being checked."
        case P.HOLDING:
            return (
                f"The rehearsal of {instance} ended: {passed(op)}. The restore is asked for; "
                f"{_scratch(op)} stays until it has ended."
            )
        case P.CLEANING | P.REPORTING:
            return f"The {what} of {instance} has ended; its scratch instance is being deleted."
        case P.CANCELLED:
            return (
                f"The {what} of {instance} was cancelled before anything was learnt. "
                f"{UNTOUCHED}{_left(op)}"
            )
        case _:
            return f"{_said(op)}{_left(op)}"


def passed(op: Drill) -> str:
    """Count the checks: `7 of 7 checks passed`."""
    if not op.checks:
        return "no check ran"
    return f"{op.passed} of {count(len(op.checks), 'check')} passed"


def recovered(time: RecoveryTime) -> str:
    """Say how long a recovery takes, as measured."""
    if time.running is None:
        return "not measured"
    if time.verified is None or time.verified == time.running:
        return f"{span(time.running)} until running"
    return f"{span(time.running)} until running, {span(time.verified)} until checked"


def results(checks: tuple[CheckLine, ...]) -> str:
    """List the checks with what was expected and found, those first that did not pass."""
    ordered = sorted(checks, key=lambda line: (line.passed, not line.serious, line.name))
    lines = [_result(line) for line in ordered[:_MOST_CHECKS]]
    lines = lines[: fitting(lines, most=_LETTERS)]
    if len(lines) < len(ordered):
        lines.append(f"… and {len(ordered) - len(lines)} more; the evidence has them all")
    return "\n".join(lines)


def last_line(drill: LastDrill, now: datetime) -> str:
    """Say what the last drill said: short, for lists."""
    return f"{SIGNS[drill.outcome]} last drill {drill.outcome} {ago(drill.at, now)}"


def last_at_length(drill: LastDrill, now: datetime) -> str:
    """Say what the last drill said, why, and how long the recovery took."""
    took = f" · running after {span(drill.seconds)}" if drill.seconds is not None else ""
    tried = f" · snapshot {code(drill.snapshot_id, 80)}" if drill.snapshot_id else ""
    why = f"\n{sentence(drill.reason, 240)}" if drill.reason else ""
    return (
        f"{SIGNS[drill.outcome]} *{drill.outcome}* · {moment(drill.at)} · {ago(drill.at, now)}"
        f"{took}{tried} · {code(drill.operation_id)}{why}"
    )


def last_warning(
    drill: LastDrill | None, now: datetime, *, of: str = "this instance"
) -> str | None:
    """Warn of an instance whose last drill did not prove it; None where there is no reason to.

    ``of`` names it where several are spoken of.
    """
    if drill is None or drill.outcome.proves:
        return None
    why = f" {sentence(drill.reason, 240)}" if drill.reason else ""
    return (
        f"⚠ *The last drill did not prove that {of} can be restored:* {drill.outcome}, "
        f"{moment(drill.at)} ({ago(drill.at, now)}), {code(drill.operation_id)}.{why}"
    )


def _said(op: Drill) -> str:
    instance, last = called(op.plan.instance), op.history[-1].event
    reason = sentence(str(getattr(last, "reason", "")), 160) if op.history else ""
    took = recovered(op.recovery)
    match op.outcome:
        case Outcome.PROVEN:
            return (
                f"The backup of {instance} is proven: {_snapshot(op)} restores, and {passed(op)}. "
                f"It took {took}. {UNTOUCHED}"
            )
        case Outcome.WARNED:
            return (
                f"The backup of {instance} is proven with warnings: {_snapshot(op)} restores, and "
                f"{passed(op)}. {reason} It took {took}. {UNTOUCHED}"
            )
        case Outcome.NOT_PROVEN:
            return (
                f"The backup of {instance} is *not proven*: {_snapshot(op)} restores, but its data "
                f"is not what it should be; {passed(op)}. {reason} {_then(op)} {UNTOUCHED}"
            )
        case _:
            return (
                f"The {noun(op)} of {instance} could not run, so nothing is known of the backup. "
                f"{reason} {_hint(op)}{UNTOUCHED}"
            )


def _then(op: Drill) -> str:
    if op.plan.rehearsal:
        return (
            "The restore was therefore not asked for; choose another snapshot, or ask again "
            "without a rehearsal."
        )
    return f"Try another snapshot: `/aura drill {clean(op.instance_id, 40)} <snapshot>`."


def _hint(op: Drill) -> str:
    failed = op.last(e.StepFailed)
    hint = f"{sentence(failed.hint, 160)} " if failed and failed.hint else ""
    return f"{hint}The restore was not asked for. " if op.plan.rehearsal else hint


def _left(op: Drill) -> str:
    left = op.leftover
    if left is None:
        return ""
    return (
        f" ⚠ The scratch instance {code(left.name, 60)} could not be deleted yet: "
        f"{sentence(left.reason, 120)} I go on trying; until then it is billed."
    )


def _snapshot(op: Drill) -> str:
    snapshot = op.snapshot
    if snapshot is None:
        return "a snapshot"
    return f"snapshot {code(snapshot.id, 80)} of {moment(snapshot.taken_at)}"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _scratch(op: Drill) -> str:
    planned = op.last(e.ScratchPlanned)
    return code(planned.name, 60) if planned else "a scratch instance"


def _result(line: CheckLine) -> str:
    sign = "✓" if line.passed else ("❌" if line.serious else "⚠")
    said = f"{sign} *{clean(line.name, 80)}*"
    if line.passed:
        return f"{said} · found {clean(line.found, 100)}"
    verdict = "" if line.verdict == "failed" else " · not run"
    return (
        f"{said}{verdict} · expected {clean(line.expected, 150)} · found {clean(line.found, 150)}"
    )
