"""The two ways to the front: HTTP, and a call within the process.

HTTP is what a bot meets. Whoever asks hundreds of thousands of times, as a simulated quarter does,
would measure little but sockets; the front hears both alike, and both stand in the same record.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.aura.front import Front, Hearing, Incoming, Reply


def application(front: Front) -> web.Application:
    """A new application on this front."""

    @web.middleware
    async def unrouted(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
            front.unrouted(request.method, request.path_qs, error.status)
            headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            said = replace(_nothing(error.status, error.reason), headers=headers)
            return web.Response(
                status=said.status, body=said.body, headers=headers, content_type="application/json"
            )

    app = web.Application(middlewares=[unrouted])
    for method, path, hear in front.hearings():
        app.router.add_route(method, path, _served(hear))
    return app


def _served(hear: Hearing) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        reply = await hear(
            Incoming(
                method=request.method,
                path=request.path_qs,
                names=request.match_info,
                query=request.query,
                headers=request.headers,
                raw=await request.read(),
            )
        )
        if reply.dropped and request.transport is not None:
            request.transport.close()
        return web.Response(status=reply.status, body=reply.body or None, headers=reply.headers)

    return handle


class Direct:
    """Asks the front without a socket."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._routes = [
            (method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), hear)
            for method, path, hear in front.hearings()
        ]

    async def __call__(
        self, method: str, path: str, *, headers: Mapping[str, str], body: bytes
    ) -> Reply:
        """Ask; `path` has the query string with it, `headers` must not mind upper and lower case.

        A reply that is `dropped` never reached whoever asked.
        """
        route, _, query = path.partition("?")
        for wanted, pattern, hear in self._routes:
            found = pattern.fullmatch(route) if wanted == method else None
            if found is not None:
                return await hear(
                    Incoming(
                        method=method,
                        path=path,
                        names={name: unquote(value) for name, value in found.groupdict().items()},
                        query=dict(parse_qsl(query)),
                        headers=headers,
                        raw=body,
                    )
                )
        self._front.unrouted(method, path, 404)
        return _nothing(404, "Not Found")


def _nothing(status: int, reason: str) -> Reply:
    body = json.dumps({"error": reason}, separators=(",", ":")).encode()
    return Reply(status=status, body=body, headers={"Content-Type": "application/json"})
