"""The Home tab: what a person sees of the fleet, and what waits for them."""

from datetime import datetime

from bot.core import policy
from bot.core.environments import Environment
from bot.core.errors import AuraError, BotError
from bot.core.operations import AnyOperation, Asked, Phase
from bot.core.people import Person
from bot.core.policy import Role
from bot.core.schedules import Work
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.jobs import Jobs
from bot.services.scheduler import Scheduler
from bot.services.watch import Watch
from bot.services.world import World
from bot.views.home import Board, home, unreadable
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

    async def view(self, person: Person, *, page: int = 0) -> View:
        """Return the tab: instances, running operations, approvals this person can decide."""
        rows = await self._rows(person) if await self._sees(person, None) else ()
        running = await self._jobs.running()
        environments = {row.environment for row in rows}
        return home(
            rows,
            tuple(op for op in running if op.environment in environments),
            tuple(await self._for_decision(person, running)),
            now=self._world.clock.now(),
            page=page,
            board=await self._board({name for name in environments if name}),
        )

    async def _board(self, environments: set[str]) -> Board:
        """Gather what the watch and the schedules know of these environments."""
        raised = [r.alert for r in await self._watch.open_alerts() if r.home in environments]
        now, pauses = self._world.clock.now(), await self._world.schedules.pauses()
        coming: dict[str, tuple[Work, datetime]] = {}
        for schedule in await self._scheduler.all():
            at = None if schedule.id in pauses else schedule.timing.next(now)
            name = schedule.environment
            if at is not None and (name not in coming or at < coming[name][1]):
                coming[name] = (schedule.work, at)
        return Board(
            alerts=tuple(raised),
            clocks={sight.id: readings for sight, readings in await self._watch.clocks()},
            coming={name: told for name, told in coming.items() if name in environments},
        )

    async def publish(self, person: Person, *, page: int = 0) -> None:
        """Show it."""
        try:
            view = await self.view(person, page=page)
        except AuraError as trouble:
            view = unreadable(trouble, now=self._world.clock.now())
        await self._world.chat.publish_home(person.user_id, view)

    async def rows(self, person: Person) -> tuple[InstanceRow, ...]:
        """Return the rows of `instance list` that this person may see; raises NotAllowed."""
        await self._gate.require(person, Role.VIEWER, None, action="instance.view")
        return await self._rows(person)

    async def _rows(self, person: Person) -> tuple[InstanceRow, ...]:
        """Read what this person may see; the rest is many calls to Aura for nothing."""
        seen = [
            summary
            for summary in await self._fleet.summaries()
            if await self._sees(person, self._fleet.environment(summary))
        ]
        return await self._fleet.rows(seen)

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
