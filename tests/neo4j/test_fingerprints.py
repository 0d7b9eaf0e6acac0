"""Fingerprints of real graphs: right, from the count store alone, and never heavy."""

import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.adapters.clock import SystemClock
from bot.adapters.graph import QueryApi
from bot.core.base import InstanceId
from bot.core.errors import GraphRefused, GraphUnavailable
from bot.core.graph import cypher
from bot.core.graph.fingerprint import Fingerprint, compare
from bot.ports import GraphDoor
from bot.services.counting import count, version
from sandbox.neo4j import Home, Neo4j, running
from tests.neo4j.big import NODES, TYPES, load
from tests.neo4j.install import wanted

ORDERS = InstanceId("0d5e7a11")
FROM_THE_COUNT_STORE = {
    "ProduceResults",
    "Apply",
    "CartesianProduct",
    "NodeCountFromCountStore",
    "RelationshipCountFromCountStore",
}


def door_of(neo4j: Neo4j) -> GraphDoor:
    return GraphDoor(address=neo4j.url, user=neo4j.user, password=SecretStr(neo4j.password))


@pytest.fixture
async def graph() -> AsyncIterator[QueryApi]:
    async with QueryApi() as api:
        yield api


@pytest.fixture(scope="module")
def big() -> Iterator[Neo4j]:
    """A server with a million nodes."""
    wanted()
    with tempfile.TemporaryDirectory(prefix="sp-neo4j-") as folder:
        home = Home(Path(folder))
        load(home)
        with running(home) as started:
            yield started


async def taken(graph: QueryApi, neo4j: Neo4j, timeout: float = 30) -> Fingerprint:
    return await count(graph, door_of(neo4j), ORDERS, clock=SystemClock(), timeout=timeout)


async def test_the_version_is_told_as_the_server_tells_it(graph: QueryApi, big: Neo4j) -> None:
    said = await version(graph, door_of(big), timeout=30)
    assert said.split(".")[0] in ("5", "2025", "2026")


def operators(neo4j: Neo4j, statement: str) -> set[str]:
    """The operators of the plan that Neo4j makes for a statement."""
    answer = httpx.post(
        f"{neo4j.url}/db/neo4j/query/v2",
        json={"statement": f"EXPLAIN {statement}", "accessMode": "READ"},
        auth=(neo4j.user, neo4j.password),
        timeout=30,
    )
    found: set[str] = set()
    plans: list[dict[str, Any]] = [answer.json()["queryPlan"]]
    while plans:
        plan = plans.pop()
        found.add(plan["operatorType"].split("@")[0])
        plans += plan["children"]
    return found


async def test_fingerprint_counts_everything_and_lists_every_definition(
    neo4j: Neo4j, graph: QueryApi
) -> None:
    neo4j.run("CREATE (:A:`b c`)-[:R]->(:A)-[:`s t`]->(), (:`d``e`), (:`f\\u005Cu0060g`)")
    neo4j.run("CREATE CONSTRAINT one_a FOR (a:A) REQUIRE a.x IS UNIQUE")
    neo4j.run("CREATE INDEX by_y FOR ()-[r:R]-() ON (r.y)")
    found = await taken(graph, neo4j)
    assert (found.nodes, found.relationships) == (5, 2)
    assert found.labels == {"A": 2, "b c": 1, "d`e": 1, "f\\u0060g": 1}
    assert found.types == {"R": 1, "s t": 1}
    assert found.constraints == ("CREATE CONSTRAINT `one_a` FOR (n:`A`) REQUIRE (n.`x`) IS UNIQUE",)
    assert [line for line in found.indexes or () if "LOOKUP" not in line] == [
        "CREATE RANGE INDEX `by_y` FOR ()-[r:`R`]-() ON (r.`y`)"
    ]


async def test_label_that_nothing_carries_any_more_is_no_difference(
    neo4j: Neo4j, graph: QueryApi
) -> None:
    before = await taken(graph, neo4j)
    neo4j.run("CREATE (:Gone)-[:WENT]->(:Gone)")
    between = await taken(graph, neo4j)
    neo4j.run("MATCH (n:Gone) DETACH DELETE n")
    assert compare(before, between).nodes == 2
    assert compare(before, await taken(graph, neo4j)).nothing


async def test_lost_index_is_found_where_all_counts_are_equal(
    neo4j: Neo4j, graph: QueryApi
) -> None:
    neo4j.run("CREATE INDEX by_x FOR (a:A) ON (a.x)")
    before = await taken(graph, neo4j)
    neo4j.run("DROP INDEX by_x")
    after = await taken(graph, neo4j)
    assert before.schema_hash != after.schema_hash
    assert compare(before, after).lost == ("CREATE RANGE INDEX `by_x` FOR (n:`A`) ON (n.`x`)",)


def test_every_count_is_planned_from_the_count_store(neo4j: Neo4j) -> None:
    neo4j.run("CREATE (:A)-[:R]->(:B)")
    for statement in (
        cypher.TOTALS,
        cypher.count_labels(["A", "B", "no such"]),
        cypher.count_types(["R", "no such"]),
    ):
        assert operators(neo4j, statement) <= FROM_THE_COUNT_STORE
    grouped = operators(neo4j, "MATCH (n:A) RETURN 'A' AS label, count(*) AS nodes")
    assert "NodeByLabelScan" in grouped  # so that the test knows a scan when it sees one


async def test_fingerprint_of_a_million_nodes_takes_no_longer_than_that_of_a_few(
    neo4j: Neo4j, big: Neo4j, graph: QueryApi
) -> None:
    neo4j.run("CREATE (c:Customer)-[:PLACED]->(:Order)-[:CONTAINS]->(:Product)")
    for each in (neo4j, big):  # plans are made, connections opened
        await taken(graph, each)
    small = min([(await taken(graph, neo4j)).seconds for _ in range(5)])
    tracemalloc.start()
    try:
        found = await taken(graph, big)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    large = min([(await taken(graph, big)).seconds for _ in range(5)])
    assert (found.labels, found.types) == (NODES, TYPES)
    assert (found.nodes, found.relationships) == (sum(NODES.values()), sum(TYPES.values()))
    assert large < 5 * small
    assert large < 2
    assert peak < 5_000_000


async def test_counting_that_takes_too_long_is_given_up(neo4j: Neo4j, graph: QueryApi) -> None:
    with pytest.raises(GraphUnavailable):
        await taken(graph, neo4j, timeout=0.001)


async def test_user_who_may_not_look_is_refused(neo4j: Neo4j, graph: QueryApi) -> None:
    # Community has no roles, so that this is the one user there who may do nothing
    neo4j.run("CREATE USER newcomer IF NOT EXISTS SET PASSWORD 'first-password' CHANGE REQUIRED")
    door = GraphDoor(address=neo4j.url, user="newcomer", password=SecretStr("first-password"))
    with pytest.raises(GraphRefused) as caught:
        await count(graph, door, ORDERS, clock=SystemClock(), timeout=10)
    assert caught.value.code.startswith("Neo.ClientError.Security.")
    assert "first-password" not in repr((caught.value, vars(caught.value)))
