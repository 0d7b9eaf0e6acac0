"""The Query API adapter against a real Neo4j."""

import asyncio
import math
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from bot.adapters.graph import QueryApi
from bot.core.errors import GraphRefused, GraphTooMuch, GraphUnavailable
from bot.core.graph.values import Node, Point, Relationship, Temporal, TemporalKind, Value
from bot.core.graph.values import Path as Walk
from bot.ports.graph import GraphDoor, Row
from sandbox.neo4j import Home, Neo4j, running

ENDLESS = "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y WITH x, y WHERE x < 0 "


@pytest.fixture
async def graph() -> AsyncIterator[QueryApi]:
    async with QueryApi() as api:
        yield api


@pytest.fixture
def door(neo4j: Neo4j) -> GraphDoor:
    return door_of(neo4j)


def door_of(neo4j: Neo4j) -> GraphDoor:
    return GraphDoor(address=neo4j.url, user=neo4j.user, password=SecretStr(neo4j.password))


async def one(graph: QueryApi, door: GraphDoor, cypher: str, **parameters: Value) -> Row:
    answer = await graph.read(door, cypher, parameters, timeout=30, most_rows=1)
    [row] = answer.rows
    return row


VALUES: dict[str, Value] = {
    "integers": (2**63 - 1, -(2**63), 0),
    "fractions": (1.5, -0.0, 1e300, math.inf, -math.inf),
    "text": "a\x00b 😀 \" ' ` \\",
    "truth": (True, False),
    "nothing": None,
    "bytes": b"\x00\x01\xff",
    "nested": {"a b": (1, ("x", {"`": None}))},
    "date": Temporal(TemporalKind.DATE, "+12345-01-01"),
    "time": Temporal(TemporalKind.TIME, "12:00:00.5+01:30"),
    "local time": Temporal(TemporalKind.LOCAL_TIME, "22:17:26.123456789"),
    "local": Temporal(TemporalKind.LOCAL_DATETIME, "2026-11-22T22:17:26.123456789"),
    "offset": Temporal(TemporalKind.OFFSET_DATETIME, "-0044-03-15T00:00:00.000000001Z"),
    "zoned": Temporal(TemporalKind.ZONED_DATETIME, "2026-01-01T00:00:00+01:00[Europe/Paris]"),
    "span": Temporal(TemporalKind.DURATION, "P1Y2M-3DT4H5.000000001S"),
    "place": Point(4326, (179.999999, -1.5e-10)),
    "place with height": Point(4979, (1.0, 2.0, 3.0)),
    "plane": Point(7203, (1.0, 2.0)),
    "space": Point(9157, (1.0, 2.0, 3.0)),
}


@pytest.mark.parametrize("name", VALUES)
async def test_value_that_is_sent_comes_back_as_it_was(
    graph: QueryApi, door: GraphDoor, name: str
) -> None:
    assert await one(graph, door, "RETURN $value", value=VALUES[name]) == (VALUES[name],)


async def test_nodes_relationships_and_paths_are_read(
    neo4j: Neo4j, graph: QueryApi, door: GraphDoor
) -> None:
    neo4j.run("CREATE (:`A b`:C {x: date('2026-01-01')})-[:`R s` {y: 1.5}]->()")
    cypher = "MATCH p = (a:C)-[r]->(b) RETURN a, r, b, p"
    a, r, b, path = await one(graph, door, cypher)
    assert isinstance(a, Node)
    assert isinstance(r, Relationship)
    assert isinstance(b, Node)
    assert set(a.labels) == {"A b", "C"}
    assert a.properties == {"x": Temporal(TemporalKind.DATE, "2026-01-01")}
    assert (r.type, r.start, r.end, r.properties) == (
        "R s",
        a.element_id,
        b.element_id,
        {"y": 1.5},
    )
    assert path == Walk((a, r, b))


@pytest.mark.parametrize(
    "writing",
    [
        "CREATE (:A)",
        "MATCH (n) DETACH DELETE n",
        "CREATE CONSTRAINT FOR (a:A) REQUIRE a.x IS UNIQUE",
    ],
)
async def test_nothing_can_be_written_though_the_user_might(
    neo4j: Neo4j, graph: QueryApi, door: GraphDoor, writing: str
) -> None:
    neo4j.run("CREATE (:Kept)")
    with pytest.raises(GraphRefused) as caught:
        await graph.read(door, writing, timeout=30, most_rows=1)
    assert caught.value.code == "Neo.ClientError.Statement.AccessMode"
    assert neo4j.run("MATCH (n) RETURN labels(n)") == [[["Kept"]]]


async def test_error_in_the_middle_of_the_rows_is_no_answer(
    graph: QueryApi, door: GraphDoor
) -> None:
    seen: list[Row] = []

    async def take_all() -> None:
        async for row in graph.stream(door, "UNWIND [1, 0] AS x RETURN 1 / x", timeout=30):
            seen.append(row)

    with pytest.raises(GraphRefused, match="/ by zero") as caught:
        await take_all()
    assert caught.value.code == "Neo.ClientError.Statement.ArithmeticError"
    assert seen == [(1,)]


async def test_wrong_password_is_told_without_showing_it(graph: QueryApi, door: GraphDoor) -> None:
    wrong = GraphDoor(address=door.address, user=door.user, password=SecretStr("not-that-one"))
    with pytest.raises(GraphRefused, match="Invalid credential") as caught:
        await graph.read(wrong, "RETURN 1", timeout=30, most_rows=1)
    assert caught.value.code == "Neo.ClientError.Security.Unauthorized"
    assert "not-that-one" not in repr((caught.value, caught.value.__dict__, wrong))


async def test_unknown_database_is_told(graph: QueryApi, door: GraphDoor) -> None:
    elsewhere = GraphDoor(
        address=door.address, user=door.user, password=door.password, database="no such"
    )
    with pytest.raises(GraphRefused) as caught:
        await graph.read(elsewhere, "RETURN 1", timeout=30, most_rows=1)
    assert caught.value.code == "Neo.ClientError.Database.DatabaseNotFound"


async def test_statement_that_takes_too_long_ends_on_the_server_too(
    neo4j: Neo4j, graph: QueryApi, door: GraphDoor
) -> None:
    with pytest.raises(GraphUnavailable, match="longer than 1 s"):
        await graph.read(door, f"{ENDLESS} RETURN count(*)", timeout=1, most_rows=1)
    running_now = "SHOW TRANSACTIONS YIELD currentQuery AS q, status RETURN q, status"
    left = [(q, status) for q, status in neo4j.run(running_now) if ENDLESS in str(q)]
    assert all(str(status).startswith("Terminated") for _, status in left)


async def test_more_rows_than_allowed_are_refused_and_the_statement_ended(
    graph: QueryApi, door: GraphDoor
) -> None:
    with pytest.raises(GraphTooMuch, match="more than 1,000 rows"):
        await graph.read(
            door, "UNWIND range(1, 10000000) AS x RETURN x", timeout=60, most_rows=1000
        )
    whole = await graph.read(
        door, "UNWIND range(1, 1000) AS x RETURN x", timeout=60, most_rows=1000
    )
    assert whole.fields == ("x",)
    assert len(whole.rows) == 1000


async def test_memory_stays_flat_however_many_rows_come(graph: QueryApi, door: GraphDoor) -> None:
    async def peak(rows: int) -> int:
        tracemalloc.reset_peak()
        count = 0
        async for _ in graph.stream(
            door, "UNWIND range(1, $rows) AS x RETURN x, 'row ' + x", {"rows": rows}, timeout=120
        ):
            count += 1
        assert count == rows
        return tracemalloc.get_traced_memory()[1]

    tracemalloc.start()
    try:
        await peak(1_000)
        few = await peak(5_000)
        many = await peak(50_000)
    finally:
        tracemalloc.stop()
    assert many < 3 * few  # ten times the rows: what hoards them takes ten times the memory


async def test_server_that_dies_in_the_middle_leaves_no_half_answer(
    graph: QueryApi, tmp_path: Path
) -> None:
    seen = 0

    async def take_until_it_dies(door: GraphDoor, doomed: Neo4j) -> None:
        nonlocal seen
        async for _ in graph.stream(door, "UNWIND range(1, 100000000) AS x RETURN x", timeout=60):
            seen += 1
            if seen == 100:
                psutil.Process(doomed.process.pid).kill()

    with running(Home(tmp_path)) as doomed:
        door = door_of(doomed)
        with pytest.raises(GraphUnavailable):
            await take_until_it_dies(door, doomed)
        assert 100 <= seen < 100_000_000
        await asyncio.to_thread(doomed.process.wait)
        with pytest.raises(GraphUnavailable, match="cannot be reached"):
            await graph.read(door, "RETURN 1", timeout=5, most_rows=1)
