"""The Outbox port on real stores. Time passes by moving what is in flight into the past."""

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import RedisOutbox
from bot.core.base import OperationId

A, B, C = OperationId("rst-a"), OperationId("rst-b"), OperationId("rst-c")


@pytest.fixture
def outbox(store: Redis) -> RedisOutbox:
    return RedisOutbox(store, "posts")


async def lapse(store: Redis) -> None:
    """Let the deadline of everything in flight pass."""
    for member in await store.zrange("sp:outbox:posts:taken", 0, -1):
        await store.zincrby("sp:outbox:posts:taken", -121_000_000, str(member))


async def test_final_ones_come_first_then_the_oldest(outbox: RedisOutbox) -> None:
    for operation, final in ((A, False), (B, False), (C, True), (OperationId("rst-d"), True)):
        await outbox.mark(operation, final=final)
    assert await outbox.behind() == 4
    assert [await outbox.take() for _ in range(5)] == [C, "rst-d", A, B, None]


async def test_second_mark_keeps_the_place_and_a_final_one_improves_it(
    outbox: RedisOutbox,
) -> None:
    await outbox.mark(A, final=False)
    await outbox.mark(B, final=False)
    await outbox.mark(A, final=False)
    await outbox.mark(C, final=False)
    await outbox.mark(C, final=True)
    await outbox.mark(C, final=False)
    assert [await outbox.take() for _ in range(4)] == [C, A, B, None]


async def test_what_is_in_flight_is_given_to_nobody_else(outbox: RedisOutbox, store: Redis) -> None:
    await outbox.mark(A, final=False)
    assert await outbox.take() == A
    await outbox.mark(A, final=True)
    await outbox.mark(B, final=False)
    other = RedisOutbox(store, "posts")
    assert [await other.take() for _ in range(2)] == [B, None]


async def test_mark_set_while_telling_stays_after_done(outbox: RedisOutbox) -> None:
    await outbox.mark(A, final=False)
    assert await outbox.take() == A
    await outbox.mark(A, final=True)
    await outbox.done(A)
    assert await outbox.take() == A
    await outbox.done(A)
    assert await outbox.take() is None


async def test_mark_of_a_teller_that_died_comes_out_again_first(
    outbox: RedisOutbox, store: Redis
) -> None:
    await outbox.mark(A, final=False)
    assert await outbox.take() == A
    await outbox.mark(B, final=False)
    await lapse(store)
    other = RedisOutbox(store, "posts")
    assert [await other.take() for _ in range(3)] == [A, B, None]


async def test_teller_that_was_too_slow_cannot_end_the_next_ones_turn(
    outbox: RedisOutbox, store: Redis
) -> None:
    await outbox.mark(A, final=False)
    assert await outbox.take() == A
    await lapse(store)
    assert await RedisOutbox(store, "posts").take() == A
    await outbox.done(A)
    await lapse(store)
    assert await outbox.take() == A


async def test_done_without_take_does_nothing(outbox: RedisOutbox) -> None:
    await outbox.mark(A, final=False)
    await outbox.done(A)
    assert await outbox.take() == A
