"""Snapshots: list, show, take."""

from collections.abc import Mapping
from datetime import date

from bot.core.base import ChannelId, Frozen, OperationId, SnapshotId
from bot.core.commands import SnapshotList, resolve_days
from bot.core.drills import LastDrill
from bot.core.environments import Environment
from bot.core.errors import AlreadyDecided, ChatFailed, NotAllowed, NotRestorable
from bot.core.instances import Condition, Instance
from bot.core.operations import Origin, TakeSnapshot
from bot.core.people import Person
from bot.core.plan import SnapshotPlan
from bot.core.policy import Role
from bot.core.snapshots import Snapshot, SnapshotNote
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.record import keep, wake
from bot.services.slots import Run
from bot.services.world import World


class Listing(Frozen):
    """What `snapshot list` found."""

    instance: Instance
    days: Mapping[date, tuple[Snapshot, ...]]
    notes: Mapping[SnapshotId, SnapshotNote]
    drill: LastDrill | None = None
    """What the last drill of the instance said."""


class Shown(Frozen):
    """What `snapshot show` found."""

    instance: Instance
    snapshot: Snapshot
    note: SnapshotNote | None
    drill: LastDrill | None = None


class Snapshots:
    """The use cases around snapshots."""

    def __init__(self, world: World, gate: Gate, fleet: Fleet) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet

    async def list(self, person: Person, command: SnapshotList) -> Listing:
        """Return an instance's snapshots of the days that the command asks for."""
        days = resolve_days(command, self._world.clock.now().date())
        instance = await self._found(person, command.instance)
        found = await self._fleet.snapshots(instance, days)
        return Listing(
            instance=instance,
            days=found,
            notes=await self._world.catalogue.notes(instance.id),
            drill=await self._drill(instance),
        )

    async def show(self, person: Person, instance_word: str, snapshot_word: str) -> Shown:
        """Return one snapshot with what our catalogue knows of it."""
        instance = await self._found(person, instance_word)
        snapshot = await self._fleet.snapshot(instance, snapshot_word)
        notes = await self._world.catalogue.notes(instance.id)
        return Shown(
            instance=instance,
            snapshot=snapshot,
            note=notes.get(snapshot.id),
            drill=await self._drill(instance),
        )

    async def _drill(self, instance: Instance) -> LastDrill | None:
        return (await self._world.drills.of([instance.id])).get(instance.id)

    async def take(
        self, person: Person, instance_word: str, *, note: str, origin: Origin
    ) -> TakeSnapshot:
        """Accept an on-demand snapshot; the runner asks Aura for it.

        Raises NotAllowed, NotRestorable (paused, broken, being deleted) or AuraError.
        """
        await self._gate.require(person, Role.VIEWER, None, action="snapshot.take")
        instance = await self._fleet.find(instance_word)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action="snapshot.take", instance=instance
        )
        if environment is None:  # pragma: no cover - the policy refuses this before
            raise NotAllowed("the instance belongs to no environment")
        check_possible(instance)
        await self._gate.reachable(person, environment, action="snapshot.take", instance=instance)
        op = await self._operation(person, instance, environment, note, origin)
        await keep(self._world, op, "snapshot.take", person, why=note)
        await self._world.operations.create(op)
        await wake(self._world, op)
        return op

    async def begin(self, run: Run) -> OperationId:
        """Take a snapshot because a schedule says so; the bot itself is the requester.

        Raises AlreadyDecided when this slot has begun before, NotRestorable or AuraError.
        """
        me = await self._world.directory.me()
        operation_id = OperationId(f"snp-{run.key}")
        if await self._world.operations.get(operation_id) is not None:
            raise AlreadyDecided("this slot has begun before")
        instance = await self._world.aura.instance(run.instance.id, background=True)
        check_possible(instance)
        op = await self._operation(
            Person(team_id=me.team_id, user_id=me.user_id),
            instance,
            run.environment,
            f"schedule {run.schedule.id}",
            Origin(schedule=run.schedule.id),
            operation_id=operation_id,
        )
        await keep(self._world, op, "snapshot.take", None, why=op.plan.note)
        await self._world.operations.create(op)
        await wake(self._world, op)
        return op.id

    async def _operation(
        self,
        person: Person,
        instance: Instance,
        environment: Environment,
        note: str,
        origin: Origin,
        *,
        operation_id: OperationId | None = None,
    ) -> TakeSnapshot:
        now, background = self._world.clock.now(), operation_id is not None
        operation_id = operation_id or OperationId(self._world.new_id("snp"))
        return TakeSnapshot(
            id=operation_id,
            environment=environment.name,
            requester=person,
            instance_id=instance.id,
            channel=await place(self._world, environment, origin),
            origin=origin,
            created_at=now,
            plan=SnapshotPlan(
                operation_id=operation_id,
                requester=person,
                instance=instance,
                project=await self._fleet.project(instance, background=background),
                environment=environment.name,
                note=note,
                created_at=now,
            ),
        )

    async def _found(self, person: Person, word: str) -> Instance:
        """Find an instance for somebody who may look at it; a guest learns no names either."""
        await self._gate.require(person, Role.VIEWER, None, action="snapshot.view")
        instance = await self._fleet.find(word)
        await self._gate.require(
            person,
            Role.VIEWER,
            self._fleet.environment(instance),
            action="snapshot.view",
            instance=instance,
        )
        return instance


def check_possible(instance: Instance) -> None:
    """Refuse an instance of which Aura takes no snapshot; raises NotRestorable."""
    match instance.condition:
        case Condition.PAUSED | Condition.BROKEN:
            raise NotRestorable(
                f"“{instance.name}” is {instance.status}, so Aura cannot take a snapshot of it",
                hint="Resume it in the Aura console first.",
            )
        case Condition.LEAVING:
            raise NotRestorable(
                f"“{instance.name}” is being deleted", hint="It cannot be brought back."
            )
        case _:
            return


async def place(world: World, environment: Environment, origin: Origin) -> ChannelId:
    """Report where it was asked for, or in the environment's channel.

    So where the bot cannot speak, or another company reads along (Slack Connect).
    """
    if origin.channel is not None:
        try:
            facts = await world.directory.channel(origin.channel)
        except ChatFailed:
            return environment.channel
        if facts.member and not facts.archived and not facts.external:
            return origin.channel
    return environment.channel
