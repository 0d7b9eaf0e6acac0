"""The real clock and real chance: the only module that meets either."""

import asyncio
import secrets
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no i, l, o or u. https://www.crockford.com/base32.html"""
_LENGTH = 13  # times 5 bits: 65 bits


class SystemClock:
    """The machine's time, as the Clock port."""

    def now(self) -> datetime:
        """Return the present, aware and in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place

    def monotonic(self) -> float:
        """Return seconds that only grow, for measuring."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


def new_id(prefix: str) -> str:
    """Return a new id such as ``rst-9k2m4c7xq0w3e``: 65 random bits, safe to read out."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))}"
