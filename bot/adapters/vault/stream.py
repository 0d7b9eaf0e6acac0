"""Bytes on their way: hashed as they pass, cut to fitting parts, read ahead."""

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

import obstore
from isal import isal_zlib
from obstore.store import ObjectStore

from bot.adapters.vault.faults import plainly
from bot.core.vault import Digests
from bot.ports.vault import Told

MIB = 1024 * 1024
#: S3 takes parts of 5 MiB at least, and 10,000 of them
#: (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
LEAST_PART, MOST_PARTS = 5 * MIB, 10_000
#: The part of a stream whose length nobody knows: 156 GiB fit into 10,000 of them.
BLIND_PART = 16 * MIB
#: Bytes of parts in flight; the memory that an upload takes.
_IN_FLIGHT = 16 * MIB
#: So much is read at once, and so many reads are under way while one is being hashed.
_READ, _AHEAD = 2 * MIB, 2
#: So many pieces are at most kept for the hashes.
_UNHASHED = 2


class Tally:
    """Counts and hashes what passes; SHA-256 and CRC-32 in one go."""

    def __init__(self) -> None:
        self.size = 0
        self._sha = hashlib.sha256()
        self._crc = 0

    def add(self, piece: bytes) -> None:
        """Add the next piece; both hashes leave other threads running meanwhile."""
        self._sha.update(piece)
        self._crc = isal_zlib.crc32(piece, self._crc)
        self.size += len(piece)

    def digests(self) -> Digests:
        """Return what was counted so far."""
        crc = f"{self._crc:08x}"
        return Digests(size=self.size, sha256=self._sha.hexdigest(), crc32=crc)


async def counted(
    chunks: AsyncIterable[bytes], tally: Tally, told: Told | None
) -> AsyncGenerator[bytes, None]:
    """Pass the chunks on, hashed while whoever takes them is at work with them.

    ``tally`` has them all once the last one was taken, or the generator is closed.
    """
    loop, room = asyncio.get_running_loop(), asyncio.Semaphore(_UNHASHED)
    given: SimpleQueue[bytes | None] = SimpleQueue()

    def hash_all() -> None:
        while (chunk := given.get()) is not None:
            tally.add(chunk)
            loop.call_soon_threadsafe(room.release)

    hashing = in_a_thread(hash_all)
    try:
        async for chunk in chunks:
            await room.acquire()
            given.put(chunk)
            yield chunk
            await tell(told, tally.size)
    finally:
        given.put(None)
        await hashing
    await tell(told, tally.size)


def in_a_thread(work: Callable[[], None]) -> asyncio.Future[None]:
    """Run ``work`` in a thread of its own, for as long as a stream takes.

    The loop's own threads are few; were streams to take them all, nobody could feed them.
    """
    threads = ThreadPoolExecutor(1)
    try:
        return asyncio.get_running_loop().run_in_executor(threads, work)
    finally:
        threads.shutdown(wait=False)  # it ends with its work


async def tell(told: Told | None, count: int) -> None:
    """Tell how far it is, to whoever wants to know."""
    if told is not None and (waits := told(count)) is not None:
        await waits


def part_size(size: int | None) -> int:
    """Return the bytes of a part, so that a file of ``size`` bytes needs no more than allowed."""
    if size is None:
        return BLIND_PART
    needed = -(-size // (MOST_PARTS - 1))
    return max(LEAST_PART, -(-needed // MIB) * MIB)


def side_by_side(part: int) -> int:
    """Return how many parts may be on their way at the same time."""
    return max(1, min(2, _IN_FLIGHT // part))


async def recut(chunks: AsyncIterable[bytes], size: int) -> AsyncGenerator[bytes, None]:
    """Yield the same bytes in pieces of ``size``, the last one shorter; no empty piece."""
    held: list[bytes] = []
    count = 0
    async for chunk in chunks:
        view = memoryview(chunk)
        while count + len(view) >= size:
            cut = size - count
            # a whole piece passes as it is
            yield (
                chunk
                if not held and len(view) == cut == len(chunk)
                else b"".join([*held, view[:cut]])
            )
            held, count, view = [], 0, view[cut:]
        if len(view):
            held.append(bytes(view))
            count += len(view)
    if held:
        yield b"".join(held)


async def ranges(
    store: ObjectStore, path: str, *, start: int, end: int, doing: str
) -> AsyncGenerator[bytes, None]:
    """Yield the bytes from ``start`` to before ``end``, some reads ahead of whoever takes them."""
    ahead: deque[asyncio.Task[bytes]] = deque()

    async def read(at: int) -> bytes:
        got = await obstore.get_range_async(store, path, start=at, end=min(end, at + _READ))
        return bytes(got)

    try:
        while start < end or ahead:
            while start < end and len(ahead) < _AHEAD:
                ahead.append(asyncio.create_task(read(start)))
                start += _READ
            with plainly(doing):
                piece = await ahead[0]
            ahead.popleft()
            yield piece
    finally:
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)
