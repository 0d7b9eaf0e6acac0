"""Operations to store, and the moves that bring them to an end."""

from datetime import UTC, datetime, timedelta

from bot.core.audit import AuditRecord, Verdict
from bot.core.base import (
    ChannelId,
    InstanceId,
    OperationId,
    ProjectId,
    SnapshotId,
    TeamId,
    UserId,
)
from bot.core.copies import CopyOrder
from bot.core.graph.fingerprint import Fingerprint, Kept, Moment, Source
from bot.core.instances import Instance, Project
from bot.core.operations import Restore, TakeSnapshot, advance
from bot.core.operations import events as e
from bot.core.people import Person
from bot.core.plan import RestorePlan, SnapshotPlan
from bot.core.scratch import Purpose, ScratchEntry
from bot.core.snapshots import Snapshot

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDERS = InstanceId("0a1b2c3d")
TEAM = TeamId("T1")
REQUESTER = Person(team_id=TEAM, user_id=UserId("U1"))
APPROVER = Person(team_id=TEAM, user_id=UserId("U2"))
SECOND_APPROVER = Person(team_id=TEAM, user_id=UserId("U3"))


def instance(instance_id: InstanceId = ORDERS) -> Instance:
    return Instance(
        id=instance_id,
        name="orders",
        project_id=ProjectId("p1"),
        status="running",
        tier="enterprise-db",
    )


def restore(
    name: str = "rst-1", *, on: InstanceId = ORDERS, at: datetime = NOW, quorum: int = 1
) -> Restore:
    plan = RestorePlan(
        operation_id=OperationId(name),
        requester=REQUESTER,
        instance=instance(on),
        project=Project(id=ProjectId("p1"), name="shop"),
        environment="production",
        snapshot=Snapshot(
            id=SnapshotId("s1"),
            instance_id=on,
            status="Completed",
            profile="AdHoc",
            taken_at=NOW,
        ),
        reason="a bad deploy",
        quorum=quorum,
        policy_version="v1",
        created_at=at,
        expires_at=at + timedelta(minutes=30),
        execution_window=timedelta(minutes=10),
    )
    return Restore(
        id=OperationId(name),
        environment="production",
        requester=REQUESTER,
        instance_id=on,
        channel=ChannelId("C1"),
        created_at=at,
        plan=plan,
    )


def take_snapshot(name: str = "snp-1", *, at: datetime = NOW) -> TakeSnapshot:
    plan = SnapshotPlan(
        operation_id=OperationId(name),
        requester=REQUESTER,
        instance=instance(),
        project=Project(id=ProjectId("p1"), name="shop"),
        environment="production",
        created_at=at,
    )
    return TakeSnapshot(
        id=OperationId(name),
        environment="production",
        requester=REQUESTER,
        instance_id=ORDERS,
        channel=ChannelId("C1"),
        created_at=at,
        plan=plan,
    )


def approve(op: Restore, *, by: Person = APPROVER) -> Restore:
    return advance(op, e.Approved(by=by, seal=op.plan.seal), now=NOW)


def starting(op: Restore) -> Restore:
    """Bring an operation to where its one call may be sent."""
    safety = SnapshotId("safety")
    moves: tuple[e.Event, ...] = (
        e.Approved(by=APPROVER, seal=op.plan.seal),
        e.SnapshotStarted(snapshot_id=safety),
        e.SnapshotCompleted(snapshot_id=safety),
        e.RestoreIntended(status_before="running"),
    )
    for event in moves:
        op = advance(op, event, now=NOW)
    return op


def second(op: Restore) -> Restore:
    """Agree as one more person each time, so that every call is another change."""
    nobody = Person(team_id=TEAM, user_id=UserId(f"U-{len(op.approvers)}"))
    recorded = e.Seconded(by=nobody, seal=op.plan.seal)
    return advance(op, recorded, now=NOW)


def deny(op: Restore, *, by: Person = APPROVER) -> Restore:
    return advance(op, e.Denied(by=by, reason="not now"), now=NOW)


def record(why: str = "", *, at: datetime = NOW) -> AuditRecord:
    return AuditRecord(
        at=at,
        action="restore.approve",
        verdict=Verdict.ALLOWED,
        actor=APPROVER,
        operation_id=OperationId("rst-1"),
        why=why,
    )


def scratch(number: int = 1, *, at: datetime = NOW) -> ScratchEntry:
    name = f"savepoint-scratch-{number}"
    return ScratchEntry(
        name=name,
        purpose=Purpose.DRILL,
        operation_id=OperationId(f"drl-{number}"),
        environment="production",
        order=CopyOrder(
            name=name,
            project_id=ProjectId("p1"),
            cloud="gcp",
            region="europe-west1",
            tier="professional-db",
            memory="8GB",
            version="5",
            source_instance_id=ORDERS,
            source_snapshot_id=SnapshotId("s1"),
        ),
        created_at=at,
        dies_at=at + timedelta(hours=4),
    )


def fingerprint(at: datetime = NOW, *, nodes: int = 3, of: InstanceId = ORDERS) -> Kept:
    counted = Fingerprint(
        instance_id=of,
        taken_at=at,
        seconds=0.1,
        source=Source.QUERY,
        nodes=nodes,
        relationships=2,
        labels={"Order": nodes},
        types={"NEXT": 2},
        constraints=(),
        indexes=(),
    )
    return Kept(fingerprint=counted, moment=Moment.SNAPSHOT, snapshot_id=SnapshotId("s1"))
