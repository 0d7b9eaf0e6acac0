"""The reaper: what it deletes, what it reports, and what it leaves alone."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.core.base import InstanceId, OperationId
from bot.core.errors import BotError
from bot.core.operations import events as e
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.services.trial import (
    Trial,
    a_trial,
    begun,
    creations,
    deletions,
    planned,
    recorded,
    running,
    scratch_id,
    scratches,
)
from tests.stories.harness import Story, stage

HOURS = 4


async def reap(story: Story) -> int:
    """One round, and the messages after it."""
    gone = await story.bot.house.reaper(forced=True)
    await story.settle()
    return gone


async def until_gone(story: Story) -> None:
    for _ in range(60):
        await reap(story)
        if not await story.bot.house.world.ledger.living():
            return
        await story.advance(minutes=1)
    raise AssertionError("it never goes")


def alerts(story: Story) -> list[str]:
    return [str(m) for m in story.requester.channel(slack.OPS_ALERTS)]


async def an_open_operation(story: Story) -> OperationId:
    """The id of a restore that waits for its approval."""
    await story.requested()
    return (await story.operation()).id


async def test_what_an_operation_left_behind_is_deleted(story: Story) -> None:
    op = await running(story, await planned(story))
    await until_gone(story)
    assert deletions(story) == [scratch_id(op)]
    assert alerts(story) == []


async def test_what_an_open_operation_needs_lives_until_its_time_is_up(story: Story) -> None:
    op = await running(story, await planned(story, await an_open_operation(story)))
    await reap(story)
    assert deletions(story) == []
    story.clock.at = (await scratches(story).entry(op)).dies_at
    await reap(story)
    assert deletions(story) == [scratch_id(op)]


async def test_one_whose_answer_was_lost_is_found_by_name_and_deleted(story: Story) -> None:
    op = await planned(story)
    story.aura.faults.drop_answer.next(1)
    await scratches(story).create(op)
    await until_gone(story)
    assert len(deletions(story)) == 1
    assert len(creations(story)) == 1


async def test_a_planned_one_that_was_never_created_just_ends(story: Story) -> None:
    op = await planned(story)
    assert await reap(story) == 1
    assert (await scratches(story).entry(op)).gone_at
    assert deletions(story) == []


async def test_people_are_told_once_when_one_cannot_be_deleted(story: Story) -> None:
    op = await running(story, await planned(story))
    story.aura.world.instances[scratch_id(op)].name = "precious"
    for _ in range(3):
        await reap(story)
        await story.advance(minutes=1)
    [alert] = alerts(story)
    assert "A scratch instance could not be deleted" in alert
    assert "is not the one that the ledger calls" in alert
    assert scratch_id(op) in alert
    assert deletions(story) == []


async def test_people_are_told_when_one_is_still_there_long_after_its_time(story: Story) -> None:
    op = await running(story, await planned(story))
    story.aura.faults.unavailable.always()
    await reap(story)
    assert alerts(story) == []
    await story.advance(hours=HOURS, minutes=31)
    await reap(story)
    [alert] = alerts(story)
    assert scratch_id(op) in alert
    story.aura.faults.clear()
    await until_gone(story)
    assert len(alerts(story)) == 1


async def test_alert_that_slack_did_not_take_is_told_later(story: Story) -> None:
    op = await running(story, await planned(story))
    story.aura.world.instances[scratch_id(op)].name = "precious"
    story.slack.faults.set("ratelimit", on=True)
    await story.bot.house.reaper(forced=True)
    story.slack.faults.set("ratelimit", on=False)
    await reap(story)
    assert len(alerts(story)) == 1


async def test_a_stranger_with_our_prefix_is_reported_and_never_deleted(story: Story) -> None:
    story.aura.world.instances[aura.CATALOG_PROD].name = "savepoint-scratch-imposter"
    for _ in range(3):
        await reap(story)
    [told] = alerts(story)
    assert "An instance that I do not know" in told
    assert aura.CATALOG_PROD in told
    assert deletions(story) == []


async def test_a_stranger_that_stole_a_name_of_the_ledger_is_not_deleted(story: Story) -> None:
    op = await planned(story)
    entry = await scratches(story).entry(op)
    await story.bot.house.world.ledger.forgo(entry)
    story.aura.world.instances[aura.CATALOG_PROD].name = entry.name
    await story.advance(minutes=11)
    await until_gone(story)
    assert deletions(story) == []


async def test_strays_in_other_projects_are_nobodys_business(story: Story) -> None:
    story.aura.world.instances[aura.SANDBOX_PAID].name = "savepoint-scratch-imposter"
    await reap(story)
    assert alerts(story) == []


async def test_of_many_replicas_one_does_the_round(story: Story) -> None:
    await planned(story)
    assert await story.bot.house.reaper() == 1
    await planned(story, "drl-2")
    assert await story.bot.house.reaper() == 0


ACTS = (
    "plan", "create", "crash", "lose", "discard", "reap", "rename", "steal", "wait", "long wait",
    "aura down", "aura up", "pause", "load failed",
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(st.sampled_from(ACTS), max_size=14))
@example(acts=["plan", "lose", "steal"])
@example(acts=["plan", "create", "steal", "discard"])
@example(acts=["plan", "crash", "load failed", "rename", "reap"])
async def test_whatever_happens_only_instances_of_the_ledger_are_deleted(
    valkey_url: str, tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    folder: Path = tmp_path_factory.mktemp("story")
    async with stage(valkey_url, folder) as story:
        await story.bot.operations._redis.flushall()
        theirs = frozenset(story.aura.world.instances)
        ops = [a_trial(story)]
        for act in acts:
            try:
                ops = await _do(story, act, ops)
            except BotError:
                continue
        story.aura.faults.clear()
        await story.advance(hours=5)
        for _ in range(3):
            await story.advance(minutes=15)
            await reap(story)
        sent = {c.path.rpartition("/")[2] for c in story.aura.calls if c.method == "DELETE"}
        assert sent.isdisjoint(theirs), acts
        accepted = [c for c in creations(story) if c.status == 202]
        assert len({str(c.body) for c in accepted}) == len(accepted), acts


async def _do(story: Story, act: str, ops: list[Trial]) -> list[Trial]:
    op = ops[-1]
    match act:
        case "plan":
            fresh = a_trial(story, f"drl-{len(ops)}")
            event = await begun(story, fresh)
            if isinstance(event, e.ScratchPlanned):
                return [*ops, recorded(story, fresh, event)]
        case "lose":
            story.aura.faults.drop_answer.next(1)
            await scratches(story).create(op)
        case "create" | "crash":
            made = await scratches(story).create(op)
            if act == "create" and isinstance(made, e.ScratchCreated):
                return [*ops[:-1], recorded(story, op, made)]
        case "discard":
            await scratches(story).discard(op)
        case "reap":
            await reap(story)
        case "rename":
            story.aura.world.instances[aura.CATALOG_PROD].name = "savepoint-scratch-imposter"
        case "steal":
            entry = await scratches(story).entry(op)
            for own in story.aura.world.instances.values():
                if own.name == entry.name:
                    own.name = "precious"
            story.aura.world.instances[aura.CATALOG_PROD].name = entry.name
        case "wait" | "long wait":
            await story.advance(minutes=3 if act == "wait" else 90)
        case "aura down":
            story.aura.faults.unavailable.always()
        case "aura up":
            story.aura.faults.clear()
        case "pause" | "load failed":
            entry = await scratches(story).entry(op)
            if entry.instance_id in story.aura.world.instances:
                word = "paused" if act == "pause" else "loading failed"
                story.aura.set_status(InstanceId(str(entry.instance_id)), word)
    return ops
