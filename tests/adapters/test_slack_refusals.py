"""Each word of refusal that Slack has for a bot like ours, and what it means for the next call."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from structlog.testing import capture_logs

from bot.adapters.slack import SlackChat
from bot.adapters.slack_door import LATER, LOCKED_OUT, PASSING, SOON, SlackDoor
from bot.core.base import ChannelId, UserId
from bot.core.errors import ChatFailed, ChatLockedOut, ChatUnavailable
from bot.ports import MessageRef
from bot.services.refusals import GONE
from bot.views.kit import Message
from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack
from tests.adapters.test_slack import Waits, Watch

HELLO = Message(text="hello")
HERE = ChannelId(slack.OPS_PRODUCTION)
TOKEN = slack.App().bot_token


@dataclass
class Place:
    """A message of the bot in a channel of the double, and the way to both."""

    slack: SlackDouble
    door: SlackDoor
    chat: SlackChat
    message: MessageRef


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    watch = Watch()
    async with SlackDouble(now=watch.now, limits=False) as double, httpx.AsyncClient() as http:
        client = AsyncWebClient(token=TOKEN, base_url=double.settings()["SLACK_API_URL"])
        door = SlackDoor(client, watch, lambda *_: None)
        chat = SlackChat(door, Waits(), watch, http)
        yield Place(double, door, chat, await chat.post(HERE, HELLO))


async def post(place: Place) -> None:
    await place.chat.post(HERE, HELLO)


async def edit(place: Place) -> None:
    await place.chat.edit(place.message, HELLO)


async def whisper(place: Place) -> None:
    await place.chat.whisper(HERE, UserId(slack.REQUESTER), HELLO)


async def long_edit(place: Place) -> None:
    await place.chat.edit(place.message, Message(text="x" * 4001))


async def theirs(place: Place) -> None:
    said = await place.slack.person(slack.REQUESTER).says("mine", slack.OPS_PRODUCTION)
    await place.chat.edit(MessageRef(channel=HERE, ts=said.ts), HELLO)


def erase(double: SlackDouble) -> None:
    person = double.person(slack.REQUESTER)
    person.deletes(person.sees(slack.OPS_PRODUCTION)[0])


def closed(double: SlackDouble) -> None:
    double.workspace.close_edits(timedelta(minutes=-1))


Do = Callable[[Place], Awaitable[None]]
Spoil = Callable[[SlackDouble], object]
HAPPENS: list[tuple[str, Do, type[ChatFailed], Spoil]] = [
    ("account_inactive", post, ChatLockedOut, lambda s: s.workspace.deactivate(slack.BOT)),
    ("ekm_access_denied", post, ChatUnavailable, lambda s: s.workspace.suspend()),
    ("ekm_access_denied", edit, ChatUnavailable, lambda s: s.workspace.suspend()),
    ("channel_not_found", post, ChatFailed, lambda s: s.workspace.freeze(HERE)),
    ("restricted_action", post, ChatFailed, lambda s: s.workspace.restrict(HERE)),
    ("is_archived", post, ChatFailed, lambda s: s.workspace.archive(HERE)),
    ("not_in_channel", post, ChatFailed, lambda s: s.workspace.leave(HERE, slack.BOT)),
    ("is_inactive", edit, ChatFailed, lambda s: s.workspace.freeze(HERE)),
    ("is_inactive", edit, ChatFailed, lambda s: s.workspace.archive(HERE)),
    ("edit_window_closed", edit, ChatFailed, closed),
    ("message_not_found", edit, ChatFailed, erase),
    ("cant_update_message", theirs, ChatFailed, lambda s: None),
    ("msg_too_long", long_edit, ChatFailed, lambda s: None),
    (
        "user_not_in_channel",
        whisper,
        ChatFailed,
        lambda s: s.workspace.deactivate(slack.REQUESTER),
    ),
]
#: Words for a message that will never be edited again, as opposed to one that is as it should be.
ABOUT_THE_MESSAGE = {"is_inactive", "edit_window_closed", "message_not_found"}
ABOUT_THE_MESSAGE |= {"cant_update_message"}


@pytest.mark.parametrize(
    ("code", "do", "kind", "spoil"), HAPPENS, ids=[f"{row[1].__name__} {row[0]}" for row in HAPPENS]
)
async def test_what_slack_does_not_do_is_sorted_by_what_helps(
    place: Place, code: str, do: Do, kind: type[ChatFailed], spoil: Spoil
) -> None:
    spoil(place.slack)
    with pytest.raises(ChatFailed) as refusal:
        await do(place)
    assert (refusal.value.code, type(refusal.value)) == (code, kind)
    if do is not post:
        assert (code in GONE) is (code in ABOUT_THE_MESSAGE)


WORDS = [
    *((code, ChatLockedOut, LATER) for code in sorted(LOCKED_OUT)),
    *((code, ChatUnavailable, PASSING[code]) for code in sorted(PASSING)),
    *(
        (code, ChatFailed, None)
        for code in (
            *("no_permission", "access_denied", "missing_scope", "not_allowed_token_type"),
            *("restricted_action_read_only_channel", "restricted_action_thread_only_channel"),
            *("method_deprecated", "enterprise_is_restricted", "messages_tab_disabled"),
            *("streaming_state_conflict", "block_mismatch", "a_word_of_tomorrow"),
        )
    ),
]


@pytest.mark.parametrize(("code", "kind", "pause"), WORDS, ids=[row[0] for row in WORDS])
async def test_each_word_of_slack_is_of_one_kind(
    place: Place, code: str, kind: type[ChatFailed], pause: float | None
) -> None:
    place.slack.refusals["chat.update"] = code
    with pytest.raises(ChatFailed) as refusal:
        await edit(place)
    assert (refusal.value.code, type(refusal.value)) == (code, kind)
    assert getattr(refusal.value, "retry_after", None) == pause
    assert SOON < LATER


async def test_a_token_that_is_taken_no_more_is_said_once_and_until_it_is_taken_again(
    place: Place,
) -> None:
    assert place.door.locked_out is None
    with capture_logs() as lines:
        place.slack.dead_tokens[TOKEN] = "token_expired"
        for _ in range(2):
            with pytest.raises(ChatLockedOut, match="token_expired"):
                await post(place)
        place.slack.faults.set("ratelimit", count=1)
        del place.slack.dead_tokens[TOKEN]
        with pytest.raises(ChatUnavailable, match="asks to wait"):
            await post(place)
        assert place.door.locked_out == "Slack refused chat.postMessage: token_expired"
        place.slack.workspace.archive(HERE)
        with pytest.raises(ChatFailed, match="is_archived"):
            await post(place)
    assert place.door.locked_out is None
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("error", "Slack takes the token no more"),
        ("warning", "Slack takes the token again"),
    ]
