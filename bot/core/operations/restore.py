"""The restore machine: the table that one can read to an auditor.

Nothing reaches RESTORING but through a quorum of approvals by others than the requester, then a
completed safety snapshot (or the waiver of the sealed plan), then a recorded intent, in that
order (promise P1). After the intent only reading follows, never a second call (promise P6).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.base import InstanceId, SnapshotId
from bot.core.errors import AlreadyDecided, BotError, IllegalTransition, NotAllowed
from bot.core.operations import events as e
from bot.core.operations.base import Operation, Table, advance
from bot.core.people import Person
from bot.core.plan import RestorePlan


class RestorePhase(StrEnum):
    """Where a restore stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    """Asked for; approvers may decide, the requester may cancel."""
    APPROVED = "approved"
    """The quorum agreed; everything is checked again, then the safety snapshot begins."""
    SNAPSHOTTING = "snapshotting"
    """The safety snapshot is being taken."""
    READY = "ready"
    """The way back is safe; the last look before the restore."""
    STARTING = "starting"
    """The intent is recorded, the one call is on its way."""
    UNCERTAIN = "uncertain"
    """The answer was lost; we look at the instance and send nothing."""
    RESTORING = "restoring"
    """Aura is restoring; the instance is offline."""
    VERIFYING = "verifying"
    """Running again; one more reading confirms it."""
    DONE = "done"
    """Restored."""
    DENIED = "denied"
    """An approver said no."""
    EXPIRED = "expired"
    """Nobody decided, or the approved restore did not begin, in time."""
    CANCELLED = "cancelled"
    """Taken back by the requester."""
    VOIDED = "voided"
    """Something changed after the approval, so it no longer holds."""
    FAILED = "failed"
    """Ended without the restore, or with an instance that did not come back."""
    STUCK = "stuck"
    """Nobody can know from here; an approver looks and settles it."""


class RestoreStep(StrEnum):
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


P = RestorePhase

TABLE: Table = {
    P.AWAITING_APPROVAL: {
        e.Seconded: P.AWAITING_APPROVAL,
        e.Approved: P.APPROVED,
        e.Denied: P.DENIED,
        e.Cancelled: P.CANCELLED,
        e.Expired: P.EXPIRED,
        e.Voided: P.VOIDED,
    },
    P.APPROVED: {
        e.SnapshotStarted: P.SNAPSHOTTING,
        e.SafetyWaived: P.READY,
        e.Voided: P.VOIDED,
        e.Expired: P.EXPIRED,
        e.Cancelled: P.CANCELLED,
        e.StepFailed: P.FAILED,
    },
    P.SNAPSHOTTING: {
        e.SnapshotCompleted: P.READY,
        e.Cancelled: P.CANCELLED,
        e.StepFailed: P.FAILED,
    },
    P.READY: {
        e.RestoreIntended: P.STARTING,
        e.Voided: P.VOIDED,
        e.Expired: P.EXPIRED,
        e.Cancelled: P.CANCELLED,
        e.StepFailed: P.FAILED,
    },
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
        e.StepFailed: P.FAILED,
        e.OutcomeUnknown: P.STUCK,
    },
    P.STUCK: {
        e.RestoreStarted: P.RESTORING,  # the lost answer came after all
        e.RestoreRefused: P.FAILED,
        e.SettledRan: P.RESTORING,
        e.SettledNotRun: P.FAILED,
    },
    P.DONE: {},
    P.DENIED: {},
    P.EXPIRED: {},
    P.CANCELLED: {},
    P.VOIDED: {},
    P.FAILED: {},
}

_STEPS = {
    P.APPROVED: RestoreStep.BEGIN,
    P.SNAPSHOTTING: RestoreStep.WATCH_SAFETY,
    P.READY: RestoreStep.INTEND,
    P.STARTING: RestoreStep.SEND,
    P.UNCERTAIN: RestoreStep.LOOK,
    P.RESTORING: RestoreStep.WATCH_RESTORE,
    P.VERIFYING: RestoreStep.VERIFY,
}

#: A safety snapshot that takes longer than this will not come any more.
SNAPSHOT_LIMIT = timedelta(hours=2)
#: How long a lost answer is looked for, whatever keeps us from looking: Aura that is silent or
#: always asks to wait, or looks that never come to an end.
LOOK_LIMIT = timedelta(hours=2)
#: A restore that takes longer than this needs a person's eyes.
RESTORE_LIMIT = timedelta(hours=6)


class Restore(Operation):
    """A restore in place: overwrites the instance with one of its snapshots."""

    TABLE: ClassVar[Table] = TABLE
    EXCLUSIVE: ClassVar[bool] = True

    kind: Literal["restore"] = "restore"
    plan: RestorePlan
    phase: RestorePhase = RestorePhase.AWAITING_APPROVAL

    @property
    def approvers(self) -> tuple[Person, ...]:
        """Who agreed so far, in order."""
        given = (e.Seconded, e.Approved)
        return tuple(r.event.by for r in self.history if isinstance(r.event, given))

    @property
    def safety_snapshot(self) -> SnapshotId | None:
        """The id of the safety snapshot once it was begun."""
        started = self.last(e.SnapshotStarted)
        return started.snapshot_id if started else None

    @property
    def touched(self) -> bool:
        """Whether the restore call was, or may have been, sent."""
        return self.last(e.RestoreIntended) is not None

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse approvals by the requester, twice by one person, for another plan or too late."""
        match event:
            case e.Seconded() | e.Approved():
                # One user id is one person, whatever workspace a payload names beside it.
                if event.by.user_id in (self.requester.user_id, self.plan.requester.user_id):
                    raise NotAllowed("you asked for this restore, so somebody else must approve it")
                if event.by.user_id in {p.user_id for p in self.approvers}:
                    raise AlreadyDecided("you have already approved this restore")
                if event.seal != self.plan.seal:
                    raise NotAllowed("the approval is for another plan than the one stored here")
                if now >= self.plan.expires_at:
                    raise AlreadyDecided("the time to approve this restore is over")
                completes = len(self.approvers) + 1 >= self.plan.quorum
                if completes is not isinstance(event, e.Approved):
                    raise IllegalTransition("the count of approvals does not fit the quorum")
            case e.RestoreIntended() if self.due(now):  # what was checked before is out of date
                raise IllegalTransition("the time to begin this restore is over")
            case e.SafetyWaived() if self.plan.waiver is None:
                raise IllegalTransition("the plan holds no waiver of the safety snapshot")
            case e.SnapshotStarted() if self.plan.waiver is not None:
                raise IllegalTransition("the plan waives the safety snapshot")
            case e.SnapshotCompleted() if event.snapshot_id != self.safety_snapshot:
                raise IllegalTransition("this is not the safety snapshot of this restore")
            case _:
                pass

    def next_step(self) -> RestoreStep | None:
        """Say what the runner must do next."""
        return _STEPS.get(self.phase)

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        match self.phase:
            case P.AWAITING_APPROVAL:
                return self.plan.expires_at
            case P.APPROVED | P.READY:
                return self.since + self.plan.execution_window
            case P.SNAPSHOTTING:
                return self.since + SNAPSHOT_LIMIT
            case P.UNCERTAIN:
                return self.since + LOOK_LIMIT
            case P.RESTORING | P.VERIFYING:
                return self.since + RESTORE_LIMIT
            case _:
                return None

    def due(self, now: datetime) -> e.Event | None:
        """Return what the passing of time brings."""
        limit = self.deadline()
        if limit is None or now < limit:
            return None
        match self.phase:
            case P.SNAPSHOTTING:
                return e.StepFailed(
                    reason="the safety snapshot did not complete within 2 hours",
                    hint="Nothing was restored. Look at the snapshot in the Aura console.",
                )
            case P.UNCERTAIN:
                return e.OutcomeUnknown(
                    reason="the answer to the restore call was lost, and 2 hours did not tell more"
                )
            case P.RESTORING | P.VERIFYING:
                return e.OutcomeUnknown(reason="the instance was not running again after 6 hours")
            case _:
                return e.Expired()


def permitted(op: Restore) -> tuple[InstanceId, SnapshotId]:
    """Return what the one restore call of this operation may name; raises NotAllowed.

    This is the only reading from which a permit is minted (promise P1): it trusts the history,
    not the phase alone, and of the operation only what its sealed plan says too.
    """
    plan = op.plan
    if op.phase is not P.STARTING or op.last(e.RestoreIntended) is None:
        raise NotAllowed("no intent is recorded")
    said = (op.id, op.requester, op.instance_id, op.environment, op.plan.snapshot.instance_id)
    if said != (
        plan.operation_id,
        plan.requester,
        plan.instance.id,
        plan.environment,
        plan.instance.id,
    ):
        raise NotAllowed("the operation is not the one of its plan")
    others = {p.user_id for p in op.approvers} - {plan.requester.user_id}
    if len(others) < plan.quorum or op.last(e.Approved) is None:
        raise NotAllowed("the quorum of approvals is missing")
    seals = {r.event.seal for r in op.history if isinstance(r.event, e.Seconded | e.Approved)}
    if seals != {plan.seal}:
        raise NotAllowed("the approvals are for another plan")
    if plan.waiver is None and op.last(e.SnapshotCompleted) is None:
        raise NotAllowed("the safety snapshot is not complete")
    if _replayed(op) is not op.phase:
        raise NotAllowed("the history does not lead here in this order")
    return plan.instance.id, plan.snapshot.id


def _replayed(op: Restore) -> RestorePhase | None:
    """Walk the history again from the beginning, past every check; None when it is not legal."""
    again = op.model_copy(update={"phase": P.AWAITING_APPROVAL, "history": ()})
    try:
        for recorded in op.history:
            again = advance(again, recorded.event, now=recorded.at)
    except BotError:
        return None
    return again.phase
