"""The examination of a restored graph: what it holds, and whether that is what it should be."""

from bot.core.base import InstanceId
from bot.core.errors import GraphError, GraphUnavailable
from bot.core.evidence import CheckLine
from bot.core.graph.cypher import TOTALS
from bot.core.graph.fingerprint import Fingerprint, Kept, Moment, of_snapshot
from bot.core.graph.held import held, uncounted
from bot.core.instances import InstanceSummary
from bot.core.operations import Drill, Gated
from bot.core.operations import events as e
from bot.core.snapshots import Snapshot
from bot.ports import GraphDoor
from bot.services.counting import count
from bot.services.proof import Proof
from bot.services.world import World

#: Seconds that counting a restored graph may take: it comes from the count store.
PATIENCE = 45.0
#: Seconds for the first sign that a database answers at all.
PROMPT = 5.0


class Examination:
    """Counts and checks; it reads, and never writes."""

    def __init__(self, world: World, proof: Proof) -> None:
        self._world = world
        self._proof = proof

    async def measure(self, instance_id: InstanceId, door: GraphDoor) -> Fingerprint:
        """Count the graph behind a door, as that of an instance; raises GraphError."""
        world = self._world
        return await count(world.graph, door, instance_id, clock=world.clock, timeout=PATIENCE)

    async def examine(
        self, op: Drill, snapshot: Snapshot, door: GraphDoor, found: Fingerprint
    ) -> e.Checked:
        """Check the graph behind a door as that of a snapshot of an operation's instance."""
        kept = await self._world.fingerprints.of(op.instance_id)
        past, then, away = of_snapshot(kept, snapshot.id, snapshot.taken_at), None, None
        if past is not None:
            then = past.fingerprint
            if past.snapshot_id != snapshot.id:
                away = abs(then.taken_at - snapshot.taken_at)
        lines = await self._proof.run_through(door, op.plan.instance, baseline=then)
        own = held(found, then, away=away, others=len(lines))
        return e.Checked(checks=(*own, *lines), baseline=then)

    async def keep(self, op: Drill, snapshot: Snapshot, found: Fingerprint) -> None:
        """Keep what a drill counted in the catalogue; again changes nothing."""
        await self._world.fingerprints.add(
            Kept(
                fingerprint=found,
                moment=Moment.DRILL,
                snapshot_id=snapshot.id,
                operation_id=op.id,
            )
        )

    async def after(self, op: Gated) -> tuple[CheckLine, ...]:
        """Check an instance that was just overwritten; nothing where nothing says what it holds.

        Its count after the restore is held against the one of the snapshot, where both are known.
        """
        instance = op.plan.instance
        kept = await self._world.fingerprints.of(instance.id)
        mine = (k for k in kept if k.operation_id == op.id and k.moment is Moment.AFTER)
        found, then = next(mine, None), None
        source: Snapshot | None = getattr(op.plan, "snapshot", None)
        if source is not None:
            known = await self._world.fingerprints.of(source.instance_id)
            past = of_snapshot(known, source.id, source.taken_at)
            # what was counted minutes away says too little where people are alerted by it
            then = past.fingerprint if past and past.snapshot_id == source.id else None
        # without a way in, checks are for drills alone: that is no failure here
        access = self._proof.access(instance)
        lines = await self._proof.run(instance, baseline=then) if access.query else ()
        if then is None or not (access.query or access.metrics):
            return lines
        return (*(held(found.fingerprint, then) if found else (uncounted(then),)), *lines)

    async def away(self, instance: InstanceSummary) -> bool:
        """Whether there is a way into an instance's graph, and nothing answers there now."""
        access, world = self._proof.access(instance), self._world
        try:
            if access.query is not None:
                await world.graph.read(access.query, TOTALS, timeout=PROMPT, most_rows=1)
            elif access.metrics is not None:
                await world.gauging.read(access.metrics, instance.id, access.database)
        except GraphUnavailable:
            return True
        except GraphError:  # it answers, if only to refuse
            return False
        return False
