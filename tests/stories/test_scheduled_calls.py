"""What a scheduled run asks of Aura, which is what the line of the scheduler reckons with."""

import pytest

from bot.core.schedules import CALLS, Timing, Work
from tests.stories.harness import Story
from tests.stories.planning import began, has, looks, wants

KEYS = {Work.SNAPSHOT: "snapshots", Work.EXPORT: "exports", Work.DRILL: "drills"}


@pytest.mark.parametrize("work", Work)
async def test_a_run_makes_about_as_many_calls_as_it_stands_in_the_line_for(
    story: Story, work: Work
) -> None:
    has(story, 1)
    wants(story, **{KEYS[work]: (Timing(cron="0 9 * * *"),)})
    await looks(story)
    await story.advance(minutes=78)
    before = len(story.aura.calls)
    assert await looks(story, minutes=2) == 1
    await story.advance(hours=2)
    [op] = await began(story)
    assert op.final
    made = [call for call in story.aura.calls[before:] if call.path.startswith("/v1/")]
    own = [call for call in made if call.path != "/v1/instances" or call.method != "GET"]
    assert CALLS[work] * 0.7 <= len(own) <= CALLS[work]
