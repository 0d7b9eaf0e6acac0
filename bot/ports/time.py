"""Time and fresh ids."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time."""

    def now(self) -> datetime:
        """Return the present, aware and in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only grow, for measuring."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""


class NewId(Protocol):
    """Fresh ids: short, unguessable (at least 64 bits), safe to copy, such as ``rst-9k2m…``."""

    def __call__(self, prefix: str) -> str:
        """Return a new id with this prefix."""
