"""Sheets: rows of one kind, collected until they are a chunk; together within a bound of memory.

Rows with the same labels (or type) share a sheet while their properties agree on types; a row
that disagrees goes to a further sheet. A new property makes a sheet wider, so chunks of one sheet
may have different headers: each chunk is named after its header.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.core.archive.cells import quoted
from bot.core.archive.members import CHUNK, Member

#: Characters that all sheets together may hold, and the number of sheets.
MOST_HELD = 8 * CHUNK
MOST_SHEETS = 1024

Columns = tuple[str, ...]
"""A header: its fields, as they stand in the file."""


@dataclass
class Sheet:
    """Rows under one header in the making."""

    fixed: Columns
    types: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    rows: list[tuple[str, int]] = field(default_factory=list)
    size: int = 0

    def takes(self, cells: Mapping[str, tuple[str, str]]) -> bool:
        """Whether the row's types agree with the columns that are there."""
        types = self.types
        return all(types.get(name, kind) == kind for name, (kind, _) in cells.items())

    def add(self, head: list[str], cells: Mapping[str, tuple[str, str]]) -> int:
        """Add a row, new columns at the right; returns the characters it takes."""
        places = self.places
        for name, (kind, _) in cells.items():
            if name not in places:
                places[name] = len(self.fixed) + len(places)
                self.types[name] = kind
        row = head + [""] * len(places)
        for name, (_, text) in cells.items():
            row[places[name]] = text
        line = ",".join(row)
        self.rows.append((line, len(row)))
        self.size += len(line)
        return len(line)

    @property
    def header(self) -> Columns:
        """The fields of the header."""
        return (*self.fixed, *(quoted(f"{name}:{self.types[name]}") for name in self.places))

    def text(self) -> str:
        """All rows, each as wide as the header now is."""
        width = len(self.fixed) + len(self.places)
        return "".join(f"{line}{',' * (width - had)}\n" for line, had in self.rows)

    def clear(self) -> None:
        """Forget the rows, keep the columns."""
        self.rows.clear()
        self.size = 0


class Sheets:
    """All sheets of nodes, or all of relationships; `folder` is where their members lie."""

    def __init__(self, folder: str, fixed: Columns) -> None:
        self._folder = folder
        self._fixed = fixed
        self._sheets: dict[object, list[Sheet]] = {}
        self._number = 0
        self._headers: dict[Columns, int] = {}
        self._chunks = 0
        self._held = 0
        self._full = False
        self.longest = 0
        """Characters of the longest row."""
        self.multiline = False
        """Whether a field holds a line break."""

    @property
    def headers(self) -> int:
        """How many headers there are."""
        return len(self._headers)

    @property
    def held(self) -> int:
        """Characters that wait for their chunk."""
        return self._held

    def add(self, key: object, head: list[str], cells: Mapping[str, tuple[str, str]]) -> None:
        """Add a row to the sheet of ``key``, or to the first further one that takes it."""
        there = self._sheets.setdefault(key, [])
        sheet = next((one for one in there if one.takes(cells)), None)
        if sheet is None:
            sheet = Sheet(self._fixed)
            there.append(sheet)
            self._number += 1
        length = sheet.add(head, cells)
        self._held += length
        self.longest = max(self.longest, length)
        if sheet.size >= CHUNK or self._held >= MOST_HELD or self._number > MOST_SHEETS:
            self._full = True

    def ready(self) -> Iterator[Member]:
        """Yield what has become a chunk; cheap while nothing has."""
        if not self._full:
            return
        self._full = False
        if self._number > MOST_SHEETS:
            yield from self.rest()
            return
        yield from self._written(lambda sheet: sheet.size >= CHUNK)
        while self._held >= MOST_HELD:
            biggest = max(sheet.size for sheet in self._all())
            yield from self._written(lambda sheet, least=biggest: sheet.size >= least)  # type: ignore[misc]

    def rest(self) -> Iterator[Member]:
        """Yield all that is left, and forget the sheets."""
        yield from self._written(lambda sheet: bool(sheet.rows))
        self._sheets.clear()
        self._number = 0

    def files(self) -> Iterator[str]:
        """Yield, for each header, the header's file and a pattern of the files under it."""
        for number in range(1, len(self._headers) + 1):
            stem = f"{self._folder}/h{number:04d}"
            yield f"{stem}.csv,{stem}-[0-9]+[.]csv[.]gz"

    def _all(self) -> Iterator[Sheet]:
        return (sheet for there in self._sheets.values() for sheet in there)

    def _written(self, wanted: Callable[[Sheet], bool]) -> Iterator[Member]:
        for sheet in self._all():
            if wanted(sheet):
                yield from self._chunk(sheet)

    def _chunk(self, sheet: Sheet) -> Iterator[Member]:
        header, text = sheet.header, sheet.text()
        self.multiline = self.multiline or "\r" in text or text.count("\n") != len(sheet.rows)
        self._held -= sheet.size
        sheet.clear()
        number = self._headers.get(header)
        if number is None:
            number = self._headers[header] = len(self._headers) + 1
            yield Member(f"{self._folder}/h{number:04d}.csv", ",".join(header) + "\n")
        self._chunks += 1
        yield Member(f"{self._folder}/h{number:04d}-{self._chunks:06d}.csv.gz", text)
