"""An archive's rows a second, against a loop that only reads them; a real Neo4j serves both.

`python -m benchmarks.archive <bare|archive> <url> <user> <file>` does one of them in a process of
its own, with the password in NEO4J_PASSWORD, and prints what it took.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from statistics import median

from pydantic import SecretStr

from benchmarks.goals import Part, Row
from benchmarks.processes import peak, python, told
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
        took: dict[str, list[float]] = {"bare": [], "archive": []}
        await _once("bare", server, folder)  # warms up the server
        most = size = 0.0
        for number in range(ROUNDS):
            for way in ("bare", "archive") if number % 2 else ("archive", "bare"):
                found = await _once(way, server, folder)
                took[way].append(found["SECONDS"])
                most, size = max(most, found["PEAK"]), max(size, found["SIZE"])
    rows = NODES + RELATIONSHIPS
    mid, floor = median(took["archive"]), median(took["bare"])
    return Part(
        title="Archive of a graph",
        rows=[
            Row(
                what="rows read and archived",
                value=f"{rows / mid:,.0f} rows/s",
                floor=f"{rows / floor:,.0f} rows/s",
                ratio=mid / floor,
                goal="archive time ratio",
                measured=mid / floor,
            ),
            Row(
                what="resident memory of the process at its peak, MB",
                value=f"{most:.0f}",
                goal="archive memory MB",
                measured=most,
            ),
        ],
        notes=[
            f"{NODES:,} nodes and {RELATIONSHIPS:,} relationships with five properties each, from "
            f"Neo4j on the same machine, {size / 1e6:.1f} MB of archive; medians of {ROUNDS} "
            "rounds that take turns, each in a process of its own. "
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


async def _once(way: str, server: Neo4j, folder: Path) -> dict[str, float]:
    arguments = (
        "-m",
        "benchmarks.archive",
        way,
        server.url,
        server.user,
        str(folder / "graph.tar"),
    )
    async with python(*arguments, env={"NEO4J_PASSWORD": server.password}) as process:
        return {key: float(value) for key, value in (await told(process, 3)).items()}


async def _child(way: str, url: str, user: str, file: Path) -> None:
    door = GraphDoor(address=url, user=user, password=SecretStr(os.environ["NEO4J_PASSWORD"]))
    expected, size = Counts(nodes=NODES, relationships=RELATIONSHIPS), 0
    async with QueryApi() as graph:
        if way == "bare":
            seconds = await _bare(graph, door, expected)
        else:
            seconds, size = await _archived(graph, door, expected, file)
    sys.stdout.write(f"SECONDS={seconds}\nSIZE={size}\nPEAK={peak()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    way, url, user, file = sys.argv[1:]
    asyncio.run(_child(way, url, user, Path(file)))
