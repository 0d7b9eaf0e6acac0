"""The vault on obstore: a folder, S3, Google or Azure.

A put claims its name with a create-only file, streams the data up while hashing it, reads all of
it back, and writes the manifest last, create-only too. A name is claimed once and never again, so
no two uploads ever write to the same data: an attempt after a crash begins anew under a name of
its own, and the old claim is how the debris is found (docs/adr tells why).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import timedelta
from functools import cached_property

from bot.adapters.vault import age
from bot.adapters.vault.faults import Gone
from bot.adapters.vault.place import Place
from bot.adapters.vault.shelf import Claim, Shelf
from bot.adapters.vault.stream import Tally, counted, ranges
from bot.adapters.vault.upload import upload
from bot.core.base import OperationId
from bot.core.errors import AlreadyHeld, BotError, VaultDamaged, VaultSealed, VaultUnavailable
from bot.core.vault import (
    Check,
    Contents,
    Digests,
    Encryption,
    Export,
    Facts,
    Hold,
    Manifest,
    Protection,
    UnknownExport,
)
from bot.core.vault.manifest import ABANDONED
from bot.core.vault.names import CHECK, CLAIM, HOLD, MANIFEST, RECORDS, folder, name
from bot.ports import Clock, Condemned, NewId
from bot.ports.vault import Told

_READING = "the export cannot be read"
#: How many names are tried when others are taken in the same second.
_ATTEMPTS = 60


class ObstoreVault:
    """Exports in one store, as the Vault port."""

    def __init__(
        self,
        open_place: Callable[[], Place],
        *,
        clock: Clock,
        new_id: NewId,
        tool: str,
        recipients: Sequence[str] = (),
        identity: str | None = None,
    ) -> None:
        self._open = open_place
        self._clock = clock
        self._new_id = new_id
        self._tool = tool
        self._recipients = tuple(recipients)
        self._to = age.recipients(recipients)
        self._by = age.identities(identity) if identity else None

    @cached_property
    def _place(self) -> Place:
        """Open the store when it is first needed: the bot starts without a folder that is away."""
        return self._open()

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(self._place.store)

    async def put(
        self,
        facts: Facts,
        chunks: AsyncIterable[bytes],
        *,
        size: int | None = None,
        finish: Callable[[], Awaitable[Facts]] | None = None,
        told: Told | None = None,
    ) -> Manifest:
        """Store an export; see the port."""
        if earlier := await self._earlier(facts):
            return earlier
        claimed = await self._claim(facts)
        try:
            digests, plain = await upload(
                self._place.store, claimed, chunks, to=self._to, size=size, told=told
            )
            await asyncio.to_thread(self._place.settle, claimed)
            if why := await self._differs(claimed, digests, None):
                raise VaultDamaged(
                    f"the store did not keep what it was given: {why}",
                    hint="Nothing was added. Try again; if it repeats, distrust the store.",
                )
            reread_at = self._clock.now()
            if finish is not None:
                facts = await finish()
            seal = Encryption(recipients=self._recipients, plain=plain) if self._to else None
            manifest = Manifest(
                **dict(facts),
                name=claimed,
                stored_at=self._clock.now(),
                reread_at=reread_at,
                digests=digests,
                encryption=seal,
                tool=self._tool,
            )
            await self._conclude(claimed, manifest)
        except Exception:
            with suppress(BotError):
                await self.clear(claimed)
            raise
        return manifest

    async def get(self, name: str, *, start: int = 0) -> AsyncGenerator[bytes, None]:
        """Yield the stored bytes; see the port."""
        manifest = await self._shelf.manifest(name)
        async with aclosing(self._read(name, start, manifest.digests.size)) as pieces:
            async for piece in pieces:
                yield piece

    async def plain(self, name: str, *, start: int = 0) -> AsyncGenerator[bytes, None]:
        """Yield the file itself; see the port."""
        manifest = await self._shelf.manifest(name)
        stored = self._read(name, 0 if manifest.encryption else start, manifest.digests.size)
        if manifest.encryption is None:
            pieces, skip = stored, 0
        elif self._by is None:
            raise VaultSealed(
                "the export is encrypted, and the key to it is not here",
                hint="Fetch it with `savepoint vault get` where the key is, or decrypt it there.",
            )
        else:
            pieces, skip = age.opened(stored, self._by), start
        async with aclosing(stored), aclosing(pieces):
            async for piece in pieces:
                if skip < len(piece):
                    yield piece[skip:]
                skip = max(0, skip - len(piece))

    async def contents(self, prefix: str = "") -> Contents:
        """Return everything in the vault, or in one folder of it."""
        return await self._shelf.contents(prefix)

    async def manifest(self, name: str) -> Manifest:
        """Return one manifest."""
        return await self._shelf.manifest(name)

    async def export(self, name: str) -> Export:
        """Return one export as the vault lists it."""
        return await self._shelf.export(name)

    async def verify(self, name: str, *, told: Told | None = None) -> Check:
        """Read an export as a whole and keep the result beside it."""
        manifest = await self._shelf.manifest(name)
        why = await self._differs(name, manifest.digests, told)
        check = Check(at=self._clock.now(), sound=not why, why=why)
        await self._shelf.overwrite(f"{name}{CHECK}", check)
        return check

    async def hold(self, name: str, hold: Hold) -> None:
        """Keep an export from expiring; raises AlreadyHeld."""
        await self._shelf.manifest(name)
        if not await self._shelf.create(f"{name}{HOLD}", hold):
            raise AlreadyHeld("the export is held already", hint="`vault show` says by whom.")
        # a deletion writes its claim and then looks for holds: one of us sees the other
        claim = await self._shelf.read(f"{name}{CLAIM}", Claim)
        if (claim and claim.deleting) or await self._shelf.size(f"{name}{MANIFEST}") is None:
            await self._shelf.remove(f"{name}{HOLD}")
            raise UnknownExport("the export is being deleted just now")

    async def release(self, name: str) -> None:
        """Take a hold away."""
        await self._shelf.manifest(name)
        await self._shelf.remove(f"{name}{HOLD}")

    async def delete(self, condemned: Condemned) -> None:
        """Delete an export; whatever happens on the way, the claim says that it must go."""
        name = condemned.name
        await self._shelf.manifest(name)
        claim = Claim(at=self._clock.now(), token=self._new_id("claim"), deleting=condemned.audit)
        await self._shelf.overwrite(f"{name}{CLAIM}", claim)
        if await self._shelf.read(f"{name}{HOLD}", Hold) is not None:
            await self._shelf.remove(f"{name}{CLAIM}")
            raise AlreadyHeld("the export is held, so it stays")
        await self._shelf.remove(f"{name}{MANIFEST}")
        await self.clear(name)

    async def clear(self, name: str) -> None:
        """Clear away what an unfinished upload or deletion left; never an export's data."""
        claim = await self._shelf.read(f"{name}{CLAIM}", Claim)
        if claim is None:
            return
        if await self._shelf.size(f"{name}{MANIFEST}") is None:
            await self._place.abort(name)
            await self._shelf.remove(name)
            await self._shelf.remove(f"{name}{CHECK}")
        await self._shelf.remove(f"{name}{CLAIM}")

    async def record(self, operation_id: OperationId, file: str, page: str) -> None:
        """Keep a signed record and its page; what is there already stays as it is."""
        await self._shelf.record(f"{RECORDS}{operation_id}.json", file)
        await self._shelf.record(f"{RECORDS}{operation_id}.md", page)

    async def protection(self) -> Protection:
        """Return what the store itself does against deletion."""
        return await self._place.protection()

    async def _earlier(self, facts: Facts) -> Manifest | None:
        """Return what the same operation has stored before; clear what it left half done."""
        if facts.operation_id is None:
            return None
        inside = folder(facts.environment, facts.instance_name, facts.instance_id)
        contents = await self._shelf.contents(inside)
        for export in contents.exports:
            if export.manifest.operation_id == facts.operation_id:
                return export.manifest
        for debris in contents.debris:
            claim = (
                await self._shelf.read(f"{debris.name}{CLAIM}", Claim) if debris.claimed else None
            )
            if claim and claim.operation_id == facts.operation_id:
                await self.clear(debris.name)
        return None

    async def _claim(self, facts: Facts) -> str:
        inside = folder(facts.environment, facts.instance_name, facts.instance_id)
        now = self._clock.now()
        extension = f"{facts.extension}.age" if self._to else facts.extension
        token = self._new_id("claim")
        for late in range(_ATTEMPTS):
            at = now + timedelta(seconds=late)
            wanted = name(inside, at=at, snapshot=facts.snapshot_id, extension=extension)
            claim = Claim(at=now, token=token, operation_id=facts.operation_id)
            if not await self._shelf.create(f"{wanted}{CLAIM}", claim):
                continue
            if await self._shelf.size(f"{wanted}{MANIFEST}") is None:
                return wanted
            await self._shelf.remove(f"{wanted}{CLAIM}")  # an export of that second
        raise VaultUnavailable("too many exports of this instance began in the same minute")

    async def _conclude(self, name: str, manifest: Manifest) -> None:
        claim = await self._shelf.read(f"{name}{CLAIM}", Claim)
        if claim is None:
            raise VaultUnavailable(
                "what was uploaded has been cleared away meanwhile, by a clean-up or by another "
                "upload of the same export"
            )
        if manifest.stored_at - claim.at > ABANDONED:  # a clean-up may be at it any moment
            raise VaultUnavailable("the upload took longer than a day, and was given up")
        if not await self._shelf.create(f"{name}{MANIFEST}", manifest):
            raise VaultUnavailable("another manifest stands there already")
        with suppress(BotError):  # it does no harm beside a manifest
            await self._shelf.remove(f"{name}{CLAIM}")

    async def _differs(self, name: str, digests: Digests, told: Told | None) -> str:
        """Read an export as a whole; returns what is wrong with it, or ""."""
        size = await self._shelf.size(name)
        if size is None:
            return "its data is missing"
        if size != digests.size:
            return f"it has {size:,} bytes, and should have {digests.size:,}"
        tally = Tally()
        async with (
            aclosing(self._read(name, 0, size)) as pieces,
            aclosing(counted(pieces, tally, told)) as passing,
        ):
            async for _ in passing:
                pass
        return "" if tally.digests() == digests else "its bytes are not those that were stored"

    async def _read(self, name: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        pieces = ranges(self._place.store, name, start=start, end=end, doing=_READING)
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    yield piece
        except Gone:
            raise VaultDamaged(f"the data of “{name[-80:]}” is missing") from None
