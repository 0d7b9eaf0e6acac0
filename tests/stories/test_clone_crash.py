"""The bot falls at any boundary of a clone: at most one creation, and people are told."""

from itertools import count

from bot.core.operations import Clone
from tests.stories.clones import asked, gate_all
from tests.stories.falls import Walk
from tests.stories.harness import Story
from tests.stories.test_crash_boundaries import approves

#: The intent is stored, or the permit used, and the call never left.
UNSENT = {"after operations.update while approved 1", "after claims.claim while starting 1"}


async def test_whatever_the_bot_was_at_it_creates_once_at_most_and_tells(story: Story) -> None:
    numbers = count()

    async def asks(walk: Walk) -> None:
        await asked(walk.story, **{"Name of the new instance": f"orders-{next(numbers)}"})

    gate_all(story)
    walk = Walk(story=story, ask=asks, go=approves)
    places = await walk.places()
    assert len(places) >= 40
    assert set(places) >= UNSENT | {"after aura.create_copy while starting 1"}
    async for fell in walk.falls(places):
        assert isinstance(fell.op, Clone)
        assert fell.sent == ({} if fell.place in UNSENT else {"instances": 1}), fell
        assert fell.op.phase == ("failed" if fell.place in UNSENT else "done"), fell
        assert fell.told, fell
        assert await story.bot.operations.open() == (), fell
        assert await story.bot.operations.holder(fell.op.reserves or "") is None, fell
