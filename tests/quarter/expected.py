"""What must have come of the quarter, reckoned from the calendar and the list of faults alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.quarter.faults import AWAY, DOWN, FAULTS, PAUSED, PAUSED_ID, UP, Fault
from tests.quarter.fleet import ENVIRONMENTS, Environment

#: A run begins so long after its slot at the latest, when nothing keeps it.
PROMPT = timedelta(minutes=20)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run that a slot brings on one instance; it begins from ``slot`` to ``latest``."""

    schedule: str
    instance: str
    slot: datetime
    latest: datetime

    @property
    def work(self) -> str:
        """``snapshot``, ``export`` or ``drill``."""
        return self.schedule.split("-")[1]


def runs(of: Environment) -> Iterator[Run]:
    """Yield every run of an environment's schedules that must have begun, by instance and slot."""
    for instance in of.ids:
        for schedule, rhythm in of.work.items():
            slots = [slot for slot in rhythm.slots() if not _refused(instance, slot)]
            missed = [slot for slot in slots if DOWN < slot <= UP]
            for slot in slots:
                if slot not in missed[:-1]:
                    latest = max(slot, _back(slot)) + PROMPT
                    yield Run(schedule=schedule, instance=instance, slot=slot, latest=latest)


def missed() -> dict[str, int]:
    """Return how many runs of each environment fell into the time without a bot for good."""
    found = {}
    for of in ENVIRONMENTS:
        within = [len(list(rhythm.slots(DOWN, UP))) for rhythm in of.work.values()]
        found[of.name] = sum(max(0, number - 1) for number in within) * of.count
    return {name: number for name, number in found.items() if number}


def _back(slot: datetime) -> datetime:
    """Return when whoever was away at a slot is back."""
    return next((until for since, until in ((DOWN, UP), AWAY) if since <= slot <= until), slot)


def _refused(instance: str, slot: datetime) -> bool:
    """Whether the instance was paused at the slot, so that Aura takes no snapshot."""
    return instance == PAUSED_ID and PAUSED.begins <= slot <= PAUSED.ends


def told() -> list[tuple[str, Fault]]:
    """Return the titles of the alerts that must have been told, each with its fault."""
    return sorted(
        ((title, fault) for fault in FAULTS for title in fault.told),
        key=lambda pair: (pair[0], pair[1].begins),
    )
