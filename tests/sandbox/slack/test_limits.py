"""Too many calls are answered 429, per method, per channel, and for so long."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import OPS_PRODUCTION, OPS_STAGING, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.limits import Limits
from sandbox.slack.webapi import ENDPOINTS
from tests.sandbox.slack.conftest import Clock

#: What Slack promises at least, by its tiers: https://docs.slack.dev/apis/web-api/rate-limits
PROMISED = {
    20: [
        *("apps.connections.open", "conversations.list", "usergroups.list"),
        *("usergroups.users.list", "users.list"),
    ],
    50: [
        *("chat.delete", "chat.update", "conversations.history", "conversations.info"),
        *("conversations.join", "conversations.open", "conversations.replies"),
        *("functions.completeError", "functions.completeSuccess"),
    ],
    100: [
        *("chat.postEphemeral", "conversations.members", "users.info"),
        *("views.open", "views.publish", "views.push", "views.update"),
    ],
    300: ["auth.test", "chat.getPermalink", "chat.postMessage"],
}
RATES = [(method, rate) for rate, methods in PROMISED.items() for method in methods]


@pytest.mark.parametrize(("method", "rate"), RATES, ids=[method for method, _ in RATES])
def test_each_method_is_held_to_the_rate_of_its_tier(method: str, rate: int, clock: Clock) -> None:
    limits = Limits(clock)
    waits = [limits.wait(method, channel=f"C{i}") for i in range(rate + 1)]
    assert waits == [0] * rate + [60]
    clock.advance(seconds=60)
    assert limits.wait(method, channel="C") == 0


def test_every_method_of_the_double_has_a_rate() -> None:
    assert sorted(ENDPOINTS) == sorted(method for method, _ in RATES)


async def test_edits_are_held_to_fifty_a_minute_for_the_whole_workspace(
    double: SlackDouble, web: AsyncWebClient, clock: Clock
) -> None:
    first = await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")
    other = await web.chat_postMessage(channel=OPS_STAGING, text="b")
    for sent in [first, other] * 25:
        await web.chat_update(channel=sent["channel"], ts=sent["ts"], text="c")
    clock.advance(seconds=20)
    with pytest.raises(SlackApiError) as caught:
        await web.chat_update(channel=first["channel"], ts=first["ts"], text="d")
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.headers["Retry-After"] == "40"

    await web.users_info(user="U0REQUEST1")  # other methods go on
    clock.advance(seconds=40)
    await web.chat_update(channel=first["channel"], ts=first["ts"], text="d")
    assert sum(c.method == "chat.update" and c.ok for c in double.calls) == 51


async def test_posts_come_in_a_short_burst_and_then_one_a_second_per_channel(
    web: AsyncWebClient, clock: Clock
) -> None:
    for _ in range(10):
        await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")
    assert caught.value.response.headers["Retry-After"] == "1"
    await web.chat_postMessage(channel=OPS_STAGING, text="a")
    clock.advance(seconds=1)
    await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")


@pytest.fixture
async def patient(clock: Clock) -> AsyncIterator[SlackDouble]:
    async with SlackDouble(now=clock, limits=False) as running:
        yield running


async def test_limits_can_be_switched_off(patient: SlackDouble) -> None:
    settings = patient.settings()
    web = AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    for _ in range(60):
        await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")


async def test_the_next_calls_are_refused_on_demand(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    double.faults.set("ratelimit", count=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as caught:
            await web.auth_test()
        assert caught.value.response.headers["Retry-After"] == "2"
    assert (await web.auth_test())["ok"]


async def test_a_slack_that_is_down_answers_without_json_and_does_nothing(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    double.faults.set("unavailable", count=1)
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")
    assert caught.value.response.status_code == 503
    assert double.person(REQUESTER).sees(OPS_PRODUCTION) == []
    assert (await web.auth_test())["ok"]


async def test_a_dropped_answer_is_that_of_something_done(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    double.faults.set("drop_answer", count=1)
    web.retry_handlers = []  # else the client itself would send it a second time
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")
    assert len(double.person(REQUESTER).sees(OPS_PRODUCTION)) == 1
