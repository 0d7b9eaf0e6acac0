"""`PUT /bring/<token>`: a backup file comes in; the answer is a status and a sentence.

TLS is terminated in front. The token is in the path, and no path is ever logged. A file goes by in
pieces of some hundred kilobytes and is never held.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.core.errors import (
    BotError,
    NotABackup,
    StoreUnavailable,
    VaultDamaged,
    VaultUnavailable,
)
from bot.core.exports import CalledOff, DeliveryBusy, TooLarge, UnknownAddress, WrongBackup
from bot.ports.delivery import Deliveries

log = structlog.get_logger(__name__)

#: Seconds in which the next piece must come.
PATIENCE = 120.0

_STATUS: dict[type[BotError], int] = {
    UnknownAddress: 404,
    DeliveryBusy: 409,
    CalledOff: 410,
    TooLarge: 413,
    NotABackup: 422,
    WrongBackup: 422,
    VaultDamaged: 502,
    VaultUnavailable: 503,
    StoreUnavailable: 503,
}


class Broken(ConnectionError):
    """The sender has gone, or sends nothing any more."""


def routes(deliveries: Callable[[], Deliveries]) -> list[web.RouteDef]:
    """Return the routes; ``deliveries`` is asked for at each request."""
    door = _Door(deliveries)
    return [
        web.put("/bring/{token}", door.put, expect_handler=door.expect),
        # `curl --upload-file FILE …/` puts the file's name behind
        web.put("/bring/{token}/{name}", door.put, expect_handler=door.expect),
    ]


class _Door:
    def __init__(self, deliveries: Callable[[], Deliveries]) -> None:
        self._deliveries = deliveries

    async def expect(self, request: web.Request) -> web.StreamResponse | None:
        """Say before the file is sent whether it may come (`Expect: 100-continue`)."""
        try:
            await self._deliveries().admit(request.match_info["token"], request.content_length)
        except BotError as refusal:
            return _refused(refusal)
        if request.transport is not None:
            request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    async def put(self, request: web.Request) -> web.Response:
        """Receive a file."""
        token, size = request.match_info["token"], request.content_length
        try:
            deliveries = self._deliveries()
            await deliveries.admit(token, size)
            receipt = await deliveries.take(token, _pieces(request), size)
        except BotError as refusal:
            return _refused(refusal)
        except Broken:
            return _answer(408, "The file broke off. Nothing of it was kept; send it again.")
        except Exception:
            reference = f"ref-{secrets.token_hex(4)}"
            log.exception("delivery failed", reference=reference)
            said = f"Something went wrong that was not expected. Nothing was kept. {reference}"
            return _answer(500, said)
        return _answer(
            201,
            f"Stored as {receipt.export_id}: {receipt.size} bytes, SHA-256 {receipt.sha256}. "
            "It was checked against the snapshot and read back.",
        )


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    try:
        while True:
            async with asyncio.timeout(PATIENCE):
                piece = await request.content.readany()
            if not piece:
                return
            yield piece
    except (TimeoutError, web.RequestPayloadError, ConnectionError, HttpProcessingError) as gone:
        raise Broken("the sender has gone") from gone


def _refused(refusal: BotError) -> web.Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(refusal, kind)), 403)
    said = refusal.summary[:1].upper() + refusal.summary[1:]
    return _answer(status, f"{said}. {refusal.hint or ''}".strip())


def _answer(status: int, said: str) -> web.Response:
    headers = {"Retry-After": "60"} if status == 503 else {}
    # the rest of a refused file is not read, so nothing else can come over this connection
    response = web.Response(status=status, text=f"{said}\n", headers=headers)
    if status >= 400:
        response.force_close()
    return response
