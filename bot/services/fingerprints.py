"""Fingerprints: taking them without ever being in the way, keeping them, comparing with them."""

import asyncio
from datetime import timedelta

import structlog

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId
from bot.core.errors import BotError, GraphError, GraphGarbled, StoreUnavailable
from bot.core.graph.fingerprint import (
    Fingerprint,
    Kept,
    Moment,
    Source,
    of_snapshot,
    writing,
)
from bot.core.graph.loss import Loss, estimate, replaced
from bot.core.instances import InstanceSummary
from bot.core.snapshots import Snapshot
from bot.ports import Access
from bot.services.counting import count
from bot.services.world import World

log = structlog.get_logger(__name__)

#: How long one count of the present serves everybody who asks.
_FRESH = timedelta(minutes=1)
#: Seconds for which it is remembered that an operation's fingerprint was tried.
_REMEMBERED = 7 * 86_400.0
_ONLY_GAUGED = {"store_bytes", "last_transaction", "active_writes"}


class Unknown(Frozen):
    """There is no fingerprint, and why: a clause for people."""

    why: str


class Fingerprints:
    """Takes, keeps and compares. What cannot be known is said to be unknown; nothing fails."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def take(
        self,
        instance: InstanceSummary,
        moment: Moment,
        *,
        snapshot_id: SnapshotId | None = None,
        operation_id: OperationId | None = None,
    ) -> Kept | Unknown:
        """Take a fingerprint of an instance now and keep it; never raises for what is expected."""
        access = self._access(instance)
        try:
            fingerprint = await self._taken(instance.id, access)
            if isinstance(fingerprint, Unknown):
                return fingerprint
            kept = Kept(
                fingerprint=fingerprint,
                moment=moment,
                snapshot_id=snapshot_id,
                operation_id=operation_id,
            )
            await self._world.fingerprints.add(kept)
        except BotError as trouble:
            log.info("no fingerprint", instance=instance.id, why=trouble.summary)
            return Unknown(why=trouble.summary)
        return kept

    async def once(
        self,
        instance: InstanceSummary,
        moment: Moment,
        *,
        snapshot_id: SnapshotId | None,
        operation_id: OperationId,
    ) -> None:
        """Take one of an operation's fingerprints, the first time that this is called.

        Later calls, of a repeated tick or another replica, do nothing, even where the first one
        failed: what is counted later is not what the snapshot holds that is taken now.
        """
        try:
            key = f"fingerprint:{operation_id}:{moment.value}"
            if not await self._world.seen.first(key, ttl=_REMEMBERED):
                return
            await self.take(instance, moment, snapshot_id=snapshot_id, operation_id=operation_id)
        except BotError as trouble:
            log.info("no fingerprint", instance=instance.id, why=trouble.summary)
        except Exception:  # a count that fails for no known reason must not fail a restore
            log.exception("no fingerprint", instance=instance.id)

    async def after(self, instance: InstanceSummary, operation_id: OperationId) -> None:
        """Take what an operation left in an instance, unless that was counted already.

        Whoever calls this again makes up for a count that failed; nothing changes it meanwhile.
        """
        try:
            kept = await self.kept(operation_id, instance.id)
            if not any(one.moment is Moment.AFTER for one in kept):
                await self.take(instance, Moment.AFTER, operation_id=operation_id)
        except StoreUnavailable:
            raise  # the tick is repeated
        except Exception:  # a count that fails for no known reason must not fail a restore
            log.exception("no fingerprint", instance=instance.id)

    async def loss(self, instance: InstanceSummary, snapshot: Snapshot | None) -> Loss:
        """Count the present and compare it with a snapshot; what is unknown is said so.

        Without a snapshot the data comes from elsewhere, and all that is there is replaced. Who
        asks again within a minute gets the same counts.
        """
        try:
            before = await self._world.fingerprints.of(instance.id)
        except BotError:
            before = ()
        now = self._fresh(before) or await self.take(instance, Moment.CHECK)
        if isinstance(now, Unknown):
            return Loss(why=now.why, compared=snapshot is not None)
        past = [kept for kept in before if kept != now]
        if snapshot is None:
            return replaced(now, writing=writing(past, now))
        then = of_snapshot(past, snapshot.id, snapshot.taken_at)
        return estimate(now, snapshot_id=snapshot.id, then=then, writing=writing(past, now))

    async def kept(self, operation_id: OperationId, instance_id: InstanceId) -> tuple[Kept, ...]:
        """Return the fingerprints of one operation, newest first."""
        everything = await self._world.fingerprints.of(instance_id)
        return tuple(k for k in everything if k.operation_id == operation_id)

    async def newest(self, instance_id: InstanceId) -> Fingerprint | None:
        """Return what an instance held when it was last counted; None when nobody knows."""
        try:
            kept = await self._world.fingerprints.of(instance_id)
        except BotError:
            return None
        own = (one.fingerprint for one in kept if one.moment is not Moment.DRILL)
        return next(own, None)

    def _fresh(self, kept: tuple[Kept, ...]) -> Kept | None:
        """The newest one, where it is the present still: not another graph's, a minute at most."""
        newest = next(iter(kept), None)
        if newest is None or newest.moment is not Moment.CHECK:
            return None
        return newest if self._world.clock.now() - newest.fingerprint.taken_at < _FRESH else None

    def _access(self, instance: InstanceSummary) -> Access:
        world = self._world
        return world.accesses.of(instance, world.estate.environment_of(instance))

    async def _taken(self, instance_id: InstanceId, access: Access) -> Fingerprint | Unknown:
        if access.query is None and access.metrics is None:
            return Unknown(why="no way into the graph is configured")
        counted, gauged = await asyncio.gather(
            self._counted(instance_id, access), self._gauged(instance_id, access)
        )
        if isinstance(counted, Fingerprint):
            if isinstance(gauged, Fingerprint):
                more = gauged.model_dump(include=_ONLY_GAUGED)
                return counted.model_copy(update=more)
            return counted
        if isinstance(gauged, Fingerprint):
            return gauged
        raise counted or gauged or GraphGarbled("nothing was counted")

    async def _counted(
        self, instance_id: InstanceId, access: Access
    ) -> Fingerprint | GraphError | None:
        if access.query is None:
            return None
        graph, clock = self._world.graph, self._world.clock
        try:
            return await count(
                graph, access.query, instance_id, clock=clock, timeout=access.timeout
            )
        except GraphError as trouble:
            return trouble

    async def _gauged(
        self, instance_id: InstanceId, access: Access
    ) -> Fingerprint | GraphError | None:
        if access.metrics is None:
            return None
        clock, gauging = self._world.clock, self._world.gauging
        began, taken_at = clock.monotonic(), clock.now()
        try:
            gauges = await gauging.read(access.metrics, instance_id, access.database)
        except GraphError as trouble:
            return trouble
        if gauges.nodes is None or gauges.relationships is None:
            return GraphGarbled("the metrics endpoint tells no counts of this database")
        return Fingerprint(
            instance_id=instance_id,
            taken_at=taken_at,
            source=Source.METRICS,
            nodes=gauges.nodes,
            relationships=gauges.relationships,
            store_bytes=gauges.store_bytes,
            last_transaction=gauges.last_transaction,
            active_writes=gauges.active_writes,
            seconds=clock.monotonic() - began,
        )
