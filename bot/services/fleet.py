"""The fleet: finding instances and saying how fresh their snapshots are."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.core.base import InstanceId, ProjectId, SnapshotId
from bot.core.board import OLD
from bot.core.environments import Environment
from bot.core.errors import AuraError, UnknownSnapshot
from bot.core.instances import Instance, InstanceSummary, Project, find
from bot.core.scratch import PREFIX
from bot.core.sightings import Sighting
from bot.core.snapshots import (
    OFFER_DAYS,
    SEARCH_DAYS,
    Snapshot,
    days_back,
    latest,
    newest_first,
)
from bot.services.sharing import Shared
from bot.services.world import World
from bot.views.instances import InstanceRow

#: Seconds for which an offer is kept while somebody types into a picker.
OFFER_KEPT = 60.0
#: So old may the names of projects be that work in the background writes down.
NAMED = timedelta(hours=1)
#: So many instances are asked for, two calls each, whenever somebody lists them: a few seconds.
ASKED = 25


class Fleet:
    """Reads of instances and snapshots; every method may raise AuraError."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._offered = Shared(world.clock, kept=OFFER_KEPT)
        self._projects: dict[ProjectId, Project] = {}
        self._named_at: datetime | None = None

    def environment(self, instance: InstanceSummary) -> Environment | None:
        """Return the environment an instance belongs to, or None."""
        return self._world.estate.environment_of(instance)

    async def summaries(self) -> tuple[InstanceSummary, ...]:
        """Return every instance, sorted by name and id."""
        return tuple(sorted(await self._world.aura.instances(), key=lambda i: (i.name, i.id)))

    async def find(self, word: str) -> Instance:
        """Return the one instance a word means, with its state (promise P14)."""
        summary = find(word, await self.summaries(), self._world.estate.aliases)
        return await self._world.aura.instance(summary.id)

    async def known(self) -> tuple[InstanceSummary, ...]:
        """Return the instances of the watch, or where that has not listed lately, all of Aura's.

        For work in the background: it costs no call as long as the watch goes its rounds. What
        the bot itself made for a while is left out.
        """
        bearings, now = await self._world.watch.bearings(), self._world.clock.now()
        sights = await self._world.watch.sightings()
        lately = 2 * self._world.estate.watching.apart(len(sights))
        at = bearings.listed_at
        if at is not None and at <= now < at + lately and bearings.refused_since is None:
            return tuple(sight.instance for sight in sights if sight.gone_since is None)
        listed = await self._world.aura.instances(background=True)
        return tuple(instance for instance in listed if not instance.name.startswith(PREFIX))

    async def project(self, instance: InstanceSummary, *, background: bool = False) -> Project:
        """Return an instance's project; its id stands in for the name where none is told.

        In the background a name may be an hour old.
        """
        age = self._world.clock.now() - self._named_at if self._named_at else None
        fresh = age is not None and timedelta(0) <= age < NAMED
        if not (background and fresh and instance.project_id in self._projects):
            told = await self._world.aura.projects(background=background)
            self._projects = {project.id: project for project in told}
            self._named_at = self._world.clock.now()
        return self._projects.get(instance.project_id) or Project(
            id=instance.project_id, name=instance.project_id
        )

    async def snapshots(
        self, instance: InstanceSummary, days: Sequence[date], *, background: bool = False
    ) -> dict[date, tuple[Snapshot, ...]]:
        """Return the snapshots of some UTC days, asked for concurrently, newest first.

        Aura lists one day per call
        (https://neo4j.com/docs/aura/platform/api/specification/, GET snapshots).
        """
        found = await asyncio.gather(
            *(self._world.aura.snapshots(instance.id, day, background=background) for day in days)
        )
        return {day: newest_first(snaps) for day, snaps in zip(days, found, strict=True)}

    async def recent(self, instance_id: InstanceId) -> tuple[Instance, tuple[Snapshot, ...]]:
        """Return an instance and its completed snapshots of late, for a picker.

        Aura is asked once for many keystrokes, a call a day, and keystrokes that come meanwhile
        wait for the same answers. It is at most OFFER_KEPT seconds old: what is picked is read
        again.
        """

        async def read() -> tuple[Instance, tuple[Snapshot, ...]]:
            instance = await self.find(instance_id)
            days = days_back(self._world.clock.now().date(), OFFER_DAYS)
            listed = await self.snapshots(instance, days)
            return instance, tuple(s for day in listed.values() for s in day if s.completed)

        found: tuple[Instance, tuple[Snapshot, ...]] = await self._offered.of(instance_id, read)
        return found

    async def newest(self, instance: InstanceSummary) -> Snapshot | None:
        """Return the newest completed snapshot of the last days, asking day by day."""
        for day in days_back(self._world.clock.now().date(), SEARCH_DAYS):
            found = latest(await self._world.aura.snapshots(instance.id, day))
            if found:
                return found
        return None

    async def snapshot(self, instance: InstanceSummary, wanted: str) -> Snapshot:
        """Return a snapshot by its id, or the newest completed one for ``latest``."""
        if wanted == "latest":
            found = await self.newest(instance)
            if found is None:
                raise UnknownSnapshot(
                    f"“{instance.name}” has no completed snapshot in the last {SEARCH_DAYS} days",
                    hint=f"`/aura snapshot list {instance.id} --days 30` looks further back.",
                )
            return found
        days = days_back(self._world.clock.now().date(), SEARCH_DAYS)
        for listed in (await self.snapshots(instance, days)).values():
            for snapshot in listed:
                if snapshot.id == wanted:
                    return snapshot
        try:
            return await self._world.aura.snapshot(instance.id, SnapshotId(wanted))
        except AuraError as trouble:
            if trouble.status != 404:
                raise
            raise UnknownSnapshot(
                f"“{instance.name}” has no snapshot “{wanted[:80]}”",
                hint=f"`/aura snapshot list {instance.id}` shows its snapshots.",
            ) from trouble

    async def row(self, summary: InstanceSummary) -> InstanceRow:
        """Return an instance with the age of its newest snapshot; trouble is part of the row."""
        [row] = await self.rows([summary])
        return row

    async def rows(self, summaries: Sequence[InstanceSummary]) -> tuple[InstanceRow, ...]:
        """Return a row for each of these instances."""
        drills = await self._world.drills.of(summary.id for summary in summaries)
        rows = await asyncio.gather(*(self._row(summary) for summary in summaries))
        return tuple(row.model_copy(update={"drill": drills.get(row.instance.id)}) for row in rows)

    async def listing(self, summaries: Sequence[InstanceSummary]) -> tuple[InstanceRow, ...]:
        """Return a row for each; of many, what the watch saw lately is not asked for once more."""
        if len(summaries) <= ASKED:
            return await self.rows(summaries)
        now = self._world.clock.now()
        sights = {sight.id: sight for sight in await self._world.watch.sightings()}
        seen = [row for i in summaries if (row := self._seen(i, sights.get(i.id), now))]
        ids = {row.instance.id for row in seen}
        drills = await self._world.drills.of(ids)
        asked = await self.rows([i for i in summaries if i.id not in ids])
        told = [row.model_copy(update={"drill": drills.get(row.instance.id)}) for row in seen]
        return (*told, *asked)

    def _seen(
        self, summary: InstanceSummary, sight: Sighting | None, now: datetime
    ) -> InstanceRow | None:
        """Return the row of what was seen lately; None where Aura has to be asked."""
        if sight is None or sight.looked_at is None or sight.seen.read_at is None:
            return None
        if sight.trouble or not timedelta(0) <= now - sight.looked_at < OLD:
            return None
        environment = self.environment(summary)
        return InstanceRow(
            instance=sight.known or summary,
            environment=environment.name if environment else None,
            newest_at=sight.seen.newest_at,
            seen_at=sight.looked_at,
        )

    async def _row(self, summary: InstanceSummary) -> InstanceRow:
        environment = self.environment(summary)
        name = environment.name if environment else None
        try:
            instance = await self._world.aura.instance(summary.id)
            newest = await self.newest(summary)
        except AuraError as trouble:
            return InstanceRow(
                instance=summary, environment=name, newest=None, trouble=trouble.summary
            )
        return InstanceRow(instance=instance, environment=name, newest=newest, trouble=None)
