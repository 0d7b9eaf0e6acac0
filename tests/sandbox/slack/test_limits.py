"""Too many calls are answered 429, per method, per channel, and for so long."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import OPS_PRODUCTION, OPS_STAGING
from sandbox.slack.double import SlackDouble
from tests.sandbox.slack.conftest import Clock


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
