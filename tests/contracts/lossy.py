"""A wire in front of a store that loses an answer: the command arrives, the answer does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class LossyWire:
    """Relays to the socket ``upstream``; ``lose_next`` breaks the line after the next script."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._armed = False
        self.lost = 0

    def lose_next(self) -> None:
        """Lose the answer to the next EVALSHA."""
        self._armed = True

    async def relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        up_reader, up_writer = await asyncio.open_unix_connection(self._upstream)
        try:
            while request := await reader.read(65536):
                lose = self._armed and b"EVALSHA" in request
                up_writer.write(request)
                answer = await up_reader.read(65536)
                if lose:
                    self._armed = False
                    self.lost += 1
                    return
                writer.write(answer)
        finally:
            for end in (writer, up_writer):
                end.close()


@asynccontextmanager
async def lossy_wire(store_url: str, folder: Path) -> AsyncIterator[tuple[LossyWire, str]]:
    """Run a wire to the store; yields it with the address at its near end."""
    wire = LossyWire(store_url.removeprefix("unix://"))
    near = folder / "wire.sock"
    server = await asyncio.start_unix_server(wire.relay, near)
    async with server:
        yield wire, f"unix://{near}"
