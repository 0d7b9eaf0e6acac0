"""Counting a graph through its Query API: from the count store, in batches, in bounded time."""

from collections.abc import Callable, Sequence

from bot.core.base import InstanceId
from bot.core.errors import GraphError, GraphGarbled, GraphRefused, GraphTooMuch, GraphUnavailable
from bot.core.graph.cypher import (
    CONSTRAINTS,
    INDEXES,
    LABELS,
    TOTALS,
    TYPES,
    VERSION,
    count_labels,
    count_types,
)
from bot.core.graph.fingerprint import Fingerprint, Source
from bot.core.graph.values import Value
from bot.ports import Clock, Graph, GraphDoor, Rows

#: More labels, types or definitions than this are left unknown: a graph that makes labels of its
#: contents must not make us count all day.
MOST_NAMES = 1000
#: Counts asked for in one statement.
BATCH = 50
#: So much is kept of what a database says its version is.
MOST_VERSION = 40
_FORBIDDEN = "Neo.ClientError.Security.Forbidden"


async def count(
    graph: Graph, door: GraphDoor, instance_id: InstanceId, *, clock: Clock, timeout: float
) -> Fingerprint:
    """Count through the Query API, from the count store alone, in ``timeout`` seconds at most.

    Raises GraphError.
    """
    began, taken_at = clock.monotonic(), clock.now()
    counter = _Counter(graph, door, clock, began + timeout)
    nodes, relationships = map(number, await counter.row(TOTALS))
    return Fingerprint(
        instance_id=instance_id,
        taken_at=taken_at,
        source=Source.QUERY,
        nodes=nodes,
        relationships=relationships,
        labels=await counter.counts(count_labels, LABELS),
        types=await counter.counts(count_types, TYPES),
        constraints=await counter.definitions(CONSTRAINTS),
        indexes=await counter.definitions(INDEXES),
        seconds=clock.monotonic() - began,
    )


async def version(graph: Graph, door: GraphDoor, *, timeout: float) -> str:
    """Return the version of Neo4j that a graph is held by, or "" where it is not told."""
    try:
        answer = await graph.read(door, VERSION, timeout=timeout, most_rows=1)
    except GraphError:  # it is of no weight beside what it is asked for
        return ""
    match answer.rows:
        case ((str(found),),):
            return found[:MOST_VERSION]
        case _:
            return ""


class _Counter:
    """One fingerprint being taken, with what is left of its time."""

    def __init__(self, graph: Graph, door: GraphDoor, clock: Clock, ends: float) -> None:
        self._graph = graph
        self._door = door
        self._clock = clock
        self._ends = ends

    async def row(self, cypher: str) -> tuple[Value, ...]:
        """Return the one row of a statement."""
        answer = await self._read(cypher, 1)
        if len(answer.rows) != 1:
            raise GraphGarbled("Neo4j counted nothing")
        return answer.rows[0]

    async def names(self, cypher: str) -> list[str] | None:
        """Return the one column of a statement; None when there are too many."""
        try:
            answer = await self._read(cypher, MOST_NAMES)
        except GraphTooMuch:
            return None
        return [name for [name] in answer.rows if isinstance(name, str)]

    async def definitions(self, cypher: str) -> tuple[str, ...] | None:
        """Return definitions in order; None when there are too many, or the user may see none."""
        try:
            found = await self.names(cypher)
        except GraphRefused as refused:
            if refused.code != _FORBIDDEN:
                raise
            return None
        return None if found is None else tuple(sorted(found))

    async def counts(
        self, statement: Callable[[Sequence[str]], str], cypher: str
    ) -> dict[str, int] | None:
        """Count what has each of the names; those that nothing has any more are left out."""
        names = await self.names(cypher)
        if names is None:
            return None
        found: dict[str, int] = {}
        for at in range(0, len(names), BATCH):
            batch = names[at : at + BATCH]
            row = await self.row(statement(batch))
            found.update(zip(batch, map(number, row), strict=True))
        return {name: found[name] for name in sorted(found) if found[name]}

    async def _read(self, cypher: str, most: int) -> Rows:
        left = self._ends - self._clock.monotonic()
        if left <= 0:
            raise GraphUnavailable("counting took too long")
        return await self._graph.read(self._door, cypher, timeout=left, most_rows=most)


def number(value: Value) -> int:
    """Return a count; raises GraphGarbled for what is none."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise GraphGarbled("Neo4j sent something else than a count")
