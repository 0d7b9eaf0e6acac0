"""The snapshot machine: ask Aura for one, watch it, say how it ended."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.base import SnapshotId
from bot.core.errors import IllegalTransition
from bot.core.operations import events as e
from bot.core.operations.base import Operation, Table
from bot.core.plan import SnapshotPlan


class SnapshotPhase(StrEnum):
    """Where taking a snapshot stands."""

    ACCEPTED = "accepted"
    """Asked for; Aura is asked next."""
    SNAPSHOTTING = "snapshotting"
    """Aura is taking it."""
    DONE = "done"
    """Complete."""
    CANCELLED = "cancelled"
    """Taken back before Aura was asked."""
    FAILED = "failed"
    """Aura refused it, or it did not complete."""


class SnapshotStep(StrEnum):
    """What the runner must do next."""

    TAKE = "take"
    WATCH = "watch"


P = SnapshotPhase

TABLE: Table = {
    P.ACCEPTED: {
        e.SnapshotStarted: P.SNAPSHOTTING,
        e.Cancelled: P.CANCELLED,
        e.StepFailed: P.FAILED,
    },
    P.SNAPSHOTTING: {
        e.SnapshotCompleted: P.DONE,
        e.StepFailed: P.FAILED,
    },
    P.DONE: {},
    P.CANCELLED: {},
    P.FAILED: {},
}

#: How long Aura may refuse to begin (an instance that is busy), and how long one may take.
BEGIN_LIMIT = timedelta(minutes=30)
SNAPSHOT_LIMIT = timedelta(hours=2)


class TakeSnapshot(Operation):
    """An on-demand snapshot."""

    TABLE: ClassVar[Table] = TABLE

    kind: Literal["snapshot"] = "snapshot"
    plan: SnapshotPlan
    phase: SnapshotPhase = SnapshotPhase.ACCEPTED

    @property
    def snapshot_id(self) -> SnapshotId | None:
        """The snapshot's id once Aura accepted it."""
        started = self.last(e.SnapshotStarted)
        return started.snapshot_id if started else None

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse the completion of another snapshot."""
        if isinstance(event, e.SnapshotCompleted) and event.snapshot_id != self.snapshot_id:
            raise IllegalTransition("this is not the snapshot that was asked for")

    def next_step(self) -> SnapshotStep | None:
        """Say what the runner must do next."""
        match self.phase:
            case P.ACCEPTED:
                return SnapshotStep.TAKE
            case P.SNAPSHOTTING:
                return SnapshotStep.WATCH
            case _:
                return None

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        match self.phase:
            case P.ACCEPTED:
                return self.since + BEGIN_LIMIT
            case P.SNAPSHOTTING:
                return self.since + SNAPSHOT_LIMIT
            case _:
                return None

    def due(self, now: datetime) -> e.Event | None:
        """Return what the passing of time brings."""
        limit = self.deadline()
        if limit is None or now < limit:
            return None
        if self.phase is P.ACCEPTED:
            return e.StepFailed(
                reason="Aura did not begin the snapshot within 30 minutes",
                hint="No snapshot was taken. Try again when the instance is idle.",
            )
        return e.StepFailed(
            reason="the snapshot did not complete within 2 hours",
            hint="Look at it in the Aura console; it may still complete.",
        )
