"""Exports in the vault: what people and the daily pass do with them, each with its audit record.

The record comes first: where it cannot be kept, nothing is done (promise P11). What is only read
is recorded afterwards.
"""

import asyncio
from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.core.audit import AuditRecord, Verdict
from bot.core.backups import Inspection, Inspector
from bot.core.base import Frozen, OperationId
from bot.core.errors import AlreadyHeld, NotConfigured
from bot.core.people import Person
from bot.core.vault import (
    Check,
    Contents,
    Expiry,
    Export,
    Facts,
    Hold,
    Keep,
    Manifest,
    UnknownExport,
    find,
)
from bot.ports import AuditLog, Clock, Condemned, Vault
from bot.ports.vault import Told


class Actor(Frozen):
    """Who acts on an export: a person of Slack's, or ``by``, such as `root@host`, from a shell.

    Nobody at all means the daily pass.
    """

    who: Person | None = None
    by: str = ""
    operation_id: OperationId | None = None


#: The daily pass.
NOBODY = Actor(by="the daily pass")


@dataclass(frozen=True, kw_only=True)
class Exports:
    """The vault with its rules (by environment) and its audit log."""

    vault: Vault | None
    audit: AuditLog
    clock: Clock
    rules: Mapping[str, Keep]

    @property
    def open(self) -> Vault:
        """The vault; raises NotConfigured when there is none."""
        if self.vault is None:
            raise NotConfigured(
                "no vault is configured",
                hint="A `[vault]` table in `savepoint.toml` names one; see docs/operations.md.",
            )
        return self.vault

    async def contents(self) -> Contents:
        """Return everything in the vault."""
        return await self.open.contents()

    async def find(self, wanted: str) -> Export:
        """Return the export that a person means; raises UnknownExport."""
        contents = await self.open.contents()
        return await self.open.export(find(wanted, contents.exports).name)

    async def add(
        self,
        facts: Facts,
        chunks: AsyncIterable[bytes],
        *,
        actor: Actor,
        size: int | None = None,
        told: Told | None = None,
        judge: Callable[[Inspection], None] | None = None,
        allowed: Callable[[], Awaitable[None]] | None = None,
    ) -> Manifest:
        """Store a backup file, reading on its way what it says of itself.

        Raises NotABackup for a file that is none or is cut short, whatever ``judge`` raises about
        what the whole file says, and at last whatever ``allowed`` raises; nothing is kept of it
        then.
        """
        await self._keep("vault.add", facts, actor, Verdict.ALLOWED, facts.why)
        inspector = Inspector()

        async def finish() -> Facts:
            said = inspector.finish()
            said.check_name(f"x.{facts.extension}")
            if judge is not None:
                judge(said)
            if allowed is not None:
                await allowed()
            header = said.model_dump(mode="json", exclude_none=True)
            notes = () if said.full is not False else ("a differential backup: it needs others",)
            taken = {} if said.taken_at is None else {"taken_at": said.taken_at}
            # a file says how its store is laid out, and not which version of Neo4j wrote it
            store = {} if said.store is None else {"version": f"store format {said.store}"}
            more = {"header": header, "notes": (*facts.notes, *notes), **taken, **store}
            return facts.model_copy(update=more)

        async def read() -> AsyncIterable[bytes]:
            async for chunk in chunks:
                await asyncio.to_thread(inspector.feed, chunk)  # it may unpack
                yield chunk

        kept = await self.open.put(facts, read(), size=size, finish=finish, told=told)
        why = f"{kept.id} {kept.name} sha256 {kept.digests.sha256}"
        await self._keep("vault.add", kept, actor, Verdict.DONE, why)
        return kept

    async def archive(
        self,
        facts: Facts,
        chunks: AsyncIterable[bytes],
        *,
        actor: Actor,
        finish: Callable[[], Awaitable[Facts]],
    ) -> Manifest:
        """Store an archive of a graph; what ``finish`` raises refuses it, and nothing is kept."""
        await self._keep("vault.add", facts, actor, Verdict.ALLOWED, facts.why)
        kept = await self.open.put(facts, chunks, finish=finish)
        why = f"{kept.id} {kept.name} sha256 {kept.digests.sha256}"
        await self._keep("vault.add", kept, actor, Verdict.DONE, why)
        return kept

    async def verify(self, export: Export, *, actor: Actor, told: Told | None = None) -> Check:
        """Read an export as a whole; the result is kept beside it and in the audit log."""
        check = await self.open.verify(export.name, told=told)
        why = f"{export.id}: {check.why or 'whole'}"
        await self._keep("vault.verify", export.manifest, actor, Verdict.DONE, why)
        return check

    async def hold(self, export: Export, *, why: str, actor: Actor) -> None:
        """Keep an export from expiring; raises AlreadyHeld."""
        if export.hold is not None:
            raise AlreadyHeld("the export is held already", hint="`vault show` says why.")
        at = self.clock.now()
        said = f"{export.id}: {why}"
        await self._keep("vault.hold", export.manifest, actor, Verdict.ALLOWED, said)
        hold = Hold(at=at, why=why, who=actor.who, by=actor.by, operation_id=actor.operation_id)
        await self.open.hold(export.name, hold)

    async def release(self, export: Export, *, why: str, actor: Actor) -> None:
        """Let an export expire again."""
        said = f"{export.id}: {why}"
        await self._keep("vault.release", export.manifest, actor, Verdict.ALLOWED, said)
        await self.open.release(export.name)

    async def withdraw(self, kept: Manifest, *, why: str, actor: Actor) -> None:
        """Delete what was stored for somebody who does not want it any more."""
        said = f"{kept.id} {kept.name}: {why}"
        number = await self._keep("vault.withdraw", kept, actor, Verdict.ALLOWED, said)
        await self.open.delete(Condemned(name=kept.name, audit=number))

    async def fetched(self, export: Export, *, actor: Actor) -> None:
        """Record that an export was copied out of the vault."""
        await self._keep("vault.get", export.manifest, actor, Verdict.DONE, export.id)

    async def expiry(self) -> Expiry:
        """Say what retention would take, and touch nothing."""
        return Expiry.of(await self.open.contents(), self.rules, self.clock.now())

    async def expire(self, *, actor: Actor = NOBODY) -> Expiry:
        """Delete what retention names, each after its audit record; returns what went."""
        found = await self.expiry()
        gone = []
        for export in found.going:
            why = f"{export.id} {export.name}: no rule keeps it"
            number = await self._keep("vault.expire", export.manifest, actor, Verdict.ALLOWED, why)
            try:
                await self.open.delete(Condemned(name=export.name, audit=number))
            except (AlreadyHeld, UnknownExport):
                continue  # held, or gone, since it was listed
            gone.append(export)
        for debris in found.abandoned:
            record = AuditRecord(
                at=self.clock.now(),
                action="vault.clear",
                verdict=Verdict.ALLOWED,
                actor=actor.who,
                why=f"{debris.name}: {debris.why}",
            )
            await self.audit.append(record)
            await self.open.clear(debris.name)
        return found.model_copy(update={"going": tuple(gone)})

    async def _keep(self, action: str, of: Facts, actor: Actor, verdict: Verdict, why: str) -> int:
        by = f" ({actor.by})" if actor.by else ""
        record = AuditRecord(
            at=self.clock.now(),
            action=action,
            verdict=verdict,
            actor=actor.who,
            operation_id=actor.operation_id,
            instance_id=of.instance_id,
            environment=of.environment,
            why=f"{why}{by}",
        )
        return (await self.audit.append(record)).number
