import asyncio

import pytest
from redis.exceptions import RedisError

from bot.adapters.bells import BUSY
from bot.adapters.embedded import EmbeddedStore
from bot.adapters.queue import DocketQueue
from bot.core.base import OperationId
from tests.adapters.doorbell import OP, OTHER, QUICK, Ticks
from tests.adapters.waiting import until, until_async


async def test_the_lag_says_how_long_the_oldest_bell_has_waited(
    store: EmbeddedStore, ticks: Ticks
) -> None:
    async with DocketQueue(store.url, ticks) as queue:
        assert await queue.lag() == 0
        await queue.ring(OTHER, after=60)
        assert await queue.lag() == 0
        await queue.ring(OP)
        await until_async(lambda: waited(queue))
        assert await queue.depth() == 2


async def test_one_replica_gets_the_turn(store: EmbeddedStore, ticks: Ticks) -> None:
    async with DocketQueue(store.url, ticks) as one, DocketQueue(store.url, ticks) as other:
        assert await one.my_turn("sweep", seconds=0.2)
        assert not await other.my_turn("sweep", seconds=0.2)
        assert await other.my_turn("digest", seconds=60)
        await until_async(lambda: other.my_turn("sweep", seconds=60))


async def test_a_bell_of_a_clock_slightly_ahead_waits_and_one_far_ahead_is_dropped(
    store: EmbeddedStore, ticks: Ticks
) -> None:
    async with DocketQueue(store.url, ticks) as queue:
        await queue.ring(OP, after=0.1)
        await queue.ring(OTHER, after=60)
        await queue._answer(OTHER)
        assert ticks.count == 0
        await queue._answer(OP)
        assert ticks.count == 1


async def test_a_frozen_tick_loses_its_lease_and_touches_nobody_elses(
    store: EmbeddedStore, ticks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    async with DocketQueue(store.url, ticks, redelivery=QUICK) as queue:
        go_on = asyncio.Event()
        ticks.act = lambda _: until(go_on.is_set)
        await queue.ring(OP)
        answering = asyncio.create_task(queue._answer(OP))
        await until(lambda: ticks.running == 1)
        await queue._redis.zadd(BUSY, {OP: 1})  # its time ran out …
        successor = await queue._bells.take(OP, 60_000)  # … and another took over
        assert successor.verdict == "taken"
        await until(lambda: "ran on without its lease" in caplog.text)
        go_on.set()
        await answering
        assert await queue._redis.zscore(BUSY, OP) == successor.number


async def test_a_renewal_that_fails_is_tried_again(
    store: EmbeddedStore,
    ticks: Ticks,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with DocketQueue(store.url, ticks, redelivery=QUICK) as queue:
        sound, failures = queue._bells.keep, 0

        async def failing_once(operation_id: OperationId, token: int, lease_ms: int) -> int:
            nonlocal failures
            failures += 1
            if failures == 1:
                raise RedisError("gone for a moment")
            return await sound(operation_id, token, lease_ms)

        monkeypatch.setattr(queue._bells, "keep", failing_once)
        ticks.act = lambda _: until(lambda: failures == 3)
        await queue.ring(OP)
        await queue._answer(OP)
        assert "cannot renew the tick of rst-one" in caplog.text
        assert "ran on without" not in caplog.text
        assert await queue._redis.zcard(BUSY) == 0


async def waited(queue: DocketQueue) -> bool:
    return 0.05 <= await queue.lag() < 5
