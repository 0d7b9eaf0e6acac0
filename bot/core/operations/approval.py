"""What every operation shares that one person asks for and others approve.

A machine of this sort begins its table with ``ASKING`` and ends it with ``ENDS``. Nobody approves
what they asked for (promise P2), an approval is for one sealed plan (promise P4), silence never
approves, and what was approved and does not begin in time expires (promise P5).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from bot.core.base import Frozen
from bot.core.errors import AlreadyDecided, IllegalTransition, NotAllowed
from bot.core.operations import events as e
from bot.core.operations.base import Operation, Table
from bot.core.operations.phases import Phase
from bot.core.people import Person
from bot.core.plan import AskedPlan

P = Phase

#: How the table of every such machine begins.
ASKING: Table = {
    P.AWAITING_APPROVAL: {
        e.Seconded: P.AWAITING_APPROVAL,
        e.Approved: P.APPROVED,
        e.Denied: P.DENIED,
        e.Cancelled: P.CANCELLED,
        e.Expired: P.EXPIRED,
        e.Voided: P.VOIDED,
    },
}

#: How an approval lapses, or a step fails, while nothing irrevocable has been done.
LAPSES: Mapping[type[Frozen], Phase] = {
    e.Voided: P.VOIDED,
    e.Expired: P.EXPIRED,
    e.Cancelled: P.CANCELLED,
    e.StepFailed: P.FAILED,
}

#: How the table of every such machine ends.
ENDS: Table = {
    P.DONE: {},
    P.DENIED: {},
    P.EXPIRED: {},
    P.CANCELLED: {},
    P.VOIDED: {},
    P.FAILED: {},
}


class Asked(Operation):
    """An operation that is asked for and approved.

    ``NOUN`` is what people call one, such as ``restore``.
    """

    NOUN: ClassVar[str]

    plan: AskedPlan
    phase: Phase = P.AWAITING_APPROVAL

    @property
    def approvers(self) -> tuple[Person, ...]:
        """Who agreed so far, in order."""
        given = (e.Seconded, e.Approved)
        return tuple(r.event.by for r in self.history if isinstance(r.event, given))

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse approvals by the requester, twice by one person, for another plan or too late."""
        if not isinstance(event, e.Seconded | e.Approved):
            return
        # One user id is one person, whatever workspace a payload names beside it.
        if event.by.user_id in (self.requester.user_id, self.plan.requester.user_id):
            raise NotAllowed(f"you asked for this {self.NOUN}, so somebody else must approve it")
        if event.by.user_id in {p.user_id for p in self.approvers}:
            raise AlreadyDecided(f"you have already approved this {self.NOUN}")
        if event.seal != self.plan.seal:
            raise NotAllowed("the approval is for another plan than the one stored here")
        if now >= self.plan.expires_at:
            raise AlreadyDecided(f"the time to approve this {self.NOUN} is over")
        completes = len(self.approvers) + 1 >= self.plan.quorum
        if completes is not isinstance(event, e.Approved):
            raise IllegalTransition("the count of approvals does not fit the quorum")

    def deadline(self) -> datetime | None:
        """Say when time alone will move it."""
        match self.phase:
            case P.AWAITING_APPROVAL:
                return self.plan.expires_at
            case P.APPROVED:
                return self.since + self.plan.execution_window
            case _:
                return None

    def due(self, now: datetime) -> e.Event | None:
        """Return what the passing of time brings."""
        limit = self.deadline()
        if limit is None or now < limit:
            return None
        return self.overdue()

    def overdue(self) -> e.Event:
        """Return what a deadline that has passed brings in the present phase."""
        return e.Expired()
