"""What drills leave, on real stores."""

import asyncio
from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis import RedisLastDrills, RedisRecords, connect
from bot.core.base import InstanceId, OperationId
from bot.core.drills import LastDrill, Outcome
from tests.contracts.samples import NOW, ORDERS

OTHER = InstanceId("0a1b2c3e")


def last(minutes: float, outcome: Outcome, on: InstanceId = ORDERS) -> LastDrill:
    return LastDrill(
        instance_id=on,
        operation_id=OperationId(f"drl-{minutes:g}"),
        outcome=outcome,
        at=NOW + timedelta(minutes=minutes),
    )


async def test_the_later_drill_of_each_instance_is_remembered(store: Redis) -> None:
    drills = RedisLastDrills(store)
    assert await drills.of([ORDERS]) == {}
    late, early = last(2.5, Outcome.NOT_PROVEN), last(1, Outcome.PROVEN)
    for drill in (late, early, last(3, Outcome.WARNED, OTHER)):
        await drills.keep(drill)
        await drills.keep(drill)
    found = await drills.of([OTHER, ORDERS, InstanceId("ffffffff")])
    assert found == {OTHER: last(3, Outcome.WARNED, OTHER), ORDERS: late}
    assert await drills.of([]) == {}
    assert 399 * 86400 < await store.ttl(f"sp:drill:{ORDERS}") <= 400 * 86400


async def test_of_two_that_ended_at_the_same_moment_the_known_one_stays(store: Redis) -> None:
    drills = RedisLastDrills(store)
    await drills.keep(last(1, Outcome.NOT_PROVEN))
    await drills.keep(last(1, Outcome.PROVEN))
    assert (await drills.of([ORDERS]))[ORDERS].outcome is Outcome.NOT_PROVEN


async def test_of_many_records_of_one_operation_the_first_counts(
    store_url: str, store: Redis
) -> None:
    other = connect(store_url)
    shelves = [RedisRecords(store), RedisRecords(other)]
    assert await shelves[0].get(OperationId("drl-1")) is None
    told = await asyncio.gather(
        *(shelves[n % 2].keep(OperationId("drl-1"), f"file {n}") for n in range(20))
    )
    await other.aclose()
    assert len(set(told)) == 1
    assert await shelves[0].get(OperationId("drl-1")) == told[0]
    assert await shelves[0].keep(OperationId("drl-2"), "another") == "another"
