"""The AuditLog port on real stores."""

import asyncio
from typing import cast

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import RedisAuditLog, connect
from bot.core.audit import AuditEntry, first_break
from bot.core.errors import StoreUnavailable
from tests.contracts.samples import record


@pytest.fixture
def log(store: Redis) -> RedisAuditLog:
    return RedisAuditLog(store)


async def entries(log: RedisAuditLog, *, after: int = 0) -> list[AuditEntry]:
    return [entry async for entry in log.read(after=after)]


async def test_records_are_numbered_chained_and_read_back_in_order(log: RedisAuditLog) -> None:
    appended = [await log.append(record(f"reason {n}")) for n in range(3)]
    assert [entry.number for entry in appended] == [1, 2, 3]
    assert await entries(log) == appended
    assert first_break(appended) is None
    assert await log.verify() is None


async def test_reading_goes_on_after_a_number_and_over_many_batches(
    log: RedisAuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.redis.audit.BATCH", 2)
    for n in range(5):
        await log.append(record(f"reason {n}"))
    assert [entry.number for entry in await entries(log, after=2)] == [3, 4, 5]
    assert await log.verify() is None


async def test_empty_log_is_whole(log: RedisAuditLog) -> None:
    assert await entries(log) == []
    assert await log.verify() is None


async def test_replicas_share_one_chain(store_url: str, log: RedisAuditLog) -> None:
    other = connect(store_url)
    logs = [log, RedisAuditLog(other)]
    await asyncio.gather(*(logs[n % 2].append(record(f"reason {n}")) for n in range(50)))
    await other.aclose()
    assert [entry.number for entry in await entries(log)] == list(range(1, 51))
    assert await log.verify() is None


async def test_append_gives_up_when_others_are_always_faster(
    log: RedisAuditLog, monkeypatch: pytest.MonkeyPatch, store: Redis
) -> None:
    await RedisAuditLog(store).append(record())
    monkeypatch.setattr("bot.adapters.redis.audit.ATTEMPTS", 1)
    with pytest.raises(StoreUnavailable, match="too many changes"):
        await log.append(record())
    assert len(await entries(log)) == 1


async def rewrite(store: Redis, number: int, fields: dict[str, str]) -> None:
    """Replace one entry, as only somebody with the store's password could."""
    kept = cast(list[tuple[str, dict[str, str]]], await store.xrange("sp:audit"))
    await store.delete("sp:audit")
    for entry_id, old in kept:
        new = {**old, **(fields if entry_id == f"{number}-0" else {})}
        await store.xadd("sp:audit", {str(key): value for key, value in new.items()}, id=entry_id)


@pytest.mark.parametrize(
    "fields",
    [
        {"record": record("another reason").model_dump_json()},
        {"digest": "0" * 64},
        {"record": "not a record"},
    ],
    ids=["record", "digest", "garbage"],
)
async def test_changed_entry_is_named(
    log: RedisAuditLog, store: Redis, fields: dict[str, str]
) -> None:
    for n in range(4):
        await log.append(record(f"reason {n}"))
    await rewrite(store, 3, fields)
    assert await log.verify() == 3


@pytest.mark.parametrize("number", [1, 2, 4])
async def test_removed_entry_is_named(log: RedisAuditLog, store: Redis, number: int) -> None:
    for n in range(4):
        await log.append(record(f"reason {n}"))
    await store.xdel("sp:audit", f"{number}-0")
    assert await log.verify() == number


async def test_gap_in_the_numbers_is_named_even_when_the_chain_fits(
    log: RedisAuditLog, store: Redis
) -> None:
    for n in range(2):
        await log.append(record(f"reason {n}"))
    [_, (_, last)] = cast(list[tuple[str, dict[str, str]]], await store.xrange("sp:audit"))
    await store.xdel("sp:audit", "2-0")
    await store.xadd("sp:audit", {str(key): value for key, value in last.items()}, id="3-0")
    await store.hset("sp:audit:head", "number", "3")
    assert await log.verify() == 2


async def test_entry_beyond_the_head_is_named(log: RedisAuditLog, store: Redis) -> None:
    for n in range(3):
        await log.append(record(f"reason {n}"))
    await store.hset("sp:audit:head", "number", "2")
    assert await log.verify() == 3


async def test_head_that_names_another_entry_is_noticed(log: RedisAuditLog, store: Redis) -> None:
    await log.append(record())
    await store.hset("sp:audit:head", "digest", "0" * 64)
    assert await log.verify() == 1


async def test_nothing_is_appended_to_a_log_that_lost_its_head(store: Redis) -> None:
    await RedisAuditLog(store).append(record())
    await store.delete("sp:audit:head")
    log = RedisAuditLog(store)
    with pytest.raises(StoreUnavailable, match="refused"):
        await log.append(record("no record, no action"))
    assert len(await entries(log)) == 1


async def test_entry_that_cannot_be_read_is_reported(log: RedisAuditLog, store: Redis) -> None:
    await log.append(record())
    await rewrite(store, 1, {"record": "not a record"})
    with pytest.raises(StoreUnavailable, match="cannot read"):
        await entries(log)
