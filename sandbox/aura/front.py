"""The front: turns a request into a call on the world, and its answer into a reply.

Order of judgement: faults, token, rate limit, role, content type, body, and only then the instance
and what is asked of it. `sandbox/aura/direct.py` says how requests come and replies go.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle

from sandbox.aura import typed
from sandbox.aura.answers import (
    Answer,
    Asked,
    RefusedError,
    as_v2,
    forbidden,
    ongoing,
    refused,
    turned_away,
)
from sandbox.aura.calls import Call, Record
from sandbox.aura.faults import Faults
from sandbox.aura.gate import Gate
from sandbox.aura.outages import OUTAGES
from sandbox.aura.query_calls import answer_query, instance_of
from sandbox.aura.routes import V1, V2, Answering
from sandbox.aura.world import World

_THROTTLE_WAIT = timedelta(seconds=2)
_NEEDS_TYPE = frozenset({"POST", "PATCH"})
_TOO_MANY = 429
_QUERY = "/db/{database}/query/v2"


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request. `path` has the query string with it, `names` what the route found in it.

    `headers` are asked for by their usual spelling, whatever the mapping's own is.
    """

    method: str
    path: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes

    @property
    def media(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What leaves. `dropped`: the connection is to be cut instead."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    dropped: bool = False


Hearing = Callable[[Incoming], Awaitable[Reply]]


def _as_it_is(answer: Answer) -> Answer:
    return answer


class Front:
    """Hears the calls of the token endpoint, v1, v2beta1 and the Query API for one world."""

    def __init__(
        self, *, world: World, gate: Gate, faults: Faults, record: Record, slow_by: float
    ) -> None:
        self._world = world
        self._gate = gate
        self._faults = faults
        self._record = record
        self._slow_by = slow_by
        self._n = 0
        self._outages = cycle(OUTAGES)
        self._chance = random.Random(0)  # noqa: S311  # request ids, no secrets

    def number(self) -> int:
        """The number of the next call."""
        self._n += 1
        return self._n

    def hearings(self) -> tuple[tuple[str, str, Hearing], ...]:
        """Method and path of every call, and what hears it."""
        return (
            ("POST", "/oauth/token", self._token),
            *(
                (m, f"/v1{path}", self._hearing(self._noticed(of), f"{m} {path}"))
                for m, path, of in V1
            ),
            ("POST", "/v2beta1/oauth/token", self._token),
            *(
                (m, f"/v2beta1{path}", self._hearing(of, f"{m} {path}", shape=as_v2))
                for m, path, of in V2
            ),
            ("POST", _QUERY, self._query),
            ("POST", "/databases/{instance}" + _QUERY, self._query),
        )

    def unrouted(self, method: str, path: str, status: int) -> None:
        """Note a call that no hearing is for."""
        asked = Incoming(method=method, path=path, names={}, query={}, headers={}, raw=b"")
        self._note(asked, self.number(), "unrouted", status, "")

    def _hearing(
        self, answering: Answering, kind: str, *, shape: Callable[[Answer], Answer] = _as_it_is
    ) -> Hearing:
        async def hear(request: Incoming) -> Reply:
            if self._faults.slow.take():
                await asyncio.sleep(self._slow_by)
            n, request_id = self.number(), self._request_id()
            body: object = None
            authentic = False
            try:
                if self._faults.unavailable.take():
                    return self._down(request, n, kind)
                client = self._admit(request)
                authentic = True
                if request.method != "GET" and self._faults.forbid.take():
                    raise forbidden()  # credentials have the role of the person who made them
                body = _parsed(request)
                self._refuse_as_busy(request)
                asked = Asked(
                    n=n,
                    now=self._world.now(),
                    request_id=request_id,
                    projects=self._gate.reach(client),
                    path=request.names,
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
            return _reply(answer, request_id if authentic else None, dropped=dropped)

        return hear

    def _refuse_as_busy(self, request: Incoming) -> None:
        # v1 may show `running` and refuse all the same, for a while: seen on the live service
        acts = request.method != "GET" and "instance" in request.names
        if acts and self._faults.conflict.take():
            raise ongoing("resuming")

    def _noticed(self, answering: Answering) -> Answering:
        def answer(world: World, asked: Asked) -> Answer:
            said = answering(world, asked)
            return replace(said, headers={**said.headers, **self._gate.notice()})

        return answer

    def _admit(self, request: Incoming) -> str:
        now = self._world.now()
        client = self._gate.admit(request.headers.get("Authorization", ""), now)
        if self._faults.throttle.take():
            raise self._gate.too_many(now, _THROTTLE_WAIT)
        return client

    async def _token(self, request: Incoming) -> Reply:
        if self._faults.slow.take():
            await asyncio.sleep(self._slow_by)
        n, kind = self.number(), "POST /oauth/token"
        if self._faults.unavailable.take():
            return self._down(request, n, kind)
        headers = request.headers
        answer = self._gate.issue(
            headers.get("Authorization", ""),
            headers.get("Content-Type", ""),
            request.raw.decode(errors="replace"),
            self._world.now(),
        )
        self._note(request, n, kind, answer.status, "")
        return _reply(answer, None)

    async def _query(self, request: Incoming) -> Reply:
        if self._faults.slow.take():
            await asyncio.sleep(self._slow_by)
        n, kind = self.number(), f"POST {_QUERY}"
        body: object = None
        try:
            body = _parsed(request, accepted=("application/json", typed.MEDIA))
            answered = answer_query(
                *(self._world, self._world.now()),
                instance_id=instance_of(request.names, request.headers.get("Host", "")),
                database=request.names["database"],
                authorization=request.headers.get("Authorization", ""),
                body=body if isinstance(body, dict) else {},
                typed_in=request.media == typed.MEDIA,
                typed_out=typed.MEDIA in request.headers.get("Accept", ""),
            )
            if callable(answered):  # a real server, which may take its time
                answered = await asyncio.to_thread(answered)
            answer = answered
        except RefusedError as refusal:
            answer = refusal.answer
        self._note(request, n, kind, answer.status, "", body=body)
        return _reply(answer, None)

    def _down(self, request: Incoming, n: int, kind: str) -> Reply:
        outage = next(self._outages)
        self._note(request, n, kind, outage.status, "")
        headers = outage.headers(self._world.now())
        return Reply(status=outage.status, body=outage.body, headers=headers)

    def _note(
        self,
        request: Incoming,
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
                path=request.path,
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


def _parsed(request: Incoming, *, accepted: tuple[str, ...] = ("application/json",)) -> object:
    if request.method not in _NEEDS_TYPE:
        return None
    if request.media not in accepted:
        raise turned_away(415, "Content-Type must be application/json")
    if not request.raw:
        return None  # official clients send the type with an empty body
    try:
        body: object = json.loads(request.raw)
    except (ValueError, RecursionError):
        raise refused(400, "validation-error", "The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise refused(400, "validation-error", "The request body must be an object")
    return body


def _reply(answer: Answer, request_id: str | None, *, dropped: bool = False) -> Reply:
    headers = dict(answer.headers)
    if request_id is not None:
        headers["X-Request-Id"] = request_id
    if answer.body is None:
        return Reply(status=answer.status, headers=headers, dropped=dropped)
    headers["Content-Type"] = "application/json"
    body = json.dumps(answer.body, separators=(",", ":")).encode()
    return Reply(status=answer.status, body=body, headers=headers, dropped=dropped)
