"""The vault: exports in a store of the team's own."""

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from typing import Protocol

from bot.core.base import Frozen, OperationId
from bot.core.vault import Check, Contents, Export, Facts, Hold, Manifest, Protection

Told = Callable[[int], Awaitable[None] | None]
"""Is told, now and then, how many bytes have been done; what it returns is waited for."""


class Condemned(Frozen):
    """An export that retention named, and the number of the audit record that says so."""

    name: str
    audit: int


class Vault(Protocol):
    """Exports in a store. Methods raise VaultUnavailable, and UnknownExport for a wrong name."""

    async def put(
        self,
        facts: Facts,
        chunks: AsyncIterable[bytes],
        *,
        size: int | None = None,
        finish: Callable[[], Awaitable[Facts]] | None = None,
        told: Told | None = None,
    ) -> Manifest:
        """Store an export in constant memory, read it back, and write its manifest last.

        ``size`` in bytes, where it is known beforehand, lets very large files be cut into fitting
        parts; a stream of another length is refused. ``finish`` gives the final facts once all
        bytes are there, and what it raises refuses the export. An export that the same operation
        has stored before is returned as it is, and ``chunks`` is not read; what the operation left
        half done is cleared first. Raises VaultDamaged when the store gives other bytes back.
        """

    def get(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
        """Yield the stored bytes from ``start`` on; an encrypted export stays encrypted."""

    def plain(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
        """Yield the file itself from ``start`` on; raises VaultSealed where no key is at hand."""

    async def contents(self, prefix: str = "") -> Contents:
        """Return everything in the vault, or in one folder of it."""

    async def manifest(self, name: str) -> Manifest:
        """Return one manifest."""

    async def export(self, name: str) -> Export:
        """Return one export as the vault lists it."""

    async def verify(self, name: str, *, told: Told | None = None) -> Check:
        """Read an export as a whole, compare it with its manifest, and keep the result beside."""

    async def hold(self, name: str, hold: Hold) -> None:
        """Keep an export from expiring; raises AlreadyHeld."""

    async def release(self, name: str) -> None:
        """Take a hold away; nothing happens when there is none."""

    async def delete(self, condemned: Condemned) -> None:
        """Delete an export; raises AlreadyHeld when it is held."""

    async def clear(self, name: str) -> None:
        """Clear away what an unfinished upload or deletion left; an export is never touched."""

    async def record(self, operation_id: OperationId, file: str, page: str) -> None:
        """Keep the signed record of an operation and its page beside the exports, once."""

    async def protection(self) -> Protection:
        """Return what the store itself does against deletion."""
