"""The export machine: a snapshot, then one of two ways into the vault.

Guided: a person's file is waited for, and refused as often as it is the wrong one. Archive: once a
scratch instance may exist, every way to an end leads through its deletion.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.base import Frozen, SnapshotId
from bot.core.errors import IllegalTransition
from bot.core.exports import ExportPlan, Way
from bot.core.operations import events as e
from bot.core.operations.base import Operation, Table
from bot.core.snapshots import Snapshot


class ExportPhase(StrEnum):
    """Where an export stands."""

    ACCEPTED = "accepted"
    """Asked for; the snapshot is looked at, or a new one is asked for."""
    SNAPSHOTTING = "snapshotting"
    """Aura is taking it."""
    PICKED = "picked"
    """The snapshot is complete and can be exported."""
    AWAITING_FILE = "awaiting_file"
    """Guided: a person exports it in the console and brings the file."""
    CLOSING = "closing"
    """Guided: time is up, and no more files are taken; one that is on its way may still arrive."""
    CREATING = "creating"
    """Archive: the ledger waits for the scratch instance; Aura is asked for it, once."""
    LOADING = "loading"
    """Archive: Aura creates the scratch instance out of the snapshot."""
    READING = "reading"
    """Archive: the graph is read out of it, into the vault."""
    CLEANING = "cleaning"
    """Archive: it is in the vault; the scratch instance is being deleted."""
    ABANDONING = "abandoning"
    """Archive: it failed; the scratch instance is being deleted."""
    WITHDRAWING = "withdrawing"
    """Archive: it was cancelled; the scratch instance is being deleted."""
    DONE = "done"
    """In the vault."""
    CANCELLED = "cancelled"
    FAILED = "failed"


class ExportStep(StrEnum):
    """What the runner must do next."""

    BEGIN = "begin"
    WATCH_SNAPSHOT = "watch_snapshot"
    PLAN = "plan"
    """Open the upload, or enter a scratch instance in the ledger."""
    LOOK = "look"
    """See whether the file has reached the vault by another way, and remind people."""
    CLOSE = "close"
    """End it, unless its file is in the vault or still coming."""
    CREATE = "create"
    WATCH_SCRATCH = "watch_scratch"
    READ = "read"
    CLEAN = "clean"


P = ExportPhase

_GIVES_UP: Mapping[type[Frozen], P] = {e.StepFailed: P.FAILED, e.Cancelled: P.CANCELLED}
_CLEANS_UP: Mapping[type[Frozen], P] = {e.StepFailed: P.ABANDONING, e.Cancelled: P.WITHDRAWING}


def _gone(then: P) -> Mapping[type[Frozen], P]:
    return {e.ScratchGone: then, e.ScratchLeft: then}


TABLE: Table = {
    P.ACCEPTED: {e.SnapshotStarted: P.SNAPSHOTTING, e.SnapshotPicked: P.PICKED, **_GIVES_UP},
    P.SNAPSHOTTING: {e.SnapshotPicked: P.PICKED, **_GIVES_UP},
    P.PICKED: {e.UploadOpened: P.AWAITING_FILE, e.ScratchPlanned: P.CREATING, **_GIVES_UP},
    P.AWAITING_FILE: {
        e.FileRefused: P.AWAITING_FILE,
        e.Reminded: P.AWAITING_FILE,
        e.UploadClosed: P.CLOSING,
        e.ExportStored: P.DONE,
        **_GIVES_UP,
    },
    P.CLOSING: {e.FileRefused: P.CLOSING, e.ExportStored: P.DONE, **_GIVES_UP},
    P.CREATING: {e.ScratchCreated: P.LOADING, **_CLEANS_UP},
    P.LOADING: {e.ScratchRunning: P.READING, **_CLEANS_UP},
    P.READING: {e.Progressed: P.READING, e.ExportStored: P.CLEANING, **_CLEANS_UP},
    P.CLEANING: _gone(P.DONE),
    P.ABANDONING: _gone(P.FAILED),
    P.WITHDRAWING: _gone(P.CANCELLED),
    P.DONE: {},
    P.CANCELLED: {},
    P.FAILED: {},
}

_STEPS = {
    P.ACCEPTED: ExportStep.BEGIN,
    P.SNAPSHOTTING: ExportStep.WATCH_SNAPSHOT,
    P.PICKED: ExportStep.PLAN,
    P.AWAITING_FILE: ExportStep.LOOK,
    P.CLOSING: ExportStep.CLOSE,
    P.CREATING: ExportStep.CREATE,
    P.LOADING: ExportStep.WATCH_SCRATCH,
    P.READING: ExportStep.READ,
    P.CLEANING: ExportStep.CLEAN,
    P.ABANDONING: ExportStep.CLEAN,
    P.WITHDRAWING: ExportStep.CLEAN,
}
#: The phases in which the scratch instance is being deleted.
CLEANINGS = frozenset({P.CLEANING, P.ABANDONING, P.WITHDRAWING})

#: The phases in which a person's file still counts.
WAITING = frozenset({P.AWAITING_FILE, P.CLOSING})

#: How long each phase may take, and the reason when it took longer.
LIMITS: Mapping[P, tuple[timedelta, str]] = {
    P.ACCEPTED: (timedelta(minutes=30), "Aura did not begin the snapshot within 30 minutes"),
    P.SNAPSHOTTING: (timedelta(hours=2), "no exportable snapshot was complete within 2 hours"),
    P.PICKED: (timedelta(hours=4), "no scratch instance was free within 4 hours"),
    P.CLOSING: (
        timedelta(hours=24),
        "the file that came when time was up was not in the vault a day later",
    ),
    P.CREATING: (timedelta(minutes=30), "Aura did not create the instance within 30 minutes"),
    P.LOADING: (timedelta(hours=12), "the instance was not running after 12 hours"),
    P.READING: (
        timedelta(hours=24),
        "the graph was not in the vault when the scratch instance's time was up",
    ),
    **dict.fromkeys(CLEANINGS, (timedelta(hours=1), "it could not be deleted within an hour")),
}
#: So many refused files are told one by one; those after them stand in the log alone.
MOST_REFUSALS = 20


class Export(Operation):
    """An export of a snapshot into the vault."""

    TABLE: ClassVar[Table] = TABLE

    kind: Literal["export"] = "export"
    plan: ExportPlan
    phase: ExportPhase = ExportPhase.ACCEPTED

    @property
    def snapshot_id(self) -> SnapshotId | None:
        """The snapshot's id as soon as it is known."""
        started = self.last(e.SnapshotStarted)
        return started.snapshot_id if started else self.plan.wanted

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot, once it is complete."""
        picked = self.last(e.SnapshotPicked)
        return picked.snapshot if picked else None

    @property
    def awaits_scratch(self) -> bool:
        """Whether it will need a scratch instance that does not stand in the ledger yet."""
        early = self.phase in (P.ACCEPTED, P.SNAPSHOTTING, P.PICKED)
        return early and self.plan.way is Way.ARCHIVE

    @property
    def stored(self) -> e.ExportStored | None:
        """What stands in the vault, or None."""
        return self.last(e.ExportStored)

    @property
    def until(self) -> datetime | None:
        """Until when a file is waited for, or None."""
        opened = self.last(e.UploadOpened)
        return opened.until if opened else None

    @property
    def refusals(self) -> int:
        """How many files were refused."""
        return sum(isinstance(r.event, e.FileRefused) for r in self.history)

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse another snapshot than the one that was begun, and the other way's events."""
        match event:
            case e.SnapshotPicked(snapshot=snapshot):
                if snapshot.instance_id != self.instance_id or snapshot.id != self.snapshot_id:
                    raise IllegalTransition("this is not the snapshot that was asked for")
            case e.UploadOpened() if self.plan.way is not Way.GUIDED:
                raise IllegalTransition("an archive waits for no file")
            case e.ScratchPlanned() if self.plan.way is not Way.ARCHIVE:
                raise IllegalTransition("a guided export needs no scratch instance")
            case e.FileRefused() if self.refusals >= MOST_REFUSALS:
                raise IllegalTransition("enough refused files have been told")
            case _:
                return

    def next_step(self) -> ExportStep | None:
        """Say what the runner must do next."""
        return _STEPS.get(self.phase)

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        if self.phase is P.AWAITING_FILE:
            return self._next_look()
        limit = LIMITS.get(self.phase)
        if limit is None:
            return None
        at = self.since + limit[0]
        planned, estimate = self.when(e.ScratchPlanned), self.plan.estimate
        if self.phase is P.READING and planned and estimate:
            # its time up, the scratch instance is deleted by the reaper
            at = min(at, planned + timedelta(minutes=estimate.lives_minutes))
        return at

    def due(self, now: datetime) -> e.Event | None:
        """Return what the passing of time brings."""
        limit = self.deadline()
        if limit is None or now < limit:
            return None
        if self.phase is P.AWAITING_FILE:
            early = self.until is not None and now < self.until
            return e.Reminded() if early else e.UploadClosed()
        reason = LIMITS[self.phase][1]
        if self.phase in CLEANINGS:
            planned = self.last(e.ScratchPlanned)
            return e.ScratchLeft(name=planned.name if planned else "", reason=reason)
        return e.StepFailed(reason=reason)

    def _next_look(self) -> datetime:
        """The next reminder, or the end if that is sooner."""
        told = self.when(e.Reminded) or self.since
        remind = max(told, self.since) + timedelta(hours=self.plan.rules.remind_hours)
        return min(remind, self.until) if self.until else remind
