"""Exporting: accept an export and say which way it goes and why."""

from pydantic import SecretStr

from bot.core.base import OperationId, SnapshotId
from bot.core.commands import LATEST, ExportStart
from bot.core.environments import Environment
from bot.core.errors import AlreadyDecided, NotAllowed, NotRestorable, UnknownOperation
from bot.core.exports import Estimate, ExportPlan, Way, why
from bot.core.instances import Instance
from bot.core.operations import Export, Origin
from bot.core.people import Person
from bot.core.policy import Role
from bot.core.snapshots import SEARCH_DAYS, Exportable, Snapshot, days_back
from bot.services.deliveries import Deliveries
from bot.services.exports import Exports
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.record import keep, wake
from bot.services.scratch import Scratches
from bot.services.slots import Run
from bot.services.snapshots import check_possible, place
from bot.services.world import World


class Exporting:
    """The use cases around an export."""

    def __init__(
        self,
        world: World,
        gate: Gate,
        fleet: Fleet,
        exports: Exports,
        scratches: Scratches,
        deliveries: Deliveries,
    ) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._exports = exports
        self._scratches = scratches
        self._deliveries = deliveries

    async def start(self, person: Person, command: ExportStart, *, origin: Origin) -> Export:
        """Accept an export; the runner does the rest.

        Raises NotAllowed, NotConfigured (no vault), NotRestorable (no snapshot can be taken, or
        the one that was named cannot be exported), UnknownSnapshot or AuraError.
        """
        await self._gate.require(person, Role.VIEWER, None, action="export.start")
        instance = await self._fleet.find(command.instance)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action="export.start", instance=instance
        )
        if environment is None:  # pragma: no cover - the policy refuses this before
            raise NotAllowed("the instance belongs to no environment")
        await self._gate.reachable(person, environment, action="export.start", instance=instance)
        wanted = await self._wanted(instance, command.snapshot)
        way = Way.ARCHIVE if command.archive else Way.GUIDED
        op = await self._operation(person, instance, environment, way, wanted, origin)
        await keep(self._world, op, "export.start", person, why=f"{way}: {op.plan.why}")
        await self._world.operations.create(op)
        await wake(self._world, op)
        return op

    async def begin(self, run: Run) -> OperationId:
        """Export an archive because a schedule says so; a guided export needs a person.

        Raises AlreadyDecided when this slot has begun before, NoRoom while no scratch instance is
        free, and whatever `start` raises.
        """
        me = await self._world.directory.me()
        operation_id = OperationId(f"exp-{run.key}")
        if await self._world.operations.get(operation_id) is not None:
            raise AlreadyDecided("this slot has begun before")
        await self._scratches.room()
        instance = await self._world.aura.instance(run.instance.id, background=True)
        check_possible(instance)
        op = await self._operation(
            Person(team_id=me.team_id, user_id=me.user_id),
            instance,
            run.environment,
            Way.ARCHIVE,
            None,
            Origin(schedule=run.schedule.id),
            operation_id=operation_id,
        )
        await keep(self._world, op, "export.start", None, why=f"schedule {run.schedule.id}")
        await self._world.operations.create(op)
        await wake(self._world, op)
        return op.id

    async def address(self, person: Person, operation_id: str) -> tuple[Export, SecretStr]:
        """Return an upload address for this person's eyes alone.

        Raises UnknownOperation, NotAllowed, AlreadyDecided.
        """
        op = await self._world.operations.get(OperationId(operation_id))
        if not isinstance(op, Export):
            raise UnknownOperation("there is no such export")
        environment = self._world.estate.environment(op.environment)
        await self._gate.require(person, Role.OPERATOR, environment, action="export.address")
        return op, await self._deliveries.open(op, person)

    async def _operation(
        self,
        person: Person,
        instance: Instance,
        environment: Environment,
        way: Way,
        wanted: SnapshotId | None,
        origin: Origin,
        *,
        operation_id: OperationId | None = None,
    ) -> Export:
        _ = self._exports.open  # refuses where no vault is configured
        now, rules = self._world.clock.now(), self._world.export
        background = operation_id is not None
        operation_id = operation_id or OperationId(self._world.new_id("exp"))
        return Export(
            id=operation_id,
            environment=environment.name,
            requester=person,
            instance_id=instance.id,
            channel=await place(self._world, environment, origin),
            origin=origin,
            created_at=now,
            plan=ExportPlan(
                operation_id=operation_id,
                requester=person,
                instance=instance,
                project=await self._fleet.project(instance, background=background),
                environment=environment.name,
                created_at=now,
                way=way,
                why=why(way),
                wanted=wanted,
                estimate=await self._estimate(instance, background=background)
                if way is Way.ARCHIVE
                else None,
                public=self._world.addresses.offered,
                rules=rules,
            ),
        )

    async def _estimate(self, instance: Instance, *, background: bool) -> Estimate:
        quote = await self._scratches.quote(instance, background=background)
        return Estimate(
            size=f"{quote.offer.memory} {quote.offer.tier_name}",
            cost=quote.cost,
            lives_minutes=int(quote.lives.total_seconds() // 60),
        )

    async def _wanted(self, instance: Instance, word: str | None) -> SnapshotId | None:
        """Return the snapshot that was named, or None for a new one."""
        if word is None:
            check_possible(instance)
            return None
        if word == LATEST:
            return (await self._newest(instance)).id
        snapshot = await self._fleet.snapshot(instance, word)
        if snapshot.exportable is Exportable.NO and snapshot.completed:
            raise NotRestorable(
                f"Aura does not let snapshot {snapshot.id} of “{instance.name}” be exported",
                hint=f"`/aura snapshot list {instance.id} --exportable` shows those that can be; "
                f"`/aura export {instance.id}` takes a new one.",
            )
        return snapshot.id

    async def _newest(self, instance: Instance) -> Snapshot:
        for day in days_back(self._world.clock.now().date(), SEARCH_DAYS):
            for snapshot in (await self._fleet.snapshots(instance, [day]))[day]:
                if snapshot.completed and snapshot.exportable is not Exportable.NO:
                    return snapshot
        raise NotRestorable(
            f"“{instance.name}” has no exportable snapshot of the last {SEARCH_DAYS} days",
            hint=f"`/aura export {instance.id}` takes a new one.",
        )
