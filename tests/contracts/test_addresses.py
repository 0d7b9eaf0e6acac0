"""One-time addresses on real stores."""

import asyncio
from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.addresses import RedisAddresses
from bot.ports.addresses import Opened, Purpose

HOUR = timedelta(hours=1)
FILE = Opened(purpose=Purpose.FETCH, subject="evd-1")


async def test_an_address_opens_what_it_was_made_for(store: Redis) -> None:
    addresses = RedisAddresses(store, public="https://savepoint.example.com")
    address = await addresses.make(FILE, kept=HOUR)
    assert address is not None
    where, _, token = address.rpartition("/")
    assert where == "https://savepoint.example.com/fetch"
    assert await addresses.open(token) == FILE
    assert await addresses.open(f"{token}x") is None
    assert len({await addresses.make(FILE, kept=HOUR) for _ in range(50)}) == 50


async def test_it_ends_once(store: Redis) -> None:
    addresses = RedisAddresses(store, public="https://savepoint.example.com")
    token = str(await addresses.make(FILE, kept=HOUR)).rpartition("/")[2]
    ends = await asyncio.gather(*(addresses.end(token) for _ in range(10)))
    assert ends.count(True) == 1
    assert await addresses.open(token) is None


async def test_whoever_reads_the_store_finds_no_token(store: Redis) -> None:
    addresses = RedisAddresses(store, public="https://savepoint.example.com")
    token = str(await addresses.make(FILE, kept=HOUR)).rpartition("/")[2]
    kept = [str(key) + str(await store.get(key)) async for key in store.scan_iter("sp:address:*")]
    assert len(kept) == 1
    assert token not in kept[0]
    assert 3590 < await store.ttl(kept[0].partition("{")[0]) <= 3600


async def test_without_a_public_address_there_is_none_to_give(store: Redis) -> None:
    assert await RedisAddresses(store, public=None).make(FILE, kept=HOUR) is None
