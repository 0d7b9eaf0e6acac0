"""Sending a file to Google's storage, which takes it in one session and knows how far it is.

https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

import re

import httpx
from pydantic import SecretStr

from bot.adapters.console.line import MOST_TRIES, Line
from bot.adapters.console.tap import Tap
from bot.core.errors import AuraRefused, AuraUnavailable
from bot.core.uploads import Sending
from bot.ports.imports import Keep

#: All pieces but the last must be multiples of this.
GRAIN = 256 * 1024
FIRST_PIECE = 8 * 1024 * 1024
LARGEST_PIECE = 128 * 1024 * 1024
#: A piece should take about this long, in seconds: short enough that little is lost with it, long
#: enough that the pauses between pieces cost nothing.
_SHORT, _LONG = 2.0, 6.0
_INCOMPLETE = 308
_RANGE = re.compile(r"bytes=\d+-(\d+)")
_THERE = re.compile(r"<Code>\s*AccessDenied\s*</Code>.*storage\.objects\.delete", re.DOTALL)
_GONE = frozenset({404, 410})


class SessionGone(AuraUnavailable):
    """Google does not know the session any more: it must be begun anew."""


async def begin(line: Line, signed: SecretStr) -> SecretStr:
    """Begin a session; returns where it takes the file, which is a secret."""

    async def ask() -> SecretStr:
        response = await line.store(
            "POST",
            signed.get_secret_value(),
            headers={"x-goog-resumable": "start", "Content-Type": ""},
        )
        location = response.headers.get("location")
        if response.status_code != httpx.codes.CREATED or not location:
            raise _trouble(response)
        return SecretStr(location)

    return await line.patiently(ask)


class GoogleUpload:
    """One session."""

    def __init__(self, line: Line, sending: Sending, tap: Tap, keep: Keep) -> None:
        self._line = line
        self._location = sending.location.get_secret_value() if sending.location else ""
        self._sending = sending
        self._tap = tap
        self._keep = keep
        self._piece = FIRST_PIECE

    async def send(self, *, resumed: bool) -> Sending:
        """Send to the end; raises AuraUnavailable where trouble lasts, else AuraError.

        Of a session that is ``resumed`` only Google knows what has arrived, also of a first piece
        that was never finished.
        """
        now = await self._ask() if resumed else self._sending
        failures = 0
        while not now.complete:
            before = now.sent
            try:
                now = await self._put(now)
            except SessionGone:
                raise
            except AuraUnavailable:
                failures += 1
                if failures == MOST_TRIES:
                    raise
                await self._line.clock.sleep(self._line.backoff(failures - 1))
                now = await self._ask()
            if now.sent > before:
                failures = 0
            await self._keep(now)
        return now

    async def _put(self, now: Sending) -> Sending:
        began, at = self._line.clock.monotonic(), now.sent
        count = min(self._piece, now.size - at)
        response = await self._line.store(
            "PUT",
            self._location,
            headers={"Content-Range": f"bytes {at}-{at + count - 1}/{now.size}"},
            content=self._tap.draw(at, count),
            length=count,
        )
        took = self._line.clock.monotonic() - began
        if took < _SHORT:
            self._piece = min(self._piece * 2, LARGEST_PIECE)
        elif took > _LONG:
            self._piece = max(self._piece // 2, GRAIN)
        return self._read(response)

    async def _ask(self) -> Sending:
        async def ask() -> Sending:
            size = self._sending.size
            asked = {"Content-Range": f"bytes */{size}"}
            return self._read(await self._line.store("PUT", self._location, headers=asked))

        return await self._line.patiently(ask)

    def _read(self, response: httpx.Response) -> Sending:
        """Learn how far it is; raises AuraUnavailable where it must be asked again."""
        match response.status_code:
            case 200 | 201:
                return self._sending.at(self._sending.size)
            case 308:
                known = _RANGE.fullmatch(response.headers.get("range", ""))
                return self._sending.at(int(known[1]) + 1 if known else 0)
            case 403 if _THERE.search(response.text):
                return self._sending.at(self._sending.size)  # it lies there already
            case status if status in _GONE:
                raise SessionGone("Google's storage has forgotten the upload", status=status)
            case _:
                raise _trouble(response)


def _trouble(response: httpx.Response) -> AuraRefused | AuraUnavailable:
    status = response.status_code
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status == httpx.codes.FORBIDDEN:
        return AuraUnavailable(f"Google's storage does not work at the moment ({status})")
    return AuraRefused(
        f"Google's storage refuses the file ({status})",
        hint="Nothing was loaded. Ask once more; the link may have been too old.",
        status=status,
    )
