"""The store goes away in the middle and is back a moment later: nothing waits for the sweep."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from bot.core.base import OperationId
from bot.core.errors import StoreUnavailable, Unsure
from bot.ports import Card, Cards
from tests.stories.harness import Story
from tests.stories.props import Cued, Hook, approved, change_world, until


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


def away(story: Story, call: str, *, answer_lost: bool = False) -> None:
    """Let the store die at the next ``call`` of a port, which it hears only if its answer is lost.

    It is back for the call after that.
    """
    left = [Unsure() if answer_lost else StoreUnavailable("the store does not answer")]
    world = story.bot.house.world

    async def die(called: str) -> None:
        if called == call and left:
            raise left.pop()

    async def pass_by(_: str) -> None: ...

    before: Hook = pass_by if answer_lost else die
    after: Hook = die if answer_lost else pass_by
    port = {"mark": "posts", "ring": "queue"}.get(call, "operations")
    change_world(story, **{port: Cued(getattr(world, port), before=before, after=after)})


@pytest.mark.parametrize("call", ["mark", "ring"])
async def test_a_request_that_is_stored_is_told_as_such_though_the_store_dies_right_after(
    story: Story, call: str
) -> None:
    away(story, call)
    await story.requested()

    op = await story.operation()
    assert f"✅ Your request `{op.id}`" in str(story.requester.modal)
    await story.approved()
    assert (await until(story, "done")).id == op.id


@pytest.mark.parametrize("call", ["mark", "ring"])
async def test_an_approval_counts_though_the_store_dies_right_after(
    story: Story, call: str
) -> None:
    await story.requested()
    away(story, call)
    await story.approved()
    assert (await story.operation()).phase == "approved"
    assert story.approver.person.whispers == []

    await story.bot.house.sweep(forced=True)
    await until(story, "done")
    assert "is restored" in str(story.requester.thread()[-1])


async def test_a_denial_counts_though_the_store_dies_right_after(story: Story) -> None:
    await story.requested()
    away(story, "ring")
    assert await story.approver.denies("Not during the sale") == {}
    assert (await story.operation()).phase == "denied"
    assert story.approver.person.whispers == []


async def test_a_request_of_which_nobody_can_know_is_not_said_to_be_nothing(story: Story) -> None:
    away(story, "create", answer_lost=True)
    await story.requester.types("/aura restore orders-prod")
    await story.requester.sends(reason="Bad deploy at 07:30", suffix="7a11")

    said = str(story.requester.modal)
    assert "I cannot tell whether this was accepted" in said
    assert "`/aura job list` shows in a minute" in said
    assert "Nothing was asked for" not in said
    await story.bot.house.sweep(forced=True)
    await story.settle()
    assert set(story.approver.gate().buttons) >= {"Approve", "Deny…"}


async def test_an_approval_of_which_nobody_can_know_is_not_said_to_have_failed(
    story: Story,
) -> None:
    await story.requested()
    away(story, "update", answer_lost=True)
    await story.approved()

    assert "I cannot tell whether this was accepted" in story.approver.whisper
    await story.bot.house.sweep(forced=True)
    await until(story, "done")
