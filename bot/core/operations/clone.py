"""The clone machine: perhaps an approval, one call, and then only looks (promise P6).

Nobody's data is overwritten, so there is no safety snapshot; but a clone is billed, and may carry
data to where other people look, so an environment may demand approval. The source is not held.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.base import InstanceId
from bot.core.clone_names import reserved
from bot.core.clones import ClonePlan
from bot.core.copies import CopyPermit
from bot.core.errors import IllegalTransition, NotAllowed
from bot.core.operations import events as e
from bot.core.operations.approval import ASKING, ENDS, LAPSES, Asked
from bot.core.operations.base import Table
from bot.core.operations.gated import prove_approved, prove_order
from bot.core.operations.phases import Phase

P = Phase

TABLE: Table = {
    P.AWAITING_APPROVAL: {**ASKING[P.AWAITING_APPROVAL], e.ApprovalNotNeeded: P.APPROVED},
    P.APPROVED: {e.CloneIntended: P.STARTING, **LAPSES},
    P.STARTING: {
        e.CloneAccepted: P.BUILDING,
        e.Interrupted: P.UNCERTAIN,
        e.StepFailed: P.FAILED,
    },
    P.UNCERTAIN: {e.CloneAccepted: P.BUILDING, e.StepFailed: P.FAILED},
    P.BUILDING: {e.CloneRunning: P.DONE, e.StepFailed: P.FAILED},
    **ENDS,
}

#: How long Aura may take until the new instance runs.
BUILD_LIMIT = timedelta(hours=12)
#: How long a lost answer is looked for, whatever keeps us from looking.
LOOK_LIMIT = timedelta(hours=2)
#: From the request to the call at most: the longest approval and the longest wait after it.
LONGEST_WAIT = timedelta(days=2)


class CloneStep(StrEnum):
    """What the runner must do next."""

    INTEND = "intend"
    """Check everything again and record the intent."""
    SEND = "send"
    """Send the one call, if this very run recorded the intent; else own up to not knowing."""
    LOOK = "look"
    """Find it by its name."""
    WATCH = "watch"


_STEPS = {
    P.APPROVED: CloneStep.INTEND,
    P.STARTING: CloneStep.SEND,
    P.UNCERTAIN: CloneStep.LOOK,
    P.BUILDING: CloneStep.WATCH,
}


class Clone(Asked):
    """A new instance from a snapshot."""

    TABLE: ClassVar[Table] = TABLE
    NOUN: ClassVar[str] = "clone"
    HOLDING: ClassVar[str] = "makes a clone of this name in this project"

    kind: Literal["clone"] = "clone"
    plan: ClonePlan

    @property
    def accepted(self) -> e.CloneAccepted | None:
        """What is known of the new instance once Aura accepted it."""
        return self.last(e.CloneAccepted)

    @property
    def clone_id(self) -> InstanceId | None:
        """The id of the new instance, once known."""
        return self.accepted.clone_id if self.accepted else None

    @property
    def reserves(self) -> str:
        """The name in its project: by it alone a lost answer is told from another's instance."""
        return reserved(self.plan.order.project_id, self.plan.order.name)

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse what the approval refuses, and to go without one where the plan demands it."""
        super().check(event, now)
        match event:
            case e.ApprovalNotNeeded() if self.plan.quorum > 0:
                raise IllegalTransition("the plan demands approval")
            case e.CloneIntended() if self.due(now):  # what was checked before is out of date
                raise IllegalTransition("the time to begin this clone is over")
            case e.CloneAccepted() if event.clone_id == self.instance_id:
                raise IllegalTransition("the source is not its own clone")
            case _:
                return

    def next_step(self) -> CloneStep | None:
        """Say what the runner must do next."""
        return _STEPS.get(self.phase)

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        match self.phase:
            case P.UNCERTAIN:
                return self.since + LOOK_LIMIT
            case P.BUILDING:
                return self.since + BUILD_LIMIT
            case _:
                return super().deadline()

    def overdue(self) -> e.Event:
        """Return what a deadline that has passed brings in the present phase."""
        match self.phase:
            case P.UNCERTAIN:
                return e.StepFailed(
                    reason="Aura's answer was lost, and 2 hours did not tell more",
                    hint=f"Look in the Aura console for an instance called {self.plan.order.name}: "
                    "it would be billed.",
                )
            case P.BUILDING:
                return e.StepFailed(
                    reason="the new instance was not running after 12 hours",
                    hint="Look at it in the Aura console: it is billed.",
                )
            case _:
                return super().overdue()


def cloneable(op: Clone) -> CopyPermit:
    """Return leave to create what the sealed plan says, once; raises NotAllowed.

    It trusts the history, not the phase alone.
    """
    intended = op.when(e.CloneIntended)
    if op.phase is not P.STARTING or intended is None:
        raise NotAllowed("no intent is recorded")
    prove_approved(op, e.Approved if op.plan.quorum else e.ApprovalNotNeeded)
    prove_order(op)
    return CopyPermit(operation_id=op.id, order=op.plan.order, scratch=False, intended_at=intended)
