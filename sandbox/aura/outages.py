"""The ways of being down: what a gateway answers for a service that does not.

The published specification has 500, 502, 503 and 504 with every call. What stands in the body
depends on what is broken, so it is in turn a line of text, JSON in the application's shape and in
the gateway's, and a web page, at times with a word on when to come back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sandbox.aura.times import retry_after

_TEXT = ("text/plain; charset=utf-8", b"upstream connect error or disconnect/reset before headers")
_ERRORS = (
    "application/json",
    b'{"errors":[{"message":"An unexpected error occurred","reason":"internal-error"}]}',
)
_JSON = ("application/json", b'{"error":"There was a problem proxying the request"}')
_PAGE = ("text/html", b"<html><head><title>Bad gateway</title></head><body>Sorry</body></html>")


@dataclass(frozen=True)
class Outage:
    """One answer; `wait`: the seconds that `Retry-After` names, as a date where `dated`."""

    status: int
    media: str
    body: bytes
    wait: int | None = None
    dated: bool = False

    def headers(self, now: datetime) -> Mapping[str, str]:
        """What stands above the body."""
        named = {"Content-Type": self.media}
        if self.wait is not None:
            named["Retry-After"] = retry_after(self.wait, now, dated=self.dated)
        return named


OUTAGES = (
    Outage(503, *_TEXT),
    Outage(500, *_ERRORS),
    Outage(502, *_PAGE),
    Outage(504, *_TEXT),
    Outage(503, *_JSON, wait=2),
    Outage(500, *_TEXT),
    Outage(502, *_JSON),
    Outage(504, *_PAGE, wait=3, dated=True),
)
"""In turn; any four that follow one another have all four statuses."""
