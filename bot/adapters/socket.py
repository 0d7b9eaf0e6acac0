"""Socket Mode, with a watchdog that notices a deaf connection.

A process can look alive while Slack's events no longer reach it; the remedy that held elsewhere
is a new handler object, not only a new task
(https://docs.slack.dev/apis/events-api/using-socket-mode).
"""

import asyncio

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack_door import Observe, SlackDoor
from bot.core.errors import ChatFailed, ChatLockedOut, ChatUnavailable
from bot.ports import Clock

log = structlog.get_logger(__name__)

#: Seconds of silence after which a connection counts as deaf.
DEAF_AFTER = 60.0
#: Seconds that opening a connection may take.
PATIENCE = 20.0
#: Seconds between two pings. The client leaves a connection on which no pong comes back
#: (https://docs.slack.dev/tools/python-slack-sdk/socket-mode).
PING = 10.0


def _unobserved(method: str, outcome: str, seconds: float) -> None:
    """Count nothing."""


class SocketMode:
    """Owns the connection; `watch` is called every few seconds by a loop of `bot.app`."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        client: AsyncWebClient,
        clock: Clock,
        observe: Observe = _unobserved,
        *,
        patience: float = PATIENCE,
        ping: float = PING,
    ) -> None:
        self._app = app
        self._token = app_token
        self._client = client
        self._clock = clock
        self._door = SlackDoor(client, clock, observe)
        self._patience = patience
        self._ping = ping
        self._handler: AsyncSocketModeHandler | None = None
        self._last_heard = clock.monotonic()

    async def begin(self) -> None:
        """Open the first connection; while Slack is away `watch` goes on trying.

        Raises ChatFailed or ChatLockedOut when Slack refuses: that does not pass by itself.
        """
        try:
            await self.connect()
        except ChatLockedOut:
            raise
        except ChatUnavailable as trouble:
            log.warning("starting without a socket", why=trouble.summary)

    async def connect(self) -> None:
        """Open the connection.

        Raises ChatLockedOut when Slack refuses the token, ChatFailed when it refuses to open one,
        ChatUnavailable when it does not answer.
        """
        address = await self._door.open_socket(self._token)
        handler = AsyncSocketModeHandler(
            self._app, self._token, web_client=self._client, ping_interval=self._ping
        )
        # Given an address, the client asks for none: left alone it would try a refused token, or
        # an address that nobody answers at, for ever.
        handler.client.wss_uri = address
        self._handler = handler
        try:
            async with asyncio.timeout(self._patience):
                await handler.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError:
            await self.close()
            raise ChatUnavailable("the Slack socket does not open", code="timeout") from None
        self._last_heard = self._clock.monotonic()

    @property
    def locked_out(self) -> str | None:
        """Why Slack takes the app token no more; None while it does."""
        return self._door.locked_out

    async def hears(self) -> bool:
        """Whether the connection is open now."""
        return self._handler is not None and bool(await self._handler.client.is_connected())

    async def watch(self) -> None:
        """Note that it hears; build a new connection when it has been deaf for too long."""
        if await self.hears():
            self._last_heard = self._clock.monotonic()
            return
        silence = self._clock.monotonic() - self._last_heard
        if silence > DEAF_AFTER:
            log.warning("socket deaf", seconds=round(silence))
            await self.close()
            try:
                await self.connect()
            except ChatFailed as trouble:
                log.warning("socket stays deaf", why=trouble.summary)
                if isinstance(trouble, ChatLockedOut):  # to ask every few seconds helps nobody
                    self._last_heard = self._clock.monotonic()

    async def close(self) -> None:
        """Close the connection; no further event is taken."""
        handler, self._handler = self._handler, None
        if handler is not None:
            await handler.close_async()  # type: ignore[no-untyped-call]
