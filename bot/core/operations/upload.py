"""The upload machine: an instance's data is replaced by a backup file.

The file is sent first, which changes nothing in the instance; then comes what all share that
overwrite one: the safety snapshot, the recorded intent, one call. So the way back is as young as
it can be, however long the file took (docs/adr: the point of no return of an upload).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.errors import IllegalTransition, NotAllowed
from bot.core.operations import events as e
from bot.core.operations.approval import ASKING, ENDS, LAPSES
from bot.core.operations.base import Table
from bot.core.operations.gated import (
    CALLING,
    SAFEGUARDING,
    STEPS,
    Gated,
    GatedStep,
    prove_approved,
    prove_order,
)
from bot.core.operations.phases import Phase
from bot.core.plan import UploadPlan
from bot.core.uploads import LOAD, Consent, needs_command

P = Phase


class UploadStep(StrEnum):
    """What the runner must do besides what it does for every gated operation."""

    OPEN = "open"
    """Check everything again; only then consent may be given."""
    TRANSFER = "transfer"
    """Send the file, beside the ticks."""


#: From the approval to the file that lies whole in Aura's storage.
SENDING: Table = {
    P.APPROVED: {e.TransferBegun: P.TRANSFERRING, **LAPSES},
    P.TRANSFERRING: {
        e.Transferred: P.TRANSFERRING,
        e.TransferFinished: P.STAGED,
        e.Cancelled: P.CANCELLED,
        e.StepFailed: P.FAILED,
    },
    P.STAGED: SAFEGUARDING[P.APPROVED],
    P.SNAPSHOTTING: SAFEGUARDING[P.SNAPSHOTTING],
    P.READY: SAFEGUARDING[P.READY],
}

TABLE: Table = {
    **ASKING,
    **SENDING,
    **CALLING,
    P.RESTORING: {**CALLING[P.RESTORING], e.LoadSeen: P.RESTORING},
    **ENDS,
}

#: A file that takes longer than this will not arrive any more.
TRANSFER_LIMIT = timedelta(hours=24)


class Upload(Gated):
    """A restore from a backup file."""

    TABLE: ClassVar[Table] = TABLE
    STEPS: ClassVar[Mapping[Phase, StrEnum]] = {
        **STEPS,
        P.APPROVED: UploadStep.OPEN,
        P.TRANSFERRING: UploadStep.TRANSFER,
        P.STAGED: GatedStep.BEGIN,
    }
    NOUN: ClassVar[str] = "upload"
    EFFECT: ClassVar[str] = LOAD
    SEEN_AS: ClassVar[frozenset[str]] = frozenset({"loading"})

    kind: Literal["upload"] = "upload"
    plan: UploadPlan

    def names(self) -> dict[str, str]:
        """Return what the call names: the instance and the sum of the file."""
        return {"instance": self.plan.instance.id, "crc32": str(self.plan.file.crc32)}

    @property
    def sent(self) -> int:
        """Bytes that have been sent, as far as was recorded."""
        if self.last(e.TransferFinished):
            return self.plan.file.size
        told = self.last(e.Transferred)
        return told.sent if told else 0

    @property
    def by_command(self) -> bool:
        """Whether Neo4j's own command sends and loads the file, in one go."""
        return needs_command(self.plan.instance.cloud)

    @property
    def load_seen(self) -> bool:
        """Whether Aura was seen loading, so that `running` means: done."""
        started = self.last(e.RestoreStarted)
        adopted = started is not None and started.adopted
        return adopted or bool(self.last(e.LoadSeen) or self.last(e.SettledRan))

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse what the gates refuse, and a sending that is over or out of date."""
        super().check(event, now)
        if isinstance(event, e.TransferBegun) and self.due(now):
            raise IllegalTransition("the time to begin this upload is over")

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        match self.phase:
            case P.TRANSFERRING:
                return self.since + TRANSFER_LIMIT
            case P.STAGED:
                return self.since + self.plan.execution_window
            case _:
                return super().deadline()

    def overdue(self) -> e.Event:
        """Return what a deadline that has passed brings in the present phase."""
        if self.phase is P.TRANSFERRING:
            return e.StepFailed(
                reason="the file could not be sent within 24 hours",
                hint="Nothing was loaded. Look at the network, and at what the log says.",
            )
        return super().overdue()


def consented(op: Upload) -> Consent:
    """Return the leave to send the file, of an upload that was approved; raises NotAllowed."""
    if op.final or op.last(e.TransferBegun) is None:
        raise NotAllowed("the upload has not begun, or is over")
    prove_approved(op)
    prove_order(op)
    return Consent(
        operation_id=op.id,
        seal=op.plan.seal,
        instance_id=op.plan.instance.id,
        crc32=op.plan.file.crc32,
        cloud=op.plan.instance.cloud,
    )
