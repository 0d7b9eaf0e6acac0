"""`PUT /bring/…`: what the web server makes of a file that comes, breaks off, or is refused."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from aiohttp import web

from bot.adapters import delivery
from bot.core.errors import BotError, NotABackup, NotAllowed, StoreUnavailable, VaultDamaged
from bot.core.exports import DeliveryBusy, TooLarge, UnknownAddress, WrongBackup
from bot.ports.delivery import Receipt

MOST = 1000
#: Behind the head of an answer; aiohttp waits 10 s for the rest of what it has refused.
END = b"\r\n\r\n"


class Counter:
    """Stands behind the door: admits one token, and counts what comes."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.came = 0

    async def admit(self, token: str, size: int | None) -> None:
        if token != "good":
            raise UnknownAddress("this upload address is not open", hint="Ask for a new one.")
        if size is not None and size > MOST:
            raise TooLarge("the file is larger than 1000 bytes")

    async def take(self, token: str, chunks: AsyncIterable[bytes], size: int | None) -> Receipt:
        async for chunk in chunks:
            self.came += len(chunk)
        if self.trouble is not None:
            raise self.trouble
        return Receipt(export_id="exp-1", name="a", size=self.came, sha256="5e" * 32)


@asynccontextmanager
async def served(counter: Counter) -> AsyncIterator[httpx.AsyncClient]:
    app = web.Application()
    app.add_routes(delivery.routes(lambda: counter))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{runner.addresses[0][1]}"
        ) as client:
            yield client
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("path", ["/bring/good", "/bring/good/neo4j-2026.backup"])
async def test_a_file_is_received_with_a_receipt(path: str) -> None:
    async with served(counter := Counter()) as client:
        answer = await client.put(path, content=b"x" * 900)
    assert (answer.status_code, counter.came) == (201, 900)
    assert "Stored as exp-1: 900 bytes, SHA-256 5e5e" in answer.text


async def test_a_file_may_come_without_its_length() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b"x" * 100

    async with served(counter := Counter()) as client:
        assert (await client.put("/bring/good", content=pieces())).status_code == 201
    assert counter.came == 500


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (UnknownAddress("no"), 404),
        (DeliveryBusy("no"), 409),
        (TooLarge("no"), 413),
        (NotABackup("no"), 422),
        (WrongBackup("no", hint="Bring the other one."), 422),
        (VaultDamaged("no"), 502),
        (StoreUnavailable("no"), 503),
        (NotAllowed("no"), 403),
    ],
)
async def test_each_refusal_is_a_status_and_a_sentence(trouble: BotError, status: int) -> None:
    async with served(Counter(trouble)) as client:
        answer = await client.put("/bring/good", content=b"x")
    assert answer.status_code == status
    assert answer.text.startswith("No.")
    assert ("Retry-After" in answer.headers) is (status == 503)


async def test_what_nobody_foresaw_is_a_reference_and_never_a_stack_trace() -> None:
    async with served(Counter(RuntimeError("secret detail"))) as client:
        answer = await client.put("/bring/good", content=b"x")
    assert answer.status_code == 500
    assert "ref-" in answer.text
    assert "secret detail" not in answer.text


async def raw(
    client: httpx.AsyncClient, *sent: bytes, close: bool = False, until: bytes = b""
) -> bytes:
    """Speak HTTP by hand and return what comes back, to the end or to these bytes."""
    port = client.base_url.port
    assert port is not None
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in sent:
        writer.write(piece)
        await writer.drain()
    if close:
        writer.write_eof()
    answer = await (reader.readuntil(until) if until else reader.read())
    writer.close()
    return answer


def head(token: str, length: int, *more: str) -> bytes:
    lines = [f"PUT /bring/{token} HTTP/1.1", "Host: x", f"Content-Length: {length}", *more]
    return "\r\n".join([*lines, "", ""]).encode()


async def test_before_a_file_is_sent_it_hears_whether_it_may_come() -> None:
    expect = "Expect: 100-continue"
    async with served(counter := Counter()) as client:
        refused = await raw(client, head("bad", 10, expect), until=END)
        too_much = await raw(client, head("good", MOST + 1, expect), until=END)
        taken = await raw(client, head("good", 3, expect, "Connection: close"), b"abc")
    assert refused.startswith(b"HTTP/1.1 404")
    assert too_much.startswith(b"HTTP/1.1 413")
    assert taken.startswith(b"HTTP/1.1 100 Continue")
    assert b"HTTP/1.1 201" in taken
    assert counter.came == 3


async def test_a_file_that_breaks_off_is_not_stored() -> None:
    stored = []

    class Strict(Counter):
        async def take(self, token: str, chunks: AsyncIterable[bytes], size: int | None) -> Receipt:
            receipt = await super().take(token, chunks, size)
            stored.append(receipt)
            return receipt

    async with served(Strict()) as client:
        await raw(client, head("good", 500), b"x" * 100, close=True)
    assert stored == []


async def test_a_sender_who_falls_silent_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "PATIENCE", 0.05)
    async with served(Counter()) as client:
        answer = await raw(client, head("good", 500), b"x" * 100)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"Nothing of it was kept" in answer
