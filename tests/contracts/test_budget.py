"""The Budget port on real stores. Time passes by moving what was granted into the past."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.adapters.redis import RedisBudget, connect

LIMITS = {"chat.update": (40, 60.0), "small": (3, 10.0)}


async def pass_time(store: Redis, name: str, seconds: float) -> None:
    """Let ``seconds`` pass for one allowance."""
    for member in await store.zrange(f"sp:budget:{name}", 0, -1):
        await store.zincrby(f"sp:budget:{name}", -seconds * 1_000_000, str(member))


async def test_replicas_share_forty_units_a_minute(store_url: str, store: Redis) -> None:
    other = connect(store_url)
    budgets = [RedisBudget(store, LIMITS), RedisBudget(other, LIMITS)]
    waits = await asyncio.gather(*(budgets[n % 2].take("chat.update") for n in range(100)))
    await other.aclose()
    assert waits.count(0.0) == 40
    assert all(0 < wait <= 60.1 for wait in waits if wait)


async def test_wait_ends_when_the_oldest_unit_is_a_window_old(store: Redis) -> None:
    budget = RedisBudget(store, LIMITS)
    assert await budget.take("small") == 0
    await pass_time(store, "small", 4)
    assert [await budget.take("small") for _ in range(2)] == [0, 0]
    wait = await budget.take("small")
    assert 5 < wait <= 6.1
    await pass_time(store, "small", wait)
    assert [await budget.take("small") > 0 for _ in range(2)] == [False, True]


async def test_allowances_do_not_share(store: Redis) -> None:
    budget = RedisBudget(store, LIMITS)
    assert [await budget.take("small") > 0 for _ in range(4)] == [False, False, False, True]
    assert await budget.take("chat.update") == 0


async def test_unknown_allowance_is_a_mistake_of_ours(store: Redis) -> None:
    with pytest.raises(KeyError):
        await RedisBudget(store, LIMITS).take("chat.delete")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pauses=st.lists(st.sampled_from([0, 0, 0, 1, 2.5, 4, 9.9, 10.1]), max_size=25))
async def test_no_window_ever_sees_more_than_the_limit(store: Redis, pauses: list[float]) -> None:
    await store.flushall()
    budget, (limit, window) = RedisBudget(store, LIMITS), LIMITS["small"]
    now, granted = 0.0, list[float]()
    for pause in pauses:
        now += pause
        await pass_time(store, "small", pause)
        if await budget.take("small") == 0:
            granted.append(now)
    for begin in granted:
        # half open, for a little real time passes beside the pretended
        assert sum(begin <= at < begin + window for at in granted) <= limit
    if len(pauses) >= limit:
        assert len(granted) >= limit
