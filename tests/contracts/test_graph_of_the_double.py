"""The bot's graph adapter against the Aura double's Query API: the same answers as a real one."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.adapters.clock import SystemClock
from bot.adapters.graph import QueryApi
from bot.core.base import InstanceId
from bot.core.errors import GraphRefused, GraphUnavailable
from bot.core.graph.values import Node, Relationship
from bot.ports import GraphDoor
from bot.services.counting import count
from sandbox.aura import AuraDouble
from sandbox.aura.fleet import ORDERS_PROD, SANDBOX_PAID, database_password


@pytest.fixture
async def double() -> AsyncIterator[AuraDouble]:
    async with AuraDouble() as running:
        yield running


@pytest.fixture
async def graph() -> AsyncIterator[QueryApi]:
    async with QueryApi() as api:
        yield api


def door(double: AuraDouble, instance: str = ORDERS_PROD, user: str = "reader") -> GraphDoor:
    return GraphDoor(
        address=f"{double.url}/databases/{instance}",
        user=user,
        password=SecretStr(database_password(instance, user)),
    )


async def test_fingerprint_is_that_of_the_graph(double: AuraDouble, graph: QueryApi) -> None:
    orders = InstanceId(ORDERS_PROD)
    found = await count(graph, door(double), orders, clock=SystemClock(), timeout=10)
    there = double.graph(ORDERS_PROD)
    assert (found.labels, found.types) == (there.labels(), there.types())
    assert (found.nodes, found.relationships) == (len(there.nodes), len(there.relationships))
    assert found.constraints == tuple(d.statement for d in there.schema if d.constraint)
    assert len(found.indexes or ()) == 3


async def test_values_keep_their_types(double: AuraDouble, graph: QueryApi) -> None:
    cypher = (
        "MATCH (c:Customer)-[r]->(o) RETURN c, r, $given, 1.5, c.number = 1 "
        "ORDER BY c.number LIMIT 1"
    )
    given = (1, "x", None, True, 2.5, {"a": (2,)})
    answer = await graph.read(door(double), cypher, {"given": given}, timeout=10, most_rows=1)
    [[node, relationship, *rest]] = answer.rows
    assert isinstance(node, Node)
    assert node.labels == ("Customer",)
    assert isinstance(relationship, Relationship)
    assert relationship.start == node.element_id
    assert rest == [given, 1.5, True]


async def test_nothing_can_be_written_by_anybody(double: AuraDouble, graph: QueryApi) -> None:
    for user in ("neo4j", "reader"):
        for writing in ("CREATE (:A)", "DROP CONSTRAINT order_number"):
            with pytest.raises(GraphRefused):
                await graph.read(door(double, user=user), writing, timeout=10, most_rows=1)


async def test_value_that_the_double_has_not_is_refused(
    double: AuraDouble, graph: QueryApi
) -> None:
    with pytest.raises(GraphRefused, match="not typed"):
        await graph.read(door(double), "RETURN $x", {"x": b"\x00"}, timeout=10, most_rows=1)


async def test_instance_that_sleeps_is_unavailable(double: AuraDouble, graph: QueryApi) -> None:
    double.world.instances[SANDBOX_PAID].status = "paused"
    with pytest.raises(GraphUnavailable):
        await graph.read(door(double, SANDBOX_PAID), "RETURN 1", timeout=10, most_rows=1)
