"""Reading a graph page by page: gaps, interruptions, an end that is not known beforehand."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.core.archive import About, Counts
from bot.core.archive.errors import NotArchivable
from bot.core.archive.paging import NEXT_NODE, NEXT_START, NODES, RELATIONSHIPS
from bot.core.base import InstanceId
from bot.core.errors import GraphUnavailable
from bot.core.graph.values import Value
from bot.ports.graph import GraphDoor, Row, Rows
from bot.services import archiving
from bot.services.archiving import Archiving

DOOR = GraphDoor(address="http://127.0.0.1:1", user="neo4j", password=SecretStr("x"))
ABOUT = About(
    instance_id=InstanceId("0a1b2c3d"),
    instance_name="orders-prod",
    tier="professional-db",
    made_at=datetime(2026, 11, 22, tzinfo=UTC),
    tool="test",
)


@dataclass
class Memory:
    """A graph in memory that answers the statements of an archive, and breaks off when told."""

    nodes: list[int]
    edges: list[tuple[int, int, int]] = field(default_factory=list)
    breaks: int = 0
    odd: bool = False
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return ABOUT.made_at

    def monotonic(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def read(
        self,
        door: GraphDoor,
        cypher: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
        most_rows: int,
    ) -> Rows:
        if cypher not in (NEXT_NODE, NEXT_START):
            return Rows(fields=("createStatement",), rows=())
        ids = self.nodes if cypher == NEXT_NODE else [start for start, _, _ in self.edges]
        first = int(str((parameters or {})["first"]))
        return Rows(fields=("id",), rows=((min((i for i in ids if i >= first), default=None),),))

    async def stream(
        self,
        door: GraphDoor,
        cypher: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
    ) -> AsyncIterator[Row]:
        known = {name: int(str(value)) for name, value in (parameters or {}).items()}
        for number, row in enumerate(self._rows(cypher, known)):
            if self.breaks and number == 2:
                self.breaks -= 1
                raise GraphUnavailable("the connection to the database broke")
            yield ("odd",) if self.odd else row

    def _rows(self, cypher: str, known: dict[str, int]) -> list[Row]:
        within = range(known["first"], known["last"] + 1)
        rows: list[Row] = []
        if cypher == NODES:
            rows = [(i, ("A",), {"id": i}) for i in self.nodes if i in within]
        if cypher == RELATIONSHIPS:
            rows = [
                (start, id_, end, "R", {})
                for start, id_, end in sorted(self.edges)
                if start in within and (start > known["first"] or id_ > known["after"])
            ]
        return rows[: known["limit"]]


async def made(graph: Memory, expected: Counts | None = None) -> Counts:
    told: list[int] = []
    work = Archiving(graph, DOOR, ABOUT, clock=graph, expected=expected, told=told.append)
    async for _ in work.chunks():
        await asyncio.sleep(0)
    assert work.manifest is not None
    assert told[-1] == work.counts.nodes + work.counts.relationships
    return work.counts


@pytest.mark.parametrize("breaks", [0, 1, 3])
async def test_all_of_it_comes_once_whatever_breaks_off(breaks: int) -> None:
    graph = Memory(
        [*range(700), 10**9, 10**9 + 1],
        [(5, 1, 6), (5, 2, 5), (5, 9, 0), (10**9, 3, 5)],
        breaks=breaks,
    )
    counts = await made(graph)
    assert (counts.nodes, counts.relationships) == (702, 4)
    assert len(graph.slept) == breaks


async def test_a_known_number_of_rows_needs_no_look_behind_the_end() -> None:
    graph = Memory([0, 1, 2], [(0, 0, 1)])
    assert await made(graph, Counts(nodes=3, relationships=1)) == await made(graph)


async def test_a_database_that_stays_away_is_given_up() -> None:
    class Dead(Memory):
        async def stream(self, *_: object, **__: object) -> AsyncIterator[Row]:
            raise GraphUnavailable("away")
            yield ()

    graph = Dead([1])
    with pytest.raises(GraphUnavailable):
        await made(graph)
    assert len(graph.slept) == archiving.MOST_FAILURES


async def test_rows_of_another_form_are_refused() -> None:
    with pytest.raises(NotArchivable, match="another form"):
        await made(Memory([1], odd=True))
