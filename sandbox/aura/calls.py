"""The record of every call: what was asked, when, and what the answer was."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call. `path` has the query string with it; `status` is that of the answer, sent or not.

    `dropped`: the call was carried out and the connection cut instead of an answer. Bodies of the
    token endpoint are not kept.
    """

    n: int
    at: datetime
    method: str
    path: str
    body: object
    status: int
    request_id: str
    dropped: bool = False


class Record:
    """The calls so far, the latest `keep` of them in full, and how often each kind came."""

    def __init__(self, *, keep: int) -> None:
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.on_call: Callable[[Call], None] | None = None
        self._keep = keep

    def add(self, call: Call, *, kind: str) -> None:
        """Keep a call; `kind` is its method and route."""
        self.calls.append(call)
        self.counts[kind] += 1
        if len(self.calls) > 2 * self._keep:
            del self.calls[: -self._keep]
        if self.on_call is not None:
            self.on_call(call)
