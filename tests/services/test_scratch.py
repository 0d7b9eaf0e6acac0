"""A scratch instance from plan to grave, over a real connection to the Aura double."""

from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.core.errors import AuraThrottled, AuraUnavailable, NotAllowed
from bot.core.operations import events as e
from bot.core.scratch import ScratchRules
from bot.services.burial import secret_key
from bot.services.steps import Later
from sandbox.aura import Call
from tests.services.trial import (
    ORDERS,
    a_trial,
    begun,
    created,
    creations,
    deletions,
    patiently,
    planned,
    recorded,
    running,
    scratch_id,
    scratches,
)
from tests.stories.harness import Story


async def test_it_is_created_filled_entered_and_deleted(story: Story) -> None:
    op = await running(story, await planned(story))
    door = await scratches(story).door(op)
    assert door is not None
    made = story.aura.world.instances[scratch_id(op)]
    assert door.password.get_secret_value() == made.users["neo4j"]
    assert (door.address, door.user) == (story.aura.database_url(made.id), "neo4j")
    assert len(story.aura.graph(scratch_id(op)).nodes) > 100
    gone = await patiently(story, lambda: scratches(story).discard(op))
    assert isinstance(gone, e.ScratchGone)
    assert deletions(story) == [scratch_id(op)]
    assert await story.bot.house.world.ledger.living() == ()
    assert await scratches(story).door(op) is None


async def test_the_ledger_has_the_entry_before_aura_is_asked(story: Story) -> None:
    op = await planned(story)
    [entry] = await story.bot.house.world.ledger.living()
    assert creations(story) == []
    assert (entry.operation_id, entry.instance_id) == (op.id, None)
    assert entry.dies_at == story.clock.now() + timedelta(hours=4)
    await scratches(story).create(op)
    [call] = creations(story)
    assert call.status == 202
    assert entry.name in str(call.body)


async def test_what_it_would_be_is_told_beforehand(story: Story) -> None:
    source = await story.bot.house.world.aura.instance(ORDERS)
    quote = await scratches(story).quote(source)
    assert (quote.offer.tier, quote.offer.memory) == (source.tier, source.memory)
    assert quote.offer.region == source.region
    assert quote.lives == timedelta(hours=4)
    assert "USD an hour" in (quote.cost or "")


async def test_without_a_project_it_is_refused_with_the_reason(story: Story) -> None:
    story.change_world(scratch=ScratchRules())
    source = await story.bot.house.world.aura.instance(ORDERS)
    with pytest.raises(NotAllowed, match="no project"):
        await scratches(story).quote(source)
    with pytest.raises(NotAllowed, match="no project"):
        await begun(story, a_trial(story))


async def test_no_more_live_than_may(story: Story) -> None:
    first = await planned(story, "drl-1")
    await planned(story, "drl-2")
    assert isinstance(await begun(story, a_trial(story, "drl-3")), Later)
    source = await story.bot.house.world.aura.instance(ORDERS)
    with pytest.raises(NotAllowed, match="2 scratch instances live already"):
        await scratches(story).quote(source)
    await patiently(story, lambda: scratches(story).discard(first))
    assert isinstance(await begun(story, a_trial(story, "drl-3")), e.ScratchPlanned)


async def test_a_repeated_plan_finds_its_own_entry(story: Story) -> None:
    op = a_trial(story)
    assert await begun(story, op) == await begun(story, op)
    assert len(await story.bot.house.world.ledger.living()) == 1


async def test_a_lost_answer_is_looked_for_by_name_and_never_repeated(story: Story) -> None:
    op = await planned(story)
    story.aura.faults.drop_answer.next(1)
    event = await patiently(story, lambda: scratches(story).create(op))
    assert isinstance(event, e.ScratchCreated)
    assert event.adopted
    assert len(creations(story)) == 1
    op = recorded(story, op, event)
    assert await scratches(story).door(op) is None
    await patiently(story, lambda: scratches(story).discard(op))
    assert deletions(story) == [event.scratch_id]


async def test_a_lost_answer_to_what_never_came_ends_with_the_reason(story: Story) -> None:
    op = await planned(story)

    def vanish(call: Call) -> None:
        if call.dropped:
            story.aura.world.instances.popitem()

    story.aura.faults.drop_answer.next(1)
    story.aura.on_call = vanish
    event = await patiently(story, lambda: scratches(story).create(op))
    assert isinstance(event, e.StepFailed)
    assert "answer was lost" in event.reason
    assert len(creations(story)) == 1
    assert isinstance(await patiently(story, lambda: scratches(story).discard(op)), e.ScratchGone)
    assert deletions(story) == []


async def test_a_crash_between_answer_and_record_finds_the_ledger_filled(story: Story) -> None:
    op = await planned(story)
    first = await scratches(story).create(op)  # the bot dies before it records this
    again = await scratches(story).create(op)
    assert isinstance(first, e.ScratchCreated)
    assert isinstance(again, e.ScratchCreated)
    assert again.scratch_id == first.scratch_id
    assert not again.adopted
    assert len(creations(story)) == 1


async def test_a_password_that_was_lost_in_a_crash_is_said_to_be_lost(story: Story) -> None:
    op = await planned(story)
    await scratches(story).create(op)
    [entry] = await story.bot.house.world.ledger.living()
    await story.bot.house.world.secrets.drop(secret_key(entry.name))
    again = await scratches(story).create(op)
    assert isinstance(again, e.ScratchCreated)
    assert again.adopted


async def test_a_refusal_ends_it_and_frees_the_place(story: Story) -> None:
    op = await planned(story)
    story.aura.world.instances[ORDERS].memory = "512GB"  # grown since the plan was made
    event = await scratches(story).create(op)
    assert isinstance(event, e.StepFailed)
    assert "did not create" in event.reason
    assert await story.bot.house.world.ledger.living() == ()
    assert isinstance(await scratches(story).discard(op), e.ScratchGone)
    late = await scratches(story).create(op)
    assert isinstance(late, e.StepFailed)
    assert len(creations(story)) == 1


async def test_aura_that_is_busy_is_asked_later(story: Story) -> None:
    op = await planned(story)
    story.aura.faults.throttle.always()
    with pytest.raises((AuraThrottled, AuraUnavailable)):
        await scratches(story).create(op)
    story.aura.faults.clear()
    assert isinstance(await scratches(story).create(op), e.ScratchCreated)


async def test_loading_failed_is_explained_and_still_deleted(story: Story) -> None:
    op = await planned(story)
    story.aura.faults.restore_fails.next(1)
    op = await running(story, op)
    failed = op.last(e.StepFailed)
    assert failed is not None
    assert "loading failed" in failed.reason
    assert failed.hint
    await patiently(story, lambda: scratches(story).discard(op))
    assert deletions(story) == [scratch_id(op)]


async def test_one_that_vanishes_while_it_is_filled_is_told(story: Story) -> None:
    op = await planned(story)
    op = await created(story, op)
    del story.aura.world.instances[scratch_id(op)]
    event = await patiently(story, lambda: scratches(story).ready(op))
    assert isinstance(event, e.StepFailed)
    assert "has gone" in event.reason


@pytest.mark.parametrize(
    ("status", "words"), [("paused", "is paused"), ("loading", "its time was up")]
)
async def test_one_that_comes_to_rest_elsewhere_is_told(
    story: Story, status: str, words: str
) -> None:
    op = await planned(story)
    op = await created(story, op)
    await story.advance(minutes=5)
    story.aura.set_status(scratch_id(op), status)
    await story.advance(hours=5)
    event = await scratches(story).ready(op)
    assert isinstance(event, e.StepFailed)
    assert words in event.reason


async def test_one_that_was_never_asked_for_is_given_up_for_good(story: Story) -> None:
    op = await planned(story)
    assert isinstance(await scratches(story).discard(op), e.ScratchGone)
    late = await scratches(story).create(op)
    assert isinstance(late, e.StepFailed)
    assert creations(story) == []


async def test_discarding_without_a_plan_has_nothing_to_do(story: Story) -> None:
    assert await scratches(story).discard(a_trial(story)) == e.ScratchGone(name="")


async def test_one_that_does_not_go_is_left_to_the_reaper(story: Story) -> None:
    op = await running(story, await planned(story))
    await story.advance(minutes=21)
    story.aura.faults.unavailable.always()
    event = await scratches(story).discard(op)
    assert isinstance(event, e.ScratchLeft)
    story.aura.faults.clear()
    assert len(await story.bot.house.world.ledger.living()) == 1


async def test_one_that_somebody_renamed_is_left_alone(story: Story) -> None:
    op = await running(story, await planned(story))
    story.aura.world.instances[scratch_id(op)].name = "precious"
    event = await scratches(story).discard(op)
    assert isinstance(event, e.ScratchLeft)
    assert "not the one" in event.reason
    assert deletions(story) == []


async def test_deletion_is_in_the_audit_log_before_it_is_sent(story: Story) -> None:
    op = await running(story, await planned(story))
    await patiently(story, lambda: scratches(story).discard(op))
    records = [r for r in await story.records() if r.action.startswith("scratch.")]
    assert [r.action for r in records] == ["scratch.delete", "scratch.deleting"]
    assert {r.instance_id for r in records} == {scratch_id(op)}
    assert records[1].aura_request_id


async def test_password_stands_readable_nowhere_in_the_store(story: Story) -> None:
    op = await running(story, await planned(story))
    password = story.aura.world.instances[scratch_id(op)].users["neo4j"]
    redis = story.bot.operations._redis
    held = []
    async for key in redis.scan_iter():
        if password in await _read(redis, str(key)):
            held.append(str(key))
    assert held == []  # it lies encrypted
    [key] = [str(key) async for key in redis.scan_iter("sp:secret:*")]
    assert 0 < await redis.ttl(key) <= 4 * 3600
    assert password not in op.model_dump_json()
    assert password not in str([r.model_dump_json() for r in await story.records()])


async def _read(redis: Redis, key: str) -> str:
    match await redis.type(key):
        case "string":
            return str(await redis.get(key))
        case "hash":
            return str(await redis.hgetall(key))
        case "zset":
            return str(await redis.zrange(key, 0, -1))
        case _:
            return str(await redis.xrange(key))
