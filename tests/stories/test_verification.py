"""Reading an export for hours, from a store that stumbles on the way."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.errors import VaultUnavailable
from bot.core.operations import AnyOperation
from bot.core.operations import events as e
from tests.stories.harness import Story
from tests.stories.test_vault import _filled, newest, told

__all__ = ["_filled"]


class Stumbling:
    """A vault that gives half of an export in two hours, and then does not answer so often."""

    def __init__(self, story: Story, breaks: int) -> None:
        self._real = story.bot.house.world.vault
        self._story = story
        self._breaks = breaks
        self.readings = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)

    async def verify(self, name: str, *, told: Callable[[int], Awaitable[None]]) -> object:
        assert self._real is not None
        self.readings += 1
        if self.readings > self._breaks:
            return await self._real.verify(name, told=told)
        if self.readings == 1:
            self._story.clock.at += timedelta(hours=2)
            await told(100)
        raise VaultUnavailable("the export cannot be read: the store does not answer")


async def verified(story: Story, vault: Stumbling) -> AnyOperation:
    export = await newest(story)
    story.change_world(vault=vault)
    await story.requester.types(f"/aura vault verify {export.id}")
    return await read(story)


async def read(story: Story) -> AnyOperation:
    [op] = await story.bot.operations.recent(1)
    return op


async def test_a_stumble_after_hours_of_reading_begins_it_again(story: Story) -> None:
    vault = Stumbling(story, breaks=1)
    op = await verified(story, vault)
    assert op.phase == "done"
    assert any(isinstance(r.event, e.ReadSoFar) for r in op.history)
    assert vault.readings == 2


async def test_a_store_that_is_away_is_waited_for_from_the_last_piece_on(story: Story) -> None:
    op = await verified(story, Stumbling(story, breaks=1000))
    await story.advance(minutes=14)
    assert (await read(story)).phase == "reading"
    await story.advance(minutes=2)
    op = await read(story)
    assert op.phase == "failed"
    assert "Nothing was found out about the export" in told(story)
