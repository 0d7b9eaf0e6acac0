"""Small true-looking overwrites for the tests of the core."""

from datetime import timedelta
from typing import Any

from bot.core.base import ChannelId, InstanceId, OperationId, SnapshotId
from bot.core.instances import Instance
from bot.core.operations import Overwrite
from bot.core.plan import OverwritePlan
from tests.core.samples import NOW, PROJECT, REQUESTER, environment, instance, snapshot

SOURCE_ID = InstanceId("50c0ce00")


def source(**facts: Any) -> Instance:
    return instance(**{"id": SOURCE_ID, "name": "orders-source", **facts})


def overwrite_plan(**facts: Any) -> OverwritePlan:
    known = {
        "operation_id": OperationId("ovw-1"),
        "requester": REQUESTER,
        "instance": instance(),
        "project": PROJECT,
        "environment": "production",
        "source": source(),
        "source_environment": "production",
        "snapshot": snapshot(id=SnapshotId("src-1"), instance_id=SOURCE_ID),
        "reason": "fresh data",
        "quorum": 1,
        "policy_version": environment().policy_version,
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=30),
        "execution_window": timedelta(minutes=10),
    }
    return OverwritePlan.model_validate(known | facts)


def overwrite(**facts: Any) -> Overwrite:
    """A fresh request; ``facts`` go into its plan."""
    return Overwrite(
        id=OperationId("ovw-1"),
        environment="production",
        requester=REQUESTER,
        instance_id=InstanceId("ab12cd34"),
        channel=ChannelId("C01"),
        created_at=NOW,
        plan=overwrite_plan(**facts),
    )
