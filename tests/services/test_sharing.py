import asyncio

import pytest

from bot.core.base import ChannelId, GroupId, TeamId, UserId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.people import Person, Standing
from bot.ports import ChannelFacts, Identity
from bot.services.sharing import AS_NOW, MOST_REMEMBERED, SharedDirectory
from tests.stories.harness import StoryClock

TEAM = TeamId("T1")
LIST = GroupId("S0APPROVER")


class Slack:
    """A directory that counts questions, and answers when it is told to."""

    def __init__(self) -> None:
        self.questions: list[str] = []
        self.people: tuple[UserId, ...] = (UserId("U1"),)
        self.refusal: ChatFailed | None = None
        self.open = asyncio.Event()
        self.open.set()

    async def me(self) -> Identity:
        return Identity(team_id=TEAM, user_id=UserId("UBOT"))

    async def standing(self, user_id: UserId, *, live: bool = True) -> Standing:
        await self._asked(user_id)
        return Standing(person=Person(team_id=TEAM, user_id=user_id))

    async def members(self, group_id: GroupId, *, live: bool = True) -> tuple[UserId, ...]:
        await self._asked(group_id)
        return self.people

    async def channel(self, channel_id: ChannelId) -> ChannelFacts:
        await self._asked(channel_id)
        return ChannelFacts(id=channel_id, name="ops", member=True)

    async def _asked(self, about: str) -> None:
        self.questions.append(about)
        await self.open.wait()
        if self.refusal:
            raise self.refusal


@pytest.fixture
async def slack() -> Slack:
    return Slack()


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock()


@pytest.fixture
def shared(slack: Slack, clock: StoryClock) -> SharedDirectory:
    return SharedDirectory(slack, clock)


async def test_a_thousand_operations_ask_slack_once(shared: SharedDirectory, slack: Slack) -> None:
    slack.open.clear()
    asking = [asyncio.create_task(shared.members(LIST)) for _ in range(1000)]
    await asyncio.sleep(0)
    slack.open.set()
    assert set(await asyncio.gather(*asking)) == {(UserId("U1"),)}
    assert slack.questions == [LIST]


async def test_a_changed_list_is_seen_after_three_seconds(
    shared: SharedDirectory, slack: Slack, clock: StoryClock
) -> None:
    await shared.members(LIST)
    slack.people = ()
    assert await shared.members(LIST) != ()
    await clock.sleep(AS_NOW)
    assert await shared.members(LIST) == ()


async def test_each_person_and_channel_is_a_question_of_its_own(
    shared: SharedDirectory, slack: Slack
) -> None:
    for user in (UserId("U1"), UserId("U2"), UserId("U1")):
        assert (await shared.standing(user)).person.user_id == user
    assert (await shared.channel(ChannelId("C1"))).member
    assert (await shared.me()).user_id == "UBOT"
    assert slack.questions == ["U1", "U2", "C1"]


async def test_all_wait_as_long_as_slack_asks_one_of_them_to(
    shared: SharedDirectory, slack: Slack, clock: StoryClock
) -> None:
    slack.refusal = ChatUnavailable("wait", code="ratelimited", retry_after=30.0)
    for _ in range(3):
        with pytest.raises(ChatUnavailable):
            await shared.members(LIST)
        await clock.sleep(9.0)
    assert slack.questions == [LIST]
    slack.refusal = None
    await clock.sleep(9.0)
    assert await shared.members(LIST) == (UserId("U1"),)


async def test_a_refusal_is_shared_no_longer_than_an_answer(
    shared: SharedDirectory, slack: Slack, clock: StoryClock
) -> None:
    slack.refusal = ChatFailed("no", code="missing_scope")
    with pytest.raises(ChatFailed):
        await shared.members(LIST)
    slack.refusal = None
    await clock.sleep(AS_NOW)
    assert await shared.members(LIST) == (UserId("U1"),)


async def test_one_that_gives_up_does_not_take_the_answer_from_the_others(
    shared: SharedDirectory, slack: Slack
) -> None:
    slack.open.clear()
    first, second = (asyncio.create_task(shared.members(LIST)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    slack.open.set()
    assert await second == (UserId("U1"),)


async def test_what_is_remembered_is_bounded(shared: SharedDirectory, slack: Slack) -> None:
    for number in range(MOST_REMEMBERED + 1):
        await shared.standing(UserId(f"U{number}"))
    await shared.standing(UserId("U0"))
    assert len(slack.questions) == MOST_REMEMBERED + 2
