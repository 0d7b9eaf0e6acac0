"""The bot stops while it reads a file for a request: whoever asked hears of it, once."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.core.errors import ChatFailed, ChatUnavailable, UnknownFile
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.uploads import sample, uploaded

LOST = "I was stopped while I read `sample.backup`, which you wanted to load into *orders-prod*"


class Torn:
    """The folder for uploads, whose second reading meets ``trouble`` in the middle."""

    def __init__(self, story: Story, trouble: BaseException) -> None:
        self._story = story
        self._trouble = trouble
        self.readings = 0

    async def size(self, name: str) -> int:
        return len(sample(self._story))

    async def read(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
        self.readings += 1
        content = sample(self._story)
        if self.readings == 3:  # the form and the request look into it first
            yield content[:1000]
            raise self._trouble
        yield content


def lost(story: Story) -> list[str]:
    """What the requester heard apart of requests that were lost."""
    return [str(m) for m in story.requester.person.sees("dm") if LOST in str(m)]


async def asks(story: Story, trouble: BaseException) -> Torn:
    torn = Torn(story, trouble)
    story.change_world(files=torn)
    await story.requester.types("/aura upload orders-prod sample.backup")
    await story.requester.sends(reason="Bad import", suffix="7a11")
    return torn


async def test_a_bot_that_stops_while_it_reads_tells_that_nothing_was_asked_for(
    story: Story,
) -> None:
    torn = await asks(story, asyncio.CancelledError("as if the process had gone"))
    assert torn.readings == 3
    assert not await story.bot.operations.recent(1)
    assert "Reading the whole file" in str(story.requester.modal)
    assert lost(story) == []
    for _ in range(2):
        await story.restart()
        await story.settle()
    [told] = lost(story)
    assert "Nothing was asked for, and nothing was changed." in told
    assert "`/aura upload 0d5e7a11 sample.backup`" in told
    await story.requester.types("/aura upload orders-prod sample.backup")
    await story.requester.sends(reason="Bad import", suffix="7a11")
    assert (await uploaded(story)).phase == "awaiting_approval"


async def test_a_file_that_is_still_being_read_elsewhere_is_left_to_its_reader(
    story: Story,
) -> None:
    await asks(story, asyncio.CancelledError("as if the process had gone"))
    world = story.bot.house.world
    [reading] = await world.readings.all()
    name = f"read-{reading.operation_id}"
    await world.leases.take(name, "another", ttl=60)
    await story.restart()
    assert lost(story) == []
    await world.leases.drop(name, "another")
    await story.restart()
    assert len(lost(story)) == 1


async def test_what_is_refused_is_told_at_once_and_not_again(story: Story) -> None:
    await asks(story, UnknownFile("the disk is away", hint="Mount it."))
    assert "The disk is away" in str(story.requester.modal)
    await story.restart()
    assert lost(story) == []
    assert await story.bot.house.world.readings.all() == ()


async def test_a_request_that_was_made_just_before_the_stop_is_not_called_lost(
    story: Story,
) -> None:
    world = story.bot.house.world

    async def dies(name: str) -> None:
        if name == "forget":
            raise asyncio.CancelledError("as if the process had gone")

    change_world(story, readings=Cued(world.readings, before=dies))
    await story.requester.types("/aura upload orders-prod sample.backup")
    await story.requester.sends(reason="Bad import", suffix="7a11")
    change_world(story, readings=world.readings)
    assert len(await world.readings.all()) == 1
    await story.restart()
    await story.settle()
    assert (await uploaded(story)).phase == "awaiting_approval"
    assert "upload into orders-prod" in str(story.approver.card())
    assert lost(story) == []
    assert await world.readings.all() == ()


@pytest.mark.parametrize(
    "trouble", [ChatUnavailable("away", code="timeout"), ChatFailed("gone", code="user_disabled")]
)
async def test_while_slack_is_away_it_is_told_later_and_who_has_gone_is_let_be(
    story: Story, trouble: ChatFailed
) -> None:
    await asks(story, asyncio.CancelledError("as if the process had gone"))
    world = story.bot.house.world

    async def away(name: str) -> None:
        if name == "dm":
            raise trouble

    change_world(story, chat=Cued(world.chat, before=away))
    await story.restart()
    later = isinstance(trouble, ChatUnavailable)
    assert len(await world.readings.all()) == later
    change_world(story, chat=world.chat)
    await story.restart()
    assert len(lost(story)) == later
