"""Leases of long work, on real stores."""

import asyncio

from redis.asyncio import Redis

from bot.adapters.redis import RedisLeases

HOUR = 3600.0


async def test_one_holder_at_a_time_and_only_that_one_gives_it_back(store: Redis) -> None:
    leases = RedisLeases(store)
    assert await leases.take("haul-1", "a", ttl=HOUR)
    assert not await leases.take("haul-1", "b", ttl=HOUR)
    assert await leases.take("haul-2", "b", ttl=HOUR)
    await leases.drop("haul-1", "b")
    assert not await leases.take("haul-1", "b", ttl=HOUR)
    await leases.drop("haul-1", "a")
    assert await leases.take("haul-1", "b", ttl=HOUR)


async def test_a_holder_prolongs_its_own(store: Redis) -> None:
    leases = RedisLeases(store)
    assert await leases.take("haul-1", "a", ttl=10)
    assert await leases.take("haul-1", "a", ttl=HOUR)
    assert await store.ttl("sp:long:haul-1") > 3000


async def test_of_many_at_once_one_gets_it(store: Redis) -> None:
    leases = RedisLeases(store)
    got = await asyncio.gather(*(leases.take("haul-1", f"p{n}", ttl=HOUR) for n in range(20)))
    assert got.count(True) == 1


async def test_it_ends_by_itself(store: Redis) -> None:
    leases = RedisLeases(store)
    assert await leases.take("haul-1", "a", ttl=0.001)
    while not await leases.take("haul-1", "b", ttl=HOUR):
        pass
