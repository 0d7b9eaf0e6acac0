"""When work falls due, by hand: the quarter's own calendar, which knows nothing of the bot's.

The days on which two zones change their clocks within the quarter stand here as numbers, so that
neither the system's tables nor a reader of cron can agree with the bot by being the same code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)
#: A Monday; 90 days later it is a Sunday.
OPENING = datetime(2026, 9, 21, tzinfo=UTC)
CLOSING = OPENING + 90 * DAY
_EVER = datetime.min.replace(tzinfo=UTC)
SUNDAY, MONDAY = 6, 0

#: From which instant on a zone is how far ahead of UTC, in hours.
ZONES = {
    "UTC": [(_EVER, 0)],
    # https://en.wikipedia.org/wiki/Daylight_saving_time_in_Australia: 02:00 to 02:59 is left out
    "Australia/Sydney": [(_EVER, 10), (datetime(2026, 10, 3, 16, tzinfo=UTC), 11)],
    # https://en.wikipedia.org/wiki/Summer_time_in_Europe: 02:00 to 02:59 comes twice
    "Europe/Berlin": [(_EVER, 2), (datetime(2026, 10, 25, 1, tzinfo=UTC), 1)],
}


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """A time of the day in a zone, each day or on one day of the week."""

    at: time
    zone: str = "UTC"
    weekday: int | None = None

    @property
    def cron(self) -> str:
        """How a configuration says it."""
        day = "*" if self.weekday is None else (self.weekday + 1) % 7
        return f"{self.at.minute} {self.at.hour} * * {day}"

    def slots(self, since: datetime = OPENING, until: datetime = CLOSING) -> Iterator[datetime]:
        """Yield the instants after ``since`` and up to ``until``."""
        day = since.date() - DAY
        while day <= until.date() + DAY:
            if self.weekday in (None, day.weekday()):
                slot = instant(self.zone, day, self.at)
                if since < slot <= until:
                    yield slot
            day += DAY


def instant(zone: str, day: date, at: time) -> datetime:
    """Return the first instant of a local time; of one that is left out, the end of the gap."""
    periods = ZONES[zone]
    for number, (since, hours) in enumerate(periods):
        then = datetime.combine(day, at, UTC) - timedelta(hours=hours)
        until = periods[number + 1][0] if number + 1 < len(periods) else None
        if then < since:  # the hands were moved past it
            return since
        if until is None or then < until:
            return then
    raise AssertionError("the last period has no end")


def on(day: int, at: str = "00:00") -> datetime:
    """Return a time of the quarter's so-manieth day, in UTC; the first is day 0."""
    return datetime.combine((OPENING + day * DAY).date(), time.fromisoformat(at), UTC)
