"""A file as a stream that can be begun anywhere, drawn in pieces of exact length."""

from collections.abc import AsyncIterator

from bot.core.errors import AuraRefused
from bot.ports.imports import Source


class Tap:
    """Draws bytes of one file; opens it again only when another position is wanted."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._open: AsyncIterator[bytes] | None = None
        self._at = -1
        self._rest = b""

    async def draw(self, at: int, count: int) -> AsyncIterator[bytes]:
        """Yield ``count`` bytes from ``at`` on; raises AuraRefused when the file is shorter."""
        if self._open is None or at != self._at:
            await self.close()
            self._open, self._at, self._rest = self._source(at), at, b""
        left = count
        while left:
            piece = self._rest or await anext(self._open, b"")
            if not piece:
                raise AuraRefused(
                    "the file has become shorter while it was being sent",
                    hint="Nothing was loaded. Was it replaced? Ask once more with the whole file.",
                )
            taken, self._rest = piece[:left], piece[left:]
            left -= len(taken)
            self._at += len(taken)
            yield bytes(taken)

    async def close(self) -> None:
        """Let go of the file."""
        closing = getattr(self._open, "aclose", None)
        self._open = None
        if closing is not None:
            await closing()
