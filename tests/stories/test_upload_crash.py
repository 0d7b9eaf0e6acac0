"""The bot falls at any boundary of an upload: one load at most, and people are told (P6, P7)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.operations import Upload
from sandbox.slack import cast as slack
from tests.stories.falls import LATER, QUICK, Walk
from tests.stories.harness import Story
from tests.stories.test_crash_boundaries import UNSENT, approves
from tests.stories.uploads import asked

#: The places are tried in so many tests.
PARTS = 3


async def asks(walk: Walk) -> None:
    await asked(walk.story)


@pytest.mark.parametrize("part", range(PARTS))
async def test_wherever_the_bot_stops_it_loads_once_at_most_and_tells(
    story: Story, part: int
) -> None:
    # it takes a little longer than a new bot needs to come, and so is seen
    longer = QUICK * (LATER + timedelta(seconds=20)).total_seconds()
    story.aura.pace.durations = replace(story.aura.pace.durations, upload_load=longer)
    walk = Walk(story=story, ask=asks, go=approves)
    places = await walk.places()
    assert len(places) >= 90
    assert set(places) >= UNSENT | {"after imports.load_file while starting 1"}
    assert any("sendings.put while transferring" in place for place in places)
    async for fell in walk.falls(places[part::PARTS]):
        assert isinstance(fell.op, Upload)
        sent = {} if fell.place in UNSENT else {"upload-complete": 1}
        assert fell.sent == {"snapshots": 1, **sent}, fell
        assert fell.op.phase == ("done" if sent else "stuck"), fell
        assert fell.told, fell
        if not sent:
            await story.approver.clicks("It did not run", in_=story.approver.card(slack.OPS_ALERTS))
            await story.advance(minutes=1)
        assert await story.bot.operations.open() == (), fell
