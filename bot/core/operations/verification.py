"""The verification machine: read an export as a whole, and say whether it is what was stored."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.operations import events as e
from bot.core.operations.base import Operation, Table
from bot.core.plan import VerificationPlan


class VerificationPhase(StrEnum):
    """Where a verification stands."""

    ACCEPTED = "accepted"
    """Asked for; reading begins next."""
    READING = "reading"
    """The export is being read."""
    DONE = "done"
    """It is whole."""
    CANCELLED = "cancelled"
    """Taken back before reading began."""
    FAILED = "failed"
    """It is damaged or missing, or the store did not give it."""


class VerificationStep(StrEnum):
    """What the runner must do next."""

    BEGIN = "begin"
    READ = "read"


P = VerificationPhase

TABLE: Table = {
    P.ACCEPTED: {e.ReadingBegun: P.READING, e.Cancelled: P.CANCELLED, e.StepFailed: P.FAILED},
    P.READING: {e.ReadSoFar: P.READING, e.FoundWhole: P.DONE, e.StepFailed: P.FAILED},
    P.DONE: {},
    P.CANCELLED: {},
    P.FAILED: {},
}
#: 100 MB/s read 8 TB in this time.
LIMIT = timedelta(days=1)


class Verification(Operation):
    """The reading of an export."""

    TABLE: ClassVar[Table] = TABLE
    NOUN: ClassVar[str] = "verification"

    kind: Literal["verification"] = "verification"
    plan: VerificationPlan
    phase: VerificationPhase = VerificationPhase.ACCEPTED

    @property
    def done(self) -> int:
        """Bytes read so far."""
        if self.phase is P.DONE:
            return self.plan.export.size
        told = self.last(e.ReadSoFar)
        return told.done if told else 0

    def next_step(self) -> VerificationStep | None:
        """Say what the runner must do next."""
        match self.phase:
            case P.ACCEPTED:
                return VerificationStep.BEGIN
            case P.READING:
                return VerificationStep.READ
            case _:
                return None

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        return None if self.final else self.since + LIMIT

    def due(self, now: datetime) -> e.Event | None:
        """Return what the passing of time brings."""
        limit = self.deadline()
        if limit is None or now < limit:
            return None
        return e.StepFailed(
            reason="the export could not be read within a day",
            hint="Nothing was found out about it. Look whether the store answers.",
        )
