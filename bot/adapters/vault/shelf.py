"""The small JSON files beside an export: claim, manifest, hold, check; and the list of them all."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore
from pydantic import AwareDatetime, ValidationError

from bot.adapters.vault.faults import plainly
from bot.core.base import Frozen, OperationId
from bot.core.vault import Check, Contents, Debris, Export, Hold, Manifest, UnknownExport
from bot.core.vault.names import CHECK, CLAIM, HOLD, MANIFEST, RECORDS, base, parse

M = TypeVar("M", bound=Frozen)

#: Manifests that are read side by side.
_AT_ONCE = 16
_LISTING = "the vault cannot be listed"


class Claim(Frozen):
    """Says that this bot works on a name: uploading, or (with an audit record) deleting.

    ``token`` tells a claim from every other one.
    """

    at: AwareDatetime
    token: str
    operation_id: OperationId | None = None
    deleting: int | None = None


class Meta(Frozen):
    """What a listing says of one object."""

    size: int
    at: datetime


class Shelf:
    """Reads and writes what stands beside the data."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._known: dict[tuple[str, datetime], Manifest] = {}

    async def create(self, path: str, value: Frozen) -> bool:
        """Write a file that must not be there yet; returns False when another one is."""
        body = value.model_dump_json(indent=2).encode()
        with plainly("the vault cannot be written"):
            try:
                await obstore.put_async(self._store, path, body, mode="create")
            except AlreadyExistsError:
                # a first answer may have been lost on its way: then it is ours that stands there
                return await self._bytes(path) == body
        return True

    async def record(self, path: str, text: str) -> None:
        """Write a text that must not be there yet; the first one stays, whatever it says."""
        with plainly("the vault cannot be written"):
            try:
                await obstore.put_async(self._store, path, text.encode(), mode="create")
            except AlreadyExistsError:
                return

    async def overwrite(self, path: str, value: Frozen) -> None:
        """Write a file, whatever is there."""
        with plainly("the vault cannot be written"):
            await obstore.put_async(self._store, path, value.model_dump_json(indent=2).encode())

    async def read(self, path: str, model: type[M]) -> M | None:
        """Read a file, or None when there is none; raises ValidationError for another's."""
        body = await self._bytes(path)
        return None if body is None else model.model_validate_json(body)

    async def remove(self, path: str) -> None:
        """Remove an object, if it is there."""
        with plainly("the vault cannot delete"):
            try:
                await obstore.delete_async(self._store, path)
            except FileNotFoundError:
                return

    async def size(self, path: str) -> int | None:
        """Return the size of an object, or None when there is none."""
        with plainly("the vault cannot be read"):
            try:
                return int((await obstore.head_async(self._store, path))["size"])
            except FileNotFoundError:
                return None

    async def manifest(self, name: str) -> Manifest:
        """Return a manifest; raises UnknownExport."""
        if parse(name) is not None:
            try:
                found = await self.read(f"{name}{MANIFEST}", Manifest)
            except ValidationError:
                raise UnknownExport(f"the manifest of “{name[-80:]}” cannot be read") from None
            if found is not None:
                return found
        raise UnknownExport(
            f"the vault has no export “{name[-80:]}”", hint="`vault list` shows all of them."
        )

    async def export(self, name: str) -> Export:
        """Return one export; raises UnknownExport."""
        manifest = await self.manifest(name)
        return Export(
            manifest=manifest,
            hold=await self.read(f"{name}{HOLD}", Hold),
            check=await self.read(f"{name}{CHECK}", Check),
            present=await self.size(name) == manifest.digests.size,
        )

    async def contents(self, prefix: str) -> Contents:
        """Return everything under a prefix of whole folders."""
        found: dict[str, dict[str, Meta]] = defaultdict(dict)
        with plainly(_LISTING):
            async for batch in obstore.list(self._store, prefix=prefix or None):
                for each in batch:
                    if each["path"].startswith(RECORDS):
                        continue
                    name, ending = base(each["path"])
                    found[name][ending] = Meta(size=each["size"], at=each["last_modified"])
        exports, debris, unreadable = [], [], []
        limit = asyncio.Semaphore(_AT_ONCE)

        async def one(name: str, files: Mapping[str, Meta]) -> None:
            async with limit:
                if MANIFEST not in files:
                    debris.append(await self._debris(name, files))
                    return
                export = await self._listed(name, files)
                if export is None:
                    unreadable.append(name)
                else:
                    exports.append(export)

        await asyncio.gather(*(one(name, files) for name, files in found.items()))
        exports.sort(key=lambda e: (e.manifest.taken_at, e.name), reverse=True)
        return Contents(
            exports=tuple(exports),
            debris=tuple(sorted(debris, key=lambda d: d.name)),
            unreadable=tuple(sorted(unreadable)),
        )

    async def _listed(self, name: str, files: Mapping[str, Meta]) -> Export | None:
        key = (name, files[MANIFEST].at)
        try:
            if key not in self._known:
                self._known[key] = await self.manifest(name)
            manifest = self._known[key]
            if manifest.name != name:
                return None
            hold = await self.read(f"{name}{HOLD}", Hold) if HOLD in files else None
            check = await self.read(f"{name}{CHECK}", Check) if CHECK in files else None
        except (UnknownExport, ValidationError):
            return None
        data = files.get("")
        present = data is not None and data.size == manifest.digests.size
        return Export(manifest=manifest, hold=hold, check=check, present=present)

    async def _debris(self, name: str, files: Mapping[str, Meta]) -> Debris:
        size = sum(meta.size for meta in files.values())
        since = max(meta.at for meta in files.values())
        claim = None
        if CLAIM in files and parse(name) is not None:
            try:
                claim = await self.read(f"{name}{CLAIM}", Claim)
            except ValidationError:
                claim = None
        if claim is None:
            why = "nobody claims it"
            return Debris(name=name, size=size, since=since, claimed=False, why=why)
        why = "its upload was not finished" if claim.deleting is None else "it is being deleted"
        since = max(since, claim.at)
        return Debris(name=name, size=size, since=since, claimed=True, why=why)

    async def _bytes(self, path: str) -> bytes | None:
        with plainly("the vault cannot be read"):
            try:
                got = await obstore.get_async(self._store, path)
                return bytes(await got.bytes_async())
            except FileNotFoundError:
                return None
