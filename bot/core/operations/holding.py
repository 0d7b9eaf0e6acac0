"""The holding machine: whether an export in the vault may expire, decided by two people."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from bot.core.errors import IllegalTransition
from bot.core.operations import events as e
from bot.core.operations.approval import ASKING, ENDS, LAPSES, Asked
from bot.core.operations.base import Table
from bot.core.operations.phases import Phase
from bot.core.plan import HoldingPlan

TABLE: Table = {
    **ASKING,
    Phase.APPROVED: {e.HoldChanged: Phase.DONE, **LAPSES},
    **ENDS,
}


class HoldingStep(StrEnum):
    """What the runner must do next."""

    CHANGE = "change"


_NEXT: Mapping[Phase, HoldingStep] = {Phase.APPROVED: HoldingStep.CHANGE}


class Holding(Asked):
    """The setting or releasing of a legal hold."""

    TABLE: ClassVar[Table] = TABLE
    NOUN: ClassVar[str] = "hold change"

    kind: Literal["holding"] = "holding"
    plan: HoldingPlan

    def check(self, event: e.Event, now: datetime) -> None:
        """Refuse a change without the approvals that the plan wants, and what approval refuses."""
        super().check(event, now)
        if isinstance(event, e.HoldChanged) and len(self.approvers) < self.plan.quorum:
            raise IllegalTransition("a hold is not changed without its approvals")

    def next_step(self) -> HoldingStep | None:
        """Say what the runner must do next."""
        return _NEXT.get(self.phase)
