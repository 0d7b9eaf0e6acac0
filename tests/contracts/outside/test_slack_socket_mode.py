"""Both official Socket Mode clients live through all that Slack does to a connection."""

import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Literal

import pytest
from slack_sdk.socket_mode import aiohttp, websockets
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import OPS_PRODUCTION, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import Payload, SlackSaysError
from tests.sandbox.slack.conftest import Clock, eventually

MENTION = "@Savepoint help"
PING_SECONDS = 0.2
CLIENTS: dict[str, type[aiohttp.SocketModeClient] | type[websockets.SocketModeClient]] = {
    "aiohttp": aiohttp.SocketModeClient,
    "websockets": websockets.SocketModeClient,
}
Reason = Literal["warning", "refresh_requested"]


class Listener:
    """An official client, keeping what it receives; acknowledges unless it is `deaf`."""

    def __init__(self, double: SlackDouble, kind: str) -> None:
        settings = double.settings()
        self.client: AsyncBaseSocketModeClient = CLIENTS[kind](
            app_token=settings["SLACK_APP_TOKEN"],
            web_client=AsyncWebClient(base_url=settings["SLACK_API_URL"]),
            ping_interval=PING_SECONDS,
        )
        self.client.socket_mode_request_listeners.append(self._received)
        self.client.message_listeners.append(self._framed)
        self.requests: list[SocketModeRequest] = []
        self.frames: list[Payload] = []
        self.deaf = False
        self.answer: Payload = {}

    async def _received(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        self.requests.append(request)
        if not self.deaf:
            response = SocketModeResponse(request.envelope_id, self.answer or None)
            await client.send_socket_mode_response(response)

    async def _framed(
        self, _client: AsyncBaseSocketModeClient, frame: Payload, _raw: str | None
    ) -> None:
        self.frames.append(frame)

    async def connect(self) -> None:
        await self.client.connect()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        await self.client.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def double(clock: Clock) -> AsyncIterator[SlackDouble]:
    async with SlackDouble(now=clock) as running:
        yield running


@pytest.fixture(params=sorted(CLIENTS))
async def listener(double: SlackDouble, request: pytest.FixtureRequest) -> AsyncIterator[Listener]:
    async with AsyncExitStack() as stack:
        yield await connected(double, request.param, stack)


async def connected(double: SlackDouble, kind: str, stack: AsyncExitStack) -> Listener:
    made = Listener(double, kind)
    await made.connect()
    stack.push_async_callback(made.close)
    return made


async def mention(double: SlackDouble) -> None:
    await double.person(REQUESTER).says(MENTION, "ops-production")


async def test_the_client_is_greeted(double: SlackDouble, listener: Listener) -> None:
    await mention(double)
    hello = listener.frames[0]
    assert hello["type"] == "hello"
    assert hello["num_connections"] == 1
    assert hello["connection_info"] == {"app_id": "A0SAVEPNT1"}
    assert [r.type for r in listener.requests] == ["events_api"]


PAIRS = list(itertools.combinations_with_replacement(sorted(CLIENTS), 2))


@pytest.mark.parametrize("kinds", PAIRS)
async def test_each_envelope_goes_to_exactly_one_of_two_connections(
    double: SlackDouble, kinds: tuple[str, str]
) -> None:
    async with AsyncExitStack() as stack:
        both = [await connected(double, kind, stack) for kind in kinds]
        for _ in range(4):
            await mention(double)
        ids = [request.envelope_id for each in both for request in each.requests]
        assert len(ids) == len(set(ids)) == 4
        assert [len(each.requests) for each in both] == [2, 2]


async def test_when_one_of_two_connections_goes_the_other_gets_everything(
    double: SlackDouble, listener: Listener
) -> None:
    gone = Listener(double, "aiohttp")
    await gone.connect()
    await gone.close()
    await eventually(double, lambda: double.connections == 1)
    for _ in range(3):
        await mention(double)
    assert (len(listener.requests), gone.requests) == (3, [])


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_client_comes_back_when_it_is_told_to_go(
    double: SlackDouble, listener: Listener, reason: Reason
) -> None:
    await double.disconnect(reason)
    await eventually(double, lambda: double.connections_opened == 2)
    await eventually(double, lambda: double.connections == 1)
    await mention(double)
    assert [r.type for r in listener.requests] == ["events_api"]
    assert [f["type"] for f in listener.frames].count("hello") == 2


async def test_the_client_lives_through_one_refresh_after_another(
    double: SlackDouble, listener: Listener
) -> None:
    for times in (2, 3, 4):
        await double.disconnect()
        await eventually(double, lambda times=times: double.connections_opened == times)  # type: ignore[misc]
        await eventually(double, lambda: double.connections == 1)
        await mention(double)
    assert len(listener.requests) == len({r.envelope_id for r in listener.requests}) == 3


async def test_an_event_that_comes_in_the_middle_of_a_refresh_is_not_lost(
    double: SlackDouble, listener: Listener
) -> None:
    await double.disconnect("warning")
    await mention(double)
    await eventually(double, lambda: double.connections_opened == 2)
    await double.redeliver_due()
    assert len({r.payload["event_id"] for r in listener.requests}) == 1


async def test_the_client_comes_back_when_it_is_cut_off(
    double: SlackDouble, listener: Listener
) -> None:
    double.drop_socket()
    await eventually(double, lambda: double.connections_opened == 2)
    await mention(double)
    assert len(listener.requests) == 1


async def test_the_client_leaves_a_connection_on_which_nothing_comes_any_more(
    double: SlackDouble,
) -> None:
    """The other client leaves it too, after the 20 s that its library waits for a pong."""
    async with AsyncExitStack() as stack:
        listener = await connected(double, "aiohttp", stack)
        double.silence_socket()
        await eventually(double, lambda: double.connections_opened == 2)
        await eventually(double, lambda: double.connections == 1)
        await mention(double)
        assert len(listener.requests) == 1


async def test_an_unacknowledged_event_comes_again_at_once_after_one_minute_and_after_five(
    double: SlackDouble, listener: Listener, clock: Clock
) -> None:
    listener.deaf = True
    double.ack_seconds = 0.05
    await mention(double)
    assert await double.redeliver_due() == 1
    clock.advance(seconds=59)
    assert await double.redeliver_due() == 0
    clock.advance(seconds=1)
    assert await double.redeliver_due() == 1
    clock.advance(minutes=5)
    assert await double.redeliver_due() == 1
    clock.advance(days=1)
    assert await double.redeliver_due() == 0

    assert [r.retry_attempt for r in listener.requests] == [0, 1, 2, 3]
    assert listener.requests[1].retry_reason == "http_timeout"
    assert len({r.payload["event_id"] for r in listener.requests}) == 1
    assert len({r.envelope_id for r in listener.requests}) == 4


async def test_an_acknowledged_event_does_not_come_again(
    double: SlackDouble, listener: Listener, clock: Clock
) -> None:
    await mention(double)
    clock.advance(days=1)
    assert await double.redeliver_due() == 0
    assert len(listener.requests) == 1


async def test_any_envelope_can_be_delivered_again(
    double: SlackDouble, listener: Listener, clock: Clock
) -> None:
    await double.person(REQUESTER).types("/aura help", "ops-production")
    clock.advance(seconds=301)
    assert await double.send_again(double.sent[-1])
    double.faults.set("redeliver", on=True)
    await double.person(REQUESTER).types("/aura help", "ops-production")
    clock.advance(seconds=3)
    assert await double.redeliver_due() == 1
    triggers = [r.payload["trigger_id"] for r in listener.requests]
    assert triggers[0] == triggers[1]
    assert triggers[2] == triggers[3]
    assert triggers[0] != triggers[2]


@pytest.mark.parametrize("kind", sorted(CLIENTS))
async def test_without_a_connection_a_command_fails_and_an_event_waits(
    double: SlackDouble, kind: str
) -> None:
    with pytest.raises(SlackSaysError, match="dispatch_failed"):
        await double.person(REQUESTER).types("/aura help", "ops-production")
    await mention(double)
    async with AsyncExitStack() as stack:
        late = await connected(double, kind, stack)
        await double.redeliver_due()
        assert [r.retry_reason for r in late.requests] == ["connection_failed"]


async def test_an_answer_travels_with_the_acknowledgement(
    double: SlackDouble, listener: Listener
) -> None:
    listener.answer = {"text": "Six instances."}
    await double.person(REQUESTER).types("/aura instance list", OPS_PRODUCTION)
    assert [str(w) for w in double.person(REQUESTER).whispers] == ["Six instances."]
