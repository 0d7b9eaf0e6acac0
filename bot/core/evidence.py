"""Evidence: the record that a restore or a drill leaves, for somebody who trusts nobody here.

Rules
  * The record is a contract with files that are years old: it has shapes of its own, so that a
    change of our models does not change what was signed.
  * `bot.core.signed` binds it to a key; `bot.views.evidence` makes the page that people read.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Literal, Self

from pydantic import AwareDatetime, Field, JsonValue, model_validator

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId
from bot.core.people import Person
from bot.core.seal import canonical_json

Facts = dict[str, JsonValue]


class Approval(Frozen):
    """Who agreed, when, and to which plan."""

    by: Person
    at: AwareDatetime
    seal: str


class Moment(Frozen):
    """One event of the history: its kind, when, and Aura's request id where it brought one.

    Files of format 1 tell neither snapshots nor what was created.
    """

    at: AwareDatetime
    event: str
    by: Person | None = None
    reason: str = ""
    aura_request_id: str | None = None
    snapshot_id: SnapshotId | None = None
    """What it was about: the snapshot that a drill tries, or the safety snapshot."""
    snapshot_taken_at: AwareDatetime | None = None
    created_id: InstanceId | None = None
    """The instance that Aura created then: a scratch instance, or a clone."""


class CheckLine(Frozen):
    """One check as it ran; ``expected`` and ``found`` are the words that people were shown.

    One that could not be run to its end counts as not passed.
    """

    name: str
    severity: Literal["error", "warning"]
    verdict: Literal["passed", "failed", "not run"]
    expected: str
    found: str
    milliseconds: int | None = Field(default=None, ge=0)

    @property
    def passed(self) -> bool:
        """Whether it ran and found what was expected."""
        return self.verdict == "passed"

    @property
    def serious(self) -> bool:
        """Whether a backup on which it does not pass is not proven."""
        return self.severity == "error"


def unpassed(lines: Iterable[CheckLine]) -> str:
    """Name the checks that did not pass in a clause; empty when all did."""
    names = [f"“{line.name}”" for line in lines if not line.passed]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more} did not pass" if names else ""


def unrun(lines: Iterable[CheckLine]) -> str:
    """Say in a clause how many of the checks could not run; empty when all did."""
    verdicts = [line.verdict for line in lines]
    missing = verdicts.count("not run")
    return f"{missing} of {len(verdicts)} checks could not run" if missing else ""


class RecoveryTime(Frozen):
    """Whole seconds from the request to the instance running, and to its data being checked."""

    running: int | None = Field(default=None, ge=0)
    verified: int | None = Field(default=None, ge=0)


class AuditLink(Frozen):
    """The entry of the audit log that this record hangs on; its digest holds all before it."""

    number: int = Field(ge=1)
    digest: str


class Evidence(Frozen):
    """What was planned, agreed, done and found. Facts of graphs are those of `fingerprints`."""

    format: Literal[1] = 1
    kind: str
    operation_id: OperationId
    outcome: str
    environment: str
    instance_id: InstanceId
    plan: Facts
    plan_seal: str
    requester: Person
    approvals: tuple[Approval, ...] = ()
    requested_at: AwareDatetime
    ended_at: AwareDatetime
    timeline: tuple[Moment, ...]
    before: Facts | None = None
    after: Facts | None = None
    checks: tuple[CheckLine, ...] = ()
    recovery: RecoveryTime = RecoveryTime()
    audit: AuditLink

    @property
    def aura_request_ids(self) -> tuple[str, ...]:
        """Every request id that Aura gave, in order: what Neo4j's support can trace."""
        given = (moment.aura_request_id for moment in self.timeline)
        return tuple(dict.fromkeys(each for each in given if each))

    @property
    def snapshot(self) -> Moment | None:
        """When and which snapshot a drill picked; None where an old record does not tell."""
        return self._about("snapshot_picked")

    @property
    def safety_snapshot(self) -> SnapshotId | None:
        """The snapshot that was taken before anything was overwritten, where there was one."""
        begun = self._about("snapshot_started")
        return begun.snapshot_id if begun and self.kind != "snapshot" else None

    @property
    def scratch_id(self) -> InstanceId | None:
        """The instance in which a snapshot was tried, where there was one."""
        created = self._about("scratch_created")
        return created.created_id if created else None

    def _about(self, event: str) -> Moment | None:
        return next((each for each in self.timeline if each.event == event), None)

    @model_validator(mode="after")
    def _sealed(self) -> Self:
        """Refuse a plan that is not the one of its seal, and approvals of another plan."""
        if sha256(canonical_json(self.plan).encode()).hexdigest() != self.plan_seal:
            raise ValueError("the plan is not the one that its seal was made of")
        if any(approval.seal != self.plan_seal for approval in self.approvals):
            raise ValueError("an approval is for another plan")
        return self
