"""The door to Slack: what Slack says becomes ours, and what it never says harms nobody."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack import PATIENCE, RECENT, SlackChat, SlackDirectory
from bot.adapters.slack_door import SlackDoor
from bot.core.base import ChannelId, GroupId, UserId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.ports import MessageRef
from bot.views.kit import Message
from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack

START = datetime(2026, 11, 22, 7, 41, tzinfo=UTC)
HELLO = Message(text="hello")
HERE = ChannelId(slack.OPS_PRODUCTION)


@dataclass
class Watch:
    """A clock that a test moves; sleeping moves it too."""

    passed: float = 0.0

    def now(self) -> datetime:
        return START

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class Waits:
    """A budget that asks to wait some times before it grants."""

    waits: list[float] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def take(self, name: str) -> float:
        self.asked.append(name)
        return self.waits.pop(0) if self.waits else 0.0


@dataclass
class Stand:
    """The adapter on a Slack double."""

    double: SlackDouble
    chat: SlackChat
    directory: SlackDirectory
    watch: Watch
    budget: Waits
    seen: list[tuple[str, str]]

    def count(self, method: str) -> int:
        return sum(call.method == method for call in self.double.calls)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    watch, budget, seen = Watch(), Waits(), list[tuple[str, str]]()
    async with SlackDouble(now=watch.now, limits=False) as double, httpx.AsyncClient() as http:
        settings = double.settings()
        client = AsyncWebClient(
            token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"]
        )
        door = SlackDoor(client, watch, lambda method, outcome, _: seen.append((method, outcome)))
        chat = SlackChat(door, budget, watch, http)
        yield Stand(double, chat, SlackDirectory(door, watch), watch, budget, seen)


async def test_a_message_waits_for_the_allowance_of_its_channel(stand: Stand) -> None:
    stand.budget.waits = [0.7, 0.2]
    ref = await stand.chat.post(HERE, HELLO)

    assert stand.watch.passed == pytest.approx(0.9)
    assert set(stand.budget.asked) == {f"chat.postMessage:{slack.OPS_PRODUCTION}"}
    assert ref.channel == slack.OPS_PRODUCTION
    assert stand.seen == [("chat.postMessage", "ok")]


async def test_a_message_gives_up_its_turn_in_a_channel_that_stays_busy(stand: Stand) -> None:
    stand.budget.waits = [0.9] * 100
    with pytest.raises(ChatUnavailable) as caught:
        await stand.chat.post(HERE, HELLO)

    assert caught.value.retry_after == 0.9
    assert stand.watch.passed <= PATIENCE
    assert stand.count("chat.postMessage") == 0


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda d: d.workspace.leave(slack.OPS_PRODUCTION, slack.BOT), "not_in_channel"),
        (lambda d: d.workspace.archive(slack.OPS_PRODUCTION), "is_archived"),
    ],
)
async def test_a_refusal_keeps_slacks_word(stand: Stand, spoil: object, code: str) -> None:
    assert callable(spoil)
    spoil(stand.double)
    with pytest.raises(ChatFailed) as caught:
        await stand.chat.post(HERE, HELLO)
    assert caught.value.code == code
    assert not isinstance(caught.value, ChatUnavailable)
    assert stand.seen == [("chat.postMessage", code)]


async def test_too_many_calls_come_back_with_slacks_pause(stand: Stand) -> None:
    stand.double.faults.set("ratelimit", count=1)
    with pytest.raises(ChatUnavailable) as caught:
        await stand.chat.post(HERE, HELLO)
    assert (caught.value.code, caught.value.retry_after) == ("ratelimited", 2.0)


@pytest.mark.parametrize(
    ("status", "kind", "body", "headers", "wait"),
    [
        (503, "text/html", "<html>down</html>", {}, 5.0),
        (503, "text/plain", "upstream connect error", {"Retry-After": "7"}, 7.0),
        (502, "application/json", "{half", {"Retry-After": "soon"}, 5.0),
        (200, "application/json", "{half", {}, 5.0),
        (200, "text/plain", "ok", {}, 5.0),
        (200, "application/json", '{"ok": false, "error": "internal_error"}', {}, 5.0),
        (500, "application/json", '{"ok": false, "error": "odd"}', {}, 5.0),
        (200, "application/json", '["odd"]', {}, 5.0),
    ],
)
async def test_an_answer_that_is_none_means_try_again(
    status: int, kind: str, body: str, headers: dict[str, str], wait: float
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    door = SlackDoor(AsyncWebClient(token="xoxb-canary", base_url=base), Watch(), lambda *_: None)
    try:
        with pytest.raises(ChatUnavailable) as caught:
            await door.call("chat.postMessage", channel="C1", text="hello")
    finally:
        await runner.cleanup()
    assert caught.value.retry_after == wait
    assert "canary" not in f"{caught.value!r} {caught.value.code}"


async def test_slack_that_cannot_be_reached_means_try_again(stand: Stand) -> None:
    await stand.double.stop()
    with pytest.raises(ChatUnavailable) as caught:
        await stand.chat.edit(MessageRef(channel=HERE, ts="1.1"), HELLO)
    assert "chat.update" in caught.value.summary
    with pytest.raises(ChatUnavailable):
        await stand.chat.respond(f"{stand.double.base_url}/response/R1", HELLO)


async def test_a_response_url_that_is_used_up_is_a_refusal(stand: Stand) -> None:
    with pytest.raises(ChatFailed) as caught:
        await stand.chat.respond(f"{stand.double.base_url}/response/R1", HELLO)
    assert caught.value.code == "http_404"


async def test_people_are_known_by_what_slack_says_of_them_now(stand: Stand) -> None:
    async def standing(user: str) -> set[str]:
        found = await stand.directory.standing(UserId(user))
        return {name for name, value in found.model_dump().items() if value is True}

    stand.double.world.people["U1"] = slack.Person("U1", "newcomer", "Newcomer", kind="invited")
    assert await standing("U1") == {"invited"}
    assert await standing(slack.REQUESTER) == set()
    assert await standing(slack.GUEST) == {"guest"}
    assert await standing(slack.EXTERNAL) == {"external"}
    assert await standing(slack.DEACTIVATED) == {"deactivated"}
    assert await standing(slack.BOT) == {"bot"}


async def test_a_recent_answer_is_reused_only_where_nothing_is_decided(stand: Stand) -> None:
    group = GroupId(slack.DB_APPROVERS)
    await stand.directory.members(group)
    await stand.directory.members(group, live=False)
    assert stand.count("usergroups.users.list") == 1
    await stand.directory.members(group)
    assert stand.count("usergroups.users.list") == 2
    stand.watch.passed += RECENT
    await stand.directory.members(group, live=False)
    assert stand.count("usergroups.users.list") == 3


async def test_answers_are_not_hoarded(stand: Stand) -> None:
    stand.directory._recent = {f"user:{n}": (0.0, None) for n in range(5001)}
    await stand.directory.members(GroupId(slack.DB_APPROVERS))
    assert len(stand.directory._recent) == 1


async def test_an_unknown_group_has_nobody_but_other_refusals_are_errors(stand: Stand) -> None:
    assert await stand.directory.members(GroupId("S0NOBODY")) == ()
    stand.double.scopes = ()
    with pytest.raises(ChatFailed, match="missing_scope"):
        await stand.directory.members(GroupId(slack.DB_APPROVERS))
    stand.double.faults.set("ratelimit", count=1)
    with pytest.raises(ChatUnavailable):
        await stand.directory.members(GroupId(slack.DB_APPROVERS))


async def test_a_channel_is_described_as_it_is(stand: Stand) -> None:
    shared = await stand.directory.channel(ChannelId(slack.PARTNER_BRIDGE))
    assert (shared.name, shared.member, shared.external) == ("partner-bridge", True, True)
    old = await stand.directory.channel(ChannelId(slack.OLD_MIGRATION))
    assert old.archived
    general = await stand.directory.channel(ChannelId(slack.GENERAL))
    assert not general.member


async def test_the_bots_own_identity_is_asked_for_once(stand: Stand) -> None:
    me = await stand.directory.me()
    assert (me.team_id, me.user_id) == (slack.TEAM_ID, slack.BOT)
    await stand.directory.me()
    assert stand.count("auth.test") == 1
