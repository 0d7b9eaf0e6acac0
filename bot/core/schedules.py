"""Schedules: when work begins by itself, and which slots are owed.

Rules
  * Scheduled work protects: it takes, exports or proves. Nothing here can overwrite anything.
  * A slot is a moment at which a schedule falls due. What begins at it carries an id made of
    schedule, instance and slot, so that a slot begins once, whoever looks and however often.
  * After a pause of the bot only the latest slot that was missed is owed; the others are counted.
  * What falls due stands in one line, whatever schedule it is of: a fleet does not knock at Aura's
    door at one and the same second, and what waits for longest comes first.
  * Cron is read as Debian's cron reads it, in the schedule's own time zone: a time that the change
    to summer time leaves out runs right after the gap, and one that comes twice runs once
    (https://manpages.debian.org/cron.8).
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import islice, pairwise
from types import MappingProxyType
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, AwareDatetime, model_validator
from pydantic_core import PydanticCustomError

from bot.core.base import Frozen, InstanceId
from bot.core.people import Person

#: So many missed slots are counted; beyond, "at least" is said.
MOST_COUNTED = 1000
#: Two slots may not be nearer than this: Aura keeps no more than an hourly rhythm itself.
LEAST_APART = timedelta(hours=1)
#: A schedule that is paused says so again after this long.
REMIND_PAUSED = timedelta(days=1)


class Work(StrEnum):
    """What a schedule can begin. Restore, overwrite and upload are not among it, on purpose."""

    SNAPSHOT = "snapshot"
    EXPORT = "export"
    DRILL = "drill"


#: About so many calls of Aura does a run make of a small instance; a test counts them.
CALLS: Mapping[Work, int] = MappingProxyType({Work.SNAPSHOT: 8, Work.EXPORT: 35, Work.DRILL: 35})


class After(StrEnum):
    """What besides the clock can make a schedule fall due."""

    DEPLOY = "deploy"


def _cron(text: str) -> str:
    fields = text.split()
    if len(fields) != 5:
        raise PydanticCustomError(
            "cron", "“{text}” is no cron time: it wants 5 fields, such as 0 3 * * *", {"text": text}
        )
    words = " ".join(fields)
    try:
        slots = list(islice(CronSim(words, datetime(2027, 1, 1, tzinfo=UTC)), 50))
    except CronSimError as fault:
        raise PydanticCustomError(
            "cron", "“{text}” is no cron time: {why}", {"text": text, "why": str(fault).lower()}
        ) from fault
    if not slots:
        raise PydanticCustomError("cron", "“{text}” never comes", {"text": text})
    if any(later - one < LEAST_APART for one, later in pairwise(slots)):
        raise PydanticCustomError(
            "cron", "“{text}” comes more often than once an hour", {"text": text}
        )
    return words


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError) as fault:
        raise PydanticCustomError(
            "zone", "“{name}” is no time zone; write one such as Europe/Berlin", {"name": name}
        ) from fault


Cron = Annotated[str, AfterValidator(_cron)]
Zone = Annotated[str, AfterValidator(_zone)]


class Timing(Frozen):
    """When: a cron time in a zone, or after something happened; exactly one of the two."""

    cron: Cron | None = None
    zone: Zone = "UTC"
    after: After | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.cron is None) == (self.after is None):
            raise PydanticCustomError("timing", "wants either cron or after, and not both")
        return self

    def slots(self, since: datetime) -> Iterable[datetime]:
        """Yield the slots after ``since``, in UTC, without end; none without a cron time."""
        if self.cron is None:
            return
        for slot in CronSim(self.cron, since.astimezone(ZoneInfo(self.zone))):
            yield slot.astimezone(UTC)

    def next(self, now: datetime) -> datetime | None:
        """Return the first slot after ``now``, or None."""
        return next(iter(self.slots(now)), None)

    @property
    def words(self) -> str:
        """The timing as people write it."""
        return f"after each {self.after}" if self.after else f"{self.cron} ({self.zone})"


class Owed(Frozen):
    """What a schedule owes now: its latest slot, and how many were missed before it."""

    slot: AwareDatetime
    missed: int


def owed(timing: Timing, *, since: datetime, now: datetime) -> Owed | None:
    """Return what fell due after ``since``, up to and including ``now``, or None."""
    latest, count = None, 0
    for slot in timing.slots(since):
        if slot > now:
            break
        latest, count = slot, count + 1
        if count > MOST_COUNTED:  # the latest is found from behind, without counting the rest
            latest = _latest(timing, now)
            break
    return None if latest is None else Owed(slot=latest, missed=count - 1)


def _latest(timing: Timing, now: datetime) -> datetime:
    local = (now + timedelta(seconds=1)).astimezone(ZoneInfo(timing.zone))
    return next(CronSim(str(timing.cron), local, reverse=True)).astimezone(UTC)


class Schedule(Frozen):
    """One rule of work that begins by itself.

    ``instance_id`` None means every instance of the environment. ``by`` None means that the
    schedule stands in the configuration file, where alone it can be changed.
    """

    id: str
    environment: str
    work: Work
    timing: Timing
    instance_id: InstanceId | None = None
    by: Person | None = None
    created_at: AwareDatetime | None = None

    @property
    def fixed(self) -> bool:
        """Whether it stands in the file, and is read-only here."""
        return self.by is None


class Pause(Frozen):
    """That a schedule begins nothing for now; ``reminded_at`` is the last reminder of it."""

    by: Person
    at: AwareDatetime
    reason: str = ""
    reminded_at: AwareDatetime | None = None

    def reminds(self, now: datetime) -> bool:
        """Whether somebody should hear again of it."""
        return now - (self.reminded_at or self.at) >= REMIND_PAUSED


def run_key(schedule_id: str, instance_id: InstanceId, slot: datetime) -> str:
    """Return what names the run of a slot on an instance: 26 letters and digits, always the same.

    The id of the operation that begins is made of it, so that the store refuses a second one.
    """
    said = f"{schedule_id}\n{instance_id}\n{slot.astimezone(UTC).isoformat()}"
    return sha256(said.encode()).hexdigest()[:26]


def free_at(begun: Iterable[tuple[Work, datetime]], *, per_minute: int) -> datetime | None:
    """Return when Aura will have had the calls with which these runs began; None without any.

    Whatever schedule they are of, runs stand in one line: each has it for its calls at
    ``per_minute`` calls a minute.
    """
    free: datetime | None = None
    for work, at in sorted(begun, key=lambda run: run[1]):
        free = max(free or at, at) + takes(work, per_minute=per_minute)
    return free


def takes(work: Work, *, per_minute: int) -> timedelta:
    """Return how long a run that begins has the line for itself."""
    return timedelta(minutes=CALLS[work] / per_minute)
