"""Checks on a real Neo4j: every kind of expectation, time-outs, rights, and a server that dies."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from pydantic import SecretStr

from bot.adapters.clock import SystemClock
from bot.adapters.graph import QueryApi
from bot.core.base import InstanceId, ProjectId
from bot.core.checks import (
    Between,
    Check,
    Exactly,
    Expectation,
    LikeBaseline,
    NoRows,
    RowCount,
)
from bot.core.environments import Estate
from bot.core.evidence import CheckLine
from bot.core.instances import InstanceSummary
from bot.ports import Access, Accesses, GraphDoor
from bot.services.counting import count
from bot.services.proof import Proof
from bot.services.world import World
from sandbox.neo4j import Home, Neo4j, running
from tests.neo4j.install import wanted

ORDERS = InstanceSummary(id=InstanceId("0d5e7a11"), name="orders", project_id=ProjectId("p"))
SHOP = """
CREATE (ann:Customer {name: 'Ann', since: date('2026-01-01')}),
       (ann)-[:PLACED]->(:Order {number: 1}), (ann)-[:PLACED]->(:Order {number: 2}),
       (:Order {number: 3})
"""
CHECKS: dict[str, tuple[str, Expectation]] = {
    "orphans": (
        "MATCH (o:Order) WHERE NOT EXISTS { (:Customer)-[:PLACED]->(o) } RETURN o.number",
        NoRows(),
    ),
    "no nameless": ("MATCH (c:Customer) WHERE c.name IS NULL RETURN c", NoRows()),
    "three orders": ("MATCH (o:Order) RETURN o", RowCount(least=3, most=3)),
    "since": (
        "MATCH (c:Customer) RETURN c.name, c.since",
        Exactly(rows=(("Ann", "2026-01-01"),)),
    ),
    "sum": ("MATCH (o:Order) RETURN sum(o.number)", Between(least=5, most=7)),
    "average": ("MATCH (o:Order) RETURN avg(o.number)", Between(most=1.5)),
    "like before": ("MATCH (o:Order) RETURN count(o)", LikeBaseline(of="label:Order", within=0)),
    "typo": ("MATCH (o:Order RETURN o", NoRows()),
    "writes": ("CREATE (:Order)", NoRows()),
    "late": ("UNWIND [1, 0] AS x RETURN 1 / x", RowCount(least=1)),
    "endless": (
        "UNWIND range(1, 1000000) AS x UNWIND range(1, 1000000) AS y "
        "WITH x, y WHERE x < 0 RETURN count(*)",
        Between(least=0),
    ),
    "too much": ("UNWIND range(1, 100000) AS x RETURN x", RowCount(least=1)),
}

UNDER_WAY = """
SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery CONTAINS 'range(1, 1000000) AS x'
AND NOT currentQuery CONTAINS 'SHOW TRANSACTIONS' RETURN 1
"""


def checks() -> tuple[Check, ...]:
    return tuple(
        Check(name=name, cypher=cypher, expectation=expectation, timeout=3)
        for name, (cypher, expectation) in CHECKS.items()
    )


@pytest.fixture
async def graph() -> AsyncIterator[QueryApi]:
    async with QueryApi() as api:
        yield api


def checks_named(*names: str) -> tuple[Check, ...]:
    """Some of them, in this order, with all the time there is."""
    by_name = {check.name: check for check in checks()}
    return tuple(by_name[name].model_copy(update={"timeout": 40}) for name in names)


def proof(
    graph: QueryApi,
    door: GraphDoor | None,
    *,
    more_rights: bool = False,
    of: tuple[Check, ...] | None = None,
) -> Proof:
    access = Access(query=door, more_rights=more_rights)
    world = SimpleNamespace(
        graph=graph,
        clock=SystemClock(),
        estate=Estate(),
        checks=checks() if of is None else of,
        accesses=Accesses(instances={ORDERS.id: access}),
    )
    return Proof(cast(World, world))


def door_of(neo4j: Neo4j) -> GraphDoor:
    return GraphDoor(address=neo4j.url, user=neo4j.user, password=SecretStr(neo4j.password))


def verdicts(lines: tuple[CheckLine, ...]) -> dict[str, tuple[str, str]]:
    return {line.name: (line.verdict, line.found) for line in lines}


async def test_every_kind_of_check_says_what_is_true(neo4j: Neo4j, graph: QueryApi) -> None:
    neo4j.run(SHOP)
    door = door_of(neo4j)
    baseline = await count(graph, door, ORDERS.id, clock=SystemClock(), timeout=10)
    found = verdicts(await proof(graph, door).run_through(door, ORDERS, baseline=baseline))
    assert found["orphans"] == ("failed", "3")
    assert found["no nameless"] == ("passed", "no rows")
    assert found["three orders"] == ("passed", "3 rows")
    assert found["since"] == ("passed", "1 row: Ann, 2026-01-01")
    assert found["sum"] == ("passed", "6")
    assert found["average"] == ("failed", "2.0")
    assert found["like before"] == ("passed", "3")
    for name, said in {
        "typo": "Neo4j refused: Invalid input",
        "writes": "Neo4j refused: Writing in read access mode",
        "late": "Neo4j refused: / by zero",
        "endless": "the database took longer than 3 s",
        "too much": "the answer has more than 1,000 rows",
    }.items():
        assert found[name][0] == "not run", name
        assert found[name][1].startswith(said), found[name]
    assert neo4j.run("MATCH (o:Order) RETURN count(o)") == [[3]]


async def test_user_who_could_also_write_is_refused_unless_allowed(
    neo4j: Neo4j, graph: QueryApi
) -> None:
    neo4j.run(SHOP)  # in Community every user may do everything
    refused = await proof(graph, door_of(neo4j)).run(ORDERS)
    assert {line.verdict for line in refused} == {"not run"}
    assert refused[0].found.startswith("every user of this database may write")
    allowed = await proof(graph, door_of(neo4j), more_rights=True).run(ORDERS)
    assert verdicts(allowed)["three orders"] == ("passed", "3 rows")


async def test_server_that_is_killed_during_the_first_check_leaves_both_not_run(
    graph: QueryApi, tmp_path: Path
) -> None:
    wanted()
    with running(Home(tmp_path)) as doomed:
        door, both = door_of(doomed), checks_named("endless", "no nameless")

        async def kill() -> None:
            while await asyncio.to_thread(doomed.run, UNDER_WAY) == []:
                pass
            os.kill(doomed.process.pid, signal.SIGKILL)

        run, _ = await asyncio.gather(proof(graph, door, of=both).run_through(door, ORDERS), kill())
    assert verdicts(run) == {
        "endless": ("not run", "the connection to the database broke"),
        "no nameless": ("not run", "the database cannot be reached"),
    }


async def test_server_that_is_gone_leaves_every_check_not_run(
    neo4j: Neo4j, graph: QueryApi
) -> None:
    door = GraphDoor(address="http://127.0.0.1:1", user="x", password=SecretStr("x"))
    found = await proof(graph, door).run_through(door, ORDERS)
    assert {(line.verdict, line.found) for line in found} == {
        ("not run", "the database cannot be reached")
    }
    assert {line.verdict for line in await proof(graph, door).run(ORDERS)} == {"not run"}
    assert {line.found for line in await proof(graph, None).run(ORDERS)} == {
        "no read-only user is configured for this instance"
    }
