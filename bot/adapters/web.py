"""The small web server: health, readiness, metrics, and Slack's events in HTTP mode."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import TracebackType

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

from bot.core.errors import BotError

log = structlog.get_logger(__name__)

#: Seconds after which something that must work counts as not working.
PATIENCE = 5.0

#: Name of what must work -> None when it does, else one clause that says what is wrong.
Checks = Mapping[str, Callable[[], Awaitable[str | None]]]


class CannotListen(BotError):
    """The address is taken or not ours."""


class WebServer:
    """Serves `/healthz`, `/readyz`, `/metrics`, ``more``, and with an app `/slack/events`."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        ready: Checks,
        metrics: Callable[[], Awaitable[bytes]],
        events: AsyncApp | None = None,
        more: Iterable[web.AbstractRouteDef] = (),
    ) -> None:
        self._host, self._port = host, port
        self._ready = ready
        self._metrics = metrics
        self._events = events
        self._more = tuple(more)
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> "WebServer":
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._page)
        if self._events is not None:
            app.router.add_post("/slack/events", self._slack)
        app.router.add_routes(self._more)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as taken:
            await self._runner.cleanup()
            raise CannotListen(
                f"cannot listen on {self._host}:{self._port}: {taken.strerror}",
                hint="Set SAVEPOINT_HOST and SAVEPOINT_PORT to a free address of this machine.",
            ) from taken
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port it listens on."""
        addresses = self._runner.addresses if self._runner else []
        return int(addresses[0][1]) if addresses else self._port

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _readyz(self, request: web.Request) -> web.Response:
        answers = await asyncio.gather(*(_ask(*named) for named in self._ready.items()))
        found = dict(zip(self._ready, answers, strict=True))
        wrong = {name: why for name, why in found.items() if why}
        return web.json_response(
            {name: why or "ok" for name, why in found.items()}, status=503 if wrong else 200
        )

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(body=await self._metrics(), content_type="text/plain", charset="utf-8")

    async def _slack(self, request: web.Request) -> web.Response:
        assert self._events is not None, "the route exists only with an app"  # noqa: S101
        answer = await self._events.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)


async def _ask(name: str, check: Callable[[], Awaitable[str | None]]) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except Exception:
        log.exception("readiness check failed", check=name)
        return "the check itself failed"
