"""A command whose answer was lost is sent again, and still happens once."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import (
    RedisAuditLog,
    RedisBudget,
    RedisOperations,
    RedisPermits,
    RedisSeen,
    connect,
)
from bot.core.base import InstanceId, OperationId
from tests.contracts.lossy import LossyWire, lossy_wire
from tests.contracts.samples import approve, record, restore, starting

Line = tuple[LossyWire, Redis]


@pytest.fixture
async def line(store_url: str) -> AsyncIterator[Line]:
    with TemporaryDirectory(prefix="sp-") as folder:
        async with (
            lossy_wire(store_url, Path(folder)) as (wire, url),
            aclosing(connect(url)) as far,
        ):
            yield wire, far
    assert wire.lost == 1


async def test_restore_is_created_and_not_taken_for_a_stranger(line: Line) -> None:
    wire, far = line
    operations = RedisOperations(far)
    await operations.create(restore("rst-0", on=InstanceId("ffffffff")))
    wire.lose_next()
    await operations.create(restore())
    assert await operations.get(OperationId("rst-1")) == restore()


async def test_approval_is_recorded_once_and_confirmed(line: Line) -> None:
    wire, far = line
    operations = RedisOperations(far)
    await operations.create(restore("rst-0", on=InstanceId("ffffffff")))
    await operations.update(OperationId("rst-0"), approve)
    await operations.create(restore())
    wire.lose_next()
    changed = await operations.update(OperationId("rst-1"), approve)
    assert (changed.version, len(changed.history)) == (1, 1)
    assert await operations.get(OperationId("rst-1")) == changed


async def test_audit_record_stands_in_the_log_once(line: Line) -> None:
    wire, far = line
    log = RedisAuditLog(far)
    await log.append(record("first"))
    wire.lose_next()
    entry = await log.append(record("second"))
    assert [found async for found in log.read(after=1)] == [entry]
    assert await log.verify() is None


async def test_new_delivery_is_not_dropped(line: Line) -> None:
    wire, far = line
    seen = RedisSeen(far)
    await seen.first("Ev0", ttl=600)
    wire.lose_next()
    assert await seen.first("Ev1", ttl=600)
    assert not await seen.first("Ev1", ttl=600)


async def test_permit_is_good_for_the_call_that_consumed_it(line: Line) -> None:
    wire, far = line
    permits = RedisPermits(far)
    await RedisOperations(far).create(starting(restore()))
    await permits.consume(OperationId("rst-0"))
    wire.lose_next()
    assert await permits.consume(OperationId("rst-1"))
    assert not await permits.consume(OperationId("rst-1"))


async def test_one_unit_is_taken(line: Line) -> None:
    wire, far = line
    budget = RedisBudget(far, {"edits": (2, 60.0)})
    await budget.take("edits")
    wire.lose_next()
    assert await budget.take("edits") == 0
    assert await far.zcard("sp:budget:edits") == 2
