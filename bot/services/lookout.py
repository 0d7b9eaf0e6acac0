"""The lookout: looks at the fleet, a few calls a round, those first that are due for longest.

All reads go by the background lane of the rate limit, so people come first. When Aura does not
answer, the round ends at once, and what was known stays as it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta

import structlog

from bot.core.base import Frozen, InstanceId
from bot.core.errors import AuraAuthFailed, AuraError, AuraNotFound, AuraThrottled, AuraUnavailable
from bot.core.housekeeping import Bearings
from bot.core.instances import InstanceSummary
from bot.core.protection import Protection
from bot.core.scratch import PREFIX
from bot.core.sightings import Look, Sighting
from bot.core.snapshots import Snapshot
from bot.core.tiers import TierFacts, facts
from bot.core.watch import list_due, look_due, month_day, month_due, next_day
from bot.services.witnessing import Witnessing
from bot.services.world import World

log = structlog.get_logger(__name__)

#: So many looks are on their way at a time.
LANES = 6


class _Away(Exception):
    """Aura does not answer, or holds us back: nothing more can be learned in this round."""

    def __init__(self, trouble: AuraError) -> None:
        super().__init__(trouble.summary)
        self.trouble = trouble


class Round(Frozen):
    """What a round of looks brought."""

    sights: Mapping[InstanceId, Sighting]
    bearings: Bearings


class Lookout:
    """Brings sightings up to date."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._witnessing = Witnessing(world)
        self._tiers: Mapping[str, TierFacts] = world.estate.tiers
        self._answers = self._silent = 0
        self._refused = False

    async def __call__(
        self, known: Mapping[InstanceId, Sighting], bearings: Bearings, *, seconds: float
    ) -> Round:
        """Look as far as a round of so many seconds may cost, and return what is known then."""
        sights = dict(known)
        self._tiers = await self._witnessing.tiers()
        self._answers = self._silent = 0
        rules = self._world.estate.watching
        calls = max(1, round(rules.calls * seconds / 60))
        try:
            calls, bearings = await self._fleet(sights, bearings, calls)
            self._refused = bearings.refused_since is not None
            calls = await self._states(sights, calls)
            calls = await self._lists(sights, calls)
            await self._months(sights, calls)
            await self._edges(sights)
        except _Away as away:
            log.info("a round of looks ends early", why=away.trouble.summary)
            if isinstance(away.trouble, AuraThrottled) or bearings.aura_away_since is not None:
                return Round(sights=sights, bearings=bearings)
            gone = {"aura_away_since": self._now(), "aura_why": away.trouble.summary}
            return Round(sights=sights, bearings=bearings.model_copy(update=gone))
        there = {"aura_away_since": None, "aura_why": ""}
        return Round(sights=sights, bearings=bearings.model_copy(update=there))

    async def _fleet(
        self, sights: dict[InstanceId, Sighting], bearings: Bearings, calls: int
    ) -> tuple[int, Bearings]:
        """List the fleet, once in the time between two looks at one instance."""
        now, apart = self._now(), self._apart(sights)
        at = bearings.listed_at
        if at is not None and at <= now < at + apart and bearings.refused_since is None:
            return calls, bearings
        try:
            listed = await self._world.aura.instances(background=True)
        except (AuraUnavailable, AuraThrottled) as trouble:
            raise _Away(trouble) from trouble
        except AuraError as trouble:
            since = bearings.refused_since or now
            refused = {"refused_since": since, "refused_why": trouble.summary}
            return calls - 1, bearings.model_copy(update=refused)
        await self._adopt(sights, listed)
        found = {"listed_at": now, "refused_since": None, "refused_why": ""}
        return calls - 1, bearings.model_copy(update=found)

    async def _adopt(
        self, sights: dict[InstanceId, Sighting], listed: tuple[InstanceSummary, ...]
    ) -> None:
        """Watch what is new, and stop watching what the configuration names no more."""
        estate, there = self._world.estate, {instance.id for instance in listed}
        for instance in listed:
            environment = estate.environment_of(instance)
            if environment is None or not estate.watch(environment.name).on:
                continue
            before = sights.get(instance.id)
            if before is None and not self._ours(instance):
                sights[instance.id] = Sighting(instance=instance, environment=environment.name)
                await self._world.watch.save(sights[instance.id])
        for sight in list(sights.values()):
            home = estate.environment_of(sight.instance)
            if home is None or not estate.watch(home.name).on:
                del sights[sight.id]
                await self._world.watch.forget(sight.id)
            elif sight.id not in there and sight.gone_since is None:
                # not listed: the next look, at once, says whether it is gone
                sights[sight.id] = sight.model_copy(update={"looked_at": None})
            elif home.name != sight.environment:
                sights[sight.id] = sight.model_copy(update={"environment": home.name})

    def _ours(self, instance: InstanceSummary) -> bool:
        """Whether the bot itself made it for a while; those have their own watch."""
        return instance.name.startswith(PREFIX)

    async def _states(self, sights: dict[InstanceId, Sighting], calls: int) -> int:
        """Look at the state of instances; returns how many calls are left."""
        now, apart = self._now(), self._apart(sights)
        due = sorted(
            (look_due(sight, apart=apart, now=now), sight.id)
            for sight in sights.values()
            if look_due(sight, apart=apart, now=now) <= now
        )[: max(0, calls)]
        await self._together(
            sights, [instance_id for _, instance_id in due], self._state, Look.STATE
        )
        return calls - len(due)

    async def _state(self, sight: Sighting) -> Sighting:
        found = await self._world.aura.instance(sight.id, background=True)
        return sight.with_state(found, at=self._now())

    async def _lists(self, sights: dict[InstanceId, Sighting], calls: int) -> int:
        """Look at snapshots where a clock wants it; returns how many calls are left."""
        now = self._now()
        due: list[tuple[datetime, InstanceId]] = []
        for sight in sights.values():
            at = list_due(sight, self._wanted(sight), self._facts(sight), now=now)
            if at is not None and at <= now:
                due.append((at, sight.id))
        chosen = [instance_id for _, instance_id in sorted(due)[: max(1, calls)]]
        await self._together(sights, chosen, self._list, Look.SNAPSHOTS)
        return calls - len(chosen)

    async def _months(self, sights: dict[InstanceId, Sighting], calls: int) -> None:
        """Find the newest exportable snapshot of the last month, where it matters."""
        now = self._now()
        due = [
            sight.id
            for sight in sights.values()
            if month_due(sight, self._wanted(sight), self._facts(sight), now=now) is not None
        ]
        await self._together(sights, due[: max(1, calls)], self._month, Look.SNAPSHOTS)

    async def _month(self, sight: Sighting) -> Sighting:
        now = self._now()
        month = month_due(sight, self._wanted(sight), self._facts(sight), now=now)
        found: list[Snapshot] = []
        looked, asked = sight, None
        while (day := month_day(looked, asked=asked, now=now)) is not None:
            found += await self._world.aura.snapshots(sight.id, day, background=True)
            looked, asked = sight.with_month(found, month or ""), day
        return looked

    async def _list(self, sight: Sighting) -> Sighting:
        before, wanted, tier = sight.seen, self._wanted(sight), self._facts(sight)
        found: list[Snapshot] = []
        asked: date | None = None
        looked = sight
        while True:
            day = next_day(looked, wanted, tier, before=before, asked=asked, now=self._now())
            if day is None:
                break
            found += await self._world.aura.snapshots(sight.id, day, background=True)
            looked, asked = sight.with_snapshots(found, at=self._now()), day
        await self._witnessing.meet(sight, found)
        return looked

    async def _together(
        self,
        sights: dict[InstanceId, Sighting],
        chosen: list[InstanceId],
        look: Callable[[Sighting], Awaitable[Sighting]],
        sort: Look,
    ) -> None:
        """Look at several, a few at a time; what was learned is kept, whatever befalls the rest."""
        for start in range(0, len(chosen), LANES):
            few = chosen[start : start + LANES]
            found = await asyncio.gather(
                *(self._careful(sights[instance_id], look, sort) for instance_id in few),
                return_exceptions=True,
            )
            trouble: BaseException | None = None
            changed: list[Sighting] = []
            for instance_id, seen in zip(few, found, strict=True):
                if isinstance(seen, BaseException):
                    trouble = seen
                elif seen != sights[instance_id]:
                    sights[instance_id] = seen
                    changed.append(seen)
            await self._world.watch.save(*changed)
            if trouble is not None:
                raise trouble

    async def _careful(
        self, sight: Sighting, look: Callable[[Sighting], Awaitable[Sighting]], sort: Look
    ) -> Sighting:
        now = self._now()
        try:
            found = await look(sight)
        except AuraNotFound:
            return await self._lost(sight, sort)
        except AuraThrottled as trouble:
            raise _Away(trouble) from trouble
        except AuraUnavailable as trouble:
            self._silent += 1
            if self._silent > 1 and not self._answers:  # it is not this one instance
                raise _Away(trouble) from trouble
            return sight.troubled(trouble.summary, sort, at=now)
        except AuraError as trouble:
            if self._refused and isinstance(trouble, AuraAuthFailed):
                return sight.tried(at=now)  # it is the credential, of which one alert tells
            return sight.troubled(trouble.summary, sort, at=now)
        self._answers += 1
        return found

    async def _lost(self, sight: Sighting, sort: Look) -> Sighting:
        """Say that an instance is gone only when it is not listed either."""
        now = self._now()
        try:
            listed = await self._world.aura.instances(background=True)
        except (AuraUnavailable, AuraThrottled) as trouble:
            raise _Away(trouble) from trouble
        except AuraError as trouble:
            return sight.troubled(trouble.summary, sort, at=now)
        if any(instance.id == sight.id for instance in listed):
            return sight.troubled("Aura lists it, and does not know it", sort, at=now)
        return sight.gone(at=now)

    async def _edges(self, sights: Mapping[InstanceId, Sighting]) -> None:
        try:
            await self._witnessing.edges(sights)
        except (AuraUnavailable, AuraThrottled) as trouble:
            raise _Away(trouble) from trouble

    def _wanted(self, sight: Sighting) -> Protection:
        return self._world.estate.watch(sight.environment).protection

    def _facts(self, sight: Sighting) -> TierFacts:
        return facts(sight.tier, self._tiers)

    def _apart(self, sights: Mapping[InstanceId, Sighting]) -> timedelta:
        return self._world.estate.watching.apart(len(sights))

    def _now(self) -> datetime:
        return self._world.clock.now()
