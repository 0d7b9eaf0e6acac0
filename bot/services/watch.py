"""The watch: one pass after the other over the fleet and the bot itself; one replica does each.

Look, judge, tend the alerts, say what is owed. Everything that a pass knows stands in the store,
so the next one, here or elsewhere, goes on from there.
"""

from datetime import datetime

import structlog

from bot.core.alerts import Alert
from bot.core.clocks import Reading
from bot.core.housekeeping import Bearings
from bot.core.sightings import Sighting
from bot.core.tiers import facts
from bot.core.vitals import Vitals, summed
from bot.ports import Raised
from bot.services.alarms import Alarms
from bot.services.concerns import Concerns
from bot.services.gate import Gate
from bot.services.lookout import Lookout
from bot.services.shelves import list_vault, listed_at
from bot.services.witnessing import Witnessing
from bot.services.world import World

log = structlog.get_logger(__name__)

#: Seconds between two passes. It bounds how late what is due may be; most passes ask nothing.
EVERY = 30.0


class Watch:
    """Does passes, and answers what they found."""

    def __init__(self, world: World, gate: Gate, alarms: Alarms) -> None:
        self._world = world
        self._alarms = alarms
        self._lookout = Lookout(world)
        self._concerns = Concerns(world, gate)

    async def __call__(self, *, forced: bool = False) -> bool:
        """Do one pass, unless another replica has just done it; returns whether it was done."""
        if not forced and not await self._world.seen.first("watch", ttl=EVERY - 5):
            return False
        log_ = self._world.watch
        bearings, now = await log_.bearings(), self._world.clock.now()
        if bearings.began_at is None:
            bearings = bearings.model_copy(update={"began_at": now})
        watched = self._world.estate.watched()
        if watched:
            bearings = await list_vault(self._world, bearings)
        known = {sight.id: sight for sight in await log_.sightings()}
        if not watched and not known:
            await self._well(bearings, said=True)
            return True
        looked = await self._lookout(known, bearings, seconds=EVERY)
        judged = await self._concerns(looked.sights.values(), looked.bearings)
        bearings = judged.bearings.model_copy(update={"passed_at": now})
        await log_.bear(bearings)
        await self._alarms.tend(judged.findings)
        said = await self._alarms.deliver()
        await log_.tell(await self._vitals(tuple(looked.sights.values()), now))
        await self._well(bearings, said=said)
        return True

    async def clocks(
        self, environment: str | None = None
    ) -> tuple[tuple[Sighting, tuple[Reading, ...]], ...]:
        """Return the clocks of each watched instance, of one environment or of all.

        Sorted by name and id. An instance that is gone has none.
        """
        now, estate = self._world.clock.now(), self._world.estate
        tiers = await Witnessing(self._world).tiers()
        vault_at = listed_at(self._world, await self._world.watch.bearings())
        found = [
            (
                sight,
                sight.clocks(
                    estate.watch(sight.environment).protection,
                    facts(sight.tier, tiers),
                    now=now,
                    vault_at=vault_at,
                ),
            )
            for sight in await self._world.watch.sightings()
            if environment in (None, sight.environment) and sight.gone_since is None
        ]
        return tuple(sorted(found, key=lambda pair: (pair[0].instance.name, pair[0].id)))

    async def open_alerts(self, environment: str | None = None) -> tuple[Raised, ...]:
        """Return the open alerts, the gravest and oldest first, those held back included."""
        found = [
            raised
            for raised in await self._world.alerts.all()
            if raised.alert.open and environment in (None, raised.home)
        ]
        return tuple(sorted(found, key=lambda r: (*_gravest(r.alert), r.id)))

    async def held(self, environment: str | None = None) -> tuple[Raised, ...]:
        """Return the open alerts that nobody was told of: for want of room, or in quiet hours."""
        opened = await self.open_alerts(environment)
        return tuple(raised for raised in opened if raised.alert.told_at is None)

    async def past_alerts(
        self, environment: str | None = None, *, since: datetime
    ) -> tuple[Raised, ...]:
        """Return the alerts that ended at or after ``since``, oldest end first."""
        lately = [
            raised
            for raised in await self._world.alerts.all()
            if raised.alert.cleared_at is not None and raised.alert.cleared_at >= since
        ]
        found = {r.id: r for r in (*await self._world.alerts.past(since=since), *lately)}
        mine = [r for r in found.values() if environment in (None, r.home)]
        return tuple(sorted(mine, key=lambda r: (r.alert.cleared_at or since, r.id)))

    async def _vitals(self, sights: tuple[Sighting, ...], now: datetime) -> Vitals:
        states, oldest = summed(await self.clocks())
        alerts: dict[str, int] = {}
        for raised in await self.open_alerts():
            name = raised.alert.condition.severity.name.lower()
            alerts[name] = alerts.get(name, 0) + 1
        return Vitals(
            passed_at=now,
            instances=len(sights),
            states=states,
            oldest=oldest,
            alerts=alerts,
            held=len(await self.held()),
        )

    async def _well(self, bearings: Bearings, *, said: bool) -> None:
        """Tell whoever listens elsewhere that the bot lives; not so while nobody would hear it."""
        if self._world.ping is not None and said:
            await self._world.ping()


def _gravest(alert: Alert) -> tuple[int, datetime]:
    return (-alert.condition.severity, alert.opened_at)
