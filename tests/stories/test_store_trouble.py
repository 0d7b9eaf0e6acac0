"""The store goes away in the middle and is back a moment later: nothing waits for the sweep."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.core.base import OperationId
from bot.core.errors import StoreUnavailable
from bot.ports import Card, Cards
from tests.stories.harness import Story
from tests.stories.props import approved, until


@dataclass
class ShakyCards:
    """Cards whose store goes away where a story says so, once, and is back for the next call."""

    cards: Cards
    fails: str = ""

    async def get(self, operation_id: OperationId) -> Card:
        return await self.cards.get(operation_id)

    async def save(self, operation_id: OperationId, card: Card) -> Card:
        self._shake("edit" if card.complete else "post")
        return await self.cards.save(operation_id, card)

    @asynccontextmanager
    async def alone(self, operation_id: OperationId) -> AsyncIterator[None]:
        async with self.cards.alone(operation_id):
            yield

    def _shake(self, where: str) -> None:
        if self.fails == where:
            self.fails = ""
            raise StoreUnavailable("the store does not answer")


@pytest.mark.parametrize("where", ["post", "edit"])
async def test_the_end_is_told_though_the_store_was_away_for_a_moment(
    story: Story, where: str
) -> None:
    await approved(story)
    await until(story, "verifying")
    shaky = ShakyCards(story.bot.house.world.cards, fails=where)
    story.change_world(cards=shaky)
    op = await until(story, "done")
    await story.settle()

    assert shaky.fails == ""
    assert (await shaky.get(op.id)).settled
    assert "is restored" in str(story.requester.thread()[-1])
