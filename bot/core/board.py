"""The Home board: what it shows of each instance, which of them need somebody, and its pages.

A row is made of what the watch has stored, so that opening the tab asks Aura for next to nothing;
what is not watched is read only when its page is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Self

from pydantic import AwareDatetime

from bot.core.alerts import Alert
from bot.core.base import Frozen
from bot.core.clocks import Reading, State
from bot.core.drills import LastDrill
from bot.core.instances import Condition, Instance, InstanceSummary
from bot.core.schedules import Schedule, Work
from bot.core.sightings import Sighting

#: Instances on one page.
PAGE = 20
#: What was seen longer ago is shown with its age.
OLD = timedelta(hours=1)
#: The keys of the two parts that are no environment.
ALL, ATTENTION = "all", "attention"
_DIGITS = 6
_ILL = (Condition.BROKEN, Condition.LEAVING)
_LATE = (State.OVERDUE, State.UNKNOWN)


class OpenAlert(Frozen):
    """An open alert, and the environment whose people see to it."""

    id: str
    alert: Alert
    home: str


class Run(Frozen):
    """Scheduled work on an instance: its latest run, or the next; ``at`` may be over already."""

    work: Work
    at: AwareDatetime
    failed: bool = False


class Row(Frozen):
    """One instance on the board; what is None or empty is not known."""

    instance: Instance | InstanceSummary
    environment: str | None
    watched: bool = False
    """Whether the watch has looked at it; what it has not looked at is read when it is shown."""
    seen_at: AwareDatetime | None = None
    """When the watch last saw its state."""
    newest_at: AwareDatetime | None = None
    """The time of the newest snapshot, where no clock tells it."""
    clocks: tuple[Reading, ...] = ()
    drill: LastDrill | None = None
    alerts: int = 0
    trouble: str = ""
    last: Run | None = None
    next: Run | None = None

    @property
    def needs_somebody(self) -> bool:
        """Whether a person should look: something is wrong, or nobody can say that it is not."""
        return bool(
            self.alerts
            or self.trouble
            or any(reading.state in _LATE for reading in self.clocks)
            or (isinstance(self.instance, Instance) and self.instance.condition in _ILL)
            or (self.drill is not None and not self.drill.outcome.proves)
            or (self.last is not None and self.last.failed)
        )

    def old(self, now: datetime) -> bool:
        """Whether what the watch saw is so long ago that its age belongs to it."""
        return self.seen_at is not None and now - self.seen_at > OLD


def watched(sight: Sighting, clocks: tuple[Reading, ...]) -> Row:
    """Return the row of an instance as the watch knows it; bare before the first look."""
    instance = sight.known
    if instance is None:
        return Row(instance=sight.instance, environment=sight.environment)
    return Row(
        instance=instance,
        environment=sight.environment,
        watched=True,
        seen_at=sight.looked_at,
        clocks=clocks,
        trouble=sight.trouble,
    )


def coming(
    schedules: Iterable[Schedule], row: Row, begun: Mapping[str, datetime], *, now: datetime
) -> Run | None:
    """Return the next slot on an instance; ``begun`` is the latest slot of each schedule there.

    A slot that is over, and has not begun yet, is the next one still.
    """
    found = [
        Run(work=schedule.work, at=at)
        for schedule in schedules
        if schedule.environment == row.environment
        and schedule.instance_id in (None, row.instance.id)
        and (at := schedule.timing.next(begun.get(schedule.id, now))) is not None
    ]
    return min(found, key=lambda run: run.at, default=None)


def number(text: str) -> int | None:
    """Read the number of a page; None for what is none."""
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else None


class Place(Frozen):
    """Where somebody stands on the board: a part by its key, and a page, from 0."""

    part: str = ALL
    page: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `words` wrote; of anything else comes the first page of everything."""
        part, _, page = text.partition(" ")
        return cls(part=part or ALL, page=number(page) or 0)

    @property
    def words(self) -> str:
        """The place as a view keeps it."""
        return f"{self.part} {self.page}"


class Part(Frozen):
    """What can be chosen: all, what needs somebody, or an environment (None: those in none)."""

    key: str
    environment: str | None = None
    instances: int


class Page(Frozen):
    """One page of the board, at ``place``, which has been brought within bounds."""

    place: Place
    rows: tuple[Row, ...] = ()
    instances: int = 0
    """In this part."""
    pages: int = 1
    parts: tuple[Part, ...] = ()
    unwatched: int = 0
    """Of all: nobody knows whether they need somebody."""


def key(environment: str | None) -> str:
    """Return the key of an environment's part, from which nobody can make a sentence."""
    return sha256((environment or "").encode()).hexdigest()[:12]


def turn(rows: Iterable[Row], place: Place) -> Page:
    """Return the page that a place means; a part that is gone means all."""
    ordered = sorted(rows, key=_order)
    parts = _parts(ordered)
    part = place.part if any(part.key == place.part for part in parts) else ALL
    chosen = [row for row in ordered if _belongs(row, part)]
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(place.page, pages - 1) if part == place.part else 0
    return Page(
        place=Place(part=part, page=page),
        rows=tuple(chosen[page * PAGE : (page + 1) * PAGE]),
        instances=len(chosen),
        pages=pages,
        parts=parts,
        unwatched=sum(not row.watched for row in ordered),
    )


def _parts(rows: Sequence[Row]) -> tuple[Part, ...]:
    names = dict.fromkeys(row.environment for row in rows)
    return (
        Part(key=ALL, instances=len(rows)),
        Part(key=ATTENTION, instances=sum(row.needs_somebody for row in rows)),
        *(
            Part(
                key=key(name),
                environment=name,
                instances=sum(row.environment == name for row in rows),
            )
            for name in names
        ),
    )


def _belongs(row: Row, part: str) -> bool:
    if part == ALL:
        return True
    return row.needs_somebody if part == ATTENTION else key(row.environment) == part


def _order(row: Row) -> tuple[bool, str, str, str]:
    name, instance = row.environment, row.instance
    return (name is None, name or "", instance.name.lower(), instance.id)
