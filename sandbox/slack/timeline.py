"""What was called and received, in order: the timeline of the page, the list for tests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sandbox.slack.wire import Now, Payload

KEPT = 2000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `out`: the bot called; `in`: the bot received."""

    n: int
    at: datetime
    service: str
    direction: Literal["out", "in"]
    what: str
    detail: Payload
    status: str

    def render(self) -> Payload:
        """The line as the page takes it."""
        return {
            "n": self.n,
            "at": self.at.isoformat(),
            "service": self.service,
            "direction": self.direction,
            "what": self.what,
            "detail": self.detail,
            "status": self.status,
        }


class Timeline:
    """The last few thousand entries."""

    def __init__(self, now: Now, changed: Callable[[], None]) -> None:
        self._now = now
        self._changed = changed
        self._entries: list[Entry] = []
        self._next = 1

    def add(
        self,
        *,
        service: str,
        direction: Literal["out", "in"],
        what: str,
        detail: Payload | None = None,
        status: str = "ok",
    ) -> None:
        """Write one line, now."""
        entry = Entry(self._next, self._now(), service, direction, what, detail or {}, status)
        self._next += 1
        self._entries.append(entry)
        del self._entries[:-KEPT]
        self._changed()

    def after(self, n: int) -> list[Entry]:
        """The entries younger than number `n`."""
        return [entry for entry in self._entries if entry.n > n]


@dataclass(frozen=True, slots=True)
class Call:
    """One Web API call as it was answered; `error` is empty when it was `ok`."""

    at: datetime
    method: str
    args: Payload
    ok: bool
    error: str
    status: int
