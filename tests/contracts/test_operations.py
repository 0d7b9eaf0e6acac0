"""The Operations port on real stores."""

import asyncio
from contextlib import closing
from datetime import timedelta

import pytest
import redis
from redis.asyncio import Redis

from bot.adapters.redis import RedisOperations, connect
from bot.core.base import InstanceId, OperationId
from bot.core.errors import (
    AlreadyDecided,
    IllegalTransition,
    InstanceBusy,
    StoreUnavailable,
    UnknownOperation,
)
from bot.core.operations import Phase, Restore, TakeSnapshot, advance
from bot.core.operations.events import Cancelled
from tests.contracts.samples import (
    APPROVER,
    NOW,
    ORDERS,
    SECOND_APPROVER,
    approve,
    deny,
    restore,
    second,
    take_snapshot,
)

DAY = 24 * 3600


@pytest.fixture
def operations(store: Redis) -> RedisOperations:
    return RedisOperations(store)


async def test_stored_operation_is_read_back_equal(operations: RedisOperations) -> None:
    await operations.create(restore())
    await operations.create(take_snapshot())
    assert await operations.get(OperationId("rst-1")) == restore()
    assert await operations.get(OperationId("snp-1")) == take_snapshot()
    assert await operations.get(OperationId("rst-2")) is None


async def test_update_is_stored_with_the_next_version(operations: RedisOperations) -> None:
    await operations.create(restore())
    changed = await operations.update(OperationId("rst-1"), approve)
    assert (changed.phase, changed.version) == (Phase.APPROVED, 1)
    assert await operations.get(OperationId("rst-1")) == changed


async def test_update_that_changes_nothing_writes_nothing(
    operations: RedisOperations, store: Redis
) -> None:
    await operations.create(restore())
    before = await store.hgetall("sp:op:rst-1")

    def leave(op: Restore) -> Restore:
        return op.model_copy()

    assert (await operations.update(OperationId("rst-1"), leave)).version == 0
    assert await store.hgetall("sp:op:rst-1") == before


async def test_what_modify_raises_leaves_the_store_untouched(operations: RedisOperations) -> None:
    await operations.create(restore())

    def settle_twice(op: Restore) -> Restore:
        return deny(deny(op))

    with pytest.raises(IllegalTransition):
        await operations.update(OperationId("rst-1"), settle_twice)
    assert await operations.get(OperationId("rst-1")) == restore()


async def test_update_of_an_unknown_operation_is_refused(operations: RedisOperations) -> None:
    with pytest.raises(UnknownOperation):
        await operations.update(OperationId("rst-9"), approve)


async def test_operation_that_vanishes_under_an_update_is_unknown(
    operations: RedisOperations, store_url: str
) -> None:
    await operations.create(restore())
    with closing(redis.Redis.from_url(store_url)) as other:

        def lose(op: Restore) -> Restore:
            other.delete("sp:op:rst-1")
            return approve(op)

        with pytest.raises(UnknownOperation):
            await operations.update(OperationId("rst-1"), lose)


async def test_two_deciders_at_once_one_wins(store_url: str, store: Redis) -> None:
    here, there = RedisOperations(store), connect(store_url)
    await here.create(restore())
    results = await asyncio.gather(
        here.update(OperationId("rst-1"), approve),
        RedisOperations(there).update(
            OperationId("rst-1"), lambda op: deny(op, by=SECOND_APPROVER)
        ),
        return_exceptions=True,
    )
    await there.aclose()
    won = [result for result in results if isinstance(result, Restore)]
    lost = [result for result in results if isinstance(result, IllegalTransition)]
    assert (len(won), len(lost)) == (1, 1)
    assert await here.get(OperationId("rst-1")) == won[0]


async def test_no_change_of_fifty_at_once_is_lost(operations: RedisOperations) -> None:
    await operations.create(restore(quorum=60))
    changed = await asyncio.gather(
        *(operations.update(OperationId("rst-1"), second) for _ in range(50))
    )
    stored = await operations.get(OperationId("rst-1"))
    assert isinstance(stored, Restore)
    assert stored.version == len(stored.history) == len(set(stored.approvers)) == 50
    assert sorted(op.version for op in changed) == list(range(1, 51))


async def test_update_gives_up_when_others_are_always_faster(
    operations: RedisOperations, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.redis.operations.ATTEMPTS", 3)
    await operations.create(restore(quorum=60))
    with closing(redis.Redis.from_url(store_url)) as other:

        def overtaken(op: Restore) -> Restore:
            other.hincrby("sp:op:rst-1", "version", 1)
            return second(op)

        with pytest.raises(StoreUnavailable, match="too many changes"):
            await operations.update(OperationId("rst-1"), overtaken)


async def test_create_gives_up_when_the_holder_always_changes(
    operations: RedisOperations, monkeypatch: pytest.MonkeyPatch
) -> None:
    await operations.create(restore())
    monkeypatch.setattr("bot.adapters.redis.operations.ATTEMPTS", 1)
    with pytest.raises(StoreUnavailable, match="too many changes"):
        await operations.create(restore("rst-2"))


async def test_taken_id_is_refused(operations: RedisOperations) -> None:
    await operations.create(take_snapshot())
    with pytest.raises(AlreadyDecided):
        await operations.create(take_snapshot())


async def test_second_restore_of_an_instance_is_refused_naming_the_holder(
    operations: RedisOperations,
) -> None:
    await operations.create(restore())
    with pytest.raises(InstanceBusy) as refused:
        await operations.create(restore("rst-2"))
    assert refused.value.holder == "rst-1"
    assert await operations.get(OperationId("rst-2")) is None
    assert await operations.open() == ("rst-1",)


async def test_of_many_restores_at_once_one_gets_the_instance(operations: RedisOperations) -> None:
    results = await asyncio.gather(
        *(operations.create(restore(f"rst-{n}")) for n in range(20)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, InstanceBusy)]
    assert results.count(None) == 1
    assert {error.holder for error in refused} == {await operations.holder(ORDERS)}
    assert len(refused) == 19


async def test_snapshots_and_other_instances_do_not_wait_for_a_restore(
    operations: RedisOperations,
) -> None:
    other = InstanceId("ffffffff")
    await operations.create(restore())
    await operations.create(take_snapshot())
    await operations.create(restore("rst-2", on=other))
    assert await operations.holder(ORDERS) == "rst-1"
    assert await operations.holder(other) == "rst-2"


async def test_end_gives_the_lease_back_and_starts_the_retention(
    operations: RedisOperations, store: Redis
) -> None:
    await operations.create(restore())
    assert await store.ttl("sp:op:rst-1") == -1
    await operations.update(OperationId("rst-1"), deny)
    assert await operations.holder(ORDERS) is None
    assert not await store.exists("sp:lease:" + ORDERS)
    assert await operations.open() == ()
    assert 399 * DAY < await store.ttl("sp:op:rst-1") <= 400 * DAY
    await operations.create(restore("rst-2"))
    assert await operations.holder(ORDERS) == "rst-2"


async def test_end_of_a_snapshot_leaves_the_lease_of_a_restore(
    operations: RedisOperations,
) -> None:
    await operations.create(restore())
    await operations.create(take_snapshot())

    def cancel(op: TakeSnapshot) -> TakeSnapshot:
        return advance(op, Cancelled(by=APPROVER), now=NOW)

    await operations.update(OperationId("snp-1"), cancel)
    assert await operations.holder(ORDERS) == "rst-1"


async def test_finished_operation_can_still_be_annotated(operations: RedisOperations) -> None:
    await operations.create(restore())
    await operations.update(OperationId("rst-1"), deny)
    await operations.create(restore("rst-2"))

    def rename(op: Restore) -> Restore:
        return op.model_copy(update={"environment": "archive"})

    assert (await operations.update(OperationId("rst-1"), rename)).version == 2
    assert await operations.holder(ORDERS) == "rst-2"


@pytest.mark.parametrize("how", ["gone", "final"])
async def test_lease_of_a_holder_that_cannot_come_back_is_taken_over(
    operations: RedisOperations, store: Redis, how: str
) -> None:
    await operations.create(restore())
    if how == "gone":
        await store.delete("sp:op:rst-1")
    else:
        await store.hset("sp:op:rst-1", "final", "1")
    assert await operations.holder(ORDERS) is None
    await operations.create(restore("rst-2"))
    assert await operations.holder(ORDERS) == "rst-2"


async def test_writer_whose_lease_was_taken_is_refused(
    operations: RedisOperations, store: Redis
) -> None:
    await operations.create(restore())
    await store.delete("sp:lease:" + ORDERS)
    await operations.create(restore("rst-2"))
    with pytest.raises(AlreadyDecided, match="no longer holds"):
        await operations.update(OperationId("rst-1"), approve)
    assert await operations.get(OperationId("rst-1")) == restore()
    assert await operations.holder(ORDERS) == "rst-2"


async def test_fence_grows_with_every_lease_and_an_old_number_is_refused(
    operations: RedisOperations, store: Redis
) -> None:
    await operations.create(restore())
    await operations.update(OperationId("rst-1"), deny)
    await operations.create(restore("rst-2"))
    assert await store.hget("sp:op:rst-2", "fence") == "2"
    await store.hset("sp:op:rst-2", "fence", "1")
    with pytest.raises(AlreadyDecided):
        await operations.update(OperationId("rst-2"), approve)


async def test_lease_in_another_name_is_refused_even_with_the_same_number(
    operations: RedisOperations, store: Redis
) -> None:
    await operations.create(restore())
    await store.hset("sp:lease:" + ORDERS, "holder", "rst-9")
    with pytest.raises(AlreadyDecided):
        await operations.update(OperationId("rst-1"), approve)


async def test_recent_shows_the_newest_first_and_skips_what_is_gone(
    operations: RedisOperations, store: Redis
) -> None:
    for n in range(4):
        await operations.create(take_snapshot(f"snp-{n}", at=NOW + timedelta(minutes=n)))
    await store.delete("sp:op:snp-2")
    assert [op.id for op in await operations.recent()] == ["snp-3", "snp-1", "snp-0"]
    assert [op.id for op in await operations.recent(1)] == ["snp-3"]


async def test_recent_leaves_out_what_a_newer_version_wrote_and_shows_the_rest(
    operations: RedisOperations, store: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    await operations.create(restore())
    await operations.create(take_snapshot())
    await store.hset("sp:op:rst-1", "json", '{"kind": "teleport", "reason": "hush"}')
    assert [op.id for op in await operations.recent()] == ["snp-1"]
    assert "cannot read rst-1" in caplog.text
    assert "hush" not in caplog.text


async def test_recent_forgets_what_is_older_than_the_retention(
    operations: RedisOperations,
) -> None:
    await operations.create(take_snapshot("snp-old"))
    await operations.create(take_snapshot("snp-new", at=NOW + timedelta(days=401)))
    assert [op.id for op in await operations.recent()] == ["snp-new"]


async def test_stumbles_are_counted_until_the_next_event(operations: RedisOperations) -> None:
    await operations.create(restore())
    assert [await operations.stumbled(OperationId("rst-1")) for _ in range(3)] == [1, 2, 3]
    await operations.update(OperationId("rst-1"), approve)
    assert await operations.stumbled(OperationId("rst-1")) == 1


async def test_stumbling_of_an_unknown_operation_leaves_no_trace(
    operations: RedisOperations, store: Redis
) -> None:
    with pytest.raises(UnknownOperation):
        await operations.stumbled(OperationId("rst-9"))
    assert await store.keys() == []


async def test_open_operations_are_counted_by_phase(operations: RedisOperations) -> None:
    await operations.create(restore())
    await operations.update(OperationId("rst-1"), approve)
    await operations.create(take_snapshot("snp-1"))
    await operations.create(take_snapshot("snp-2"))
    assert await operations.count_by_phase() == {
        ("restore", "approved"): 1,
        ("snapshot", "accepted"): 2,
    }


async def test_operation_of_a_newer_version_is_reported_not_guessed(
    operations: RedisOperations, store: Redis
) -> None:
    await operations.create(restore())
    await store.hset("sp:op:rst-1", "json", '{"kind": "teleport"}')
    with pytest.raises(StoreUnavailable, match="cannot read"):
        await operations.get(OperationId("rst-1"))
