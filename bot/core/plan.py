"""The sealed plan: everything an approver agrees to, and nothing that may change afterwards.

``AskedPlan`` is what all plans share that need approval, ``GatedPlan`` what those add that
overwrite an instance. A plan says with ``differences`` what in the world is no longer as approved
(promise P5); each difference is one plain clause.
"""

from datetime import timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, OperationId
from bot.core.environments import Environment
from bot.core.graph.loss import Loss
from bot.core.instances import (
    Condition,
    Instance,
    InstanceSummary,
    Project,
    safety_obstacle,
)
from bot.core.people import Person
from bot.core.protection import Freeze
from bot.core.seal import seal
from bot.core.snapshots import Snapshot
from bot.core.uploads import BackupFile
from bot.core.vault.manifest import Hold, Kind


class Waiver(Frozen):
    """Why there will be no safety snapshot: the obstacle as we see it, the reason as given."""

    obstacle: str
    reason: str


class Rehearsed(Frozen):
    """What the rehearsal of a restore found; ``running`` and ``verified`` are seconds."""

    operation_id: OperationId
    outcome: str
    at: AwareDatetime
    running: int | None = None
    verified: int | None = None
    passed: int
    checks: int


class Plan(Frozen):
    """What every plan says: what will be done, to what, for whom."""

    kind: str
    operation_id: OperationId
    requester: Person
    instance: InstanceSummary
    project: Project
    environment: str
    created_at: AwareDatetime

    @property
    def seal(self) -> str:
        """The plan's SHA-256, 64 hex digits; shown in messages by its first 12."""
        return seal(self)


class AskedPlan(Plan):
    """A plan that others approve, and under which rules."""

    reason: str
    quorum: int = Field(ge=0)
    policy_version: str
    expires_at: AwareDatetime
    execution_window: timedelta
    freeze: Freeze | None = Field(default=None, exclude_if=lambda freeze: freeze is None)
    """The freeze that was on when it was asked for."""

    @property
    def coherent(self) -> bool:
        """Whether the parts of the plan fit each other."""
        return True

    def rule_differences(self, environment: Environment | None) -> tuple[str, ...]:
        """Compare with the environment that the instance belongs to now."""
        if environment is None or environment.name != self.environment:
            now = environment.name if environment else "no environment"
            return (f"the instance moved from {self.environment} to {now}",)
        if environment.policy_version != self.policy_version:
            return (f"the rules of {self.environment} changed",)
        return ()


class Doubt(Frozen):
    """A drill that did not prove what is to be restored: its outcome in a word, and when."""

    drill: OperationId
    outcome: str
    at: AwareDatetime


class GatedPlan(AskedPlan):
    """A plan to replace the data of ``instance``: the target, whatever the data comes from."""

    instance: Instance
    waiver: Waiver | None = None
    loss: Loss | None = Field(default=None, exclude_if=lambda loss: loss is None)
    """What was counted in the target when it was asked for; None where nobody tried."""
    doubt: Doubt | None = Field(default=None, exclude_if=lambda doubt: doubt is None)
    """The last drill of what is restored, where that did not prove it."""
    quorum: int = Field(ge=1)

    def differences(
        self, *, instance: Instance, environment: Environment | None
    ) -> tuple[str, ...]:
        """Compare the target and its rules with the world as it is now.

        The instance's status is a fact of the moment: a busy instance is waited for, but one that
        has gone, or whose need for a waiver has changed, is a different case from the one approved.
        """
        return (
            *instance_differences(self.instance, instance),
            *self.rule_differences(environment),
            *self._safety_differences(instance),
        )

    def _safety_differences(self, instance: Instance) -> tuple[str, ...]:
        match instance.condition:
            case Condition.LEAVING:
                return ("the instance is being deleted",)
            case Condition.BUSY:
                return ()
            case _:
                obstacle = safety_obstacle(instance)
        if obstacle and self.waiver is None:
            return (f"a safety snapshot has become impossible: {obstacle}",)
        if self.waiver and not obstacle:
            return ("a safety snapshot has become possible, so the waiver no longer holds",)
        return ()


class RestorePlan(GatedPlan):
    """What a restore in place will do."""

    kind: Literal["restore"] = "restore"
    snapshot: Snapshot
    #: Left out where there is none, so that plans from before it was known keep their seal.
    rehearsed: Rehearsed | None = Field(default=None, exclude_if=lambda found: found is None)

    @property
    def coherent(self) -> bool:
        """Whether the snapshot is one of the instance."""
        return self.snapshot.instance_id == self.instance.id


class UploadPlan(GatedPlan):
    """What loading a backup file will do."""

    kind: Literal["upload"] = "upload"
    file: BackupFile


class OverwritePlan(GatedPlan):
    """What an overwrite will do: ``snapshot`` of ``source`` replaces the data of ``instance``."""

    kind: Literal["overwrite"] = "overwrite"
    source: Instance
    source_environment: str | None
    snapshot: Snapshot

    @property
    def coherent(self) -> bool:
        """Whether the snapshot is one of the source, and the source another instance."""
        return self.snapshot.instance_id == self.source.id != self.instance.id


class ExportFacts(Frozen):
    """An export as a plan names it; size in bytes."""

    id: str
    name: str
    size: int
    sha256: str
    taken_at: AwareDatetime
    kind: Kind


class HoldingPlan(AskedPlan):
    """What a change of a legal hold will do: set it, or ``release`` the one in ``held``."""

    kind: Literal["holding"] = "holding"
    quorum: int = Field(ge=1)
    export: ExportFacts
    release: bool
    held: Hold | None = None


class VerificationPlan(Plan):
    """Which export is read."""

    kind: Literal["verification"] = "verification"
    export: ExportFacts


class SnapshotPlan(Plan):
    """What taking a snapshot will do."""

    kind: Literal["snapshot"] = "snapshot"
    instance: Instance
    note: str = ""


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


def instance_differences(planned: Instance, now: Instance, *, whose: str = "") -> tuple[str, ...]:
    """Compare an instance with what it was when planned; ``whose`` begins each clause."""
    return tuple(
        f"{whose}{words} changed from {_word(planned, key)} to {_word(now, key)}"
        for key, words in _MATERIAL.items()
        if getattr(planned, key) != getattr(now, key)
    )


def snapshot_differences(planned: Snapshot, now: Snapshot) -> tuple[str, ...]:
    """Compare a snapshot with what it was when planned."""
    found: list[str] = []
    if now.instance_id != planned.instance_id or now.taken_at != planned.taken_at:
        found.append("the snapshot is not the one that was shown")
    if not now.completed:
        found.append(f"the snapshot is {now.status}")
    return tuple(found)


def _word(instance: Instance, key: str) -> str:
    return str(getattr(instance, key) or "none")
