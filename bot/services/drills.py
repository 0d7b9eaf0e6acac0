"""Drills: asked for by a person, or by a schedule; nothing here ever restores anything in place."""

from collections.abc import Sequence

from bot.core.base import InstanceId, OperationId
from bot.core.commands import LATEST, DrillStart
from bot.core.drills import Asking, Choice, DrillPlan, Estimate, LastDrill, chance, pick
from bot.core.environments import Environment
from bot.core.errors import AlreadyDecided, NotAllowed
from bot.core.instances import Instance, InstanceSummary
from bot.core.operations import Origin
from bot.core.operations.drill import Drill
from bot.core.people import Person
from bot.core.policy import Role
from bot.core.snapshots import Snapshot
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.record import keep, wake
from bot.services.scratch import Scratches
from bot.services.slots import Run
from bot.services.world import World


class Drills:
    """The use cases around drills."""

    def __init__(self, world: World, gate: Gate, fleet: Fleet, scratches: Scratches) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._scratches = scratches

    async def start(self, person: Person, command: DrillStart, *, origin: Origin) -> Drill:
        """Accept a drill that a person asks for.

        Raises NotAllowed (also where no scratch project is configured, or too many instances
        live), UnknownSnapshot, NotRestorable or AuraError; then nothing has changed.
        """
        action = "drill.start"
        await self._gate.require(person, Role.VIEWER, None, action=action)
        instance = await self._fleet.find(command.instance)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action=action, instance=instance
        )
        if environment is None:  # pragma: no cover -- refused above, which no type checker knows
            raise NotAllowed("the instance belongs to no environment")
        choice = await self._chosen(instance, command)
        await self._gate.reachable(person, environment, action=action, instance=instance)
        return await self._begin(person, instance, environment, choice, origin=origin)

    async def begin(self, run: Run) -> OperationId:
        """Begin a drill because a schedule says so; the bot itself is the requester.

        Nothing but a drill can come of it. Raises AlreadyDecided when this slot has begun before,
        NoRoom while no scratch instance is free, NotAllowed, NotRestorable or AuraError.
        """
        me = await self._world.directory.me()
        operation_id = OperationId(f"drl-{run.key}")
        if await self._world.operations.get(operation_id) is not None:
            raise AlreadyDecided("this slot has begun before")
        await self._scratches.room()
        op = await self._begin(
            Person(team_id=me.team_id, user_id=me.user_id),
            await self._world.aura.instance(run.instance.id, background=True),
            run.environment,
            Choice(),
            origin=Origin(schedule=run.schedule.id),
            operation_id=operation_id,
        )
        return op.id

    async def rehearse(
        self,
        person: Person,
        instance: Instance,
        environment: Environment,
        snapshot: Snapshot,
        *,
        asking: Asking,
        origin: Origin,
    ) -> Drill:
        """Accept the rehearsal of a restore; the caller has checked who asks. Raises as `start`."""
        choice = Choice(snapshot_id=snapshot.id)
        pick([snapshot], choice, now=self._world.clock.now())
        return await self._begin(
            person, instance, environment, choice, origin=origin, asking=asking
        )

    async def last(self, instances: Sequence[InstanceSummary]) -> dict[InstanceId, LastDrill]:
        """Return the last drill of each of these instances that had one."""
        return await self._world.drills.of(instance.id for instance in instances)

    async def _chosen(self, instance: Instance, command: DrillStart) -> Choice:
        """Refuse at once what the machine would refuse a moment later."""
        if command.random is not None:
            return Choice(within_days=command.random)
        if command.snapshot is None or command.snapshot == LATEST:
            return Choice()
        snapshot = await self._fleet.snapshot(instance, command.snapshot)
        choice = Choice(snapshot_id=snapshot.id)
        pick([snapshot], choice, now=self._world.clock.now())
        return choice

    async def _begin(
        self,
        person: Person,
        instance: Instance,
        environment: Environment,
        choice: Choice,
        *,
        origin: Origin | None = None,
        asking: Asking | None = None,
        operation_id: OperationId | None = None,
    ) -> Drill:
        now, background = self._world.clock.now(), operation_id is not None
        operation_id = operation_id or OperationId(self._world.new_id("drl"))
        choice = choice.model_copy(update={"draw": chance(operation_id)})
        op = Drill(
            id=operation_id,
            environment=environment.name,
            requester=person,
            instance_id=instance.id,
            channel=environment.channel,
            origin=origin or Origin(),
            created_at=now,
            plan=DrillPlan(
                operation_id=operation_id,
                requester=person,
                instance=instance,
                project=await self._fleet.project(instance, background=background),
                environment=environment.name,
                choice=choice,
                estimate=await self.estimate(instance, background=background),
                asking=asking,
                created_at=now,
            ),
        )
        actor = None if op.origin.schedule else person
        await keep(self._world, op, "drill.start", actor, why=asking.reason if asking else "")
        await self._world.operations.create(op)
        await wake(self._world, op)
        return op

    async def estimate(self, instance: Instance, *, background: bool = False) -> Estimate:
        """Say what the scratch instance would be; raises as `start` does."""
        quote = await self._scratches.quote(instance, background=background)
        return Estimate(
            size=f"{quote.offer.memory} {quote.offer.tier_name}",
            cost=quote.cost,
            lives_minutes=int(quote.lives.total_seconds() // 60),
            most=self._world.scratch.most,
        )
