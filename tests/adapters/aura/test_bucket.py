"""Against a real Valkey: the script is the thing tested."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from bot.adapters.aura.bucket import Buckets, OutOfPatience
from bot.core.errors import StoreUnavailable
from tests.adapters.aura.stage import MAIN, OTHER, MovingClock

SMALL = MAIN.model_copy(update={"per_minute": 25})


@pytest.fixture
def buckets(redis: Redis, clock: MovingClock) -> Buckets:
    return Buckets(redis, clock=clock)


async def drain(buckets: Buckets, count: int, *, background: bool = False) -> None:
    for _ in range(count):
        await buckets.take(SMALL, background=background, patience=0)


async def test_a_minute_sees_no_more_than_the_rate(buckets: Buckets, clock: MovingClock) -> None:
    await drain(buckets, 25)
    with pytest.raises(OutOfPatience) as caught:
        await buckets.take(SMALL, background=False, patience=60)
    assert caught.value.retry_after == 61
    assert clock.slept == []


async def test_a_token_comes_back_a_minute_after_it_was_taken(
    buckets: Buckets, clock: MovingClock
) -> None:
    await drain(buckets, 5)
    clock.pass_by(20)
    await drain(buckets, 20)
    await buckets.take(SMALL, background=False, patience=60)
    assert clock.slept == [41]
    await drain(buckets, 4)
    await buckets.take(SMALL, background=False, patience=60)
    assert clock.slept == [41, 20]


async def test_background_work_leaves_a_fifth_to_people(
    buckets: Buckets, clock: MovingClock
) -> None:
    await drain(buckets, 20, background=True)
    with pytest.raises(OutOfPatience):
        await buckets.take(SMALL, background=True, patience=1)
    await drain(buckets, 5)
    with pytest.raises(OutOfPatience):
        await buckets.take(SMALL, background=False, patience=1)


async def test_background_waits_until_the_reserve_is_full_again(
    buckets: Buckets, clock: MovingClock
) -> None:
    await drain(buckets, 20)
    clock.pass_by(10)
    await drain(buckets, 5)
    await buckets.take(SMALL, background=True, patience=60)
    assert clock.slept == [51]


async def test_replicas_share_the_bucket_and_credentials_do_not(
    redis: Redis, clock: MovingClock
) -> None:
    one, two = Buckets(redis, clock=clock), Buckets(redis, clock=clock)
    await asyncio.gather(drain(one, 12), drain(two, 13))
    with pytest.raises(OutOfPatience):
        await two.take(SMALL, background=False, patience=0)
    await two.take(OTHER, background=False, patience=0)


async def test_a_smallest_rate_still_lets_background_work_through(
    redis: Redis, clock: MovingClock
) -> None:
    tiny = MAIN.model_copy(update={"per_minute": 1})
    await Buckets(redis, clock=clock).take(tiny, background=True, patience=0)


async def test_keys_have_a_ttl_and_name_no_client(buckets: Buckets, redis: Redis) -> None:
    await drain(buckets, 1)
    [key] = await redis.keys("*")
    assert 0 < await redis.pttl(key) <= 61_000
    assert b"id-main" not in key


async def test_a_clock_that_was_ahead_starves_nobody_for_longer_than_a_minute(
    buckets: Buckets, clock: MovingClock
) -> None:
    clock.pass_by(3600)
    await drain(buckets, 25)
    clock.pass_by(-3600)
    with pytest.raises(OutOfPatience) as caught:
        await buckets.take(SMALL, background=False, patience=0)
    assert caught.value.retry_after == 61


async def test_without_the_store_nothing_is_granted(tmp_path: Path, clock: MovingClock) -> None:
    at_once = Retry(NoBackoff(), 0)
    async with Redis(unix_socket_path=str(tmp_path / "nobody"), retry=at_once) as redis:
        with pytest.raises(StoreUnavailable):
            await Buckets(redis, clock=clock).take(MAIN, background=False, patience=0)
