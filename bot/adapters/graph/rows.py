"""Reading the Query API's answer as it comes: one row at a time, never the whole of it.

An answer is ``{"data": {"fields": […], "values": [row, row, …]}, "errors": […], …}``. What goes
wrong in the middle of a statement stands behind the rows, under a status of 202, so an answer
counts only once its end was read.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any

from bot.core.errors import GraphGarbled, GraphTooMuch, GraphUnavailable

#: Characters that the part before the rows, or behind them, may have.
MOST_FRAME = 1_000_000
#: Characters that one row may have.
MOST_ROW = 16_000_000

# inside a string the quotes would be escaped, so this is the key and nothing else
_VALUES = re.compile(r'"values"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


class Reading:
    """One answer while it is read: feed it bytes, take rows, and at the end `close` it."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8")()
        self._json = json.JSONDecoder()
        self._buffer = ""
        self._head: str | None = None
        self._ended = False
        self._fields: tuple[str, ...] = ()
        self._wanted = 0  # a row that was cut is not tried again before the buffer has this size

    def feed(self, chunk: bytes) -> Iterator[list[Any]]:
        """Take more bytes and yield the rows that are complete now; no bytes mean the end."""
        try:
            self._buffer += self._text.decode(chunk)
        except UnicodeDecodeError:
            raise GraphGarbled("Neo4j sent an answer that is no text") from None
        if self._head is None:
            self._begin()
        tried = len(self._buffer) < self._wanted and chunk
        if self._head is not None and not self._ended and not tried:
            yield from self._rows()
        if (self._head is None or self._ended) and len(self._buffer) > MOST_FRAME:
            raise GraphGarbled("Neo4j sent an answer that has no rows where they should be")

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the columns, once the answer has ended."""
        return self._fields

    def close(self) -> list[dict[str, Any]]:
        """Return the errors that stand behind the rows; raises GraphUnavailable if it is cut."""
        match self._frame():
            case {"errors": list()}:
                return self.complaints() or [{}]
            case {"data": {"fields": list(fields)}} if self._ended:
                self._fields = tuple(str(name) for name in fields)
                return []
            case _:
                raise GraphUnavailable("the answer of the database broke off")

    def complaints(self) -> list[dict[str, Any]]:
        """Return the errors of an answer that is nothing else, and may be no JSON at all."""
        match self._frame():
            case {"errors": list(errors)}:
                return [error for error in errors if isinstance(error, dict)]
            case _:
                return []

    def _frame(self) -> object:
        """Everything but the rows; None while it is cut."""
        text = self._buffer if self._head is None else f"{self._head}]{self._buffer}"
        try:
            return json.loads(text) if self._head is None or self._ended else None
        except (ValueError, RecursionError):
            return None

    def _begin(self) -> None:
        found = _VALUES.search(self._buffer)
        if found:
            self._head, self._buffer = self._buffer[: found.end()], self._buffer[found.end() :]

    def _rows(self) -> Iterator[list[Any]]:
        at = 0
        self._wanted = 0
        while True:
            at = _BETWEEN.match(self._buffer, at).end()  # type: ignore[union-attr]
            if self._buffer.startswith("]", at):
                self._ended, at = True, at + 1
                break
            try:
                row, at = self._json.raw_decode(self._buffer, at)
            except json.JSONDecodeError:
                break  # it is cut, or nonsense: which of them, the end will tell
            except RecursionError:
                raise GraphGarbled("Neo4j sent a row that is nested too deep") from None
            if not isinstance(row, list):
                raise GraphGarbled("Neo4j sent a row that is no list")
            yield row
        self._buffer = self._buffer[at:]
        if not self._ended:
            if len(self._buffer) > MOST_ROW:
                raise GraphTooMuch("a row of the answer is bigger than I read")
            self._wanted = 2 * len(self._buffer)
