"""The ledger of scratch instances and the secrets around them, on real stores."""

import asyncio

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from bot.adapters.redis import RedisLedger, RedisOperations, RedisSecrets, connect
from bot.core.base import InstanceId, OperationId
from bot.core.copies import CopyPermit, DeletePermit
from bot.core.errors import AlreadyDecided, StoreUnavailable, UnknownOperation
from bot.core.scratch import ScratchEntry, creatable
from tests.contracts.samples import NOW, restore, scratch

SCRATCH = InstanceId("5c2a7c01")


def created(entry: ScratchEntry) -> ScratchEntry:
    return entry.model_copy(update={"instance_id": SCRATCH})


def gone(entry: ScratchEntry) -> ScratchEntry:
    return entry.model_copy(update={"gone_at": NOW})


async def test_entry_is_written_once_and_read_back(store: Redis) -> None:
    ledger = RedisLedger(store)
    assert await ledger.get(scratch().name) is None
    assert await ledger.enter(scratch(), most=2) == scratch()
    await ledger.update(scratch().name, created)
    assert await ledger.enter(scratch(), most=2) == created(scratch())
    assert await ledger.living() == (created(scratch()),)


async def test_no_more_live_than_may_also_when_all_come_at_once(store: Redis) -> None:
    ledger = RedisLedger(store)
    entered = await asyncio.gather(*(ledger.enter(scratch(n), most=3) for n in range(8)))
    assert sum(entry is not None for entry in entered) == 3
    assert len(await ledger.living()) == 3


async def test_what_has_gone_makes_room_and_can_still_be_read(store: Redis) -> None:
    ledger = RedisLedger(store)
    await ledger.enter(scratch(1), most=1)
    assert await ledger.enter(scratch(2), most=1) is None
    await ledger.update(scratch(1).name, gone)
    assert await ledger.get(scratch(1).name) == gone(scratch(1))
    assert await ledger.enter(scratch(1), most=1) == gone(scratch(1))
    assert await ledger.enter(scratch(2), most=1) == scratch(2)
    assert await ledger.living() == (scratch(2),)


async def test_name_of_another_operation_is_refused(store: Redis) -> None:
    ledger = RedisLedger(store)
    await ledger.enter(scratch(), most=2)
    stranger = scratch().model_copy(update={"operation_id": OperationId("drl-9")})
    with pytest.raises(AlreadyDecided):
        await ledger.enter(stranger, most=2)


async def test_changes_at_the_same_moment_are_all_kept(store: Redis) -> None:
    ledger = RedisLedger(store)
    await ledger.enter(scratch(), most=2)
    facts = {"instance_id": SCRATCH, "url": "neo4j+s://x", "alerted_at": NOW, "deleting_at": NOW}
    await asyncio.gather(
        *(
            ledger.update(scratch().name, lambda e, k=k, v=v: e.model_copy(update={k: v}))  # type: ignore[misc]
            for k, v in facts.items()
        )
    )
    assert await ledger.get(scratch().name) == scratch().model_copy(update=facts)


async def test_an_unknown_name_cannot_be_changed(store: Redis) -> None:
    with pytest.raises(UnknownOperation):
        await RedisLedger(store).update("savepoint-scratch-x", gone)


async def test_leave_to_create_is_given_once_and_only_while_it_stands_in_the_ledger(
    store: Redis,
) -> None:
    ledger = RedisLedger(store)
    permit = creatable(scratch(), NOW)
    assert not await ledger.claim(permit)
    await ledger.enter(scratch(), most=2)
    claims = await asyncio.gather(*(ledger.claim(permit) for _ in range(5)))
    assert sorted(claims) == [False] * 4 + [True]
    assert not await ledger.forgo(scratch())


async def test_leave_that_is_given_up_unused_is_never_given_again(store: Redis) -> None:
    ledger = RedisLedger(store)
    await ledger.enter(scratch(), most=2)
    assert await ledger.forgo(scratch())
    assert not await ledger.claim(creatable(scratch(), NOW))


async def test_leave_for_a_clone_is_given_only_to_an_operation_that_is_about_to_send(
    store: Redis,
) -> None:
    ledger, operations = RedisLedger(store), RedisOperations(store)
    await operations.create(restore("rst-1"))
    order = scratch().order
    permit = CopyPermit(
        operation_id=OperationId("rst-1"), order=order, scratch=False, intended_at=NOW
    )
    await ledger.enter(scratch(), most=2)
    assert not await ledger.claim(permit)
    await store.hset("sp:ops:open", "cln-1", "clone starting")
    mine = permit.model_copy(update={"operation_id": OperationId("cln-1")})
    assert await ledger.claim(mine)
    assert not await ledger.claim(mine)


async def test_only_what_stands_in_the_ledger_may_be_deleted(store: Redis) -> None:
    ledger = RedisLedger(store)
    name = scratch().name
    wanted = DeletePermit(name=name, instance_id=SCRATCH)
    assert not await ledger.holds(wanted)
    await ledger.enter(scratch(), most=2)
    assert not await ledger.holds(wanted)
    await ledger.update(name, created)
    assert await ledger.holds(wanted)
    assert not await ledger.holds(DeletePermit(name=name, instance_id=InstanceId("0d5e7a11")))
    assert not await ledger.holds(DeletePermit(name="other", instance_id=SCRATCH))
    await ledger.update(name, gone)
    assert not await ledger.holds(wanted)


async def test_secret_is_taken_once_and_ends_by_itself(store: Redis) -> None:
    secrets = RedisSecrets(store, key=SecretStr("k"))
    await secrets.put("a", SecretStr("hush"), ttl=900)
    assert 890 < await store.ttl("sp:secret:a") <= 900
    assert await secrets.get("a") == SecretStr("hush")
    taken = await asyncio.gather(*(secrets.take("a") for _ in range(4)))
    assert [t for t in taken if t] == [SecretStr("hush")]
    assert await secrets.get("a") is None


async def test_what_is_stored_can_be_read_only_with_the_other_secret(store: Redis) -> None:
    await RedisSecrets(store, key=SecretStr("k")).put("a", SecretStr("hush"), ttl=900)
    assert "hush" not in str(await store.get("sp:secret:a"))
    assert await RedisSecrets(store, key=SecretStr("other")).get("a") is None
    assert await RedisSecrets(store, key=SecretStr("k")).get("a") == SecretStr("hush")


async def test_secret_can_be_dropped(store: Redis) -> None:
    secrets = RedisSecrets(store, key=SecretStr("k"))
    await secrets.put("a", SecretStr("hush"), ttl=900)
    await secrets.drop("a")
    assert await secrets.get("a") is None


async def test_store_that_is_away_is_said_in_words() -> None:
    away = connect("unix:///nowhere/at-all.sock", timeout=0.1)
    with pytest.raises(StoreUnavailable):
        await RedisLedger(away).living()
    with pytest.raises(StoreUnavailable):
        await RedisSecrets(away, key=SecretStr("k")).get("a")
    await away.aclose()
