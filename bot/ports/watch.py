"""What is remembered of the watch: sightings, copies outside Aura, outcomes, and alerts."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Protocol

from pydantic import AwareDatetime

from bot.core.alerts import Alert, Deed
from bot.core.base import ChannelId, Frozen, InstanceId
from bot.core.housekeeping import Bearings, Outcome
from bot.core.retention import Witness
from bot.core.sightings import Copy, Sighting
from bot.core.vitals import Vitals
from bot.ports.chat import MessageRef


class Raised(Frozen):
    """An alert with its place in Slack, and what is still to be said there.

    ``home`` is the environment whose people see to it, ``owed`` the deeds not done yet, oldest
    first, and ``shown`` a digest of what the head shows.
    """

    id: str
    alert: Alert
    home: str
    channel: ChannelId
    owed: tuple[Deed, ...] = ()
    head: MessageRef | None = None
    shown: str = ""
    told_at: AwareDatetime | None = None
    """When the head was posted."""

    @property
    def key(self) -> str:
        """The key of its condition."""
        return self.alert.condition.key


class Alerts(Protocol):
    """Alerts: the open ones, and for a while those that are over. Raise StoreUnavailable."""

    async def all(self) -> tuple[Raised, ...]:
        """Return every open alert, and those that have ended and are not put away, by id."""

    async def get(self, alert_id: str) -> Raised | None:
        """Return one of them, or None."""

    async def add(self, raised: Raised) -> None:
        """Store a new one; one that is there already stays as it is."""

    async def update(self, alert_id: str, modify: Callable[[Raised], Raised]) -> Raised:
        """Change one by compare-and-swap and return it as stored.

        ``modify`` is pure and may run several times; what it raises leaves the store untouched.
        Raises UnknownAlert when it has been put away.
        """

    async def put_away(self, raised: Raised) -> None:
        """Move one that is over among those of the past, which are kept for 400 days."""

    async def past(self, *, since: datetime) -> tuple[Raised, ...]:
        """Return those put away that ended at or after ``since``, oldest end first."""


class WatchLog(Protocol):
    """What the watch knows, one entry an instance. Methods raise StoreUnavailable."""

    async def sightings(self) -> tuple[Sighting, ...]:
        """Return what is known of every watched instance, copies and proofs included."""

    async def save(self, *sightings: Sighting) -> None:
        """Store some; their copies and proofs are kept apart, and not touched."""

    async def forget(self, instance_id: InstanceId) -> None:
        """Forget all of an instance."""

    async def copied(self, instance_id: InstanceId, copy_id: str, copy: Copy | None) -> None:
        """Say that a copy outside Aura was verified; None: that it is no more."""

    async def stocked(self, copies: Mapping[tuple[InstanceId, str], Copy]) -> None:
        """Say which copies there are outside Aura, by instance and id: these and no others."""

    async def proved(self, instance_id: InstanceId, snapshot_at: datetime) -> None:
        """Say that a drill proved a snapshot of that time; an older one changes nothing."""

    async def counted(self, instance_id: InstanceId, days: Mapping[date, int]) -> None:
        """Say how many snapshots that Aura took by itself a look saw, by UTC day.

        The greatest number of each day is kept, for 400 days after the last look.
        """

    async def days(self, instance_id: InstanceId) -> Mapping[date, int]:
        """Return how many were seen, by UTC day."""

    async def witnesses(self) -> tuple[Witness, ...]:
        """Return the snapshots that are watched to their end."""

    async def witness(self, witness: Witness) -> None:
        """Store one, or replace it."""

    async def dismiss(self, key: str) -> None:
        """Forget a witness."""

    async def outcomes(self) -> tuple[Outcome, ...]:
        """Return how the latest run of each schedule on each instance ended."""

    async def ended(self, outcome: Outcome) -> None:
        """Store an outcome; one older than what is known changes nothing."""

    async def bearings(self) -> Bearings:
        """Return what the last pass told the next."""

    async def bear(self, bearings: Bearings) -> None:
        """Store that."""

    async def heard(self, name: str, at: datetime) -> None:
        """Say that a loop, such as ``scheduler``, has just ended a round well."""

    async def last_heard(self) -> Mapping[str, datetime]:
        """Return when each loop was last heard of."""

    async def vitals(self) -> Vitals | None:
        """Return the numbers of the latest pass, or None."""

    async def tell(self, vitals: Vitals) -> None:
        """Store the numbers of a pass."""


class Ping(Protocol):
    """Somebody elsewhere, who raises an alarm when he hears nothing."""

    async def __call__(self) -> None:
        """Say that all is well; a failure to say so is logged, and nothing more."""
