"""Leases: long work that only one process may do at a time."""

from typing import Protocol


class Leases(Protocol):
    """Leases by name. Every method may raise StoreUnavailable."""

    async def take(self, name: str, holder: str, *, ttl: float) -> bool:
        """Take or prolong a lease for ``ttl`` seconds; False while somebody else has it."""

    async def drop(self, name: str, holder: str) -> None:
        """Give a lease back; nothing happens when somebody else has it."""
