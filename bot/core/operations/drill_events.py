"""Events of drills; `events` knows them by the same names."""

from typing import Literal

from bot.core.base import Frozen, OperationId
from bot.core.evidence import CheckLine
from bot.core.graph.fingerprint import Fingerprint
from bot.core.snapshots import Snapshot


class SnapshotPicked(Frozen):
    """The snapshot that a drill tries."""

    kind: Literal["snapshot_picked"] = "snapshot_picked"
    snapshot: Snapshot


class Fingerprinted(Frozen):
    """The restored graph was counted."""

    kind: Literal["fingerprinted"] = "fingerprinted"
    fingerprint: Fingerprint


class Checked(Frozen):
    """The checks ran on the restored graph; each line says what was expected and found.

    ``baseline`` is what it was held against: counted when its snapshot was taken, or near that.
    """

    kind: Literal["checked"] = "checked"
    checks: tuple[CheckLine, ...]
    baseline: Fingerprint | None = None


class ChecksFailed(Frozen):
    """A restore ran as planned, and the data is not what it should be."""

    kind: Literal["checks_failed"] = "checks_failed"
    checks: tuple[CheckLine, ...]
    reason: str


class RestoreAsked(Frozen):
    """The restore that was rehearsed stands before its approvers."""

    kind: Literal["restore_asked"] = "restore_asked"
    operation_id: OperationId


class CleanUpBegun(Frozen):
    """The scratch instance is needed no more; ``reason`` says so where that is a surprise."""

    kind: Literal["clean_up_begun"] = "clean_up_begun"
    reason: str = ""


class DrillProven(Frozen):
    """The backup restores, and every check passed."""

    kind: Literal["drill_proven"] = "drill_proven"


class DrillWarned(Frozen):
    """The backup restores; what did not pass merely warns."""

    kind: Literal["drill_warned"] = "drill_warned"
    reason: str


class DrillNotProven(Frozen):
    """The backup restores, and a check failed."""

    kind: Literal["drill_not_proven"] = "drill_not_proven"
    reason: str


class DrillCouldNotRun(Frozen):
    """Nothing was learnt."""

    kind: Literal["drill_could_not_run"] = "drill_could_not_run"
    reason: str


class DrillCalledOff(Frozen):
    """The requester took it back before anything was learnt."""

    kind: Literal["drill_called_off"] = "drill_called_off"


DrillEvent = (
    SnapshotPicked
    | Fingerprinted
    | Checked
    | RestoreAsked
    | CleanUpBegun
    | DrillProven
    | DrillWarned
    | DrillNotProven
    | DrillCouldNotRun
    | DrillCalledOff
)
