"""Drills at each turn of their life, with one text from outside wherever the outside has a say."""

from collections.abc import Iterator

from bot.core.base import InstanceId, OperationId
from bot.core.drills import Asking, Choice, DrillPlan, Estimate, LastDrill, Outcome
from bot.core.evidence import CheckLine
from bot.core.instances import Instance, Project
from bot.core.operations import Drill, advance
from bot.core.operations import events as e
from bot.core.operations.drill import DrillPhase as P
from tests.core.drill_samples import FINGERPRINT
from tests.views.samples import CHANNEL, NOW, REQUESTER, minutes, taken


def drills(said: str, instance: Instance) -> Iterator[Drill]:
    """A drill, and a rehearsal, in every phase and at every end."""
    for asking in (None, Asking(operation_id=OperationId("rst-9"), reason=said, waiver=said)):
        op = drill(said, instance, asking)
        yield op
        yield ended(advance(op, e.StepFailed(reason=said, hint=said), now=minutes(1)))
        for number, event in enumerate(steps(said), start=1):
            op = advance(op, event, now=minutes(number))
            yield op
            if op.allows(e.Cancelled):
                yield ended(advance(op, e.Cancelled(by=REQUESTER), now=minutes(9)))
            if op.allows(e.StepFailed):
                failed = e.StepFailed(reason=said, hint=said, request_id=said)
                yield ended(advance(op, failed, now=minutes(9)), left=said)
        if asking:
            yield advance(op, e.RestoreAsked(operation_id=asking.operation_id), now=minutes(9))
        for verdict, severity in (("passed", "error"), ("failed", "warning"), ("not run", "error")):
            lines = tuple(line(said, severity, verdict) for _ in range(30))
            at = op.model_copy(update={"history": op.history[:-1], "phase": P.CHECKING})
            yield ended(advance(at, e.Checked(checks=lines), now=minutes(9)))


def drill(said: str, instance: Instance, asking: Asking | None = None) -> Drill:
    """One that was just accepted."""
    plan = DrillPlan(
        operation_id=OperationId("drl-9k2m4c7x"),
        requester=REQUESTER,
        instance=instance,
        project=Project(id=instance.project_id, name=said),
        environment=said,
        choice=Choice(within_days=30),
        estimate=Estimate(size=said, cost=said, lives_minutes=240, most=2),
        asking=asking,
        created_at=NOW,
    )
    return Drill(
        id=plan.operation_id,
        environment=said,
        requester=REQUESTER,
        instance_id=instance.id,
        channel=CHANNEL,
        created_at=NOW,
        plan=plan,
    )


def steps(said: str) -> tuple[e.Event, ...]:
    """The events of a whole drill, up to its checks."""
    name = "savepoint-scratch-abc"
    return (
        e.SnapshotPicked(snapshot=taken(profile=said)),
        e.ScratchPlanned(name=name, size=said, cost=None),
        e.ScratchCreated(name=name, scratch_id=InstanceId("5c4a7c40"), request_id=said),
        e.ScratchRunning(name=name),
        e.Fingerprinted(fingerprint=FINGERPRINT),
        e.Checked(checks=(line(said, "warning"), line("orders", "error", "passed"))),
    )


def line(said: str, severity: str = "error", verdict: str = "failed") -> CheckLine:
    """A check whose every word comes from outside."""
    return CheckLine.model_validate(
        {
            "name": said,
            "severity": severity,
            "verdict": verdict,
            "expected": said,
            "found": said,
        }
    )


def ended(op: Drill, *, left: str = "") -> Drill:
    """Bring a drill from where it stands to its end."""
    if op.phase is P.CHECKED:
        op = advance(op, e.CleanUpBegun(reason=left), now=minutes(10))
    if op.phase is P.CLEANING:
        name = "savepoint-scratch-abc"
        gone = e.ScratchLeft(name=name, reason=left) if left else e.ScratchGone(name=name)
        op = advance(op, gone, now=minutes(11))
    return advance(op, op.conclusion(), now=minutes(12))


def last(said: str, outcome: Outcome) -> LastDrill:
    """What the last drill of an instance said."""
    return LastDrill(
        instance_id=InstanceId("a1b2c3d4"),
        operation_id=OperationId("drl-9k2m4c7x"),
        outcome=outcome,
        at=NOW,
        seconds=600,
        reason=said,
    )
