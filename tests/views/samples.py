"""Operations and instances to look at, all on one calm Sunday morning."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.base import ChannelId, InstanceId, OperationId, ProjectId, SnapshotId, TeamId, UserId
from bot.core.environments import Environment
from bot.core.instances import Instance, Project
from bot.core.operations import Restore, TakeSnapshot, advance
from bot.core.operations import events as e
from bot.core.people import Person
from bot.core.plan import RestorePlan, SnapshotPlan, Waiver
from bot.core.snapshots import Exportable, Snapshot

NOW = datetime(2026, 11, 22, 7, 41, tzinfo=UTC)
REQUESTER = Person(team_id=TeamId("T1"), user_id=UserId("U0REQUEST"))
APPROVER = Person(team_id=TeamId("T1"), user_id=UserId("U0APPROVE"))
SECOND = Person(team_id=TeamId("T1"), user_id=UserId("U0SECOND"))
PROJECT = Project(id=ProjectId("p-1111"), name="Shop")
CHANNEL = ChannelId("C0PROD")
LINK = "https://example.slack.com/archives/C0PROD/p1"
SAFETY = SnapshotId("5afe0000-0000-4000-8000-000000000001")
PRODUCTION = Environment(name="production", channel=CHANNEL, alert_channel=ChannelId("C0ALERT"))


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


def instance(**changes: Any) -> Instance:
    return Instance(
        **{
            "id": InstanceId("a1b2c3d4"),
            "name": "orders-prod",
            "project_id": PROJECT.id,
            "status": "running",
            "tier": "professional-db",
            "memory": "8GB",
            "storage": "16GB",
            "cdc_mode": "OFF",
            "cloud": "gcp",
            "region": "europe-west1",
            **changes,
        }
    )


def taken(**changes: Any) -> Snapshot:
    return Snapshot(
        **{
            "id": SnapshotId("c0ffee00-0000-4000-8000-000000000001"),
            "instance_id": InstanceId("a1b2c3d4"),
            "status": "Completed",
            "profile": "AdHoc",
            "taken_at": NOW - timedelta(hours=3),
            "exportable": Exportable.YES,
            **changes,
        }
    )


def plan(**changes: Any) -> RestorePlan:
    return RestorePlan(
        **{
            "operation_id": OperationId("rst-9k2m"),
            "requester": REQUESTER,
            "instance": instance(),
            "project": PROJECT,
            "environment": "production",
            "snapshot": taken(),
            "reason": "The import at 05:10 doubled every order",
            "quorum": 1,
            "policy_version": "v1",
            "created_at": NOW,
            "expires_at": minutes(30),
            "execution_window": timedelta(minutes=10),
            **changes,
        }
    )


def waived(**changes: Any) -> RestorePlan:
    return plan(
        instance=instance(status="paused"),
        waiver=Waiver(
            obstacle="the instance is paused, and a paused instance can take no snapshot",
            reason="It was broken before the pause",
        ),
        **changes,
    )


def restore(*events: e.Event, plan: RestorePlan = plan()) -> Restore:  # noqa: B008 -- frozen
    """Return a restore after these events, one every two minutes."""
    op = Restore(
        id=plan.operation_id,
        environment=plan.environment,
        requester=REQUESTER,
        instance_id=plan.instance.id,
        channel=CHANNEL,
        created_at=NOW,
        plan=plan,
    )
    for index, event in enumerate(events, start=1):
        op = advance(op, event, now=minutes(2 * index))
    return op


def approval(of: RestorePlan | None = None, by: Person = APPROVER) -> e.Approved:
    return e.Approved(by=by, seal=(of or plan()).seal)


STARTED = e.SnapshotStarted(snapshot_id=SAFETY, request_id="req-snap")
COMPLETED = e.SnapshotCompleted(snapshot_id=SAFETY)
INTENDED = e.RestoreIntended(status_before="running")
ACCEPTED = e.RestoreStarted(request_id="req-restore")
LOST = e.Interrupted(reason="Aura did not answer within 30 s", request_id="req-lost")
UNKNOWN = e.OutcomeUnknown(reason="the instance shows no sign of it after 5 minutes")


def to_ready(of: RestorePlan | None = None) -> tuple[e.Event, ...]:
    return (approval(of), STARTED, COMPLETED)


def to_restoring(of: RestorePlan | None = None) -> tuple[e.Event, ...]:
    return (*to_ready(of), INTENDED, ACCEPTED)


def to_done(of: RestorePlan | None = None) -> tuple[e.Event, ...]:
    return (*to_restoring(of), e.RestoreFinished(), e.Verified())


def to_stuck() -> tuple[e.Event, ...]:
    return (*to_ready(), INTENDED, LOST, UNKNOWN)


def take(*events: e.Event, note: str = "before the 4.2 deploy", **changes: Any) -> TakeSnapshot:
    """Return the taking of a snapshot after these events, one every two minutes."""
    op = TakeSnapshot(
        id=OperationId("snp-4t7x"),
        environment="production",
        requester=REQUESTER,
        instance_id=InstanceId("a1b2c3d4"),
        channel=CHANNEL,
        created_at=NOW,
        plan=SnapshotPlan(
            operation_id=OperationId("snp-4t7x"),
            requester=REQUESTER,
            instance=instance(**changes),
            project=PROJECT,
            environment="production",
            note=note,
            created_at=NOW,
        ),
    )
    for index, event in enumerate(events, start=1):
        op = advance(op, event, now=minutes(2 * index))
    return op
