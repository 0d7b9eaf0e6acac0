"""A running double on a clock of its own, and a bot on real Bolt over real Socket Mode."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.double import SlackDouble
from sandbox.slack.sightings import SeenView


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


class Bot:
    """A Bolt app connected to a double; listeners may be added at any time."""

    def __init__(self, double: SlackDouble) -> None:
        self.double = double
        settings = double.settings()
        self.client = AsyncWebClient(
            token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"]
        )
        self.app = AsyncApp(name="test", client=self.client, token=settings["SLACK_BOT_TOKEN"])
        self._handler = AsyncSocketModeHandler(
            self.app, settings["SLACK_APP_TOKEN"], web_client=self.client
        )

    async def connect(self) -> None:
        await self._handler.connect_async()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        await self._handler.close_async()  # type: ignore[no-untyped-call]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def double(clock: Clock) -> AsyncIterator[SlackDouble]:
    async with SlackDouble(now=clock) as running:
        yield running


@pytest.fixture
def web(double: SlackDouble) -> AsyncWebClient:
    settings = double.settings()
    return AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])


@pytest.fixture
async def bot(double: SlackDouble) -> AsyncIterator[Bot]:
    made = Bot(double)
    await made.connect()
    yield made
    await made.close()


async def settled(double: SlackDouble, method: str, times: int = 1) -> None:
    """Wait until the bot has called `method` so many times; it answers after its ack."""
    await eventually(double, lambda: sum(c.method == method for c in double.calls) >= times)


async def eventually(double: SlackDouble, true: Callable[[], bool]) -> None:
    """Wait until something is true of the double, looking whenever anything has changed."""
    changed = asyncio.Event()
    double.world.watchers.add(changed)
    async with asyncio.timeout(5):
        while not true():
            await changed.wait()
            changed.clear()
    double.world.watchers.discard(changed)


async def opened(double: SlackDouble, user: str) -> SeenView:
    """The modal of `user`, once the bot has opened it."""
    await settled(double, "views.open")
    view = double.person(user).modal
    assert view is not None
    return view
