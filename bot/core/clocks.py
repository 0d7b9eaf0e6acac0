"""Honest clocks of an instance: in place, off instance, exported, proven.

A clock tells the age of the newest thing that would help: a snapshot to restore in place, a copy
that can leave the instance or has left it, an export outside Aura, a snapshot that a drill has
proven. What could not be read is unknown, never fresh; what its tier keeps no more does not count.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.protection import Protection
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import TierFacts

#: From this part of the target on, a clock is due: it is time to see to it.
DUE = 0.8


class Clock(StrEnum):
    """Which clock."""

    IN_PLACE = "in place"
    """The newest snapshot that can be restored in place."""
    OFF_INSTANCE = "off instance"
    """The newest copy that can leave the instance, or has: an exportable snapshot, or an export."""
    EXPORTED = "exported"
    """The newest export outside Aura."""
    PROVEN = "proven"
    """The newest snapshot that passed a drill."""


class State(StrEnum):
    """How a clock stands against its target."""

    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


#: The clocks that a look at an instance's snapshots can move.
LISTED = (Clock.IN_PLACE, Clock.OFF_INSTANCE)


class Reading(Frozen):
    """One clock, read at ``at``.

    ``since`` is what its age counts from: the newest thing that helps or, when there is none
    (``never``), the making of the instance. ``until`` is when that thing is expected to be gone,
    and ``lapsed`` when the last one went. ``target`` None means that nobody asks for one.
    """

    clock: Clock
    at: AwareDatetime
    since: AwareDatetime | None
    never: bool = False
    until: AwareDatetime | None = None
    lapsed: AwareDatetime | None = None
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

    def unknown(self) -> "Reading":
        """Return this as one that nobody can tell."""
        return self.model_copy(
            update={"since": None, "never": False, "until": None, "lapsed": None}
        )


class Seen(Frozen):
    """What is known of an instance's backups. ``read_at`` None: nothing was ever read."""

    read_at: AwareDatetime | None = None
    instance_since: AwareDatetime | None = None
    restorable_at: AwareDatetime | None = None
    """The newest that Aura took by itself; ``…asked_at``: the newest that was asked for."""
    restorable_asked_at: AwareDatetime | None = None
    exportable_at: AwareDatetime | None = None
    exportable_asked_at: AwareDatetime | None = None
    exported_at: AwareDatetime | None = None
    """The time of the snapshot that the newest verified export holds."""
    proven_at: AwareDatetime | None = None
    """The time of the snapshot that the newest passed drill proved."""

    @property
    def newest_at(self) -> datetime | None:
        """The time of the newest snapshot, whoever asked for it."""
        known = filter(None, (self.restorable_at, self.restorable_asked_at))
        return max(known, default=None)

    def with_snapshots(self, snapshots: Iterable[Snapshot], *, at: datetime) -> "Seen":
        """Return this after a look at an instance's snapshots."""
        done = [s for s in snapshots if s.completed]
        copies = [s for s in done if s.exportable is Exportable.YES]
        return self.model_copy(
            update={
                "read_at": at,
                "restorable_at": _newer(self.restorable_at, done, asked=False),
                "restorable_asked_at": _newer(self.restorable_asked_at, done, asked=True),
                "exportable_at": _newer(self.exportable_at, copies, asked=False),
                "exportable_asked_at": _newer(self.exportable_asked_at, copies, asked=True),
            }
        )

    def found(self, clock: Clock, facts: TierFacts) -> tuple["Found", ...]:
        """Return what counts for a clock, each with when the tier keeps it no more."""
        asked = facts.on_demand_days
        match clock:
            case Clock.IN_PLACE:
                return _found(
                    (self.restorable_at, facts.restorable_days), (self.restorable_asked_at, asked)
                )
            case Clock.OFF_INSTANCE:
                return _found(
                    (self.exportable_at, facts.exportable_days),
                    (self.exportable_asked_at, asked),
                    (self.exported_at, None),
                )
            case Clock.EXPORTED:
                return _found((self.exported_at, None))
            case Clock.PROVEN:
                return _found((self.proven_at, None))
            case unreachable:
                assert_never(unreachable)


class Found(Frozen):
    """Something that helps: of which time, and when it is gone; None is not foreseen."""

    at: AwareDatetime
    until: AwareDatetime | None


def _found(*known: tuple[datetime | None, int | None]) -> tuple[Found, ...]:
    return tuple(
        Found(at=at, until=None if days is None else at + timedelta(days=days))
        for at, days in known
        if at is not None
    )


def _newer(known: datetime | None, found: Iterable[Snapshot], *, asked: bool) -> datetime | None:
    times = [s.taken_at for s in found if s.on_demand is asked]
    return max([*times, *([known] if known else [])], default=None)


def target(wanted: Protection, clock: Clock) -> timedelta | None:
    """Return the greatest age that a clock may reach, or None when nobody asks."""
    match clock:
        case Clock.IN_PLACE:
            return _span(hours=wanted.in_place_hours)
        case Clock.OFF_INSTANCE:
            return _span(hours=wanted.off_instance_hours)
        case Clock.EXPORTED:
            return _span(hours=wanted.export_hours)
        case Clock.PROVEN:
            return _span(days=wanted.proven_days)
        case unreachable:
            assert_never(unreachable)


def _span(*, hours: int | None = None, days: int | None = None) -> timedelta | None:
    return None if hours is None and days is None else timedelta(hours=hours or 0, days=days or 0)


def read(
    seen: Seen, wanted: Protection, facts: TierFacts, *, now: datetime, stale: timedelta
) -> tuple[Reading, ...]:
    """Return the clocks; ``facts`` say how long the instance's tier keeps what was seen.

    What was read longer than ``stale`` ago tells nothing about new snapshots: then the first two
    are unknown where they would be anything but fresh.
    """
    return tuple(_reading(clock, seen, wanted, facts, now, stale) for clock in Clock)


def _reading(
    clock: Clock, seen: Seen, wanted: Protection, facts: TierFacts, now: datetime, stale: timedelta
) -> Reading:
    known = seen.found(clock, facts)
    there = [each for each in known if each.until is None or now < each.until]
    newest = max(there, key=lambda each: each.at, default=None)
    reading = Reading(
        clock=clock,
        at=now,
        since=newest.at if newest else seen.instance_since,
        never=newest is None,
        until=newest.until if newest else None,
        lapsed=None if newest else max((each.until for each in known if each.until), default=None),
        target=target(wanted, clock),
    )
    old = seen.read_at is None or now - seen.read_at > stale
    if clock in LISTED and old and reading.state not in (None, State.FRESH):
        return reading.unknown()
    return reading
