"""What all operations share: id, plan, phase, history, and the one way to move.

Rules of every machine
  * Phases are a ``StrEnum``, legality is a table ``{phase: {event type: phase}}``.
  * ``advance`` is the only way to move; an illegal event raises and leaves the operation alone.
  * ``next_step`` says what the runner must do next; None means: wait for a person, or finished.
  * ``due`` turns the passing of time into an event; nothing else reads a deadline.
  * Facts that an event brought (a snapshot's id, who approved) are read out of the history.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from pydantic import AwareDatetime, field_validator

from bot.core.base import ChannelId, Frozen, InstanceId, OperationId
from bot.core.errors import IllegalTransition
from bot.core.operations.events import Event
from bot.core.people import Person
from bot.core.plan import Plan

E = TypeVar("E", bound=Frozen)

Table = Mapping[StrEnum, Mapping[type[Frozen], StrEnum]]


class Origin(Frozen):
    """Where the request was made: replies to the requester go there.

    What a ``schedule`` began has nobody who waits for its messages: it speaks up when it fails.
    """

    channel: ChannelId | None = None
    thread_ts: str | None = None
    schedule: str | None = None
    execution: str | None = None
    """The run of a workflow's step that waits for the end."""


class Recorded(Frozen):
    """An event and when it was recorded."""

    at: AwareDatetime
    event: Event


class Operation(Frozen):
    """One unit of work. ``version`` counts the stored changes, from 0."""

    TABLE: ClassVar[Table]
    #: The phases from which the restored instance is held against other operations (promise P8).
    EXCLUSIVE: ClassVar[bool] = False
    #: What is said of one that holds what another wants.
    HOLDING: ClassVar[str] = "holds this instance"

    kind: str
    id: OperationId
    environment: str
    requester: Person
    instance_id: InstanceId
    channel: ChannelId
    origin: Origin = Origin()
    created_at: AwareDatetime
    plan: Plan
    history: tuple[Recorded, ...] = ()
    version: int = 0
    phase: Any

    @field_validator("phase")
    @classmethod
    def _known(cls, phase: StrEnum) -> StrEnum:
        if phase not in cls.TABLE:
            raise ValueError(f"the table has no phase {phase}")
        return phase

    @property
    def final(self) -> bool:
        """Whether nothing can move it any more."""
        return not self.TABLE[self.phase]

    @property
    def reserves(self) -> str | None:
        """What it holds against other operations while it is open (promise P8), or None."""
        return self.instance_id if self.EXCLUSIVE else None

    @property
    def since(self) -> datetime:
        """When the present phase was entered; staying in a phase does not count as entering."""
        entered, phase = self.created_at, next(iter(self.TABLE))
        for recorded in self.history:
            after = self.TABLE[phase][type(recorded.event)]
            if after is not phase:
                entered, phase = recorded.at, after
        return entered

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, or None while it has not."""
        return self.history[-1].at if self.final and self.history else None

    @property
    def duration(self) -> timedelta | None:
        """From request to end, or None while it has not ended."""
        return self.ended_at - self.created_at if self.ended_at else None

    def last(self, kind: type[E]) -> E | None:
        """Return the newest event of a type in the history, or None."""
        return next((r.event for r in reversed(self.history) if isinstance(r.event, kind)), None)

    def when(self, kind: type[Frozen]) -> datetime | None:
        """Return when the newest event of a type was recorded, or None."""
        return next((r.at for r in reversed(self.history) if isinstance(r.event, kind)), None)

    def allows(self, kind: type[Frozen]) -> bool:
        """Whether the table has a move for an event type in the present phase."""
        return kind in self.TABLE[self.phase]

    def check(self, event: Event, now: datetime) -> None:
        """Refuse an event that the table allows but the plan does not; raises BotError."""

    def next_step(self) -> StrEnum | None:
        """Say what the runner must do next; None means wait for a person, or finished."""
        raise NotImplementedError

    def deadline(self) -> datetime | None:
        """Say when time alone will move it, or None."""
        return None

    def due(self, now: datetime) -> Event | None:
        """Return the event that the passing of time brings at ``now``, or None."""
        return None


O = TypeVar("O", bound=Operation)  # noqa: E741 -- the one type variable for operations


def advance(op: O, event: Event, *, now: datetime) -> O:
    """Return the operation moved by the event; raises IllegalTransition where no move exists."""
    target = op.TABLE[op.phase].get(type(event))
    if target is None:
        raise IllegalTransition(f"{op.id} is {op.phase}: {event.kind} is not possible now")
    op.check(event, now)
    # model_copy does not validate; a test reads every reachable operation back from JSON.
    return op.model_copy(
        update={"phase": target, "history": (*op.history, Recorded(at=now, event=event))}
    )
