"""The guard before the console: what may leave, whatever the code above it believes.

Calls go to one console in known shapes. Consent to lose the instance's data leaves only with the
`Consent` of an approved operation, for exactly that instance; the call that loads the file only
with a permit for exactly this instance and file, which is consumed in the store right before
(promises P1 and P6). Files go only where the console said, over TLS where the console has it, and
never with a password or token in a header.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum

import httpx

from bot.adapters.aura.copies import Blocked
from bot.adapters.aura.guard import ID
from bot.adapters.aura.spending import Spending
from bot.core.uploads import LOAD, Consent


class Effect(StrEnum):
    """What a call does."""

    SIGN_IN = "console_sign_in"
    CHECK_SIZE = "console_check_size"
    INITIATE = "console_initiate"
    PARTS = "console_parts"
    STATUS = "console_status"
    LOAD_FILE = LOAD
    STORE = "console_store"


@dataclass(frozen=True)
class Shape:
    """One kind of call; ``keys`` are those of its JSON body."""

    method: str
    target: re.Pattern[str]
    keys: frozenset[str] = frozenset()


_DATABASE = rf"/databases/(?P<instance>{ID.pattern})/import"


def _post(version: int, rest: str, *keys: str) -> Shape:
    return Shape("POST", re.compile(f"/v{version}{_DATABASE}{rest}"), frozenset(keys))


SHAPES = {
    Effect.SIGN_IN: _post(1, "/auth"),
    Effect.CHECK_SIZE: _post(1, "/size", "FullSize"),
    Effect.INITIATE: _post(2, "", "Crc32", "DumpSize", "FullSize"),
    Effect.PARTS: _post(1, "/multipart-upload-status", "Crc32", "UploadID"),
    Effect.LOAD_FILE: _post(1, "/upload-complete", "Crc32", "Parts", "UploadID", "Provider"),
    Effect.STATUS: Shape("GET", re.compile(f"/v1{_DATABASE}/status")),
}
#: Where the console's own calls lie: no link to storage leads there.
_PATHS = re.compile(r"/+v[0-9]", re.IGNORECASE)
_COMMON = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host"}
    | {"user-agent"}
)
_TO_CONSOLE = _COMMON | {"authorization", "confirmed", "neo4j-version"}
_TO_STORAGE = _COMMON | {"content-range", "x-goog-resumable"}


class Guard(httpx.AsyncBaseTransport):
    """Lets known calls out.

    Every request names its effect in ``extensions["effect"]``; consent and permit stand there too.
    """

    def __init__(
        self, inner: httpx.AsyncBaseTransport, *, origin: httpx.URL, spending: Spending
    ) -> None:
        if origin.raw_path != b"/" or origin.userinfo or origin.fragment:
            raise ValueError("the console's address must be an origin: https://console.neo4j.io")
        self._inner = inner
        self._origin = origin
        self._spending = spending

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Let a request out; raises Blocked, NotAllowed or, when frozen, AuraUnreachable."""
        given = request.extensions
        extensions = {"timeout": given.get("timeout", {})}
        if given.get("effect") == Effect.STORE:
            if not self._may_store(request):
                raise _blocked("a piece of a file")
            return await self._pass(request, request.stream, extensions)
        content = await request.aread()
        names = self._recognise(request, content)
        if given["effect"] == Effect.LOAD_FILE:
            fresh = await self._spending.spend(given.get("permit"), Effect.LOAD_FILE, names)
            extensions["trace"] = fresh.trace
        return await self._pass(request, httpx.ByteStream(content), extensions)

    async def aclose(self) -> None:
        """Close the transport below."""
        await self._inner.aclose()

    async def _pass(
        self,
        request: httpx.Request,
        stream: httpx.AsyncByteStream | httpx.SyncByteStream,
        extensions: dict[str, object],
    ) -> httpx.Response:
        return await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url,
                headers=request.headers,
                stream=stream,
                extensions=extensions,
            )
        )

    def _recognise(self, request: httpx.Request, content: bytes) -> dict[str, str]:
        url, headers = request.url, request.headers
        shape = SHAPES.get(request.extensions.get("effect", ""))
        path = url.raw_path.decode("ascii")
        found = shape.target.fullmatch(path) if shape else None
        said = json.loads(content) if content else {}
        fits = (
            shape is not None
            and found is not None
            and request.method == shape.method
            and _place(url) == _place(self._origin)
            and not url.userinfo
            and set(headers) <= _TO_CONSOLE
            and set(said) <= shape.keys
            and _may_consent(request, found["instance"])
        )
        if found is None or not fits:
            raise _blocked(f"{request.method} {path[:80]}")
        crc32 = {"crc32": str(said["Crc32"])} if "Crc32" in said else {}
        return {"instance": found["instance"], **crc32}

    def _may_store(self, request: httpx.Request) -> bool:
        return (
            request.method in ("PUT", "POST")
            and request.url.scheme in ("https", self._origin.scheme)
            and not request.url.userinfo
            and not _PATHS.match(request.url.raw_path.decode("ascii"))
            and set(request.headers) <= _TO_STORAGE
        )


def _may_consent(request: httpx.Request, instance_id: str) -> bool:
    """Whether consent may be given, where it is."""
    if request.extensions["effect"] is not Effect.SIGN_IN:
        return "confirmed" not in request.headers
    if request.headers.get_list("confirmed") == ["false"]:
        return True
    consent = request.extensions.get("consent")
    return isinstance(consent, Consent) and consent.instance_id == instance_id


def _place(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _blocked(what: str) -> Blocked:
    return Blocked(
        f"the guard before Aura's console let a call not out: {what}",
        hint="Nothing was sent. This is a fault in the bot; please report it.",
    )
