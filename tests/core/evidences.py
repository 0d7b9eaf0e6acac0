"""A piece of evidence with every field filled, for tests."""

from datetime import timedelta
from typing import Any

from bot.core.base import InstanceId, OperationId, SnapshotId
from bot.core.evidence import (
    Approval,
    AuditLink,
    CheckLine,
    Evidence,
    Moment,
    RecoveryTime,
)
from bot.core.keys import EvidenceKey
from tests.core.samples import APPROVER, NOW, REQUESTER, plan

KEY = EvidenceKey.from_seed(bytes(range(32)))
OTHER_KEY = EvidenceKey.from_seed(bytes(32))

#: How the events of a drill stand in its record.
DRILLED = (
    Moment(
        at=NOW + timedelta(minutes=1),
        event="snapshot_picked",
        snapshot_id=SnapshotId("snap-1"),
        snapshot_taken_at=NOW - timedelta(hours=3),
    ),
    Moment(
        at=NOW + timedelta(minutes=2),
        event="scratch_created",
        aura_request_id="req-2/1",
        created_id=InstanceId("5c4a7c40"),
    ),
    Moment(at=NOW + timedelta(minutes=19), event="drill_proven"),
)


def evidence(**facts: Any) -> Evidence:
    sealed = plan()
    known: dict[str, Any] = {
        "kind": "restore",
        "operation_id": OperationId("rst-1"),
        "outcome": "done",
        "environment": "production",
        "instance_id": InstanceId("ab12cd34"),
        "plan": sealed.model_dump(mode="json"),
        "plan_seal": sealed.seal,
        "requester": REQUESTER,
        "approvals": (Approval(by=APPROVER, at=NOW + timedelta(minutes=2), seal=sealed.seal),),
        "requested_at": NOW,
        "ended_at": NOW + timedelta(minutes=20),
        "timeline": (
            Moment(at=NOW + timedelta(minutes=2), event="approved", by=APPROVER),
            Moment(
                at=NOW + timedelta(minutes=3),
                event="snapshot_started",
                snapshot_id=SnapshotId("snap-9"),
            ),
            Moment(
                at=NOW + timedelta(minutes=5), event="restore_started", aura_request_id="req-1/7"
            ),
            Moment(at=NOW + timedelta(minutes=19), event="verified"),
        ),
        "before": {"nodes": 41_200, "labels": {"Order": 40_000, "Customer": 1_200}},
        "after": {"nodes": 41_000, "labels": {"Order": 39_800, "Customer": 1_200}},
        "checks": (
            CheckLine(
                name="orders have customers",
                severity="error",
                verdict="passed",
                expected="no rows",
                found="0 rows",
                milliseconds=12,
            ),
        ),
        "recovery": RecoveryTime(running=850, verified=900),
        "audit": AuditLink(number=17, digest="a" * 64),
    }
    return Evidence.model_validate(known | facts)
