"""Deliveries: a person's backup file on its way into the vault, through an upload address."""

from collections.abc import AsyncIterable
from typing import Protocol

from bot.core.base import Frozen


class Receipt(Frozen):
    """What became of a file."""

    export_id: str
    name: str
    size: int
    sha256: str


class Deliveries(Protocol):
    """What stands behind an upload address."""

    async def admit(self, token: str, size: int | None) -> None:
        """See whether a file may come; ``size`` in bytes, where it is said.

        Raises UnknownAddress, TooLarge, StoreUnavailable.
        """

    async def take(self, token: str, chunks: AsyncIterable[bytes], size: int | None) -> Receipt:
        """Inspect, hash, encrypt and store a file in one pass; the address closes when that went.

        Raises UnknownAddress, TooLarge, DeliveryBusy, NotABackup, WrongBackup, VaultUnavailable,
        VaultDamaged, StoreUnavailable; whatever is raised, nothing of the file was kept, and the
        address stays open.
        """
