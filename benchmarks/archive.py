"""e: an archive's rows a second, against a loop that only reads them; a real Neo4j serves both."""

import asyncio
import time
from pathlib import Path

import psutil
from pydantic import SecretStr

from benchmarks.goals import Part, Row
from bot.adapters.clock import SystemClock
from bot.adapters.graph import QueryApi
from bot.core.archive import About, Counts, Paging
from bot.core.archive.paging import Part as Half
from bot.core.base import InstanceId
from bot.ports.graph import GraphDoor
from bot.services.archiving import Archiving
from sandbox.aura.times import utc_now
from sandbox.neo4j import Home, Neo4j, running

NODES = 100_000
RELATIONSHIPS = 200_000
ROUNDS = 3


async def measure(folder: Path) -> Part:
    """Read the same graph with and without making an archive of it, by turns."""
    with running(Home(folder / "server")) as server:
        await asyncio.to_thread(_fill, server)
        door = GraphDoor(address=server.url, user=server.user, password=SecretStr(server.password))
        expected = Counts(nodes=NODES, relationships=RELATIONSHIPS)
        bare, archived, size = [], [], 0
        async with QueryApi() as graph:
            await _bare(graph, door, expected)  # warms up the server
            for _ in range(ROUNDS):
                bare.append(await _bare(graph, door, expected))
                seconds, size = await _archived(graph, door, expected, folder / "graph.tar")
                archived.append(seconds)
    rows = NODES + RELATIONSHIPS
    best, floor = min(archived), min(bare)
    memory = psutil.Process().memory_info().rss / 1e6
    return Part(
        title="Archive of a graph",
        rows=[
            Row(
                what="rows read and archived",
                value=f"{rows / best:,.0f} rows/s",
                floor=f"{rows / floor:,.0f} rows/s",
                ratio=best / floor,
                goal="archive time ratio",
                measured=best / floor,
            ),
            Row(
                what="resident memory",
                value=f"{memory:.0f} MB",
                goal="archive memory MB",
                measured=memory,
            ),
        ],
        notes=[
            f"{NODES:,} nodes and {RELATIONSHIPS:,} relationships with five properties each, from "
            f"Neo4j on the same machine, {size / 1e6:.1f} MB of archive; best of {ROUNDS} rounds. "
            "The floor runs the same statements and throws the rows away; Neo4j shares the cores "
            "with both.",
        ],
    )


def _fill(server: Neo4j) -> None:
    properties = "{n: i, name: 'name ' + i, at: datetime(), x: i / 7.0, tags: ['a', 'b' + i]}"
    for first in range(0, NODES, 25_000):
        server.run(f"UNWIND range({first}, {first + 24_999}) AS i CREATE (:Order {properties})")
    server.run("CREATE INDEX FOR (n:Order) ON (n.n)")
    server.run("CALL db.awaitIndexes(300)")
    for first in range(0, RELATIONSHIPS, 25_000):
        server.run(
            f"UNWIND range({first}, {first + 24_999}) AS i "
            f"MATCH (a:Order {{n: i % {NODES}}}), (b:Order {{n: (i * 7 + 1) % {NODES}}}) "
            f"CREATE (a)-[:NEXT {properties}]->(b)"
        )


async def _bare(graph: QueryApi, door: GraphDoor, expected: Counts) -> float:
    began = time.perf_counter()
    for paging in (
        Paging(part=Half.NODES, expected=expected.nodes),
        Paging(part=Half.RELATIONSHIPS, expected=expected.relationships),
    ):
        while page := paging.page():
            before = paging.seen
            ids = 1 if paging.part is Half.NODES else 2
            async for row in graph.stream(door, page.cypher, page.parameters, timeout=300):
                paging = paging.read(*row[:ids])  # type: ignore[arg-type]
            paging = paging.turned(page, paging.seen - before)
    return time.perf_counter() - began


async def _archived(
    graph: QueryApi, door: GraphDoor, expected: Counts, file: Path
) -> tuple[float, int]:
    about = About(
        instance_id=InstanceId("0a1b2c3d"),
        instance_name="bench",
        tier="professional",
        made_at=utc_now(),
        tool="bench",
    )
    began = time.perf_counter()
    archiving = Archiving(graph, door, about, clock=SystemClock(), expected=expected)
    size = 0
    with file.open("wb") as out:
        async for part in archiving.chunks():
            size += out.write(part)
    return time.perf_counter() - began, size
