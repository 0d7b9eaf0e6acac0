"""Leftovers: what no column can hold, and the Cypher that gives it back after the import.

* A property whose name no header can carry goes under a stand-in name and is renamed after.
* A value that does not fit a cell (see `bot.core.archive.cells`) is left out of its row, the row
  gets a mark, and a statement sets the value where it finds the mark, and takes the mark away.
* An empty row of bytes has no Cypher form; it comes back as an empty list, and is counted.
"""

import re
from collections.abc import Iterator, Mapping

from bot.core.archive.cypher import literal, named, rename, restore_rows
from bot.core.archive.members import Member
from bot.core.graph.values import Value

#: All names that begin so are ours: a property of the graph that does too gets a stand-in.
OURS = "_savepoint_"
MARK = f"{OURS}mark"
#: The label that marked nodes carry beside their own until they are given back what is missing.
MARKED = "_SavepointMarked"
NODE = f"(e:{named(MARKED)})"

#: Names as every header carries them. The tool reads `{…}` and `(…)` in a header as options.
_SAFE = re.compile(r"[^\s{}():](?:[^\n\r{}()]*[^\s{}():])?")
#: Rows of one statement, characters of its values, and of one file of statements.
_ROWS = 500
_LENGTH = 2**20

Key = tuple[str, tuple[str, ...]]


class Leftovers:
    """Collects leftovers within a bound, and writes them as members."""

    def __init__(self) -> None:
        self._rows: dict[Key, list[tuple[int, tuple[Value, ...]]]] = {}
        self._lengths: dict[Key, int] = {}
        self._held = 0
        self._lines: list[str] = []
        self._length = 0
        self._marks = 0
        self._files = 0
        self._stand_ins: dict[str, str] = {}
        self._renamed: dict[str, dict[str, str]] = {}
        self._safe: dict[str, bool] = {}
        self.types: set[str] = set()
        """Types of relationships with a mark."""
        self.empty_bytes = 0
        """Empty rows of bytes, which come back as empty lists."""

    @property
    def any(self) -> bool:
        """Whether something must be run after the import."""
        return bool(self._marks or self._stand_ins)

    def column(self, name: str, pattern: str) -> str:
        """Return the name that a property has in the file; ``pattern`` binds `e`."""
        safe = self._safe.get(name)
        if safe is None:
            safe = bool(_SAFE.fullmatch(name)) and not name.startswith(OURS)
            self._safe[name] = safe
        if safe:
            return name
        stand_in = self._stand_ins.setdefault(name, f"{OURS}name_{len(self._stand_ins) + 1}")
        self._renamed.setdefault(pattern, {})[stand_in] = name
        return stand_in

    def keep(self, missing: Mapping[str, Value], pattern: str) -> int:
        """Keep values for later and return the number of the mark that the row needs."""
        self._marks += 1
        key = (pattern, tuple(missing))
        values = tuple(self._without_bytes(value) for value in missing.values())
        self._rows.setdefault(key, []).append((self._marks, values))
        length = len(literal(values))
        self._lengths[key] = self._lengths.get(key, 0) + length
        self._held += length
        if len(self._rows[key]) >= _ROWS or self._lengths[key] >= _LENGTH:
            self._state(key)
        if self._held >= 4 * _LENGTH or len(self._rows) >= _ROWS:
            for each in list(self._rows):
                self._state(each)
        return self._marks

    def ready(self) -> Iterator[Member]:
        """Yield a file of statements once there is enough for one."""
        if self._length >= _LENGTH:
            yield self._file()

    def rest(self) -> Iterator[Member]:
        """Yield all that is left: statements, indexes to find the marks by, and the renaming."""
        for key in list(self._rows):
            self._state(key)
        if self._lines:
            yield self._file()
        if self._marks:
            indexes = {f"{OURS}nodes": NODE}
            for at, type_ in enumerate(sorted(self.types), start=1):
                indexes[f"{OURS}type_{at}"] = f"()-[e:{named(type_)}]-()"
            create = [
                f"CREATE INDEX {named(index)} IF NOT EXISTS FOR {pattern} ON (e.{named(MARK)});"
                for index, pattern in indexes.items()
            ]
            yield _member("restore/1-indexes.cypher", [*create, "CALL db.awaitIndexes(3600);"])
            drop = [f"DROP INDEX {named(index)} IF EXISTS;" for index in indexes]
            yield _member("restore/4-drop-indexes.cypher", drop)
        if self._renamed:
            lines = [
                statement
                for pattern, renamed in self._renamed.items()
                for statement in rename(pattern, renamed)
            ]
            yield _member("restore/3-names.cypher", lines)

    def _without_bytes(self, value: Value) -> Value:
        if isinstance(value, bytes):  # only the empty one has no cell
            self.empty_bytes += 1
            return ()
        return value

    def _state(self, key: Key) -> None:
        pattern, names = key
        rows = self._rows.pop(key)
        self._held -= self._lengths.pop(key)
        away = f", e:{named(MARKED)}" if pattern == NODE else ""
        line = restore_rows(pattern, rows, names, MARK, away=away)
        self._lines.append(line)
        self._length += len(line)

    def _file(self) -> Member:
        self._files += 1
        member = _member(f"restore/2-values-{self._files:06d}.cypher", self._lines)
        self._lines, self._length = [], 0
        return member


def _member(name: str, lines: list[str]) -> Member:
    return Member(name, "\n".join(lines) + "\n")
