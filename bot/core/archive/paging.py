"""Paging: which statement reads the next rows, so that a graph of any size is read piece by piece.

Nodes come by ranges of ids, which Neo4j seeks directly, and relationships by ranges of their start
nodes' ids: their own ids lie too far apart in Neo4j's block format. Within a page rows are ordered,
so that a page that broke off goes on after the last row that came. Pages grow where ids are sparse
and shrink where a node has many relationships. Where a long stretch holds nothing, one scan asks
for the next id; none is needed at the end when the number of rows is known beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.archive.errors import NotArchivable

#: Rows of one page at most, and ids that one page spans at most.
ROWS = 20_000
WIDEST = 80_000

NODES = (
    "MATCH (n) WHERE id(n) IN range($first, $last) "
    "RETURN id(n), labels(n), properties(n) ORDER BY id(n) LIMIT $limit"
)
RELATIONSHIPS = (
    "MATCH (n)-[r]->(m) WHERE id(n) IN range($first, $last) "
    "AND (id(n) > $first OR id(r) > $after) "
    "RETURN id(n), id(r), id(m), type(r), properties(r) ORDER BY id(n), id(r) LIMIT $limit"
)
NEXT_NODE = "MATCH (n) WHERE id(n) >= $first RETURN min(id(n))"
NEXT_START = "MATCH (n)-->() WHERE id(n) >= $first RETURN min(id(n))"


class Part(StrEnum):
    """What is being read."""

    NODES = "nodes"
    RELATIONSHIPS = "relationships"


@dataclass(frozen=True)
class Page:
    """A statement to run; with ``jump`` its one value is the id to go on at, or null."""

    cypher: str
    parameters: Mapping[str, int]
    jump: bool = False


@dataclass(frozen=True, kw_only=True)
class Paging:
    """Where reading stands; enough to go on from after any interruption.

    ``first`` is the lowest (start) node id still to be read, ``after`` the last relationship of
    that node that was read, ``seen`` the rows so far, ``expected`` how many there are, if known.
    """

    part: Part
    expected: int | None = None
    first: int = 0
    after: int = -1
    seen: int = 0
    width: int = 1_000
    rows: int = ROWS
    jumping: bool = False
    ended: bool = False

    def page(self) -> Page | None:
        """Return what to run next; None when all has been read."""
        if self.ended or (self.expected is not None and self.seen >= self.expected):
            return None
        nodes = self.part is Part.NODES
        if self.jumping:
            return Page(NEXT_NODE if nodes else NEXT_START, {"first": self.first}, jump=True)
        reach = {"first": self.first, "last": self.first + self.width - 1, "limit": self.rows}
        return Page(NODES, reach) if nodes else Page(RELATIONSHIPS, {**reach, "after": self.after})

    def read(self, first: int, after: int = -1) -> "Paging":
        """Return where reading stands after a row: its (start) node, and for relationships its id.

        Raises NotArchivable for a row out of order, which would be lost or come twice.
        """
        nodes = self.part is Part.NODES
        if first < self.first or (not nodes and (first, after) <= (self.first, self.after)):
            raise NotArchivable("the database does not return its rows in order")
        if nodes:
            return replace(self, first=first + 1, seen=self.seen + 1)
        return replace(self, first=first, after=after, seen=self.seen + 1)

    def turned(self, page: Page, rows: int) -> "Paging":
        """Return where reading stands after a page that came whole with so many rows."""
        if rows >= page.parameters["limit"]:  # there may be more in this range
            return replace(self, width=max(1, self.width // 2))
        width = min(WIDEST, self.width * 4 if rows < page.parameters["limit"] // 4 else self.width)
        return replace(
            self,
            first=page.parameters["last"] + 1,
            after=-1,
            width=width,
            jumping=rows == 0 and self.width >= WIDEST,
        )

    def jumped(self, first: int | None) -> "Paging":
        """Return where reading stands once the next id is known; None means there is none."""
        if first is None:
            return replace(self, ended=True)
        return replace(self, first=first, after=-1, jumping=False)
