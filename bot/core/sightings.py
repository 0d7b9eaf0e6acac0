"""What the watch knows of an instance, and how each look changes it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId
from bot.core.clocks import LISTED, Clock, Reading, Seen, State, read
from bot.core.instances import Instance, InstanceSummary
from bot.core.protection import Protection
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import TierFacts

#: A reading of any age bounds how old the newest can be, so "due" stays true. Overdue wants a look
#: after that moment, and one that is not older than this; such looks come at least once an hour.
STALE = timedelta(hours=3)
#: Of so many months the newest exportable snapshot is remembered; no tier keeps one for longer.
MONTHS = 5


class Look(StrEnum):
    """The sorts of looks."""

    STATE = "state"
    SNAPSHOTS = "snapshots"


class Copy(Frozen):
    """A copy outside Aura: of which moment, and how long it is kept; None is for ever."""

    snapshot_at: AwareDatetime
    until: AwareDatetime | None = None


class Month(Frozen):
    """The newest exportable snapshot of a month, as far as one was seen.

    ``other_at`` is the newest of the other sort, which may stay for longer: one that was asked
    for beside one that Aura took by itself.
    """

    taken_at: AwareDatetime
    on_demand: bool
    other_at: AwareDatetime | None = None

    def joined(self, snapshot: Snapshot) -> "Month":
        """Return this with one more snapshot of the month."""
        if snapshot.on_demand is self.on_demand:
            newest = max(self.taken_at, snapshot.taken_at)
            return self.model_copy(update={"taken_at": newest})
        known = max(filter(None, (self.other_at, snapshot.taken_at)))
        if known <= self.taken_at:
            return self.model_copy(update={"other_at": known})
        return Month(taken_at=known, on_demand=not self.on_demand, other_at=self.taken_at)

    def leaves_at(self, facts: TierFacts) -> datetime | None:
        """Return when none of it is expected to be exportable any more, None when nothing says."""
        days = {True: facts.on_demand_days, False: facts.exportable_days}
        ends = [(self.taken_at, days[self.on_demand])]
        if self.other_at is not None:
            ends.append((self.other_at, days[not self.on_demand]))
        known = [at + timedelta(days=kept) for at, kept in ends if kept is not None]
        return max(known) if len(known) == len(ends) else None


class Sighting(Frozen):
    """What the watch knows of one instance."""

    instance: InstanceSummary
    environment: str
    tier: str = ""
    region: str = ""
    status: str | None = None
    """None before the first look."""
    status_since: AwareDatetime | None = None
    """When a look first found this status."""
    explained: bool = False
    """Whether an operation of ours brought it into this status."""
    looked_at: AwareDatetime | None = None
    """When a look at the state last succeeded."""
    gone_since: AwareDatetime | None = None
    """Since when Aura knows it no more."""
    trouble: str = ""
    trouble_in: Look | None = None
    trouble_since: AwareDatetime | None = None
    """Why looks of a sort do not succeed, and since when."""
    tried_at: AwareDatetime | None = None
    """When one last did not."""
    seen: Seen = Seen()
    months: Mapping[str, Month] = Field(default={})
    """By month, such as ``2026-11``."""
    closed: str = ""
    """The month of which the newest one is surely known."""
    copies: tuple[Copy, ...] = ()

    @property
    def id(self) -> InstanceId:
        """The instance's id."""
        return self.instance.id

    @property
    def known(self) -> Instance | None:
        """The instance as it was when a look at its state last succeeded, None before the first."""
        if self.status is None or self.looked_at is None:
            return None
        facts = {"status": self.status, "tier": self.tier, "region": self.region}
        return Instance.model_validate({**self.instance.model_dump(), **facts})

    def with_state(self, found: Instance, *, at: datetime) -> "Sighting":
        """Return this after a look at the instance's state."""
        same = self.status == found.status
        seen = self.seen.model_copy(update={"instance_since": found.created_at})
        return self.model_copy(
            update={
                "instance": InstanceSummary.model_validate(
                    found.model_dump(include=set(InstanceSummary.model_fields))
                ),
                "tier": found.tier,
                "region": found.region,
                "status": found.status,
                "status_since": self.status_since if same else at,
                "explained": self.explained and same,
                "looked_at": at,
                "gone_since": None,
                "seen": seen,
            }
        )._mended(Look.STATE)

    def with_snapshots(self, snapshots: Iterable[Snapshot], *, at: datetime) -> "Sighting":
        """Return this after a look at all snapshots that were asked for."""
        found = list(snapshots)
        seen = self.seen.with_snapshots(found, at=at)
        changes = {"seen": seen, "months": self._months(found)}
        return self.model_copy(update=changes)._mended(Look.SNAPSHOTS)

    def with_month(self, snapshots: Iterable[Snapshot], month: str) -> "Sighting":
        """Return this after all days were asked for that the newest of a month can be of."""
        return self.model_copy(update={"months": self._months(snapshots), "closed": month})

    def _months(self, found: Iterable[Snapshot]) -> Mapping[str, Month]:
        months = dict(self.months)
        for snapshot in found:
            if snapshot.completed and snapshot.exportable is Exportable.YES:
                name = f"{snapshot.taken_at.astimezone(UTC):%Y-%m}"
                first = Month(taken_at=snapshot.taken_at, on_demand=snapshot.on_demand)
                months[name] = months.get(name, first).joined(snapshot)
        return {name: months[name] for name in sorted(months)[-MONTHS:]}

    def gone(self, *, at: datetime) -> "Sighting":
        """Return this after Aura said that there is no such instance."""
        found = {"gone_since": self.gone_since or at, "looked_at": at, "trouble_in": Look.STATE}
        return self.model_copy(update=found)._mended(Look.STATE)

    def troubled(self, why: str, look: Look, *, at: datetime) -> "Sighting":
        """Return this after a look that did not succeed."""
        since = self.trouble_since or at
        found = {"trouble": why, "trouble_in": look, "trouble_since": since, "tried_at": at}
        return self.model_copy(update=found)

    def tried(self, *, at: datetime) -> "Sighting":
        """Return this after a look that did not succeed, and not for a reason of its own."""
        return self.model_copy(update={"tried_at": at})

    def _mended(self, look: Look) -> "Sighting":
        """Return this without trouble, if it was with looks of this sort."""
        if self.trouble_in is not look:
            return self
        none = {"trouble": "", "trouble_in": None, "trouble_since": None, "tried_at": None}
        return self.model_copy(update=none)

    def with_outside(self, copies: Iterable[Copy], proven_at: datetime | None) -> "Sighting":
        """Return this with what is known of copies outside Aura and of drills."""
        kept = tuple(copies)
        newest = max((copy.snapshot_at for copy in kept), default=None)
        seen = self.seen.model_copy(update={"exported_at": newest, "proven_at": proven_at})
        return self.model_copy(update={"copies": kept, "seen": seen})

    def clocks(
        self,
        wanted: Protection,
        facts: TierFacts,
        *,
        now: datetime,
        vault_at: datetime | None,
    ) -> tuple[Reading, ...]:
        """Return the clocks; unknown where a look is too long ago to say.

        ``facts`` are those of its tier; ``vault_at`` is when the vault was last listed, or now
        where there is none.
        """
        found = read(self.seen, wanted, facts, now=now, stale=timedelta.max)
        return tuple(self._honest(reading, vault_at) for reading in found)

    def _honest(self, reading: Reading, vault_at: datetime | None) -> Reading:
        """Take back "overdue" where nobody has looked since it became so."""
        if reading.state is not State.OVERDUE or reading.clock is Clock.PROVEN:
            return reading
        looked = self.seen.read_at if reading.clock in LISTED else vault_at
        since, goal = reading.since, reading.target
        if looked is None or since is None or goal is None:
            return reading.unknown()
        over = max(since + goal, reading.lapsed or since)
        if looked > over and reading.at - looked <= STALE:
            return reading
        return reading.unknown()
