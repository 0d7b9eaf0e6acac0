"""The storage of two clouds, as far as backup files are uploaded into it.

    POST /storage/google/{upload}            begins a resumable upload
    PUT  /storage/google/{upload}/{session}  takes it, or says how far it is
    PUT  /storage/amazon/{upload}/{part}     takes one part

Signed links name their signature in the query
(https://cloud.google.com/storage/docs/resumable-uploads,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html).
"""

import re
import secrets
from collections.abc import Callable
from itertools import cycle
from typing import Protocol

from aiohttp import web

from sandbox.aura.console import Console, Import
from sandbox.aura.storage import GRAIN, Stored

_GOOGLE = "/storage/google/{upload}"
_AMAZON = "/storage/amazon/{upload}/{part}"
_RANGE = re.compile(r"bytes (?:(\*)|(\d+)-(\d+))/(\d+)")
_TAKEN = (
    "<Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>The caller does "
    "not have storage.objects.delete access to the Google Cloud Storage object.</Details></Error>"
)
_FORBIDDEN = "<Error><Code>SignatureDoesNotMatch</Code></Error>"


class Note(Protocol):
    """Writes a call down."""

    def __call__(
        self, request: web.Request, kind: str, status: int, *, dropped: bool = False
    ) -> object:
        """Write it."""


class StorageCalls:
    """The routes of both clouds."""

    def __init__(self, console: Console, note: Note) -> None:
        self._console = console
        self._note = note
        self._down = cycle((503, 500, 502, 504))

    def routes(self) -> list[web.RouteDef]:
        """All of it."""
        return [
            web.post(_GOOGLE, self._google_start),
            web.put(_GOOGLE + "/{session}", self._google_put),
            web.put(_AMAZON, self._amazon_put),
        ]

    async def _google_start(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        one = self._signed(request, "X-Goog-Signature")
        if one is None:
            return self._xml(request, 403, _FORBIDDEN)
        if self._console.world.faults.storage_down.take():
            return self._xml(request, next(self._down), "")
        if request.headers.get("x-goog-resumable") != "start" or request.headers["Content-Type"]:
            return self._xml(request, 400, "<Error><Code>InvalidArgument</Code></Error>")
        if not one.stored.whole:
            one.stored.back_to(0)
        one.stored.session = secrets.token_hex(16)
        self._note(request, "storage start", 201)
        location = f"{request.url.origin()}/storage/google/{one.upload_id}/{one.stored.session}"
        return web.Response(status=201, headers={"Location": location})

    async def _google_put(self, request: web.Request) -> web.StreamResponse:
        one = self._upload(request.match_info["upload"])
        if one is None or one.stored.session != request.match_info["session"]:
            await _drain(request)
            return self._xml(request, 404, "<Error><Code>NoSuchUpload</Code></Error>")
        stored = one.stored
        asked = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
        if asked is not None and asked[1]:
            if self._console.world.faults.storage_forgets.take() and not stored.whole:
                stored.back_to(0)
            return self._position(request, stored)
        if self._console.world.faults.storage_down.take():
            return self._xml(request, next(self._down), "")
        if stored.whole:
            await _drain(request)
            return self._xml(request, 403, _TAKEN)
        first = int(asked[2]) if asked is not None else 0
        if first > stored.received:
            return self._xml(request, 503, "")
        stored.back_to(first - first % GRAIN)
        if first != stored.received:
            return self._xml(request, 400, "<Error><Code>InvalidArgument</Code></Error>")
        if not await self._take(request, stored.add):
            stored.back_to_grain()
            return web.Response(status=499)  # nobody is there to read it
        arrived = stored.received == stored.size
        return self._xml(request, 200, "") if arrived else self._position(request, stored)

    def _position(self, request: web.Request, stored: Stored) -> web.StreamResponse:
        status = 200 if stored.whole else 308
        self._note(request, "storage position", status)
        known = {"Range": f"bytes=0-{stored.received - 1}"} if stored.received else {}
        return web.Response(status=status, headers={} if stored.whole else known)

    async def _amazon_put(self, request: web.Request) -> web.StreamResponse:
        one = self._signed(request, "X-Amz-Signature")
        if one is None:
            await _drain(request)
            return self._xml(request, 403, _FORBIDDEN)
        if self._console.world.faults.storage_down.take():
            return self._xml(request, next(self._down), "")
        part = bytearray()
        if not await self._take(request, part.extend):
            return web.Response(status=499)  # nobody is there to read it
        number = int(request.match_info["part"])
        chunk = -(-one.size // one.parts)
        wanted = min(chunk, one.size - chunk * (number - 1))
        if len(part) != wanted:
            return self._xml(request, 400, "<Error><Code>EntityTooSmall</Code></Error>")
        tag = one.stored.put_part(number, bytes(part))
        self._note(request, "storage part", 200)
        return web.Response(status=200, headers={"ETag": f'"{tag}"'})

    async def _take(self, request: web.Request, add: Callable[[bytes], None]) -> bool:
        """Read the body; False when the connection broke, or was broken, in the middle."""
        drops = self._console.world.faults.storage_drops.take()
        came, announced = 0, request.content_length or 0
        try:
            async for piece in request.content.iter_any():
                add(piece)
                came += len(piece)
                if drops and came >= announced // 2:
                    self._note(request, "storage cut", 499, dropped=True)
                    if request.transport is not None:
                        request.transport.close()
                    return False
        except ConnectionError:
            return False
        return came == announced

    def _upload(self, upload_id: str) -> Import | None:
        imports = self._console.imports.values()
        return next((one for one in imports if one.upload_id == upload_id), None)

    def _signed(self, request: web.Request, key: str) -> Import | None:
        one = self._upload(request.match_info["upload"])
        return one if one is not None and request.query.get(key) == one.secret else None

    def _xml(self, request: web.Request, status: int, text: str) -> web.Response:
        self._note(request, "storage", status)
        return web.Response(status=status, text=text, content_type="application/xml")


async def _drain(request: web.Request) -> None:
    """Let a body of any length pass by."""
    async for _ in request.content.iter_any():
        pass
