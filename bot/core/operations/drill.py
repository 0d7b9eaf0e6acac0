"""The drill machine: restore a snapshot beside its source, read it, delete it, say what it proves.

From the moment an instance may exist, every way to an end leads through the clean-up, whatever
failed: it is billed until it has gone. What cannot be deleted is told and left to the reaper.
A rehearsal is a drill that asks for the real restore once it has proven it, and keeps its
instance until that restore has ended.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.base import Frozen
from bot.core.drills import DrillPlan, Outcome
from bot.core.errors import IllegalTransition
from bot.core.evidence import CheckLine, RecoveryTime, unpassed
from bot.core.graph.fingerprint import Fingerprint
from bot.core.operations import events as e
from bot.core.operations.base import Operation, Table
from bot.core.snapshots import Snapshot


class DrillPhase(StrEnum):
    """Where a drill stands."""

    ACCEPTED = "accepted"
    """Asked for; the snapshot is picked next."""
    PICKED = "picked"
    """The snapshot is known; the ledger is written before Aura is asked."""
    CREATING = "creating"
    """The ledger waits for the scratch instance; Aura is asked for it, once."""
    LOADING = "loading"
    """Aura creates the scratch instance out of the snapshot."""
    MEASURING = "measuring"
    """It runs; its graph is counted."""
    CHECKING = "checking"
    """The checks run on it."""
    CHECKED = "checked"
    """The checks ran; a rehearsal that proved it asks for the restore now."""
    HOLDING = "holding"
    """A rehearsal keeps its instance until the restore has ended."""
    CLEANING = "cleaning"
    """The scratch instance is being deleted."""
    REPORTING = "reporting"
    """Nothing of it is left; what was learnt is put down."""
    PROVEN = "proven"
    PROVEN_WITH_WARNINGS = "proven_with_warnings"
    NOT_PROVEN = "not_proven"
    COULD_NOT_RUN = "could_not_run"
    CANCELLED = "cancelled"
    """Called off before anything was learnt."""


class DrillStep(StrEnum):
    """What the runner must do next."""

    PICK = "pick"
    PLAN = "plan"
    """Choose the smallest instance that fits, and enter it in the ledger."""
    CREATE = "create"
    WATCH = "watch"
    MEASURE = "measure"
    CHECK = "check"
    ASK = "ask"
    """Put the rehearsed restore before its approvers."""
    HOLD = "hold"
    CLEAN = "clean"
    REPORT = "report"


P = DrillPhase

_GIVES_UP: Mapping[type[Frozen], DrillPhase] = {e.StepFailed: P.CLEANING, e.Cancelled: P.CLEANING}

TABLE: Table = {
    P.ACCEPTED: {
        e.SnapshotPicked: P.PICKED,
        e.StepFailed: P.REPORTING,
        e.Cancelled: P.REPORTING,
    },
    P.PICKED: {
        e.ScratchPlanned: P.CREATING,
        e.StepFailed: P.REPORTING,
        e.Cancelled: P.REPORTING,
    },
    P.CREATING: {e.ScratchCreated: P.LOADING, **_GIVES_UP},
    P.LOADING: {e.ScratchRunning: P.MEASURING, **_GIVES_UP},
    P.MEASURING: {e.Fingerprinted: P.CHECKING, **_GIVES_UP},
    P.CHECKING: {e.Checked: P.CHECKED, **_GIVES_UP},
    P.CHECKED: {e.RestoreAsked: P.HOLDING, e.CleanUpBegun: P.CLEANING, **_GIVES_UP},
    P.HOLDING: {e.CleanUpBegun: P.CLEANING, **_GIVES_UP},
    P.CLEANING: {
        e.ScratchCreated: P.CLEANING,  # the lost answer came after all
        e.ScratchGone: P.REPORTING,
        e.ScratchLeft: P.REPORTING,
    },
    P.REPORTING: {
        e.DrillProven: P.PROVEN,
        e.DrillWarned: P.PROVEN_WITH_WARNINGS,
        e.DrillNotProven: P.NOT_PROVEN,
        e.DrillCouldNotRun: P.COULD_NOT_RUN,
        e.DrillCalledOff: P.CANCELLED,
    },
    P.PROVEN: {},
    P.PROVEN_WITH_WARNINGS: {},
    P.NOT_PROVEN: {},
    P.COULD_NOT_RUN: {},
    P.CANCELLED: {},
}

_STEPS = {
    P.ACCEPTED: DrillStep.PICK,
    P.PICKED: DrillStep.PLAN,
    P.CREATING: DrillStep.CREATE,
    P.LOADING: DrillStep.WATCH,
    P.MEASURING: DrillStep.MEASURE,
    P.CHECKING: DrillStep.CHECK,
    P.CHECKED: DrillStep.ASK,
    P.HOLDING: DrillStep.HOLD,
    P.CLEANING: DrillStep.CLEAN,
    P.REPORTING: DrillStep.REPORT,
}

OUTCOMES = {
    P.PROVEN: Outcome.PROVEN,
    P.PROVEN_WITH_WARNINGS: Outcome.WARNED,
    P.NOT_PROVEN: Outcome.NOT_PROVEN,
    P.COULD_NOT_RUN: Outcome.COULD_NOT_RUN,
}

#: How long each phase may take, and the reason when it took longer. The clean-up's end is not a
#: failure of the drill: it is told, and the reaper goes on.
LIMITS: dict[P, tuple[timedelta, str]] = {
    P.ACCEPTED: (timedelta(minutes=30), "Aura did not tell its snapshots within 30 minutes"),
    P.PICKED: (timedelta(hours=4), "no scratch instance was free within 4 hours"),
    P.CREATING: (timedelta(minutes=30), "Aura did not create the instance within 30 minutes"),
    P.LOADING: (timedelta(hours=12), "the instance was not running after 12 hours"),
    P.MEASURING: (timedelta(minutes=30), "the graph could not be read within 30 minutes"),
    P.CHECKING: (timedelta(hours=1), "the checks did not come to an end within an hour"),
    P.CHECKED: (timedelta(minutes=30), "the restore could not be asked for within 30 minutes"),
    P.HOLDING: (timedelta(hours=3), "the time of the rehearsal's instance is up"),
    P.CLEANING: (timedelta(hours=1), "it could not be deleted within an hour"),
}


class Drill(Operation):
    """A trial restore beside the source, which it never touches."""

    TABLE: ClassVar[Table] = TABLE

    kind: Literal["drill"] = "drill"
    plan: DrillPlan
    phase: DrillPhase = DrillPhase.ACCEPTED

    @property
    def snapshot(self) -> Snapshot | None:
        """The snapshot that is tried, once it is picked."""
        picked = self.last(e.SnapshotPicked)
        return picked.snapshot if picked else None

    @property
    def awaits_scratch(self) -> bool:
        """Whether it will need a scratch instance that does not stand in the ledger yet."""
        return self.phase in (P.ACCEPTED, P.PICKED)

    @property
    def fingerprint(self) -> Fingerprint | None:
        """What was counted in the restored graph."""
        counted = self.last(e.Fingerprinted)
        return counted.fingerprint if counted else None

    @property
    def checks(self) -> tuple[CheckLine, ...]:
        """What the checks found, once they ran."""
        ran = self.last(e.Checked)
        return ran.checks if ran else ()

    @property
    def baseline(self) -> Fingerprint | None:
        """What the restored graph was held against, where anything was known."""
        ran = self.last(e.Checked)
        return ran.baseline if ran else None

    @property
    def learnt_at(self) -> datetime:
        """When all was learnt that it will tell: it was checked, or it failed before."""
        return self.when(e.Checked) or self.when(e.StepFailed) or self.since

    @property
    def passed(self) -> int:
        """How many checks passed."""
        return sum(line.passed for line in self.checks)

    @property
    def outcome(self) -> Outcome | None:
        """What it says about the backup; None while it runs, and when it was called off."""
        return OUTCOMES.get(self.phase)

    @property
    def leftover(self) -> e.ScratchLeft | None:
        """What could not be deleted, or None."""
        return self.last(e.ScratchLeft)

    @property
    def recovery(self) -> RecoveryTime:
        """From the request to the instance running, and to its checks having ended."""
        return RecoveryTime(running=self._after(e.ScratchRunning), verified=self._after(e.Checked))

    @property
    def alarms(self) -> int:
        """How many alerts it calls for: for what was left, and for an end that proves nothing."""
        useless = self.outcome is not None and not self.outcome.proves
        return useless + (self.leftover is not None)

    @property
    def trouble(self) -> e.StepFailed | None:
        """The failure before anything was learnt, or None."""
        return None if self.last(e.Checked) else self.last(e.StepFailed)

    def conclusion(self) -> e.Event:
        """Say what the history proves; of a named phase, the only event that may end it."""
        if self.last(e.Checked) is None:
            if failed := self.last(e.StepFailed):
                return e.DrillCouldNotRun(reason=failed.reason)
            return e.DrillCalledOff()
        broken = [line for line in self.checks if not line.passed]
        if any(line.serious for line in broken):
            return e.DrillNotProven(reason=unpassed(line for line in broken if line.serious))
        if broken:
            return e.DrillWarned(reason=unpassed(broken))
        if not self.checks:
            return e.DrillWarned(reason="it was restored and counted, but no check ran")
        return e.DrillProven()

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse an end that the history does not prove, and a rehearsal that asks unproven."""
        asking = self.plan.asking
        if self.phase is P.REPORTING and event != self.conclusion():
            raise IllegalTransition("the history proves another outcome")
        if isinstance(event, e.RestoreAsked) and (
            asking is None or event.operation_id != asking.operation_id or not self.proves
        ):
            raise IllegalTransition("this is no restore that this drill has proven")

    @property
    def proves(self) -> bool:
        """Whether the checks ran and none of them that is serious failed."""
        return isinstance(self.conclusion(), e.DrillProven | e.DrillWarned)

    def next_step(self) -> DrillStep | None:
        """Say what the runner must do next."""
        return _STEPS.get(self.phase)

    def deadline(self) -> datetime | None:
        """Say when time alone will move it; a drill that asks for nothing is cleaned up at once."""
        if self.phase is P.CHECKED and not (self.plan.asking and self.proves):
            return self.since
        limit = LIMITS.get(self.phase)
        return self.since + limit[0] if limit else None

    def due(self, now: datetime) -> e.Event | None:
        """Return what the passing of time brings."""
        limit = self.deadline()
        if limit is None or now < limit:
            return None
        reason = LIMITS[self.phase][1]
        match self.phase:
            case P.CLEANING:
                planned = self.last(e.ScratchPlanned)
                return e.ScratchLeft(name=planned.name if planned else "", reason=reason)
            case P.HOLDING:
                return e.CleanUpBegun(reason=reason)
            case P.CHECKED:
                return e.CleanUpBegun(reason=reason if self.plan.asking and self.proves else "")
            case _:
                return e.StepFailed(reason=reason)

    def _after(self, kind: type[Frozen]) -> int | None:
        when = self.when(kind)
        return int((when - self.created_at).total_seconds()) if when else None
