"""Small true-looking values for the tests of the core."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.core.base import (
    ChannelId,
    InstanceId,
    OperationId,
    ProjectId,
    SnapshotId,
    TeamId,
    UserId,
)
from bot.core.environments import Environment
from bot.core.instances import Instance, Project
from bot.core.operations import Gated, Restore, TakeSnapshot, advance
from bot.core.operations import events as e
from bot.core.people import Group, Person, Standing
from bot.core.plan import RestorePlan, SnapshotPlan, Waiver
from bot.core.snapshots import Snapshot

O = TypeVar("O", bound=Gated)  # noqa: E741
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEAM = TeamId("T01")


def person(user_id: str, team: TeamId = TEAM) -> Person:
    return Person(team_id=team, user_id=UserId(user_id))


REQUESTER, APPROVER, SECOND = person("U01REQ"), person("U02APP"), person("U03APP")
SAFETY = SnapshotId("safety-1")
WAIVER = Waiver(obstacle="the instance is paused", reason="it must come back tonight")


def standing(who: Person = APPROVER, **facts: Any) -> Standing:
    return Standing(person=who, **facts)


def instance(**facts: Any) -> Instance:
    known = {
        "id": InstanceId("ab12cd34"),
        "name": "orders-prod",
        "project_id": ProjectId("project-1"),
        "status": "running",
        "tier": "enterprise-db",
        "memory": "8GB",
        "storage": "16GB",
        "cdc_mode": "OFF",
    }
    return Instance.model_validate(known | facts)


def snapshot(**facts: Any) -> Snapshot:
    known = {
        "id": SnapshotId("snap-1"),
        "instance_id": InstanceId("ab12cd34"),
        "status": "Completed",
        "profile": "Scheduled",
        "taken_at": NOW - timedelta(hours=3),
    }
    return Snapshot.model_validate(known | facts)


def environment(**facts: Any) -> Environment:
    known = {
        "name": "production",
        "channel": ChannelId("C01"),
        "alert_channel": ChannelId("C02"),
        "operators": Group(users=(REQUESTER.user_id,)),
        "approvers": Group(users=(APPROVER.user_id, SECOND.user_id)),
        "projects": (ProjectId("project-1"),),
    }
    return Environment.model_validate(known | facts)


PROJECT = Project(id=ProjectId("project-1"), name="Orders")


def plan(**facts: Any) -> RestorePlan:
    known = {
        "operation_id": OperationId("rst-1"),
        "requester": REQUESTER,
        "instance": instance(),
        "project": PROJECT,
        "environment": "production",
        "snapshot": snapshot(),
        "reason": "a bad migration",
        "quorum": 1,
        "policy_version": environment().policy_version,
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=30),
        "execution_window": timedelta(minutes=10),
    }
    return RestorePlan.model_validate(known | facts)


def restore(**facts: Any) -> Restore:
    """A fresh request; ``facts`` go into its plan."""
    sealed = plan(**facts)
    return Restore(
        id=OperationId("rst-1"),
        environment="production",
        requester=REQUESTER,
        instance_id=InstanceId("ab12cd34"),
        channel=ChannelId("C01"),
        created_at=NOW,
        plan=sealed,
    )


def take() -> TakeSnapshot:
    return TakeSnapshot(
        id=OperationId("snp-1"),
        environment="production",
        requester=REQUESTER,
        instance_id=InstanceId("ab12cd34"),
        channel=ChannelId("C01"),
        created_at=NOW,
        plan=SnapshotPlan(
            operation_id=OperationId("snp-1"),
            requester=REQUESTER,
            instance=instance(),
            project=PROJECT,
            environment="production",
            created_at=NOW,
        ),
    )


def play(op: O, *events: e.Event, now: datetime = NOW) -> O:
    """Advance through events that all happen at one moment."""
    for event in events:
        op = advance(op, event, now=now)
    return op


def approved(op: Gated, by: Person = APPROVER) -> e.Approved:
    return e.Approved(by=by, seal=op.plan.seal)


def seconded(op: Gated, by: Person = APPROVER) -> e.Seconded:
    return e.Seconded(by=by, seal=op.plan.seal)


STARTED = e.SnapshotStarted(snapshot_id=SAFETY)
COMPLETED = e.SnapshotCompleted(snapshot_id=SAFETY)
INTENDED = e.RestoreIntended(status_before="running")


def starting() -> Restore:
    """A restore whose call may leave now."""
    op = restore()
    return play(op, approved(op), STARTED, COMPLETED, INTENDED)
