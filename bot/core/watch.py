"""Watching a fleet at a cost near the least possible: what was seen, and which look is needed next.

Rules
  * A look at an instance's state costs one call. It comes round every ``poll`` seconds, or slower
    where so many instances share a rate limit; what happens behind our back is found by it.
  * A look at its snapshots costs a call per day. It comes when a clock would become due, not
    before: a snapshot once seen proves that the clock is fresh until then. The nearer a clock is
    to overdue, the more often.
  * From today backwards only as many days are asked for as could still help.
  * A look that did not succeed changes nothing but ``trouble``.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from pydantic import Field

from bot.core.base import Frozen
from bot.core.clocks import DUE, LISTED, Reading, Seen, State, read, target
from bot.core.leaving import PAST, last
from bot.core.protection import Protection
from bot.core.sightings import STALE, Look, Sighting
from bot.core.snapshots import MOST_DAYS
from bot.core.tiers import TierFacts

#: The shortest and the longest time between two looks at the snapshots of one instance while a
#: clock is due or overdue, and the longest while all are fresh.
LEAST, MOST, IDLE = timedelta(minutes=10), timedelta(hours=1), timedelta(days=7)
#: How long Aura may need from a snapshot's time until it is complete, and shown as exportable.
SETTLE = timedelta(minutes=20)
#: A snapshot that was not complete at one look may belong to the day before at the next.
OVERLAP = timedelta(hours=3)
#: So far back from the end of a month its newest exportable snapshot is looked for.
MONTH_DAYS = 7


class WatchRules(Frozen):
    """How the watch works. ``poll`` in seconds; ``calls`` a minute are allowed to it.

    ``begins`` are the calls a minute with which scheduled work may begin.
    """

    poll: int = Field(default=300, ge=10, le=3600)
    calls: int = Field(default=62, ge=1)
    begins: int = Field(default=25, ge=1)
    credential_days: int | None = Field(default=None, ge=1)
    """The age at which an API credential should have been replaced."""
    credentials: Mapping[str, date] = Field(default={})
    """When each of them was made, where that is told."""

    def apart(self, instances: int) -> timedelta:
        """Return the time between two looks at the state of one of so many instances."""
        return max(timedelta(seconds=self.poll), timedelta(minutes=instances / self.calls))


def look_due(sight: Sighting, *, apart: timedelta, now: datetime) -> datetime:
    """Return when the instance's state is to be looked at again.

    A look that lies in the future, since a clock was set back, counts as none.
    """
    tried = [at for at in (sight.looked_at, sight.tried_at) if at is not None and at <= now]
    if not tried or (sight.looked_at is not None and sight.looked_at > now):
        return now
    return max(tried) + apart


def list_due(
    sight: Sighting, wanted: Protection, facts: TierFacts, *, now: datetime
) -> datetime | None:
    """Return when the instance's snapshots are to be looked at again; None for never."""
    if sight.gone_since is not None or sight.status is None:
        return None
    read_at = sight.seen.read_at
    if sight.trouble_in is Look.SNAPSHOTS and sight.tried_at is not None and sight.tried_at <= now:
        return sight.tried_at + LEAST
    if read_at is None or read_at > now:
        return now
    times = [read_at + IDLE]
    for reading in _readings(sight, wanted, facts, now):
        since, goal = reading.since or read_at, reading.target
        if goal is None:  # pragma: no cover - those without a target are left out before
            continue
        if reading.lapsed is not None and read_at <= reading.lapsed <= now:
            return now
        if reading.until is not None:  # then it counts no more, however young it may be
            goal = min(goal, reading.until - since)
        times.append(_next(since + DUE * goal, since + goal, read_at, _expected(since, facts)))
    goes = last(sight, facts)
    soon, end = (goes.soon_at, goes.leaves_at) if goes is not None else (None, None)
    if goes is not None and soon is not None and end is not None and now < end + PAST:
        times.append(_next(soon, end, read_at, _expected(goes.at, facts)))
    return min(times)


def month_due(
    sight: Sighting, wanted: Protection, facts: TierFacts, *, now: datetime
) -> str | None:
    """Return the month whose newest exportable snapshot is to be found now, or None.

    Only where copies are wanted for longer than the tier keeps them; once a month, after its end.
    """
    kept = [d for d in (facts.exportable_days, facts.on_demand_days) if d is not None]
    if not kept or wanted.keep_days is None or wanted.keep_days <= min(kept):
        return None
    if sight.gone_since is not None or sight.status is None or sight.trouble_in is Look.SNAPSHOTS:
        return None
    month = f"{_month_end(now - OVERLAP):%Y-%m}"
    return None if sight.closed == month else month


def month_day(sight: Sighting, *, asked: date | None, now: datetime) -> date | None:
    """Return the next day to ask for the newest exportable snapshot of the last month, or None."""
    last = _month_end(now - OVERLAP)
    if asked is None:
        return last
    day = asked - timedelta(days=1)
    known = sight.months.get(f"{last:%Y-%m}")
    if day < last - timedelta(days=MONTH_DAYS) or day.month != last.month:
        return None
    return None if known is not None and known.taken_at.astimezone(UTC).date() >= asked else day


def _month_end(moment: datetime) -> date:
    return moment.astimezone(UTC).date().replace(day=1) - timedelta(days=1)


def _expected(since: datetime, facts: TierFacts) -> datetime:
    """Return when Aura itself should have the next one ready."""
    return since + timedelta(hours=facts.any_hours or 0) + SETTLE


def _next(due: datetime, over: datetime, read_at: datetime, expected: datetime) -> datetime:
    late = over + timedelta(seconds=1)  # a look before does not prove that it is overdue
    if read_at < due:
        return min(max(due, expected), late) if expected < over else due
    if read_at <= over:
        wait = min(max((over - read_at) / 4, LEAST), MOST)
        return min(max(read_at + wait, expected) if expected < over else read_at + wait, late)
    return read_at + min(max((read_at - over) / 8, LEAST), MOST)


def next_day(
    sight: Sighting,
    wanted: Protection,
    facts: TierFacts,
    *,
    before: Seen,
    asked: date | None,
    now: datetime,
) -> date | None:
    """Return the next day to ask for in a look at the snapshots, or None when it is over.

    ``sight`` holds what this look has found so far, ``before`` what was known when it began, and
    ``asked`` is the day that was asked for last.
    """
    today = now.astimezone(UTC).date()
    if asked is None:
        return today
    readings = _readings(sight, wanted, facts, now)
    if all(reading.state is State.FRESH for reading in readings):
        return None
    goals = [reading.target for reading in readings if reading.target is not None]
    first = today - timedelta(
        days=min(MOST_DAYS, max((goal.days for goal in goals), default=0) + 1)
    )
    if before.instance_since is not None:
        first = max(first, before.instance_since.astimezone(UTC).date())
    if before.read_at is not None and before.read_at <= now:
        first = max(first, (before.read_at - OVERLAP).astimezone(UTC).date())
    day = asked - timedelta(days=1)
    return day if day >= first else None


def _readings(
    sight: Sighting, wanted: Protection, facts: TierFacts, now: datetime
) -> list[Reading]:
    """Return the clocks that a look at the snapshots can move, as if it had been read just now."""
    fresh = sight.seen.model_copy(update={"read_at": now})
    return [
        reading
        for reading in read(fresh, wanted, facts, now=now, stale=STALE)
        if reading.clock in LISTED and target(wanted, reading.clock) is not None
    ]
