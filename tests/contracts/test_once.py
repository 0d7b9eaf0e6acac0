"""De-duplication and permits on real stores."""

import asyncio

from redis.asyncio import Redis

from bot.adapters.redis import RedisOperations, RedisPermits, RedisSeen, connect
from bot.core.base import InstanceId, OperationId
from bot.core.operations import advance
from bot.core.operations import events as e
from tests.contracts.samples import NOW, restore, starting


async def test_delivery_is_new_once(store: Redis) -> None:
    seen = RedisSeen(store)
    assert [await seen.first("Ev1", ttl=600) for _ in range(3)] == [True, False, False]
    assert await seen.first("Ev2", ttl=600)
    assert 599_000 < await store.pttl("sp:seen:Ev1") <= 600_000


async def test_delivery_is_new_again_after_its_time(store: Redis) -> None:
    seen = RedisSeen(store)
    assert await seen.first("Ev1", ttl=600)
    await store.delete("sp:seen:Ev1")  # what the TTL does
    assert await seen.first("Ev1", ttl=0)


async def test_permit_is_consumed_by_one_of_many_replicas(store_url: str, store: Redis) -> None:
    for name, instance in (("rst-1", "0a1b2c3d"), ("rst-2", "0a1b2c3e")):
        await RedisOperations(store).create(starting(restore(name, on=InstanceId(instance))))
    other = connect(store_url)
    permits = [RedisPermits(store), RedisPermits(other)]
    taken = await asyncio.gather(*(permits[n % 2].consume(OperationId("rst-1")) for n in range(20)))
    await other.aclose()
    assert taken.count(True) == 1
    assert await permits[0].consume(OperationId("rst-2"))
    assert await store.ttl("sp:permit:rst-1") > 399 * 24 * 3600


async def test_permit_is_void_before_the_intent_and_once_the_answer_counts_as_lost(
    store: Redis,
) -> None:
    operations, permits = RedisOperations(store), RedisPermits(store)
    op = restore()
    assert not await permits.consume(op.id)
    await operations.create(op)
    assert not await permits.consume(op.id)
    await operations.update(op.id, starting)
    lost = e.Interrupted(reason="nobody heard of it for a minute")
    await operations.update(op.id, lambda current: advance(current, lost, now=NOW))
    assert not await permits.consume(op.id)
