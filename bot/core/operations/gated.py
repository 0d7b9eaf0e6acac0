"""What the machines share that overwrite an instance: a way back first, and one call at most.

Nothing reaches RESTORING but through a quorum of approvals by others than the requester, then a
completed safety snapshot (or the waiver of the sealed plan), then a recorded intent, in that
order (promise P1). After the intent only reading follows, never a second call (promise P6).

A machine of this sort writes its table as ``ASKING``, ``SAFEGUARDING``, ``CALLING`` and ``ENDS``,
with what it has besides in between, and says in ``effect`` and ``names`` what its one call is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, TypeVar

from bot.core.base import Frozen, SnapshotId
from bot.core.errors import BotError, IllegalTransition, NotAllowed
from bot.core.evidence import CheckLine
from bot.core.operations import events as e
from bot.core.operations.approval import ENDS, LAPSES, Asked
from bot.core.operations.base import Table, advance
from bot.core.operations.phases import Phase
from bot.core.plan import GatedPlan

P = Phase

#: From the approval to the last look: the way back is made safe.
SAFEGUARDING: Table = {
    P.APPROVED: {
        e.SnapshotStarted: P.SNAPSHOTTING,
        e.SafetyWaived: P.READY,
        **LAPSES,
    },
    P.SNAPSHOTTING: {
        e.SnapshotCompleted: P.READY,
        e.Cancelled: P.CANCELLED,
        e.StepFailed: P.FAILED,
    },
    P.READY: {
        e.RestoreIntended: P.STARTING,
        **LAPSES,
    },
}

#: From the recorded intent on: one call, and then only looks.
CALLING: Table = {
    P.STARTING: {
        e.RestoreStarted: P.RESTORING,
        e.RestoreRefused: P.FAILED,
        e.Interrupted: P.UNCERTAIN,
    },
    P.UNCERTAIN: {
        e.RestoreStarted: P.RESTORING,
        e.RestoreRefused: P.FAILED,
        e.OutcomeUnknown: P.STUCK,
    },
    P.RESTORING: {
        e.RestoreFinished: P.VERIFYING,
        e.StepFailed: P.FAILED,
        e.OutcomeUnknown: P.STUCK,
    },
    P.VERIFYING: {
        e.Verified: P.DONE,
        e.ChecksFailed: P.DONE_CHECKS_FAILED,
        e.StepFailed: P.FAILED,
        e.OutcomeUnknown: P.STUCK,
    },
    P.STUCK: {
        e.RestoreStarted: P.RESTORING,  # the lost answer came after all
        e.RestoreRefused: P.FAILED,
        e.SettledRan: P.RESTORING,
        e.SettledNotRun: P.FAILED,
    },
    P.DONE_CHECKS_FAILED: {},
}


class GatedStep(StrEnum):
    """What the runner must do next."""

    BEGIN = "begin"
    """Check everything again, then start the safety snapshot or note the waiver."""
    WATCH_SAFETY = "watch_safety"
    INTEND = "intend"
    """Check everything again and record the intent."""
    SEND = "send"
    """Send the one call, if this very run recorded the intent; else own up to not knowing."""
    LOOK = "look"
    WATCH_RESTORE = "watch_restore"
    VERIFY = "verify"


STEPS: Mapping[Phase, StrEnum] = {
    P.APPROVED: GatedStep.BEGIN,
    P.SNAPSHOTTING: GatedStep.WATCH_SAFETY,
    P.READY: GatedStep.INTEND,
    P.STARTING: GatedStep.SEND,
    P.UNCERTAIN: GatedStep.LOOK,
    P.RESTORING: GatedStep.WATCH_RESTORE,
    P.VERIFYING: GatedStep.VERIFY,
}

#: A safety snapshot that takes longer than this will not come any more.
SNAPSHOT_LIMIT = timedelta(hours=2)
#: How long a lost answer is looked for, whatever keeps us from looking: Aura that is silent or
#: always asks to wait, or looks that never come to an end.
LOOK_LIMIT = timedelta(hours=2)
#: A restore that takes longer than this needs a person's eyes.
RESTORE_LIMIT = timedelta(hours=6)


class Gated(Asked):
    """An operation that replaces an instance's data.

    ``EFFECT`` is the one call that it sends, as the Aura edge names it; ``SEEN_AS`` Aura's words
    for an instance while that call runs.
    """

    EXCLUSIVE: ClassVar[bool] = True
    STEPS: ClassVar[Mapping[Phase, StrEnum]] = STEPS
    EFFECT: ClassVar[str]
    SEEN_AS: ClassVar[frozenset[str]]

    plan: GatedPlan

    def names(self) -> dict[str, str]:
        """Return all that the one call may name, of the sealed plan; ``instance`` is its target."""
        raise NotImplementedError

    @property
    def safety_snapshot(self) -> SnapshotId | None:
        """The id of the safety snapshot once it was begun."""
        started = self.last(e.SnapshotStarted)
        return started.snapshot_id if started else None

    @property
    def replaced(self) -> bool:
        """Whether it ended with the data replaced as planned, whatever the checks said."""
        return self.phase in (P.DONE, P.DONE_CHECKS_FAILED)

    @property
    def checks(self) -> tuple[CheckLine, ...]:
        """What the checks found in the instance afterwards."""
        said = self.last(e.ChecksFailed) or self.last(e.Verified)
        return said.checks if said else ()

    @property
    def touched(self) -> bool:
        """Whether the one call was, or may have been, sent."""
        return self.last(e.RestoreIntended) is not None

    @property
    def untouched(self) -> bool:
        """Whether the one call certainly did nothing, as far as Aura and we know."""
        refused = self.phase is P.FAILED and self.last(e.RestoreRefused) is not None
        return not self.touched or refused

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse what the gates refuse: approvals, and a way back that is not the planned one."""
        super().check(event, now)
        match event:
            case e.RestoreIntended() if self.due(now):  # what was checked before is out of date
                raise IllegalTransition(f"the time to begin this {self.NOUN} is over")
            case e.SafetyWaived() if self.plan.waiver is None:
                raise IllegalTransition("the plan holds no waiver of the safety snapshot")
            case e.SnapshotStarted() if self.plan.waiver is not None:
                raise IllegalTransition("the plan waives the safety snapshot")
            case e.SnapshotCompleted() if event.snapshot_id != self.safety_snapshot:
                raise IllegalTransition(f"this is not the safety snapshot of this {self.NOUN}")
            case _:
                pass

    def next_step(self) -> StrEnum | None:
        """Say what the runner must do next."""
        return self.STEPS.get(self.phase)

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        match self.phase:
            case P.READY:
                return self.since + self.plan.execution_window
            case P.SNAPSHOTTING:
                return self.since + SNAPSHOT_LIMIT
            case P.UNCERTAIN:
                return self.since + LOOK_LIMIT
            case P.RESTORING | P.VERIFYING:
                return self.since + RESTORE_LIMIT
            case _:
                return super().deadline()

    def overdue(self) -> e.Event:
        """Return what a deadline that has passed brings in the present phase."""
        match self.phase:
            case P.SNAPSHOTTING:
                return e.StepFailed(
                    reason="the safety snapshot did not complete within 2 hours",
                    hint="Nothing was restored. Look at the snapshot in the Aura console.",
                )
            case P.UNCERTAIN:
                return e.OutcomeUnknown(
                    reason=f"the answer to the {self.NOUN} call was lost, and 2 hours did not "
                    "tell more"
                )
            case P.RESTORING | P.VERIFYING:
                return e.OutcomeUnknown(reason="the instance was not running again after 6 hours")
            case _:
                return super().overdue()


A = TypeVar("A", bound=Asked)


def permitted(op: Gated) -> dict[str, str]:
    """Return all that the one call of this operation may name; raises NotAllowed.

    This is the only reading from which a permit is minted (promise P1): it trusts the history,
    not the phase alone, and of the operation only what its sealed plan says too.
    """
    if op.phase is not P.STARTING or op.last(e.RestoreIntended) is None:
        raise NotAllowed("no intent is recorded")
    prove_approved(op)
    if op.plan.waiver is None and op.last(e.SnapshotCompleted) is None:
        raise NotAllowed("the safety snapshot is not complete")
    prove_order(op)
    return op.names()


def prove_approved(op: Asked, by: type[Frozen] = e.Approved) -> None:
    """Raise NotAllowed unless others approved exactly this plan; ``by`` is what completed it."""
    plan = op.plan
    said = (op.id, op.kind, op.requester, op.instance_id, op.environment)
    of_plan = (plan.operation_id, plan.kind, plan.requester, plan.instance.id, plan.environment)
    if said != of_plan or not plan.coherent:
        raise NotAllowed("the operation is not the one of its plan")
    others = {p.user_id for p in op.approvers} - {plan.requester.user_id}
    if len(others) < plan.quorum or op.last(by) is None:
        raise NotAllowed("the quorum of approvals is missing")
    seals = {r.event.seal for r in op.history if isinstance(r.event, e.Seconded | e.Approved)}
    if seals != ({plan.seal} if plan.quorum else set()):
        raise NotAllowed("the approvals are for another plan")


def prove_order(op: Asked) -> None:
    """Raise NotAllowed unless the history leads to the present phase, past every check."""
    if _replayed(op) is not op.phase:
        raise NotAllowed("the history does not lead here in this order")


def _replayed(op: A) -> Phase | None:
    """Walk the history again from the beginning, past every check; None when it is not legal."""
    again = op.model_copy(update={"phase": P.AWAITING_APPROVAL, "history": ()})
    try:
        for recorded in op.history:
            again = advance(again, recorded.event, now=recorded.at)
    except BotError:
        return None
    return again.phase


__all__ = [
    "CALLING",
    "ENDS",
    "LOOK_LIMIT",
    "RESTORE_LIMIT",
    "SAFEGUARDING",
    "SNAPSHOT_LIMIT",
    "STEPS",
    "Gated",
    "GatedStep",
    "permitted",
    "prove_approved",
    "prove_order",
]
