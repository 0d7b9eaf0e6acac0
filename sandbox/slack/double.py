"""The Slack double: one aiohttp server that is a workspace, its Web API and its Socket Mode."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from sandbox.slack.acts import Acts
from sandbox.slack.api import Api
from sandbox.slack.cast import Cast
from sandbox.slack.control import Control
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.faults import FaultPanel, SlackFaults
from sandbox.slack.forms import Forms
from sandbox.slack.http_mode import HttpMode
from sandbox.slack.limits import Limits
from sandbox.slack.person import ActingPerson
from sandbox.slack.responses import Responses
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.tickets import Tickets
from sandbox.slack.timeline import Call, Timeline
from sandbox.slack.views import Views
from sandbox.slack.webapi import WebApi
from sandbox.slack.wire import Envelope, Now, Payload
from sandbox.slack.workspace import Workspace
from sandbox.slack.world import Execution, World

ACK_SECONDS = 3.0
_TICK_SECONDS = 0.5


class SlackDouble:
    """A Slack to develop against.

    `now` is the clock of everything but the wait for an acknowledgement, which is real:
    `ack_seconds`. `speed` is only told to the page. With `deliver_to` everything is posted there,
    signed with `signing_secret` (the app's own, if not given); without it, it goes out over
    Socket Mode. `limits` switches 429s on. A double is started once.
    """

    def __init__(
        self,
        *,
        now: Now,
        speed: float = 1.0,
        cast: Cast | None = None,
        limits: bool = True,
        deliver_to: str | None = None,
        signing_secret: str | None = None,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        cast = cast or Cast()
        if signing_secret is not None:
            cast.app = replace(cast.app, signing_secret=signing_secret)
        self.world = World(cast=cast, now=now)
        self._timeline = Timeline(now, self.world.changed)
        self._socket = SocketMode(self.world, changed=self.world.changed)
        self._http: HttpMode | None = None
        if deliver_to:
            self._http = HttpMode(url=deliver_to, secret=cast.app.signing_secret, now=now)
        self.faults = SlackFaults(
            disconnect=lambda: self._soon(self._socket.disconnect()),
            drop=self._socket.drop,
            silence=self._socket.fall_silent,
        )
        self.fault_panels: dict[str, FaultPanel] = {"slack": self.faults}
        tickets = Tickets(self.world)
        self.scopes: tuple[str, ...] = self.world.app.scopes
        self.dead_tokens: dict[str, str] = {}
        """Tokens that open nothing any more, with Slack's word for why, such as token_revoked."""
        self.refusals: dict[str, str] = {}
        """Methods that are refused whatever they are called for, with Slack's word for why."""
        self._api = Api(
            world=self.world,
            views=Views(self.world, tickets),
            tickets=tickets,
            scopes=lambda: self.scopes,
            new_socket_url=self._socket.new_url,
        )
        self._web = WebApi(
            self._api,
            limits=Limits(now) if limits else None,
            faults=self.faults,
            timeline=self._timeline,
            dead_tokens=self.dead_tokens,
            refusals=self.refusals,
        )
        transport = self._http or self._socket
        self._deliveries = Deliveries(
            self.world,
            transport,
            timeline=self._timeline,
            faults=self.faults,
            ack_seconds=ack_seconds,
        )
        responses = Responses(self._api)
        self._acts = Acts(self._api, self._deliveries, responses)
        self._forms = Forms(self._api, self._deliveries, self._acts)
        self.workspace = Workspace(self.world, self._acts)
        self._control = Control(
            self._api,
            acts=self._acts,
            forms=self._forms,
            workspace=self.workspace,
            timeline=self._timeline,
            panels=self.fault_panels,
            speed=speed,
        )
        self._app = web.Application(client_max_size=4 * 1024 * 1024)
        self._app.add_routes(
            [
                web.route("*", "/api/{method}", self._web.handle),
                web.get("/link/", self._socket.link),
                web.post("/response/{key}", responses.handle),
                *self._control.routes(),
            ]
        )
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        """The application, to which further routes may be added before the start."""
        return self._app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Serve; port 0 takes a free one. What comes back is the base URL, without a slash."""
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.world.base_url = f"http://{host}:{port}"
        self._soon(self._redeliver_for_ever())
        return self.world.base_url

    async def stop(self) -> None:
        """End all connections and the server."""
        self._control.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        if self._runner is None:
            await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def base_url(self) -> str:
        """Where the double is served, without a slash at the end."""
        return self.world.base_url

    def settings(self) -> dict[str, str]:
        """The settings by which a bot finds this double."""
        app = self.world.app
        return {
            "SLACK_API_URL": f"{self.base_url}/api/",
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_APP_TOKEN": app.app_token,
            "SLACK_SIGNING_SECRET": app.signing_secret,
        }

    def person(self, user: str) -> ActingPerson:
        """Somebody to act as, by their id (KeyError for nobody known)."""
        return ActingPerson(self.world.people[user], self._api, self._acts, self._forms)

    async def run_step(self, callback_id: str, **inputs: str) -> Execution:
        """Let a workflow come to a custom step of the app."""
        return await self._acts.run_step(callback_id, dict(inputs))

    @property
    def calls(self) -> list[Call]:
        """Every Web API call so far."""
        return self._web.calls

    @property
    def sent(self) -> list[Envelope]:
        """Every envelope so far, redeliveries too."""
        return self._deliveries.sent

    @property
    def ack_seconds(self) -> float:
        """How long the app has to acknowledge, in real seconds; may be set."""
        return self._deliveries.ack_seconds

    @ack_seconds.setter
    def ack_seconds(self, seconds: float) -> None:
        self._deliveries.ack_seconds = seconds

    @property
    def connections(self) -> int:
        """How many Socket Mode connections stand."""
        return self._socket.connections

    @property
    def connections_opened(self) -> int:
        """How many Socket Mode connections there were in all."""
        return self._socket.opened

    def add_timeline(
        self,
        *,
        service: str,
        direction: Literal["out", "in"],
        what: str,
        detail: Payload | None = None,
        status: str = "ok",
    ) -> None:
        """Write a line into the timeline of the page, now."""
        self._timeline.add(
            service=service, direction=direction, what=what, detail=detail, status=status
        )

    async def send_again(self, envelope: Envelope) -> bool:
        """Deliver an envelope once more; whether it was acknowledged."""
        return (await self._deliveries.send_again(envelope)).acked

    async def redeliver_due(self) -> int:
        """Send again what is due by now; how many that were. A running double does so itself."""
        return await self._deliveries.redeliver_due()

    async def disconnect(
        self, reason: Literal["warning", "refresh_requested", "link_disabled"] = "refresh_requested"
    ) -> None:
        """Tell the bot to reconnect, and why."""
        await self._socket.disconnect(reason)

    def drop_socket(self) -> None:
        """Cut the bot's connections without a word."""
        self._socket.drop()

    def silence_socket(self) -> None:
        """Leave the bot's connections open, and let nothing pass: not even a pong."""
        self._socket.fall_silent()

    def _soon(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _redeliver_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            await self.redeliver_due()
