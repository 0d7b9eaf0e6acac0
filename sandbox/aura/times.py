"""Time in the double: where `now` comes from, how long things take, and how times are written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

Now = Callable[[], datetime]


def utc_now() -> datetime:
    """The wall clock, aware and in UTC; all else in the double takes `now` as an argument."""
    return datetime.now(UTC)  # noqa: TID251  # a service of its own


def stamp(at: datetime) -> str:
    """Write a time as Aura does: ISO 8601 in UTC, whole seconds, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def retry_after(seconds: int, now: datetime, *, dated: bool) -> str:
    """Write a `Retry-After` of so many seconds: as their number, or as an HTTP date."""
    if not dated:
        return str(seconds)
    # An HTTP date has whole seconds only: round up, or it would lie before what it means.
    at = now + timedelta(seconds=seconds + (1 if now.microsecond else 0))
    return format_datetime(at.replace(microsecond=0), usegmt=True)


@dataclass(frozen=True, kw_only=True)
class Durations:
    """How long each change takes, in seconds at speed 1.

    Aura promises no figures, only that time grows with the amount of data
    (https://neo4j.com/docs/aura/api/overview/); these are plausible for a small instance.
    """

    create: float = 120
    hidden: float = 45  # a fresh id answers 404 at first, for up to about a minute
    load: float = 60  # the second half of a creation that starts from a snapshot
    destroy: float = 60
    pause: float = 60
    resume: float = 90
    resize: float = 120
    upgrade: float = 120
    overwrite: float = 240
    restore: float = 180
    snapshot: float = 60
    key: float = 60
    load_lag: float = 8  # after an upload is complete, before the status shows that it loads
    upload_load: float = 120


@dataclass
class Pace:
    """Durations with the speed that divides them; both may be changed while the double runs."""

    durations: Durations
    speed: float = 1.0

    def span(self, seconds: float) -> timedelta:
        """Turn one of the durations into a span at the present speed (20 = twenty times faster)."""
        return timedelta(seconds=seconds / self.speed)
