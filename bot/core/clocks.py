"""Three honest clocks per instance: in place, off instance, proven.

A clock tells the age of the newest thing that would help: a snapshot to restore in place, a copy
that can leave the instance, a snapshot that a drill has proven. What could not be read is unknown,
never fresh.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.protection import Protection
from bot.core.snapshots import Exportable, Snapshot

#: From this part of the target on, a clock is due: it is time to see to it.
DUE = 0.8


class Clock(StrEnum):
    """Which clock."""

    IN_PLACE = "in place"
    """The newest snapshot that can be restored in place."""
    OFF_INSTANCE = "off instance"
    """The newest copy that outlives the instance: an exportable snapshot, or an export."""
    PROVEN = "proven"
    """The newest snapshot that passed a drill."""


class State(StrEnum):
    """How a clock stands against its target."""

    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


class Reading(Frozen):
    """One clock, read at ``at``.

    ``since`` is what its age counts from: the newest thing that helps or, when there never was
    one (``never``), the making of the instance. ``target`` None means that nobody asks for one.
    """

    clock: Clock
    at: AwareDatetime
    since: AwareDatetime | None
    never: bool = False
    target: timedelta | None = None

    @property
    def age(self) -> timedelta | None:
        """How old it is, never negative; None when unknown."""
        return None if self.since is None else max(timedelta(0), self.at - self.since)

    @property
    def state(self) -> State | None:
        """How it stands; None when there is no target."""
        if self.target is None:
            return None
        if self.age is None:
            return State.UNKNOWN
        if self.age > self.target:
            return State.OVERDUE
        return State.DUE if self.age >= DUE * self.target else State.FRESH


class Seen(Frozen):
    """What is known of an instance's backups. ``read_at`` None: nothing was ever read."""

    read_at: AwareDatetime | None = None
    instance_since: AwareDatetime | None = None
    restorable_at: AwareDatetime | None = None
    exportable_at: AwareDatetime | None = None
    exported_at: AwareDatetime | None = None
    """The time of the snapshot that the newest verified export holds."""
    proven_at: AwareDatetime | None = None
    """The time of the snapshot that the newest passed drill proved."""

    def with_snapshots(self, snapshots: Iterable[Snapshot], *, at: datetime) -> "Seen":
        """Return this after a look at an instance's snapshots."""
        done = [s for s in snapshots if s.completed]
        copies = [s.taken_at for s in done if s.exportable is Exportable.YES]
        return self.model_copy(
            update={
                "read_at": at,
                "restorable_at": _newer(self.restorable_at, [s.taken_at for s in done]),
                "exportable_at": _newer(self.exportable_at, copies),
            }
        )


def _newer(known: datetime | None, found: list[datetime]) -> datetime | None:
    return max([*found, *([known] if known else [])], default=None)


def target(wanted: Protection, clock: Clock) -> timedelta | None:
    """Return the greatest age that a clock may reach, or None when nobody asks."""
    match clock:
        case Clock.IN_PLACE:
            return _span(hours=wanted.in_place_hours)
        case Clock.OFF_INSTANCE:
            return _span(hours=wanted.off_instance_hours)
        case Clock.PROVEN:
            return _span(days=wanted.proven_days)
        case unreachable:
            assert_never(unreachable)


def _span(*, hours: int | None = None, days: int | None = None) -> timedelta | None:
    return None if hours is None and days is None else timedelta(hours=hours or 0, days=days or 0)


def read(seen: Seen, wanted: Protection, *, now: datetime, stale: timedelta) -> tuple[Reading, ...]:
    """Return the three clocks.

    What was read longer than ``stale`` ago tells nothing about new snapshots: then the first two
    are unknown where they would be anything but fresh.
    """
    return tuple(_reading(clock, seen, wanted, now, stale) for clock in Clock)


def _reading(
    clock: Clock, seen: Seen, wanted: Protection, now: datetime, stale: timedelta
) -> Reading:
    newest = {
        Clock.IN_PLACE: seen.restorable_at,
        Clock.OFF_INSTANCE: _latest(seen.exportable_at, seen.exported_at),
        Clock.PROVEN: seen.proven_at,
    }[clock]
    found = Reading(
        clock=clock,
        at=now,
        since=newest or seen.instance_since,
        never=newest is None,
        target=target(wanted, clock),
    )
    old = seen.read_at is None or now - seen.read_at > stale
    if clock is not Clock.PROVEN and old and found.state not in (None, State.FRESH):
        return found.model_copy(update={"since": None, "never": False})
    return found


def _latest(*times: datetime | None) -> datetime | None:
    return max((time for time in times if time is not None), default=None)
