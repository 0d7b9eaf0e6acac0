"""Events: what moved an operation. They are stored as its history and never change."""

from typing import Annotated, Literal

from pydantic import Field

from bot.core.base import Frozen, InstanceId, SnapshotId
from bot.core.evidence import CheckLine
from bot.core.operations import clone_events as clone
from bot.core.operations import drill_events as drill
from bot.core.operations import export_events as export
from bot.core.operations import vault_events as vault
from bot.core.people import Person


class Seconded(Frozen):
    """An approver agreed, and more are needed."""

    kind: Literal["seconded"] = "seconded"
    by: Person
    seal: str


class Approved(Frozen):
    """The approver who completed the quorum agreed."""

    kind: Literal["approved"] = "approved"
    by: Person
    seal: str


class Denied(Frozen):
    """An approver said no; one is enough."""

    kind: Literal["denied"] = "denied"
    by: Person
    reason: str


class Cancelled(Frozen):
    """The requester took it back."""

    kind: Literal["cancelled"] = "cancelled"
    by: Person


class Expired(Frozen):
    """Nobody decided in time, or the approved operation did not begin in time."""

    kind: Literal["expired"] = "expired"


class Voided(Frozen):
    """The world or the rules differ from what was approved (promise P5)."""

    kind: Literal["voided"] = "voided"
    differences: tuple[str, ...]


class SafetyWaived(Frozen):
    """No safety snapshot is taken, as the sealed plan says."""

    kind: Literal["safety_waived"] = "safety_waived"


class SnapshotStarted(Frozen):
    """Aura accepted a snapshot, or one that we had asked for was found again."""

    kind: Literal["snapshot_started"] = "snapshot_started"
    snapshot_id: SnapshotId
    request_id: str | None = None
    adopted: bool = False


class SnapshotCompleted(Frozen):
    """The snapshot is complete."""

    kind: Literal["snapshot_completed"] = "snapshot_completed"
    snapshot_id: SnapshotId


class RestoreIntended(Frozen):
    """About to send the one call that replaces data; recorded before it leaves (promise P6)."""

    kind: Literal["restore_intended"] = "restore_intended"
    status_before: str


class RestoreStarted(Frozen):
    """Aura accepted the restore, or was seen restoring after we lost its answer."""

    kind: Literal["restore_started"] = "restore_started"
    request_id: str | None = None
    adopted: bool = False


class RestoreRefused(Frozen):
    """The restore certainly did not happen: Aura said no, or the call never left."""

    kind: Literal["restore_refused"] = "restore_refused"
    reason: str
    hint: str | None = None
    request_id: str | None = None


class Interrupted(Frozen):
    """The answer to the restore call is lost; nobody here knows whether it ran."""

    kind: Literal["interrupted"] = "interrupted"
    reason: str
    request_id: str | None = None


class OutcomeUnknown(Frozen):
    """Looking did not tell; a person must look and say."""

    kind: Literal["outcome_unknown"] = "outcome_unknown"
    reason: str


class SettledRan(Frozen):
    """An approver looked and says the restore ran."""

    kind: Literal["settled_ran"] = "settled_ran"
    by: Person


class SettledNotRun(Frozen):
    """An approver looked and says the restore did not run."""

    kind: Literal["settled_not_run"] = "settled_not_run"
    by: Person


class RestoreFinished(Frozen):
    """The instance is running again."""

    kind: Literal["restore_finished"] = "restore_finished"


class Verified(Frozen):
    """A second reading confirms: same instance, running."""

    kind: Literal["verified"] = "verified"
    checks: tuple[CheckLine, ...] = ()
    """What the checks found; those that did not pass merely warn."""


class StepFailed(Frozen):
    """A step ended for good with a reason."""

    kind: Literal["step_failed"] = "step_failed"
    reason: str
    hint: str | None = None
    request_id: str | None = None


class ScratchPlanned(Frozen):
    """The ledger holds a scratch instance that may now be created (promise P13)."""

    kind: Literal["scratch_planned"] = "scratch_planned"
    name: str
    size: str
    """Memory and tier, for people."""
    cost: str | None = None
    """What an hour costs, where a price is configured."""


class ScratchCreated(Frozen):
    """Aura accepted the scratch instance, or it was found by its name after a lost answer.

    An adopted one has no password that anybody knows, so nothing in it can be read.
    """

    kind: Literal["scratch_created"] = "scratch_created"
    name: str
    scratch_id: InstanceId
    request_id: str | None = None
    adopted: bool = False


class ScratchRunning(Frozen):
    """The scratch instance runs and holds the snapshot's data."""

    kind: Literal["scratch_running"] = "scratch_running"
    name: str


class ScratchGone(Frozen):
    """The scratch instance is deleted, or there never was one."""

    kind: Literal["scratch_gone"] = "scratch_gone"
    name: str


class ScratchLeft(Frozen):
    """The scratch instance could not be deleted for now; the reaper goes on trying."""

    kind: Literal["scratch_left"] = "scratch_left"
    name: str
    reason: str


class TransferBegun(Frozen):
    """Everything was checked again, and the file may be sent."""

    kind: Literal["transfer_begun"] = "transfer_begun"


class Transferred(Frozen):
    """So many bytes of the file have arrived."""

    kind: Literal["transferred"] = "transferred"
    sent: int


class TransferFinished(Frozen):
    """The whole file has arrived."""

    kind: Literal["transfer_finished"] = "transfer_finished"


class LoadSeen(Frozen):
    """Aura was seen loading the file."""

    kind: Literal["load_seen"] = "load_seen"


Checked = drill.Checked
ChecksFailed = drill.ChecksFailed
CleanUpBegun = drill.CleanUpBegun
DrillCalledOff = drill.DrillCalledOff
DrillCouldNotRun = drill.DrillCouldNotRun
DrillNotProven = drill.DrillNotProven
DrillProven = drill.DrillProven
DrillWarned = drill.DrillWarned
Fingerprinted = drill.Fingerprinted
RestoreAsked = drill.RestoreAsked
SnapshotPicked = drill.SnapshotPicked
ExportStored = export.ExportStored
FileRefused = export.FileRefused
Progressed = export.Progressed
Reminded = export.Reminded
UploadClosed = export.UploadClosed
UploadOpened = export.UploadOpened
ApprovalNotNeeded = clone.ApprovalNotNeeded
CloneAccepted = clone.CloneAccepted
CloneIntended = clone.CloneIntended
CloneRunning = clone.CloneRunning
FoundWhole = vault.FoundWhole
HoldChanged = vault.HoldChanged
ReadingBegun = vault.ReadingBegun
ReadSoFar = vault.ReadSoFar

Event = Annotated[
    Seconded
    | Approved
    | Denied
    | Cancelled
    | Expired
    | Voided
    | SafetyWaived
    | SnapshotStarted
    | SnapshotCompleted
    | RestoreIntended
    | RestoreStarted
    | RestoreRefused
    | Interrupted
    | OutcomeUnknown
    | SettledRan
    | SettledNotRun
    | RestoreFinished
    | Verified
    | ChecksFailed
    | StepFailed
    | ScratchPlanned
    | ScratchCreated
    | ScratchRunning
    | ScratchGone
    | ScratchLeft
    | TransferBegun
    | Transferred
    | TransferFinished
    | LoadSeen
    | HoldChanged
    | ReadingBegun
    | ReadSoFar
    | FoundWhole
    | drill.DrillEvent
    | export.ExportEvent
    | ApprovalNotNeeded
    | CloneIntended
    | CloneAccepted
    | CloneRunning,
    Field(discriminator="kind"),
]
