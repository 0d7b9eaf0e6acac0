"""The double with a real server behind an instance: its data goes where snapshots and copies do."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.adapters.clock import SystemClock
from bot.adapters.graph import QueryApi
from bot.core.base import InstanceId
from bot.core.errors import GraphRefused
from bot.core.graph.fingerprint import Fingerprint, compare
from bot.core.graph.rights import PRIVILEGES, excess
from bot.ports import GraphDoor
from bot.services.counting import count
from sandbox.aura import AuraDouble
from sandbox.aura.databases import DEFAULT
from sandbox.aura.fleet import ORDERS_PROD, database_password
from sandbox.aura.graphs import SHOP, Definition, Graph, Node, Relationship
from sandbox.neo4j import Backed, Neo4j
from sandbox.neo4j.graphs import load, read
from tests.sandbox.aura.caller import Caller, HandClock, calling, data, order
from tests.sandbox.aura.test_queries import query

ORDERS = InstanceId(ORDERS_PROD)
HARD = Graph(
    {
        7: Node(id=7, labels=frozenset({"A b", "c`d"}), properties={"x": [1, 2], "ü": "\"'"}),
        9: Node(id=9),
    },
    {3: Relationship(id=3, type="of `it`", start=9, end=7, properties={"w": 0.5})},
    (
        Definition(name="i", constraint=False, of="of `it`", properties=("w",), relationship=True),
        Definition(name="u", constraint=True, of="A b", properties=("x",)),
    ),
)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def aura(neo4j: Neo4j, clock: HandClock) -> AsyncIterator[tuple[Caller, AuraDouble]]:
    double = AuraDouble(now=clock, requests_per_minute=None)
    databases = double.world.instances[ORDERS].databases.by_name
    databases[DEFAULT] = Backed(databases[DEFAULT], neo4j)
    async with calling(double, timeout=60) as caller:
        yield caller, double


@pytest.fixture
async def graph() -> AsyncIterator[QueryApi]:
    async with QueryApi() as api:
        yield api


def door(double: AuraDouble, instance: str = ORDERS, password: str | None = None) -> GraphDoor:
    user = "reader" if password is None else "neo4j"
    secret = password or database_password(instance, user)
    address = f"{double.url}/databases/{instance}"
    return GraphDoor(address=address, user=user, password=SecretStr(secret))


async def counted(graph: QueryApi, at: GraphDoor) -> Fingerprint:
    return await count(graph, at, ORDERS, clock=SystemClock(), timeout=30)


def test_graph_comes_out_of_the_server_as_it_went_in(neo4j: Neo4j) -> None:
    load(neo4j, HARD)
    found = read(neo4j)
    assert found.labels() == HARD.labels()
    assert found.schema == HARD.schema
    [joined] = found.relationships.values()
    assert (joined.type, joined.properties) == ("of `it`", {"w": 0.5})
    assert found.nodes[joined.end].properties == HARD.nodes[7].properties
    assert found.nodes[joined.start] == Node(id=joined.start)
    load(neo4j, Graph())
    assert read(neo4j) == Graph()


async def test_real_server_answers_and_restores_load_the_right_graph(
    aura: tuple[Caller, AuraDouble], graph: QueryApi, clock: HandClock, neo4j: Neo4j
) -> None:
    caller, double = aura
    before = await counted(graph, door(double))
    assert len(before.constraints or ()) == sum(one.constraint for one in SHOP)
    taken = await caller.take(ORDERS)
    clock.advance(minutes=2)
    wrecked = "MATCH (o:Order) CALL { WITH o DETACH DELETE o } IN TRANSACTIONS OF 10 ROWS"
    assert (await query(caller, ORDERS, wrecked)).status_code == 202  # only a real one knows this
    assert neo4j.run("MATCH (o:Order) RETURN count(o)") == [[0]]
    await caller.restore(ORDERS, taken)
    clock.advance(minutes=5)
    assert await caller.status(ORDERS) == "running"
    assert compare(before, await counted(graph, door(double))).nothing


async def test_copy_of_its_snapshot_holds_the_same(
    aura: tuple[Caller, AuraDouble], graph: QueryApi, clock: HandClock
) -> None:
    caller, double = aura
    await query(caller, ORDERS, "CREATE (:Fresh)-[:LEAF]->(:Fresh)")
    taken = await caller.take(ORDERS)
    clock.advance(minutes=2)
    wish = order(source_instance_id=ORDERS, source_snapshot_id=taken)
    made = data(await caller.post("/instances", wish), status=202)
    clock.advance(minutes=10)
    copy = door(double, made["id"], made["password"])
    assert compare(await counted(graph, door(double)), await counted(graph, copy)).nothing


async def test_reader_stays_a_reader(aura: tuple[Caller, AuraDouble], graph: QueryApi) -> None:
    caller, double = aura
    refused = await query(caller, ORDERS, "CREATE (:Order)", user="reader")
    assert refused.status_code == 400
    with pytest.raises(GraphRefused):
        await graph.read(door(double), "CREATE (:Order)", timeout=10, most_rows=1)
    rights = await graph.read(door(double), PRIVILEGES, timeout=10, most_rows=100)
    assert excess((str(access), str(action)) for access, action in rights.rows) == ()
