"""The guard: what may leave for Aura, whatever the code above it believes.

It sits where bytes leave the process. A call passes only if its method, target, headers and body
are exactly those of the effect that it claims; a destructive call passes only with a permit for
this effect on exactly what path and body name, which is consumed in the store right before
(promises P1 and P6). An instance is created only with a permit that names the whole body, and
deleted only while the ledger holds it (promise P13). Nothing but the request's own timeout goes
further down: extensions of httpcore could otherwise change the target on the wire
(https://www.encode.io/httpcore/extensions/).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx

from bot.adapters.aura.copies import Blocked, Copies, Ledger, NoLedger
from bot.adapters.aura.spending import Consume, Spending, Spent
from bot.core.copies import CopyPermit, DeletePermit
from bot.core.permits import Permit
from bot.ports import Clock

AnyPermit = Permit | CopyPermit | DeletePermit


class Effect(StrEnum):
    """What a call does; the names that metrics and the guard use."""

    SIGN_IN = "sign_in"
    PROJECTS = "projects"
    INSTANCES = "instances"
    INSTANCE = "instance"
    SNAPSHOTS = "snapshots"
    SNAPSHOT = "snapshot"
    TAKE_SNAPSHOT = "take_snapshot"
    OVERWRITE_IN_PLACE = "overwrite_in_place"
    OVERWRITE_FROM = "overwrite_from"
    OFFERS = "offers"
    CREATE_COPY = "create_copy"
    DELETE_OWNED = "delete_owned"


_ID = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"
#: What an id may look like in a path: opaque, but with nothing that could change the path. The
#: official examples show UUIDs and time stamps such as ``2023-01-20T18:07:25Z-adhoc``.
ID = re.compile(_ID)


@dataclass(frozen=True)
class Shape:
    """One kind of call; ``target`` is the path with its query as it goes out.

    The body is ``body``, or, where it names something, what ``wording`` describes. All that a
    destructive call names stands in groups of ``target`` and ``wording``: instance, snapshot …
    """

    method: str
    target: re.Pattern[str]
    body: bytes | None = b""
    """None where the permit says it."""
    media: str | None = None
    destructive: bool = False
    wording: re.Pattern[bytes] | None = None


def _get(target: str) -> Shape:
    return Shape("GET", re.compile(target))


def _post(target: str, *, destructive: bool = False) -> Shape:
    return Shape("POST", re.compile(target), b"{}", "application/json", destructive)


_ONE = rf"/v1/instances/(?P<instance>{_ID})"
FORM = "application/x-www-form-urlencoded"
SHAPES = {
    Effect.SIGN_IN: Shape(
        "POST", re.compile(r"/oauth/token"), b"grant_type=client_credentials", FORM
    ),
    Effect.PROJECTS: _get(r"/v1/tenants"),
    Effect.INSTANCES: _get(r"/v1/instances"),
    Effect.INSTANCE: _get(_ONE),
    Effect.SNAPSHOTS: _get(rf"{_ONE}/snapshots\?date=[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"),
    Effect.SNAPSHOT: _get(rf"{_ONE}/snapshots/(?P<snapshot>{_ID})"),
    Effect.TAKE_SNAPSHOT: _post(rf"{_ONE}/snapshots"),
    Effect.OVERWRITE_IN_PLACE: _post(
        rf"{_ONE}/snapshots/(?P<snapshot>{_ID})/restore", destructive=True
    ),
    Effect.OVERWRITE_FROM: Shape(
        "POST",
        re.compile(rf"{_ONE}/overwrite"),
        None,
        "application/json",
        destructive=True,
        wording=re.compile(
            rf'\{{"source_instance_id":"(?P<source>{_ID})",'
            rf'"source_snapshot_id":"(?P<snapshot>{_ID})"\}}'.encode()
        ),
    ),
    Effect.OFFERS: _get(rf"/v1/tenants/{_ID}"),
    Effect.CREATE_COPY: Shape("POST", re.compile(r"/v1/instances"), None, "application/json"),
    Effect.DELETE_OWNED: Shape("DELETE", re.compile(_ONE)),
}

__all__ = ["ID", "SHAPES", "AnyPermit", "Blocked", "Consume", "Effect", "Guard", "Ledger", "Shape"]

_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)


def _said(shape: Shape, body: bytes) -> dict[str, str] | None:
    """Return what a body names, or None when it is not of this shape."""
    if shape.wording is None:
        return {} if shape.body in (None, body) else None
    found = shape.wording.fullmatch(body)
    return (
        {name: value.decode("ascii") for name, value in found.groupdict().items()}
        if found
        else None
    )


class Guard(httpx.AsyncBaseTransport):
    """Lets known calls out to one origin.

    Every request names its effect in ``extensions["effect"]``, and one that restores, creates or
    deletes carries its permit in ``extensions["permit"]``. ``consume`` returns True once per
    operation, ever.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        origin: httpx.URL,
        consume: Consume,
        clock: Clock,
        ledger: Ledger | None = None,
    ) -> None:
        if origin.raw_path != b"/" or origin.userinfo or origin.fragment:
            raise ValueError("the address of Aura must be an origin such as https://api.neo4j.io")
        self._inner = inner
        self._origin = origin
        self._spending = Spending(consume, clock)
        self._clock = clock
        self._copies = Copies(ledger or NoLedger())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let a request out; raises Blocked, NotAllowed or, when frozen, AuraUnreachable."""
        body = await request.aread()
        shape, names = self._recognise(request, body)
        permit = request.extensions.get("permit")
        copying: CopyPermit | None = None
        spent: Spent | None = None
        if shape.destructive:
            effect = request.extensions["effect"]
            spent = await self._spending.spend(permit, effect, names)
        elif shape is SHAPES[Effect.CREATE_COPY]:
            began = self._clock.monotonic()
            copying = await self._copies.may_create(permit, body)
            spent = Spent(self._clock, began, copying.intended_at)
        elif shape is SHAPES[Effect.DELETE_OWNED]:
            await self._copies.may_delete(permit, names)
        if copying is None:
            return await self._let_out(request, body, spent)
        with self._copies.watched(copying):
            response = await self._let_out(request, body, spent)
        self._copies.answered(copying, response.status_code)
        return response

    async def aclose(self) -> None:
        """Close the transport below."""
        await self._inner.aclose()

    def _recognise(self, request: httpx.Request, body: bytes) -> tuple[Shape, dict[str, str]]:
        url, headers = request.url, request.headers
        target = url.raw_path.decode("ascii")
        shape = SHAPES.get(request.extensions.get("effect", ""))
        names = shape.target.fullmatch(target) if shape else None
        said = _said(shape, body) if shape else None
        fits = (
            shape is not None
            and names is not None
            and request.method == shape.method
            and (url.scheme, url.host, url.port)
            == (self._origin.scheme, self._origin.host, self._origin.port)
            and not url.userinfo
            and headers.get_list("host") == [self._origin.netloc.decode("ascii")]
            and set(headers) <= _HEADERS
            and headers.get_list("content-type") == ([shape.media] if shape.media else [])
            and said is not None
        )
        if shape is None or names is None or said is None or not fits:
            raise Blocked(
                f"the guard before Aura let a call not out: {request.method} {target[:80]}",
                hint="Nothing was sent. This is a fault in the bot; please report it.",
            )
        return shape, {**names.groupdict(), **said}

    async def _let_out(
        self, request: httpx.Request, body: bytes, spent: Spent | None
    ) -> httpx.Response:
        extensions: dict[str, Any] = {"timeout": request.extensions.get("timeout", {})}
        if spent is not None:
            extensions["trace"] = spent.trace
            spent.check()
        return await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url,
                headers=request.headers,
                stream=httpx.ByteStream(body),
                extensions=extensions,
            )
        )
