"""Drills for tests: plans, checks, and the events of a whole one."""

from typing import Any

from bot.core.base import ChannelId, InstanceId, OperationId
from bot.core.drills import Asking, Choice, DrillPlan, Estimate
from bot.core.evidence import CheckLine
from bot.core.graph.fingerprint import Fingerprint, Source
from bot.core.operations import events as e
from bot.core.operations.drill import Drill
from tests.core.samples import NOW, PROJECT, REQUESTER, instance, snapshot

ESTIMATE = Estimate(
    size="8GB AuraDB Professional",
    cost="about 0.80 USD an hour",
    lives_minutes=240,
    most=2,
)
ASKING = Asking(operation_id=OperationId("rst-9"), reason="a bad migration")
SCRATCH = "savepoint-scratch-abc"
PASSED = CheckLine(
    name="orders", severity="error", verdict="passed", expected="at least 1", found="7"
)
FAILED = PASSED.model_copy(update={"verdict": "failed", "found": "0"})
NOT_RUN = PASSED.model_copy(update={"verdict": "not run", "found": "no answer within 10 s"})
DOUBTFUL = FAILED.model_copy(update={"severity": "warning", "name": "sizes"})

PICKED = e.SnapshotPicked(snapshot=snapshot())
PLANNED = e.ScratchPlanned(name=SCRATCH, size="8GB", cost="about 1.00 USD an hour")
CREATED = e.ScratchCreated(name=SCRATCH, scratch_id=InstanceId("5c4a7c40"), request_id="req-2/1")
RUNNING = e.ScratchRunning(name=SCRATCH)
FINGERPRINT = Fingerprint(
    instance_id=InstanceId("ab12cd34"),
    taken_at=NOW,
    seconds=0.2,
    source=Source.QUERY,
    nodes=41_200,
    relationships=180_000,
    labels={"Order": 40_000, "Customer": 1_200},
    types={"PLACED": 180_000},
    constraints=("CREATE CONSTRAINT a",),
    indexes=("CREATE RANGE INDEX b",),
)
COUNTED = e.Fingerprinted(fingerprint=FINGERPRINT)
GONE = e.ScratchGone(name=SCRATCH)
LEFT = e.ScratchLeft(name=SCRATCH, reason="Aura refused")
GAVE_UP = e.StepFailed(reason="loading failed", hint="Look at it.")

#: Facts for the events of drills, where any event of any kind is tried.
DRILLED: dict[str, Any] = {
    "snapshot": snapshot(),
    "fingerprint": FINGERPRINT,
    "checks": (),
    "operation_id": "rst-9",
}
#: What the events of exports say.
EXPORTED: dict[str, Any] = {
    "until": snapshot().taken_at,
    "done": 1,
    "total": 2,
    "export_id": "exp-1",
    "stored_bytes": 3,
    "sha256": "0" * 64,
}


def checked(*lines: CheckLine) -> e.Checked:
    return e.Checked(checks=lines)


def drill_plan(**facts: Any) -> DrillPlan:
    known = {
        "operation_id": OperationId("drl-1"),
        "requester": REQUESTER,
        "instance": instance(),
        "project": PROJECT,
        "environment": "production",
        "choice": Choice(),
        "estimate": ESTIMATE,
        "created_at": NOW,
    }
    return DrillPlan.model_validate(known | facts)


def drill(**facts: Any) -> Drill:
    """A fresh drill; ``facts`` go into its plan."""
    return Drill(
        id=OperationId("drl-1"),
        environment="production",
        requester=REQUESTER,
        instance_id=InstanceId("ab12cd34"),
        channel=ChannelId("C01"),
        created_at=NOW,
        plan=drill_plan(**facts),
    )
