"""Socket Mode frame by frame; tests/contracts/outside has what official clients make of it."""

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import OPS_PRODUCTION, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import SlackSaysError


async def address(double: SlackDouble) -> str:
    """A fresh Socket Mode address."""
    settings = double.settings()
    web = AsyncWebClient(base_url=settings["SLACK_API_URL"])
    opened = await web.apps_connections_open(app_token=settings["SLACK_APP_TOKEN"])
    return str(opened["url"])


async def test_an_address_works_once(double: SlackDouble) -> None:
    url = await address(double)
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as socket:
            assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_the_frame_says_why_to_go(double: SlackDouble, reason: str) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(await address(double)) as ws:
        await ws.receive_json()
        await double.disconnect("warning" if reason == "warning" else "refresh_requested")
        frame = await ws.receive_json()
    assert (frame["type"], frame["reason"]) == ("disconnect", reason)


async def test_on_a_silent_connection_neither_side_hears_the_other(double: SlackDouble) -> None:
    double.ack_seconds = 0.05
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(await address(double), autoping=False) as ws,
    ):
        await ws.receive_json()
        await ws.ping(b"before")
        assert (await ws.receive()).data == b"before"
        double.silence_socket()
        await ws.ping(b"after")
        with pytest.raises(SlackSaysError, match="operation_timeout"):
            await double.person(REQUESTER).types("/aura help", OPS_PRODUCTION)
        await double.disconnect()
        with pytest.raises(TimeoutError):
            await ws.receive(0.05)
        assert (double.connections, ws.closed) == (1, False)
        async with session.ws_connect(await address(double)) as fresh:
            assert (await fresh.receive_json())["type"] == "hello"


async def test_an_eleventh_connection_is_one_too_many(double: SlackDouble) -> None:
    async with aiohttp.ClientSession() as session:
        sockets = [await session.ws_connect(await address(double)) for _ in range(11)]
        frames = [await socket.receive_json() for socket in sockets]
    assert [f["type"] for f in frames] == ["hello"] * 10 + ["disconnect"]
    assert frames[-1]["reason"] == "too_many_websockets"
