"""Client-side encryption with age (https://age-encryption.org/v1), streaming through pyrage.

pyrage reads from and writes to file objects, 64 KiB at a time, so it runs in a thread between two
small adapters that fetch from and give to the event loop; memory stays constant.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import aclosing, suppress
from typing import Any

import pyrage  # type: ignore[import-untyped]

from bot.adapters.vault.stream import MIB, in_a_thread
from bot.core.errors import VaultSealed


class CryptFailedError(Exception):
    """age itself failed, rather than where the bytes come from."""


def recipients(texts: Sequence[str]) -> list[object]:
    """Read recipients (`age1…`, or an `ssh-ed25519 …` line); raises ValueError naming the bad."""
    return [_recipient(text) for text in texts]


def _recipient(text: str) -> object:
    for kind in (pyrage.x25519.Recipient, pyrage.ssh.Recipient):
        with suppress(pyrage.RecipientError):
            return kind.from_str(text.strip())
    raise ValueError(f"“{text[:40]}” is not an age recipient")


def identities(text: str) -> list[object]:
    """Read the identities of a key file as `age-keygen` writes it; raises ValueError."""
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line.startswith("AGE-SECRET-KEY-1")]
    try:
        found: list[object] = [pyrage.x25519.Identity.from_str(key) for key in keys]
    except pyrage.IdentityError:
        raise ValueError("a line of it is not an age identity") from None
    if not found:
        raise ValueError("it holds no age identity")
    return found


def sealed(chunks: AsyncIterable[bytes], to: Sequence[object]) -> AsyncGenerator[bytes, None]:
    """Yield the chunks encrypted."""
    return _through(chunks, lambda source, sink: pyrage.encrypt_io(source, sink, list(to)))


async def opened(chunks: AsyncIterable[bytes], by: Sequence[object]) -> AsyncGenerator[bytes, None]:
    """Yield the chunks decrypted; raises VaultSealed when no identity fits or bytes are wrong."""
    out = _through(chunks, lambda source, sink: pyrage.decrypt_io(source, sink, list(by)))
    try:
        async with aclosing(out):
            async for piece in out:
                yield piece
    except CryptFailedError:
        raise VaultSealed(
            "the export cannot be decrypted with the identity that is configured here",
            hint="It may have been encrypted to another recipient; `vault show` names them.",
        ) from None


class _Source:
    """A file object for the thread: reads the next chunk through the loop."""

    def __init__(self, chunks: AsyncIterable[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self._chunks = aiter(chunks)
        self._loop = loop
        self._left = memoryview(b"")
        self._reading: asyncio.Task[bytes] | None = None
        self._closed = False
        self.error: BaseException | None = None

    def close(self) -> None:
        """Call off the read that is under way, and those to come; for the loop alone."""
        self._closed = True
        if self._reading is not None:
            self._reading.cancel()

    async def _next(self) -> bytes:
        if self._closed:
            raise BrokenPipeError
        self._reading = asyncio.current_task()
        return await anext(self._chunks, b"")

    def read(self, size: int = -1) -> bytes:
        try:
            while not len(self._left):
                chunk = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
                if not chunk:
                    return b""
                self._left = memoryview(chunk)
        except BaseException as trouble:
            self.error = trouble
            raise OSError("the source failed") from None
        piece, self._left = self._left[:size], self._left[size:]
        return bytes(piece)


class _Sink:
    """A file object for the thread: gives pieces of about 1 MiB to the loop."""

    def __init__(
        self, pieces: "asyncio.Queue[bytes | None]", loop: asyncio.AbstractEventLoop
    ) -> None:
        self._pieces = pieces
        self._loop = loop
        self._held = bytearray()

    def write(self, piece: bytes) -> int:
        self._held += piece
        if len(self._held) >= MIB:
            self.flush_held()
        return len(piece)

    def flush(self) -> None:
        """Do nothing: age flushes after each 64 KiB."""

    def flush_held(self) -> None:
        if self._held:
            self.give(bytes(self._held))
            self._held = bytearray()

    def give(self, piece: bytes | None) -> None:
        asyncio.run_coroutine_threadsafe(self._pieces.put(piece), self._loop).result()


async def _through(
    chunks: AsyncIterable[bytes], work: Callable[[_Source, _Sink], None]
) -> AsyncGenerator[bytes, None]:
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(2)
    source, sink = _Source(chunks, loop), _Sink(pieces, loop)

    def run() -> None:
        try:
            work(source, sink)
            sink.flush_held()
        finally:
            sink.give(None)

    running = in_a_thread(run)
    try:
        while (piece := await pieces.get()) is not None:
            yield piece
        try:
            await running
        except Exception as trouble:
            raise (source.error or CryptFailedError(str(trouble))) from None
    finally:
        await _stop(running, source, pieces)


async def _stop(
    running: "asyncio.Future[None]", source: _Source, pieces: "asyncio.Queue[bytes | None]"
) -> None:
    """Let the thread end, whatever it waits for; nobody wants its pieces any more.

    It ends after its last read has, so whoever gave the chunks finds them at rest.
    """
    source.close()
    while not running.done():
        waiting = asyncio.ensure_future(pieces.get())
        either: set[asyncio.Future[Any]] = {running, waiting}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
    with suppress(Exception):
        await running
