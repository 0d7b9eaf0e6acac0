"""Steps of the snapshot machine, and the two that a restore's safety snapshot shares with it."""

from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.base import InstanceId, SnapshotId
from bot.core.errors import AuraConflict, AuraNotFound, IllegalTransition
from bot.core.graph.fingerprint import Moment
from bot.core.operations import TakeSnapshot
from bot.core.operations import events as e
from bot.core.operations.snapshot import SNAPSHOT_LIMIT, SnapshotStep
from bot.core.snapshots import COMPLETED, IN_FLIGHT, SnapshotNote
from bot.services.fingerprints import Fingerprints
from bot.services.steps import Later
from bot.services.world import World

#: A snapshot that Aura has just accepted may be unknown to its own API for a while.
APPEARS_WITHIN = timedelta(minutes=2)


class SnapshotSteps:
    """Performs what `bot.core.operations.snapshot` asks for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._fingerprints = Fingerprints(world)

    async def perform(
        self, op: TakeSnapshot, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Do one step."""
        if step is SnapshotStep.TAKE:
            started = await begin_snapshot(self._world, op.instance_id, since=op.created_at)
            if isinstance(started, e.SnapshotStarted):
                await self._world.catalogue.add(
                    SnapshotNote(
                        snapshot_id=started.snapshot_id,
                        instance_id=op.instance_id,
                        by=op.requester,
                        at=op.created_at,
                        note=op.plan.note,
                    )
                )
            return started
        snapshot_id = begun(op.snapshot_id)
        await self._fingerprints.once(
            op.plan.instance, Moment.SNAPSHOT, snapshot_id=snapshot_id, operation_id=op.id
        )
        return await watch_snapshot(self._world, op.instance_id, snapshot_id, since=op.since)


def begun(snapshot_id: SnapshotId | None) -> SnapshotId:
    """Return the id that the machine has recorded before it watches; raises IllegalTransition."""
    if snapshot_id is None:
        raise IllegalTransition("no snapshot was begun")
    return snapshot_id


async def begin_snapshot(
    world: World,
    instance_id: InstanceId,
    *,
    since: datetime,
    besides: SnapshotId | None = None,
) -> e.SnapshotStarted | Later:
    """Ask for an on-demand snapshot, unless one taken after ``since`` is there already.

    ``besides`` is the one to be restored: where the clocks differ it may look new enough, and
    would be no way back. Looking first makes a repeated tick harmless: the snapshot whose answer
    was lost is found.
    """
    now = world.clock.now()
    since = since.replace(microsecond=0)  # Aura tells times in whole seconds
    for day in sorted({now.date(), since.date()}, reverse=True):
        for snapshot in await world.aura.snapshots(instance_id, day, background=True):
            if (
                snapshot.on_demand
                and snapshot.id != besides
                and snapshot.taken_at >= since
                and (snapshot.status == COMPLETED or snapshot.status in IN_FLIGHT)
            ):
                return e.SnapshotStarted(snapshot_id=snapshot.id, adopted=True)
    try:
        accepted = await world.aura.take_snapshot(instance_id)
    except AuraConflict:
        # Another snapshot or operation runs; the phase's deadline bounds the waiting.
        return Later(seconds=world.pace.poll((now - since).total_seconds()))
    return e.SnapshotStarted(snapshot_id=accepted.snapshot_id, request_id=accepted.request_id)


async def snapshot_runs(world: World, instance_id: InstanceId) -> bool:
    """Whether Aura takes a snapshot now, for which it would refuse a restore with 409.

    The instance's status does not tell. One that was begun before midnight is listed there.
    """
    now = world.clock.now()
    for day in sorted({now.date(), (now - SNAPSHOT_LIMIT).date()}, reverse=True):
        found = await world.aura.snapshots(instance_id, day, background=True)
        if any(snapshot.status in IN_FLIGHT for snapshot in found):
            return True
    return False


async def watch_snapshot(
    world: World, instance_id: InstanceId, snapshot_id: SnapshotId, *, since: datetime
) -> e.SnapshotCompleted | e.StepFailed | Later:
    """Look at a snapshot in the making."""
    age = (world.clock.now() - since).total_seconds()
    try:
        snapshot = await world.aura.snapshot(instance_id, snapshot_id, background=True)
    except AuraNotFound as missing:
        if age < APPEARS_WITHIN.total_seconds():
            return Later(seconds=world.pace.poll(age))
        return e.StepFailed(
            reason=f"snapshot {snapshot_id} is not there any more", request_id=missing.request_id
        )
    if snapshot.completed:
        return e.SnapshotCompleted(snapshot_id=snapshot_id)
    if snapshot.status in IN_FLIGHT:
        return Later(seconds=world.pace.poll(age))
    return e.StepFailed(
        reason=f"snapshot {snapshot_id} ended as {snapshot.status}",
        hint="Take another one, or look at the instance in the Aura console.",
    )
