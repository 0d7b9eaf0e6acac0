"""Two bots on one store look at the same schedules: each slot is of one of them."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.app import Savepoint, assemble
from bot.core.schedules import Timing
from tests.stories.harness import PLENTY, Story
from tests.stories.planning import began, has, hurried, looks, wants

DAILY = Timing(cron="0 9 * * *")


@pytest.fixture
async def twin(story: Story, valkey_url: str) -> AsyncIterator[Savepoint]:
    """Another bot on the same store, which remembers nothing of its own."""
    async with assemble(
        story.bot.settings, valkey_url, queue=story.queue, clock=story.clock, budgets=PLENTY
    ) as other:
        yield other


async def both(story: Story, twin: Savepoint) -> int:
    """Let both look at the same moment."""
    estate = story.estate
    fresh = Story(twin, story.slack, story.aura, story.queue)
    fresh.change_estate(estate)
    houses = (story.bot.house, twin.house)
    found = await asyncio.gather(*(house.scheduler(forced=True) for house in houses))
    await story.settle()
    return sum(found)


async def test_two_who_look_at_the_same_moment_begin_each_slot_once(
    story: Story, twin: Savepoint
) -> None:
    ids = has(story, 3)
    hurried(story)
    wants(story, snapshots=(DAILY,))
    await looks(story)
    for day in (1, 2):
        await story.advance(hours=24)
        assert await both(story, twin) == len(ids)
        assert await both(story, twin) == 0
        assert len(await began(story)) == day * len(ids)
        assert (await story.audit()).count("snapshot.take allowed") == day * len(ids)
    assert len(story.writes) == 2 * len(ids)


async def test_missed_slots_are_told_once_by_whoever_finds_them(
    story: Story, twin: Savepoint
) -> None:
    has(story, 1)
    wants(story, snapshots=(DAILY,))
    await looks(story)
    await story.advance(days=4)
    await both(story, twin)
    await both(story, twin)
    told = [str(m) for m in story.messages() if "scheduled runs were missed" in str(m)]
    assert len(told) == 1


async def test_a_bot_that_starts_anew_goes_on_where_the_store_stands(
    story: Story, twin: Savepoint
) -> None:
    has(story, 2)
    wants(story, snapshots=(DAILY,))
    await looks(story)
    assert await looks(story, hours=2) == 2
    Story(twin, story.slack, story.aura, story.queue).change_estate(story.estate)
    assert await twin.house.scheduler(forced=True) == 0
    await story.advance(hours=24)
    assert await twin.house.scheduler(forced=True) == 2
    assert await looks(story) == 0
    assert len(await began(story)) == 4
