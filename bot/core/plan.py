"""The sealed plan: everything an approver agrees to, and nothing that may change afterwards."""

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, OperationId
from bot.core.environments import Environment
from bot.core.instances import Condition, Instance, Project, safety_obstacle
from bot.core.people import Person
from bot.core.seal import seal
from bot.core.snapshots import Snapshot


class Waiver(Frozen):
    """Why there will be no safety snapshot: the obstacle as we see it, the reason as given."""

    obstacle: str
    reason: str


class RestorePlan(Frozen):
    """What a restore will do, to what, for whom, and under which rules."""

    kind: Literal["restore"] = "restore"
    operation_id: OperationId
    requester: Person
    instance: Instance
    project: Project
    environment: str
    snapshot: Snapshot
    reason: str
    waiver: Waiver | None = None
    quorum: int = Field(ge=1)
    policy_version: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    execution_window: timedelta

    @property
    def seal(self) -> str:
        """The plan's SHA-256, 64 hex digits; shown in messages by its first 12."""
        return seal(self)


class SnapshotPlan(Frozen):
    """What taking a snapshot will do."""

    kind: Literal["snapshot"] = "snapshot"
    operation_id: OperationId
    requester: Person
    instance: Instance
    project: Project
    environment: str
    note: str = ""
    created_at: AwareDatetime

    @property
    def seal(self) -> str:
        """The plan's SHA-256, 64 hex digits."""
        return seal(self)


#: The facts whose change between approval and execution voids the approval (promise P5).
_MATERIAL = {
    "id": "the instance's id",
    "name": "the instance's name",
    "project_id": "the instance's project",
    "tier": "the tier",
    "memory": "the memory size",
    "storage": "the storage size",
    "cdc_mode": "the CDC mode",
}


def material_differences(
    plan: RestorePlan, *, instance: Instance, snapshot: Snapshot, environment: Environment | None
) -> tuple[str, ...]:
    """Compare the plan with the world as it is now; each difference is one plain clause.

    The instance's status is a fact of the moment: a busy instance is waited for, but one that
    has gone, or whose need for a waiver has changed, is a different case from the one approved.
    """
    found = [
        f"{words} changed from {_word(plan.instance, key)} to {_word(instance, key)}"
        for key, words in _MATERIAL.items()
        if getattr(plan.instance, key) != getattr(instance, key)
    ]
    if environment is None or environment.name != plan.environment:
        now = environment.name if environment else "no environment"
        found.append(f"the instance moved from {plan.environment} to {now}")
    elif environment.policy_version != plan.policy_version:
        found.append(f"the rules of {plan.environment} changed")
    if snapshot.instance_id != plan.instance.id or snapshot.taken_at != plan.snapshot.taken_at:
        found.append("the snapshot is not the one that was shown")
    if not snapshot.completed:
        found.append(f"the snapshot is {snapshot.status}")
    if instance.condition is Condition.LEAVING:
        found.append("the instance is being deleted")
    elif instance.condition is not Condition.BUSY:
        obstacle = safety_obstacle(instance)
        if obstacle and plan.waiver is None:
            found.append(f"a safety snapshot has become impossible: {obstacle}")
        if plan.waiver and not obstacle:
            found.append("a safety snapshot has become possible, so the waiver no longer holds")
    return tuple(found)


def _word(instance: Instance, key: str) -> str:
    return str(getattr(instance, key) or "none")
