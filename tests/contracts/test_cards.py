"""Cards, drafts and the catalogue on real stores."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import RedisCards, RedisCatalogue, RedisDrafts
from bot.core.base import ChannelId, InstanceId, OperationId, SnapshotId
from bot.core.errors import ChatUnavailable
from bot.core.snapshots import SnapshotNote
from bot.ports import Card, Draft, MessageRef
from tests.contracts.samples import NOW, ORDERS, REQUESTER

OPERATION = OperationId("rst-1")


def ref(ts: str, channel: str = "C1") -> MessageRef:
    return MessageRef(channel=ChannelId(channel), ts=ts)


async def test_card_is_empty_until_it_is_saved(store: Redis) -> None:
    cards = RedisCards(store)
    assert await cards.get(OPERATION) == Card()
    card = Card(root=ref("1.1"), told=3, shown={"1.1": "digest"})
    stored = await cards.save(OPERATION, card)
    assert stored == card.model_copy(update={"version": 1})
    assert await cards.get(OPERATION) == stored


async def test_a_card_is_never_overwritten_by_one_who_read_an_older_one(store: Redis) -> None:
    cards = RedisCards(store)
    read = await cards.get(OPERATION)
    gate = await cards.save(OPERATION, read.model_copy(update={"gate": ref("1.1")}))
    with pytest.raises(ChatUnavailable) as caught:
        await cards.save(OPERATION, read.model_copy(update={"root": ref("1.2")}))
    assert caught.value.code == "held"
    assert await cards.get(OPERATION) == gate


async def test_a_card_that_is_sent_again_is_stored_once(store: Redis) -> None:
    cards = RedisCards(store)
    card = Card(root=ref("1.1"))
    assert await cards.save(OPERATION, card) == await cards.save(OPERATION, card)


async def test_a_card_of_an_older_version_is_read_and_goes_on(store: Redis) -> None:
    cards = RedisCards(store)
    await store.set("sp:card:rst-1", '{"told": 2}')
    card = await cards.get(OPERATION)
    await cards.save(OPERATION, card.model_copy(update={"told": 3}))
    assert (await cards.get(OPERATION)).told == 3


async def test_draft_lives_for_an_hour(store: Redis) -> None:
    drafts = RedisDrafts(store)
    draft = Draft(id="d1", person=REQUESTER, opened_at=NOW)
    assert await drafts.get("d1") is None
    await drafts.save(draft)
    assert await drafts.get("d1") == draft
    assert 3590 < await store.ttl("sp:draft:d1") <= 3600


async def test_notes_belong_to_their_instance_and_the_last_one_counts(store: Redis) -> None:
    catalogue = RedisCatalogue(store)
    first = SnapshotNote(
        snapshot_id=SnapshotId("s1"), instance_id=ORDERS, by=REQUESTER, at=NOW, note="before"
    )
    second = first.model_copy(update={"note": "before the deploy"})
    other = first.model_copy(update={"snapshot_id": SnapshotId("s2")})
    for note in (first, other, second):
        await catalogue.add(note)
    assert await catalogue.notes(ORDERS) == {"s1": second, "s2": other}
    assert await catalogue.notes(InstanceId("ffffffff")) == {}


async def test_who_tells_of_an_operation_is_alone_with_it(store: Redis) -> None:
    here, there = RedisCards(store, wait=5.0), RedisCards(store, wait=5.0)
    told: list[str] = []

    async def tell(cards: RedisCards, name: str) -> None:
        async with cards.alone(OPERATION):
            told.append(f"{name} begins")
            await cards.get(OPERATION)
            told.append(f"{name} ends")

    await asyncio.gather(tell(here, "one"), tell(there, "two"))
    assert [line.split()[1] for line in told] == ["begins", "ends"] * 2


async def test_who_waits_too_long_for_another_is_sent_away(store: Redis) -> None:
    here, there = RedisCards(store), RedisCards(store, wait=0.05)
    async with here.alone(OPERATION):
        async with there.alone(OperationId("rst-2")):
            pass
        with pytest.raises(ChatUnavailable) as caught:
            async with there.alone(OPERATION):
                pass
    assert caught.value.retry_after == 1.0
    async with there.alone(OPERATION):
        pass


async def test_one_that_lives_keeps_its_hold_for_as_long_as_it_tells(store: Redis) -> None:
    here, there = RedisCards(store, hold=0.6), RedisCards(store, wait=1.5)
    async with here.alone(OPERATION):
        with pytest.raises(ChatUnavailable):
            async with there.alone(OPERATION):
                pass


async def test_the_hold_of_one_that_died_ends_by_itself(store: Redis) -> None:
    cards = RedisCards(store, hold=30.0)
    async with cards.alone(OPERATION):
        assert 0 < await store.pttl("sp:telling:rst-1") <= 30_000
    await store.set("sp:telling:rst-1", "one that died", px=50)
    async with cards.alone(OPERATION):
        pass


async def test_one_that_froze_until_another_took_over_ends_without_a_complaint(
    store: Redis,
) -> None:
    cards = RedisCards(store)
    async with cards.alone(OPERATION):
        await store.set("sp:telling:rst-1", "another")
    assert await store.get("sp:telling:rst-1") == "another"
