"""Steps of the export machine: a snapshot, then a person's file or an archive, into the vault."""

from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum
from typing import assert_never

import structlog

from bot.core.archive import About, Counts
from bot.core.archive.errors import NotArchivable
from bot.core.archive.manifest import NOT_INCLUDED
from bot.core.errors import VaultUnavailable
from bot.core.exports import Way, agreement, closes_at
from bot.core.graph.fingerprint import Fingerprint, Moment, compare
from bot.core.operations import Export
from bot.core.operations import events as e
from bot.core.operations.export import ExportPhase, ExportStep
from bot.core.scratch import Purpose
from bot.core.snapshots import IN_FLIGHT, Exportable, Snapshot, SnapshotNote
from bot.core.tiers import facts as tier_facts
from bot.core.vault import Facts, Kind
from bot.ports import GraphDoor
from bot.services.archiving import Archiving
from bot.services.arrivals import Arrivals, facts_of, stored
from bot.services.counting import count, version
from bot.services.exports import Actor
from bot.services.fingerprints import Fingerprints
from bot.services.hauls import Hauls, Record, Told
from bot.services.scratch import PATIENCE, Scratches
from bot.services.steps import Later
from bot.services.steps.snapshot import begin_snapshot, begun, watch_snapshot
from bot.services.witnessing import Witnessing
from bot.services.world import World

log = structlog.get_logger(__name__)

#: Seconds between two looks for a file that came by another way.
LOOK = 600.0
#: Seconds between two looks at a file that was on its way when time was up.
COMING = 60.0
#: Seconds that counting a graph may take.
COUNT = 600.0
#: An archive tells its progress about so often.
PARTS = 10


class ExportSteps:
    """Performs what `bot.core.operations.export` asks for."""

    def __init__(
        self, world: World, arrivals: Arrivals, scratches: Scratches, hauls: Hauls, record: Record
    ) -> None:
        self._world = world
        self._arrivals = arrivals
        self._exports = arrivals.exports
        self._scratches = scratches
        self._hauls = hauls
        self._record = record
        self._fingerprints = Fingerprints(world)

    async def perform(
        self, op: Export, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Do one step."""
        match ExportStep(step):
            case ExportStep.BEGIN:
                return await self._begin(op)
            case ExportStep.WATCH_SNAPSHOT:
                return await self._watch_snapshot(op)
            case ExportStep.PLAN:
                return await self._plan(op)
            case ExportStep.LOOK:
                return await self._look(op)
            case ExportStep.CLOSE:
                return await self._arrivals.alone(op, self._close(op)) or Later(seconds=COMING)
            case ExportStep.CREATE:
                return await self._scratches.create(op)
            case ExportStep.WATCH_SCRATCH:
                return await self._scratches.ready(op)
            case ExportStep.READ:
                return await self._hauls.carry(
                    op.id, lambda told: self._read(op, told), wanted=lambda: self._reads(op)
                )
            case ExportStep.CLEAN:
                return await self._clean(op)
            case unreachable:
                assert_never(unreachable)

    async def _begin(self, op: Export) -> e.Event | Later:
        wanted = op.plan.wanted
        if wanted is None:
            started = await begin_snapshot(self._world, op.instance_id, since=op.created_at)
            if isinstance(started, e.SnapshotStarted):
                note = SnapshotNote(
                    snapshot_id=started.snapshot_id,
                    instance_id=op.instance_id,
                    by=op.requester,
                    at=op.created_at,
                    note=f"export {op.id}",
                )
                await self._world.catalogue.add(note)
                await self._fingerprints.once(
                    op.plan.instance,
                    Moment.SNAPSHOT,
                    snapshot_id=started.snapshot_id,
                    operation_id=op.id,
                )
            return started
        snapshot = await self._world.aura.snapshot(op.instance_id, wanted, background=True)
        if snapshot.status in IN_FLIGHT:
            return self._later(op)
        if not snapshot.completed:
            return e.StepFailed(reason=f"snapshot {snapshot.id} is {snapshot.status}")
        if snapshot.exportable is Exportable.NO:
            return e.StepFailed(
                reason=f"Aura does not let snapshot {snapshot.id} be exported",
                hint="Snapshots on demand and the daily full ones can be, for as long as the tier "
                "keeps them so.",
            )
        return e.SnapshotPicked(snapshot=snapshot)

    async def _watch_snapshot(self, op: Export) -> e.Event | Later:
        snapshot_id = begun(op.snapshot_id)
        seen = await watch_snapshot(self._world, op.instance_id, snapshot_id, since=op.since)
        if not isinstance(seen, e.SnapshotCompleted):
            return seen
        snapshot = await self._world.aura.snapshot(op.instance_id, snapshot_id, background=True)
        if snapshot.exportable is Exportable.NO:  # it flips some time after the completion
            return self._later(op)
        return e.SnapshotPicked(snapshot=snapshot)

    async def _plan(self, op: Export) -> e.Event | Later:
        snapshot = _picked(op)
        if op.plan.way is Way.ARCHIVE:
            return await self._scratches.begin(
                op, purpose=Purpose.ARCHIVE, source=op.plan.instance, snapshot_id=snapshot.id
            )
        known = tier_facts(op.plan.instance.tier, await Witnessing(self._world).tiers())
        until = closes_at(
            op.plan.rules,
            now=self._world.clock.now(),
            unexportable_at=known.unexportable_at(snapshot),
        )
        return e.UploadOpened(until=until)

    async def _look(self, op: Export) -> e.Event | Later:
        """See whether the file is in the vault: brought by hand, or just before a crash."""
        return await self._in_the_vault(op) or Later(seconds=LOOK)

    async def _close(self, op: Export) -> e.Event | Later:
        """End it when its file is not in the vault; to be done where none can be coming."""
        return await self._in_the_vault(op) or e.StepFailed(
            reason="nobody brought the file in time, so nothing was exported",
            hint="The snapshot stays in Aura as long as Aura keeps it. Ask again.",
        )

    async def _in_the_vault(self, op: Export) -> e.Event | Later | None:
        try:
            kept = await self._arrivals.kept(op)
        except VaultUnavailable as absent:
            log.warning("no look into the vault", why=absent.summary)
            return Later(seconds=LOOK)
        return stored(kept) if kept else None

    async def _read(self, op: Export, told: Told) -> e.Event:
        """Read the graph out of the scratch instance into the vault."""
        door = await self._scratches.door(op)
        if door is None:
            return e.StepFailed(
                reason="the password of the scratch instance was lost with Aura's answer",
                hint="Nothing can be read without it. Ask again for the export.",
            )
        before = await self._count(op, door)
        counted = Counts(nodes=before.nodes, relationships=before.relationships)
        snapshot = _picked(op)
        about = _about(
            op,
            snapshot,
            made_at=self._world.clock.now(),
            version=await version(self._world.graph, door, timeout=COUNT),
        )
        compared = agreement(await self._arrivals.source(op, snapshot), before)
        archiving = Archiving(
            self._world.graph,
            door,
            about,
            clock=self._world.clock,
            expected=counted,
            told=told,
        )
        notes = (*(f"without {what}" for what in NOT_INCLUDED), compared)
        facts = facts_of(op, snapshot, Kind.ARCHIVE, "tar", notes)

        async def finish() -> Facts:
            current = await self._world.operations.get(op.id)
            if current is None or current.phase is not ExportPhase.READING:
                raise NotArchivable("the export was called off meanwhile")
            check_agreement(archiving.counts, before, await self._count(op, door))
            manifest = archiving.manifest
            header = manifest.model_dump(mode="json", exclude={"about"}) if manifest else {}
            kept = before.model_dump(mode="json", exclude_none=True)
            more = {"fingerprint": kept, "header": header, "version": about.neo4j_version or ""}
            return facts.model_copy(update=more)

        actor = Actor(who=op.requester, operation_id=op.id)
        chunks = self._telling(op, archiving, counted.nodes + counted.relationships)
        manifest = await self._exports.archive(facts, chunks, actor=actor, finish=finish)
        counts = Counts.model_validate(manifest.header["counts"])
        return stored(manifest, counts=counts, compared=compared)

    async def _reads(self, op: Export) -> bool:
        now = await self._world.operations.get(op.id)
        return now is not None and now.phase is ExportPhase.READING

    async def _clean(self, op: Export) -> e.Event | Later:
        """Delete the scratch instance; of what has failed or was cancelled nothing is kept."""
        self._hauls.stop(op.id)
        gone = await self._scratches.discard(op)
        if isinstance(gone, Later) or op.stored or not op.last(e.ScratchRunning):
            return gone
        # it may have ended between the archive's last look and the record of it
        try:
            over = await self._hauls.after(op.id, self._arrivals.withdraw(op))
        except VaultUnavailable as absent:
            log.warning("no look into the vault", why=absent.summary)
            over = self._world.clock.now() >= op.since + PATIENCE
        return gone if over else Later(seconds=COMING)

    async def _telling(self, op: Export, archiving: Archiving, total: int) -> AsyncIterator[bytes]:
        """Give the archive on, and tell after each tenth how far it has come."""
        part = 0
        async for chunk in archiving.chunks():
            yield chunk
            rows = archiving.counts.nodes + archiving.counts.relationships
            if total and rows * PARTS // total > part and rows < total:
                part = rows * PARTS // total
                await self._record(op.id, e.Progressed(done=rows, total=total))

    async def _count(self, op: Export, door: GraphDoor) -> Fingerprint:
        return await count(
            self._world.graph, door, op.instance_id, clock=self._world.clock, timeout=COUNT
        )

    def _later(self, op: Export) -> Later:
        age = (self._world.clock.now() - op.since).total_seconds()
        return Later(seconds=self._world.pace.poll(age))


def check_agreement(archived: Counts, before: Fingerprint, after: Fingerprint) -> None:
    """Compare what was archived with the graph before and after; raises NotArchivable."""
    if not compare(before, after).nothing:
        raise NotArchivable("the graph of the scratch instance changed while it was read")
    differs = (archived.nodes, archived.relationships) != (before.nodes, before.relationships)
    # more names than are counted one by one leave the fingerprint's unknown
    named = before.labels is not None and dict(archived.labels) != before.labels
    typed = before.types is not None and dict(archived.types) != before.types
    if differs or named or typed:
        raise NotArchivable(
            f"the archive holds {archived.nodes:,} nodes and {archived.relationships:,} "
            f"relationships, and the graph {before.nodes:,} and {before.relationships:,}, "
            "or their labels or types differ",
            hint="Nothing was kept. Ask again; if it repeats, report it.",
        )


def _picked(op: Export) -> Snapshot:
    snapshot = op.snapshot
    if snapshot is None:
        raise NotArchivable("no snapshot was picked")
    return snapshot


def _about(op: Export, snapshot: Snapshot, *, made_at: datetime, version: str) -> About:
    return About(
        instance_id=op.instance_id,
        instance_name=op.plan.instance.name,
        tier=op.plan.instance.tier,
        snapshot_id=snapshot.id,
        snapshot_taken_at=snapshot.taken_at,
        neo4j_version=version or None,
        made_at=made_at,
        tool="Savepoint",
    )
