"""Backup files that can be loaded: found in vault or folder, looked into, read as a whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from isal import isal_zlib
from pydantic import ValidationError

from bot.core.backups import Inspection, Inspector
from bot.core.errors import NotABackup, NotConfigured, UnknownFile
from bot.core.uploads import BackupFile, Exported
from bot.core.vault import Kind, Manifest, UnknownExport, find
from bot.ports import Files, Source, Vault
from bot.services.world import World

#: The headers that matter stand in the first part of a file; longer ones do not exist.
_GLIMPSE = 9 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file as it is known from its first bytes, or from the vault's manifest."""

    place: Literal["vault", "local"]
    name: str
    size: int
    inspection: Inspection
    sums: tuple[str, int] | None = None
    """SHA-256 and CRC-32, where the vault has them."""
    exported: Exported | None = None
    """Of what it is an export."""


Looking = Callable[[str], Awaitable[tuple[str, ...]]]
"""Says what speaks against somebody's looking into an environment, by its name."""


class BackupFiles:
    """The files of the vault and of the folder for uploads."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def look(self, word: str, *, may: Collection[str]) -> Found:
        """Find the file that a word means, and read its header.

        An export's id or its name means the vault; any other word a file of the folder, or else
        an export's file name. Exports of other environments than those of ``may``, which somebody
        may look into, are not there. Raises UnknownFile, NotABackup, or what the vault raises
        (VaultSealed for an encrypted export whose key is not here).
        """
        if self._world.files is None and self._world.vault is None:
            raise NotConfigured(
                "there is neither a vault nor a folder to take files from",
                hint="`[vault]` or `folder` under `[upload]` in `savepoint.toml` names one.",
            )
        files, vault = self._world.files, self._world.vault
        plain = "/" not in word and not word.startswith("exp-")
        if files is not None and plain:
            with suppress(UnknownFile):
                return await self._local(files, word)
        if vault is not None:
            with suppress(UnknownExport):
                contents = await vault.contents()
                theirs = [e for e in contents.exports if e.manifest.environment in may]
                return await self._exported(vault, find(word, theirs).name)
        raise UnknownFile(
            f"neither the folder for uploads nor the vault has “{word[:80]}”",
            hint="Give the plain name of a file in the folder which `[upload]` names, or the id "
            "of an export: `/aura vault list`.",
        )

    async def whole(self, found: Found) -> BackupFile:
        """Return the file with its sums; a local one is read from end to end for them.

        Raises NotABackup when it is cut short or damaged.
        """
        inspection, sums = found.inspection, found.sums
        if sums is None:
            sums_so_far = _Sums()
            async for piece in self._open(found.place, found.name)(0):
                await asyncio.to_thread(sums_so_far.feed, piece)
            inspection, sums = sums_so_far.finish()
        return BackupFile(
            place=found.place,
            name=found.name,
            sha256=sums[0],
            crc32=sums[1],
            inspection=inspection,
            exported=found.exported,
        )

    def source(self, file: BackupFile) -> Source:
        """Return the file as a stream that can begin anywhere."""
        return self._open(file.place, file.name)

    async def differences(self, file: BackupFile, looking: Looking) -> tuple[str, ...]:
        """Say how the file differs from the one that was read, as far as that is told cheaply.

        Of an export it also says what speaks, by now, against looking into its environment.
        """
        try:
            now = await self._again(file)
        except (UnknownFile, UnknownExport, NotABackup) as gone:
            return (f"the file: {gone.summary}",)
        if now.size != file.size or now.sums not in (None, (file.sha256, file.crc32)):
            return ("the file is not the one that was read",)
        return await looking(now.exported.environment) if now.exported else ()

    async def _again(self, file: BackupFile) -> Found:
        vault, files = self._world.vault, self._world.files
        if file.place == "vault" and vault is not None:
            return await self._exported(vault, file.name)
        if file.place == "local" and files is not None:
            return await self._local(files, file.name)
        raise _unplaced(file.name)

    def _open(self, place: Literal["vault", "local"], name: str) -> Source:
        vault, files = self._world.vault, self._world.files

        def begin(start: int) -> AsyncIterator[bytes]:
            if place == "vault" and vault is not None:
                return vault.plain(name, start=start)
            if place == "local" and files is not None:
                return files.read(name, start=start)
            raise _unplaced(name)

        return begin

    async def _local(self, files: Files, name: str) -> Found:
        size = await files.size(name)
        inspection = await self._glimpse("local", name, size)
        inspection.check_name(name)
        return Found(place="local", name=name, size=size, inspection=inspection)

    async def _exported(self, vault: Vault, name: str) -> Found:
        manifest = await vault.manifest(name)
        if manifest.kind is Kind.ARCHIVE:
            raise NotABackup(
                "the export is an archive of the graph, not a backup of the store",
                hint="`neo4j-admin database import full` reads archives; see its manifest.",
            )
        plain = manifest.plain
        return Found(
            place="vault",
            name=manifest.name,
            size=plain.size,
            inspection=await self._told(manifest, plain.size),
            sums=(plain.sha256, int(plain.crc32, 16)),
            exported=Exported(
                environment=manifest.environment,
                instance_id=manifest.instance_id,
                instance_name=manifest.instance_name,
            ),
        )

    async def _told(self, manifest: Manifest, size: int) -> Inspection:
        """Read what the manifest says of the header, and make sure that the file can be read."""
        glimpse = await self._glimpse("vault", manifest.name, size)
        try:
            kept = Inspection.model_validate(manifest.header)
        except ValidationError:
            return glimpse
        return kept.model_copy(update={"size": size})

    async def _glimpse(self, place: Literal["vault", "local"], name: str, size: int) -> Inspection:
        """Read the header alone; small files are read as a whole."""
        inspector = Inspector()
        stream = self._open(place, name)(0)
        try:
            async for piece in stream:
                await asyncio.to_thread(inspector.feed, piece)
                if inspector.so_far is not None or inspector.size > _GLIMPSE:
                    break
        finally:
            closing = getattr(stream, "aclose", None)
            if closing is not None:
                await closing()
        seen = inspector.so_far or inspector.finish()
        return seen.model_copy(update={"size": size})


def _unplaced(name: str) -> UnknownFile:
    return UnknownFile(
        f"the place of “{name[:80]}” is no longer configured",
        hint="Put the table back into `savepoint.toml`, or ask anew.",
    )


class _Sums:
    """Everything that is learned of a file in one pass."""

    def __init__(self) -> None:
        self._inspector = Inspector()
        self._sha256 = sha256()
        self._crc32 = 0

    def feed(self, piece: bytes) -> None:
        self._inspector.feed(piece)
        self._sha256.update(piece)
        self._crc32 = isal_zlib.crc32(piece, self._crc32)

    def finish(self) -> tuple[Inspection, tuple[str, int]]:
        return self._inspector.finish(), (self._sha256.hexdigest(), self._crc32)
