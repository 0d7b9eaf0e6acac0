"""Socket Mode against the Slack double: what connects, and what notices that nobody speaks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.clock import SystemClock
from bot.adapters.socket import DEAF_AFTER, SocketMode
from bot.core.errors import ChatLockedOut, ChatUnavailable
from sandbox.aura.times import utc_now
from sandbox.slack import SlackDouble
from sandbox.slack.cast import OPS_PRODUCTION, REQUESTER
from sandbox.slack.wire import SlackSaysError
from tests.adapters.waiting import until, until_async


@dataclass
class Seconds(SystemClock):
    """Measures what the test says."""

    passed: float = 0.0

    def monotonic(self) -> float:
        return self.passed


@pytest.fixture
async def double() -> AsyncIterator[SlackDouble]:
    async with SlackDouble(now=utc_now) as running:
        yield running


def client_of(double: SlackDouble) -> AsyncWebClient:
    settings = double.settings()
    return AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])


def socket_of(
    double: SlackDouble,
    clock: Seconds,
    token: str | None = None,
    client: AsyncWebClient | None = None,
    app: AsyncApp | None = None,
) -> SocketMode:
    client = client or client_of(double)
    token = token or double.settings()["SLACK_APP_TOKEN"]
    app = app or AsyncApp(client=client)
    return SocketMode(app, token, client, clock, patience=0.3, ping=0.2)


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


async def test_it_hears_once_connected_and_no_more_once_closed(
    double: SlackDouble, clock: Seconds
) -> None:
    socket = socket_of(double, clock)
    assert not await socket.hears()
    await socket.connect()
    assert await socket.hears()
    assert double.connections == 1
    await socket.close()
    assert not await socket.hears()
    await until(lambda: double.connections == 0)
    await socket.close()  # once more does no harm


async def test_a_refused_token_is_told_at_once(double: SlackDouble, clock: Seconds) -> None:
    with pytest.raises(ChatLockedOut) as refusal:
        await socket_of(double, clock, "xapp-revoked").connect()
    assert refusal.value.code == "invalid_auth"


async def test_an_absent_slack_is_told_as_such(double: SlackDouble, clock: Seconds) -> None:
    client = client_of(double)
    await double.stop()
    with pytest.raises(ChatUnavailable):
        await socket_of(double, clock, client=client).connect()


async def test_a_socket_that_does_not_open_is_given_up(clock: Seconds) -> None:
    async def address(request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"ws://127.0.0.1:{port}/nobody"})

    app = web.Application()
    app.router.add_post("/api/apps.connections.open", address)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    client = AsyncWebClient(token="xoxb-1", base_url=f"http://127.0.0.1:{port}/api/")
    socket = SocketMode(AsyncApp(client=client), "xapp-1", client, clock, patience=0.2)
    with pytest.raises(ChatUnavailable, match="does not open"):
        await socket.connect()
    assert not await socket.hears()
    await runner.cleanup()


async def test_the_watchdog_leaves_a_living_connection_alone(
    double: SlackDouble, clock: Seconds
) -> None:
    socket = socket_of(double, clock)
    await socket.connect()
    for _ in range(5):
        clock.passed += DEAF_AFTER
        await socket.watch()
    assert calls(double) == 1
    await socket.close()


def calls(double: SlackDouble) -> int:
    return sum(call.method == "apps.connections.open" for call in double.calls)


async def test_the_watchdog_replaces_a_deaf_connection_after_a_minute(
    double: SlackDouble, clock: Seconds
) -> None:
    socket = socket_of(double, clock)
    await socket.watch()  # nothing was connected yet, and a moment's silence is no deafness
    assert calls(double) == 0
    clock.passed += DEAF_AFTER + 1
    await socket.watch()
    assert await socket.hears()
    clock.passed += DEAF_AFTER + 1
    await socket.watch()
    assert calls(double) == 1
    await socket.close()


async def test_a_connection_that_falls_silent_is_left_for_a_new_one(
    double: SlackDouble, clock: Seconds
) -> None:
    heard: list[str] = []
    client = client_of(double)
    app = AsyncApp(client=client)

    @app.command("/aura")
    async def aura(ack: AsyncAck, body: dict[str, str]) -> None:
        heard.append(body["text"])
        await ack()

    async with connected(socket_of(double, clock, client=client, app=app)):
        requester = double.person(REQUESTER)
        double.silence_socket()
        double.ack_seconds = 0.05
        with pytest.raises(SlackSaysError, match="operation_timeout"):
            await requester.types("/aura lost", OPS_PRODUCTION)
        double.ack_seconds = 3.0
        await until(lambda: double.connections_opened == 2 and double.connections == 1)
        await requester.types("/aura help", OPS_PRODUCTION)
        assert heard == ["help"]


async def test_the_watchdog_leaves_a_silent_connection_that_the_client_stays_with(
    double: SlackDouble, clock: Seconds
) -> None:
    async with connected(socket_of(double, clock)) as socket:
        assert socket._handler is not None
        socket._handler.client.auto_reconnect_enabled = False  # as older clients: none notices
        double.silence_socket()
        await until_async(lambda: deaf(socket))
        await socket.watch()
        assert double.connections_opened == 1
        clock.passed += DEAF_AFTER + 1
        await socket.watch()
        assert await socket.hears()
        assert double.connections_opened == 2


@asynccontextmanager
async def connected(socket: SocketMode) -> AsyncIterator[SocketMode]:
    await socket.connect()
    try:
        yield socket
    finally:
        await socket.close()


async def deaf(socket: SocketMode) -> bool:
    return not await socket.hears()


async def test_the_watchdog_goes_on_while_slack_refuses(
    double: SlackDouble, clock: Seconds
) -> None:
    socket = socket_of(double, clock, "xapp-revoked")
    for times in (1, 2):
        clock.passed += DEAF_AFTER + 1
        await socket.watch()
        await socket.watch()  # a refused token is not tried again before another minute
        assert calls(double) == times
    assert not await socket.hears()
