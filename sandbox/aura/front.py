"""The HTTP front: turns a request into a call on the world, and its answer into a response.

Order of judgement: faults, token, rate limit, content type, body, and only then the instance and
what is asked of it.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.aura import typed
from sandbox.aura.answers import Answer, Asked, RefusedError, as_v2, refused, turned_away
from sandbox.aura.calls import Call, Record
from sandbox.aura.faults import Faults
from sandbox.aura.gate import Gate
from sandbox.aura.query_calls import answer_query, instance_of
from sandbox.aura.routes import V1, V2, Answering
from sandbox.aura.world import World

_THROTTLE_WAIT = timedelta(seconds=2)
_NEEDS_TYPE = frozenset({"POST", "PATCH"})
_TOO_MANY = 429
_QUERY = "/db/{database}/query/v2"
_DOWN = "upstream connect error or disconnect/reset before headers"


def _as_it_is(answer: Answer) -> Answer:
    return answer


class Front:
    """Serves the token endpoint, v1, v2beta1 and the Query API for one world."""

    def __init__(
        self, *, world: World, gate: Gate, faults: Faults, record: Record, slow_by: float
    ) -> None:
        self._world = world
        self._gate = gate
        self._faults = faults
        self._record = record
        self._slow_by = slow_by
        self._n = 0
        self._chance = random.Random(0)  # noqa: S311  # request ids, no secrets

    def number(self) -> int:
        """The number of the next call."""
        self._n += 1
        return self._n

    def app(self) -> web.Application:
        """A new application on this front."""
        app = web.Application(middlewares=[self._unrouted])
        app.router.add_post("/oauth/token", self._token)
        for method, path, answering in V1:
            app.router.add_route(method, "/v1" + path, self._handler(answering, f"{method} {path}"))
        app.router.add_post("/v2beta1/oauth/token", self._token)
        for method, path, answering in V2:
            handler = self._handler(answering, f"{method} {path}", shape=as_v2)
            app.router.add_route(method, "/v2beta1" + path, handler)
        app.router.add_post(_QUERY, self._query)
        app.router.add_post("/databases/{instance}" + _QUERY, self._query)
        return app

    def _handler(
        self, answering: Answering, kind: str, *, shape: Callable[[Answer], Answer] = _as_it_is
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            if self._faults.slow.take():
                await asyncio.sleep(self._slow_by)
            self._n += 1
            n, request_id = self._n, self._request_id()
            body: object = None
            authentic = False
            try:
                if self._faults.unavailable.take():
                    return self._down(request, n, kind)
                client = self._admit(request)
                authentic = True
                body = _parsed(request, raw)
                asked = Asked(
                    n=n,
                    now=self._world.now(),
                    request_id=request_id,
                    projects=self._gate.reach(client),
                    path=request.match_info,
                    query=request.query,
                    body=body if isinstance(body, dict) else {},
                )
                answer = answering(self._world, asked)
            except RefusedError as refusal:
                answer = shape(refusal.answer)
                authentic = authentic or answer.status == _TOO_MANY  # judged after the token
            dropped = (
                request.method == "POST" and answer.status < 300 and self._faults.drop_answer.take()
            )
            self._note(request, n, kind, answer.status, request_id, body=body, dropped=dropped)
            if dropped and request.transport is not None:
                request.transport.close()
            return _response(answer, request_id if authentic else None)

        return handle

    def _admit(self, request: web.Request) -> str:
        now = self._world.now()
        client = self._gate.admit(request.headers.get("Authorization", ""), now)
        if self._faults.throttle.take():
            raise self._gate.too_many(now, _THROTTLE_WAIT)
        return client

    async def _token(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        if self._faults.slow.take():
            await asyncio.sleep(self._slow_by)
        self._n += 1
        kind = "POST /oauth/token"
        if self._faults.unavailable.take():
            return self._down(request, self._n, kind)
        headers = request.headers
        answer = self._gate.issue(
            headers.get("Authorization", ""),
            headers.get("Content-Type", ""),
            body,
            self._world.now(),
        )
        self._note(request, self._n, kind, answer.status, "")
        return _response(answer, None)

    async def _query(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        if self._faults.slow.take():
            await asyncio.sleep(self._slow_by)
        self._n += 1
        kind = f"POST {_QUERY}"
        body: object = None
        try:
            typed_in = request.content_type == typed.MEDIA
            body = _parsed(request, raw, accepted=("application/json", typed.MEDIA))
            answered = answer_query(
                *(self._world, self._world.now()),
                instance_id=instance_of(request.match_info, request.host),
                database=request.match_info["database"],
                authorization=request.headers.get("Authorization", ""),
                body=body if isinstance(body, dict) else {},
                typed_in=typed_in,
                typed_out=typed.MEDIA in request.headers.get("Accept", ""),
            )
            if callable(answered):  # a real server, which may take its time
                answered = await asyncio.to_thread(answered)
            answer = answered
        except RefusedError as refusal:
            answer = refusal.answer
        self._note(request, self._n, kind, answer.status, "", body=body)
        return _response(answer, None)

    @web.middleware
    async def _unrouted(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
            self._n += 1
            self._note(request, self._n, "unrouted", error.status, "")
            headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
            return _response(
                Answer(status=error.status, body={"error": error.reason}, headers=headers), None
            )

    def _down(self, request: web.Request, n: int, kind: str) -> web.StreamResponse:
        self._note(request, n, kind, 503, "")
        return web.Response(status=503, text=_DOWN)

    def _note(
        self,
        request: web.Request,
        n: int,
        kind: str,
        status: int,
        request_id: str,
        *,
        body: object = None,
        dropped: bool = False,
    ) -> None:
        self._record.add(
            Call(
                n=n,
                at=self._world.now(),
                method=request.method,
                path=request.path_qs,
                body=body,
                status=status,
                request_id=request_id,
                dropped=dropped,
            ),
            kind=kind,
        )

    def _request_id(self) -> str:
        # 32 hex digits, a slash, 19 decimal digits: as in the published specification.
        high = 10**18 + self._chance.randrange(9 * 10**18)
        return f"{self._chance.getrandbits(128):032x}/{high}"


def _parsed(
    request: web.Request, raw: bytes, *, accepted: tuple[str, ...] = ("application/json",)
) -> object:
    if request.method not in _NEEDS_TYPE:
        return None
    if request.content_type not in accepted:
        raise turned_away(415, "Content-Type must be application/json")
    if not raw:
        return None  # official clients send the type with an empty body
    try:
        body: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise refused(400, "validation-error", "The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise refused(400, "validation-error", "The request body must be an object")
    return body


def _response(answer: Answer, request_id: str | None) -> web.Response:
    headers = dict(answer.headers)
    if request_id is not None:
        headers["X-Request-Id"] = request_id
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    return web.Response(
        status=answer.status,
        body=json.dumps(answer.body, separators=(",", ":")).encode(),
        content_type="application/json",
        headers=headers,
    )
