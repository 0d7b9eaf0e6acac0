"""Files that come for guided exports, by an upload address or from a shell: one at a time.

Whoever stores one has the lease of its export. That the file is still waited for is looked at
again when all of it is there, and its end is recorded before the lease is given back; so what the
export says of itself is what is in the vault.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.core.archive import Counts
from bot.core.backups import Inspection
from bot.core.base import OperationId
from bot.core.errors import AlreadyHeld
from bot.core.exports import CalledOff, DeliveryBusy, judge, of_source
from bot.core.graph.fingerprint import Kept, of_snapshot
from bot.core.operations import Export
from bot.core.operations import events as e
from bot.core.operations.export import WAITING
from bot.core.snapshots import Snapshot
from bot.core.vault import Facts, Kind, Manifest, UnknownExport
from bot.core.vault.names import folder
from bot.ports import Fingerprints, Leases, NewId, Operations
from bot.services.exports import Actor, Exports
from bot.services.leasing import alone

T = TypeVar("T")

#: The one database that most instances have; Aura exports it alone.
DATABASE = "neo4j"


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """The one way of such a file into the vault. ``record`` stores an event, or nothing."""

    exports: Exports
    operations: Operations
    leases: Leases
    fingerprints: Fingerprints
    new_id: NewId
    record: Callable[[OperationId, e.Event], Awaitable[object]]

    async def alone(self, op: Export, work: Coroutine[Any, Any, T]) -> T | None:
        """Do what only one may do for an export at a time; None while another is at it."""
        # not this process: it may do two of a name at once
        return await alone(self.leases, f"file-{op.id}", self.new_id("work"), work)

    async def store(
        self,
        op: Export,
        snapshot: Snapshot,
        facts: Facts,
        chunks: AsyncIterable[bytes],
        *,
        actor: Actor,
        size: int | None,
    ) -> Manifest:
        """Store a file and record that it is there; to be done `alone`.

        Raises CalledOff where the export ended meanwhile, and whatever `Exports.add` raises;
        nothing is kept of the file then.
        """

        fingerprint, notes = of_source(await self.source(op, snapshot))
        known = {"fingerprint": fingerprint, "notes": (*facts.notes, *notes)}

        async def still() -> None:
            if not await self._waiting(op.id):
                raise called_off()

        kept = await self.exports.add(
            facts.model_copy(update=known),
            chunks,
            actor=actor,
            size=size,
            judge=judging(op, snapshot),
            allowed=still,
        )
        await self.record(op.id, stored(kept))
        after = await self.operations.get(op.id)
        if isinstance(after, Export) and after.final and after.stored is None:
            # it ended between the last look and the record
            await self._take_back(kept, actor)
            raise called_off()
        return kept

    async def kept(self, op: Export) -> Manifest | None:
        """Return what the vault holds of an export, or None; raises VaultUnavailable."""
        inside = folder(op.environment, op.plan.instance.name, op.instance_id)
        contents = await self.exports.open.contents(inside)
        ours = (x.manifest for x in contents.exports if x.manifest.operation_id == op.id)
        return next(ours, None)

    async def withdraw(self, op: Export) -> bool:
        """Take back what came into the vault though its export ended otherwise; returns True.

        What somebody holds meanwhile stays. Raises VaultUnavailable, StoreUnavailable.
        """
        kept = await self.kept(op)
        if kept is not None:
            with suppress(AlreadyHeld, UnknownExport):
                await self._take_back(kept, Actor(who=op.requester, operation_id=op.id))
        return True

    async def source(self, op: Export, snapshot: Snapshot) -> Kept | None:
        """Return the fingerprint that stands for a snapshot, or None; raises StoreUnavailable."""
        known = await self.fingerprints.of(op.instance_id)
        return of_snapshot(known, snapshot.id, snapshot.taken_at)

    async def _take_back(self, kept: Manifest, actor: Actor) -> None:
        await self.exports.withdraw(kept, why="its export had ended", actor=actor)

    async def _waiting(self, operation_id: OperationId) -> bool:
        current = await self.operations.get(operation_id)
        return isinstance(current, Export) and current.phase in WAITING


def busy() -> DeliveryBusy:
    """Return what whoever comes second is told."""
    return DeliveryBusy(
        "another file is being received for this export", hint="Wait for its end, then try again."
    )


def called_off() -> CalledOff:
    """Return what the sender of a file is told that nobody wants any more."""
    return CalledOff(
        "the export ended while its file came, so nothing of it was kept",
        hint="Its card in Slack says why. Ask for another export if it is still needed.",
    )


def facts_of(
    op: Export, snapshot: Snapshot, kind: Kind, extension: str, notes: tuple[str, ...]
) -> Facts:
    """Return what is known of an export before its bytes."""
    return Facts(
        environment=op.environment,
        instance_id=op.instance_id,
        instance_name=op.plan.instance.name,
        snapshot_id=snapshot.id,
        taken_at=snapshot.taken_at,
        kind=kind,
        extension=extension,
        tier=op.plan.instance.tier,
        who=op.requester,
        why=f"export {op.id}",
        operation_id=op.id,
        notes=notes,
    )


def stored(kept: Manifest, *, counts: Counts | None = None, compared: str = "") -> e.ExportStored:
    """Return the event that says what stands in the vault."""
    return e.ExportStored(
        export_id=kept.id,
        name=kept.name,
        stored_bytes=kept.digests.size,
        sha256=kept.digests.sha256,
        encrypted=kept.encryption is not None,
        counts=counts,
        compared=compared,
        notes=kept.notes,
    )


def judging(op: Export, snapshot: Snapshot) -> Callable[[Inspection], None]:
    """Return what compares a file with what an export waits for."""
    return lambda said: judge(said, snapshot=snapshot, database=DATABASE, rules=op.plan.rules)
