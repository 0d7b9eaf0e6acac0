"""The Home tab: what a person sees of the fleet, and what waits for them.

What the watch has stored is shown as it is stored. Aura is asked for the list of instances, once,
and for those of the shown page that nobody watches; so a fleet of any size opens at once.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.core import policy
from bot.core.base import InstanceId, OperationId
from bot.core.board import ALL, ATTENTION, OpenAlert, Place, Row, Run, coming, key, turn, watched
from bot.core.environments import Environment
from bot.core.errors import AuraError, BotError
from bot.core.instances import InstanceSummary
from bot.core.operations import AnyOperation, Asked, Phase
from bot.core.people import Person
from bot.core.policy import Role
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.jobs import Jobs
from bot.services.scheduler import Scheduler
from bot.services.watch import Watch
from bot.services.world import World
from bot.views.home import Board, home, troubled
from bot.views.instances import InstanceRow
from bot.views.kit import View


class Home:
    """Builds the Home tab of one person."""

    def __init__(
        self,
        world: World,
        gate: Gate,
        fleet: Fleet,
        jobs: Jobs,
        watch: Watch,
        scheduler: Scheduler,
    ) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._jobs = jobs
        self._watch = watch
        self._scheduler = scheduler

    async def view(self, person: Person, place: Place) -> View:
        """Return the tab: instances, alerts, operations, approvals this person can decide."""
        visible = await self._visible(person)
        alerts = [
            OpenAlert(id=raised.id, alert=raised.alert, home=raised.home)
            for raised in await self._watch.open_alerts()
            if raised.home in visible
        ]
        rows, trouble = await self._rows(visible, alerts)
        page = turn(rows, place)
        part = page.place.part
        shown = {name for name in visible if part in (ALL, ATTENTION, key(name))}
        running = await self._jobs.running()
        mine = tuple(op for op in running if op.environment in shown)
        pending = tuple(await self._for_decision(person, running))
        return home(
            Board(
                page=page.model_copy(update={"rows": await self._filled(page.rows)}),
                pending=pending,
                running=mine,
                links=await self._links([*pending, *mine]),
                alerts=tuple(alert for alert in alerts if alert.home in shown),
                trouble=trouble,
                now=self._world.clock.now(),
            )
        )

    async def publish(self, person: Person, place: Place) -> None:
        """Show it."""
        await self._world.chat.publish_home(person.user_id, await self.view(person, place))

    async def rows(self, person: Person) -> tuple[InstanceRow, ...]:
        """Return the rows of `instance list` that this person may see; raises NotAllowed."""
        await self._gate.require(person, Role.VIEWER, None, action="instance.view")
        visible = await self._visible(person)
        return await self._fleet.listing(
            [i for i in await self._fleet.summaries() if self._home(i) in visible]
        )

    async def _visible(self, person: Person) -> set[str | None]:
        """Name the environments that this person may look at, None for what is in none."""
        if not await self._sees(person, None):
            return set()
        environments = self._world.estate.environments
        return {None, *[e.name for e in environments if await self._sees(person, e)]}

    def _home(self, instance: InstanceSummary) -> str | None:
        environment = self._fleet.environment(instance)
        return environment.name if environment else None

    async def _rows(
        self, visible: set[str | None], alerts: Iterable[OpenAlert]
    ) -> tuple[list[Row], str]:
        """Return a row for each instance, and why Aura tells nothing, if so."""
        if not visible:
            return [], ""
        known = {sight.id: watched(sight, clocks) for sight, clocks in await self._watch.clocks()}
        listed: Sequence[InstanceSummary]
        try:
            listed, trouble = await self._fleet.summaries(), ""
        except AuraError as silence:
            listed, trouble = [row.instance for row in known.values()], troubled(silence)
        found = {
            i.id: known.get(i.id, Row(instance=i, environment=None)).model_copy(
                update={"environment": self._home(i)}
            )
            for i in listed
            if self._home(i) in visible
        }
        drills, last = await self._world.drills.of(found), await self._last()
        about = [alert.alert.condition.instance_id for alert in alerts]
        rows = [
            row.model_copy(
                update={"drill": drills.get(i), "last": last.get(i), "alerts": about.count(i)}
            )
            for i, row in found.items()
        ]
        return rows, trouble

    async def _last(self) -> dict[InstanceId, Run]:
        """Return the latest scheduled run on each instance."""
        found: dict[InstanceId, Run] = {}
        for run in sorted(await self._world.watch.outcomes(), key=lambda outcome: outcome.at):
            found[run.instance_id] = Run(work=run.work, at=run.at, failed=run.failed)
        return found

    async def _filled(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """Return the rows of a page with what is wanted of them alone."""
        now, pauses = self._world.clock.now(), await self._world.schedules.pauses()
        schedules = [s for s in await self._scheduler.all() if s.id not in pauses]
        begun: dict[InstanceId, dict[str, datetime]] = {}
        for (schedule, instance_id), at in (await self._world.schedules.cursors()).items():
            begun.setdefault(instance_id, {})[schedule] = at
        read = await asyncio.gather(*(self._read(row) for row in rows))
        return tuple(
            row.model_copy(
                update={"next": coming(schedules, row, begun.get(row.instance.id, {}), now=now)}
            )
            for row in read
        )

    async def _read(self, row: Row) -> Row:
        """Read what nobody watches."""
        if row.watched:
            return row
        found = await self._fleet.row(row.instance)
        return row.model_copy(
            update={
                "instance": found.instance,
                "newest_at": found.newest.taken_at if found.newest else None,
                "trouble": found.trouble or "",
            }
        )

    async def _links(self, operations: Iterable[AnyOperation | Asked]) -> dict[OperationId, str]:
        """Return the addresses of the cards that have one."""
        cards = {op.id: await self._world.cards.get(op.id) for op in operations}
        return {op_id: card.link for op_id, card in cards.items() if card.link}

    async def _sees(self, person: Person, environment: Environment | None) -> bool:
        return await self._gate.allows(person, Role.VIEWER, environment)

    async def _for_decision(self, person: Person, running: tuple[AnyOperation, ...]) -> list[Asked]:
        waiting = [
            op for op in running if isinstance(op, Asked) and op.phase is Phase.AWAITING_APPROVAL
        ]
        return [op for op in waiting if await self._can_decide(person, op)]

    async def _can_decide(self, person: Person, op: Asked) -> bool:
        try:
            standing = await self._gate.standing(person, live=False)
            environment = self._world.estate.environment(op.environment)
            policy.check_approver(op, standing, await self._gate.roster(environment, live=False))
        except BotError:
            return False
        return True
