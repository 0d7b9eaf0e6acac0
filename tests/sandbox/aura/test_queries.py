"""The Query API, and data that goes back and forth with snapshots."""

from typing import Any

import httpx
import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import (
    CATALOG_PROD,
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_FREE,
    SANDBOX_PAID,
    database_password,
)
from sandbox.aura.query_calls import BEYOND
from tests.sandbox.aura.caller import Caller, HandClock, data, order

BAD_DEPLOY = "MATCH (o:Order) DETACH DELETE o"
ORDERS = "MATCH (o:Order) RETURN count(o)"


async def query(
    aura: Caller, instance_id: str, statement: str, *, user: str = "neo4j", **body: Any
) -> httpx.Response:
    return await aura.http.post(
        f"/databases/{instance_id}/db/neo4j/query/v2",
        auth=(user, body.pop("password", database_password(instance_id, user))),
        json={"statement": statement, **body},
    )


async def count(aura: Caller, instance_id: str, **body: Any) -> int:
    answer = await query(aura, instance_id, ORDERS, **body)
    assert answer.status_code == 202, answer.text
    [[number]] = answer.json()["data"]["values"]
    return int(number)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


async def test_a_restore_brings_the_older_graph_back(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    before = await count(aura, ORDERS_PROD)
    assert before == double.graph(ORDERS_PROD).labels()["Order"] > 0
    taken = await aura.take(ORDERS_PROD)
    await query(aura, ORDERS_PROD, BAD_DEPLOY)  # while it is being taken: not in it
    clock.advance(minutes=2)
    assert await count(aura, ORDERS_PROD) == 0
    await aura.restore(ORDERS_PROD, taken)
    assert (await query(aura, ORDERS_PROD, ORDERS)).status_code == 503
    clock.advance(minutes=4)
    assert await count(aura, ORDERS_PROD) == before


async def test_a_scheduled_snapshot_holds_what_was_there_at_its_time(
    aura: Caller, clock: HandClock
) -> None:
    await query(aura, ORDERS_PROD, "CREATE (:Order {name: 'first'})")
    clock.advance(hours=1, minutes=30)  # a scheduled one is taken on the way
    await query(aura, ORDERS_PROD, "CREATE (:Order {name: 'second'})")
    await aura.log_in()  # the token has expired meanwhile
    newest = (await aura.snapshots(ORDERS_PROD))[0]["snapshot_id"]
    await aura.restore(ORDERS_PROD, newest)
    clock.advance(minutes=5)
    named = "MATCH (o:Order) WHERE o.name IN ['first', 'second'] RETURN o.name"
    values = (await query(aura, ORDERS_PROD, named)).json()["data"]["values"]
    assert values == [["first"]]


async def test_older_snapshots_hold_smaller_graphs(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    now = len(double.graph(SANDBOX_PAID).nodes)
    old = (await aura.snapshots(SANDBOX_PAID, date="2026-11-17"))[0]["snapshot_id"]
    await aura.restore(SANDBOX_PAID, old)
    clock.advance(minutes=4)
    assert 0 < len(double.graph(SANDBOX_PAID).nodes) < now


async def test_an_overwrite_and_a_clone_bring_the_source_and_leave_it_alone(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    source = double.graph(ORDERS_PROD)
    body = {"source_instance_id": ORDERS_PROD}
    await aura.post(f"/instances/{CATALOG_PROD}/overwrite", body)
    clock.advance(minutes=5)
    made = data(await aura.post("/instances", order(**body)), status=202)
    await query(aura, ORDERS_PROD, BAD_DEPLOY)
    clock.advance(minutes=5)
    assert double.graph(CATALOG_PROD) == source
    assert double.graph(made["id"]) == source
    assert await count(aura, made["id"], password=made["password"]) == source.labels()["Order"]
    assert await count(aura, ORDERS_PROD) == 0


async def test_a_failed_restore_leaves_the_data(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    taken = await aura.take(SANDBOX_PAID)
    clock.advance(minutes=2)
    await query(aura, SANDBOX_PAID, BAD_DEPLOY)
    double.faults.restore_fails.next()
    await aura.restore(SANDBOX_PAID, taken)
    clock.advance(minutes=4)
    assert double.status_of(SANDBOX_PAID) == "loading failed"
    assert "Order" not in double.graph(SANDBOX_PAID).labels()


async def test_a_new_instance_is_empty_and_free_ones_count_what_is_there(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    made = data(await aura.post("/instances", order()), status=202)
    assert double.graph(made["id"]).nodes == {}
    await query(aura, SANDBOX_FREE, "MATCH (n) DETACH DELETE n")
    free = await aura.instance(SANDBOX_FREE)
    assert (free["graph_nodes"], free["graph_relationships"]) == ("0", "0")


async def test_answers_look_as_the_documentation_shows_them(
    aura: Caller, double: AuraDouble
) -> None:
    answer = await query(
        *(aura, ORDERS_PROD, "CREATE (n:Person {name: $name}) RETURN n.name"),
        parameters={"name": "Peter"},
        includeCounters=True,
    )
    assert answer.status_code == 202
    shown = answer.json()
    assert shown["data"] == {"fields": ["n.name"], "values": [["Peter"]]}
    assert shown["bookmarks"]
    assert shown["counters"] == {
        "containsUpdates": True,
        "nodesCreated": 1,
        "nodesDeleted": 0,
        "propertiesSet": 1,
        "relationshipsCreated": 0,
        "relationshipsDeleted": 0,
        "labelsAdded": 1,
        "labelsRemoved": 0,
        "indexesAdded": 0,
        "indexesRemoved": 0,
        "constraintsAdded": 0,
        "constraintsRemoved": 0,
        "containsSystemUpdates": False,
        "systemUpdates": 0,
    }
    call = double.calls[-1]
    assert (call.method, call.status) == ("POST", 202)
    assert call.path == f"/databases/{ORDERS_PROD}/db/neo4j/query/v2"


async def test_the_host_header_names_the_instance_too(aura: Caller) -> None:
    answer = await aura.http.post(
        "/db/neo4j/query/v2",
        auth=("neo4j", database_password(ORDERS_PROD, "neo4j")),
        json={"statement": ORDERS},
        headers={"Host": f"{ORDERS_PROD}.databases.neo4j.io"},
    )
    assert answer.status_code == 202
    nobody = await aura.http.post("/db/neo4j/query/v2", json={"statement": ORDERS})
    assert code(nobody) == (404, "Neo.ClientError.Request.Invalid")


async def test_refusals_carry_neo4j_s_codes(aura: Caller) -> None:
    async def asked(statement: Any = ORDERS, **how: Any) -> tuple[int, str]:
        return code(await query(aura, ORDERS_PROD, statement, **how))

    refused = "Neo.ClientError."
    unauthorized = (401, refused + "Security.Unauthorized")
    assert await asked(password="wrong") == unauthorized
    assert await asked(user="nobody") == unauthorized
    assert await asked(BAD_DEPLOY, user="reader") == (403, refused + "Security.Forbidden")
    assert await asked(BAD_DEPLOY, accessMode="READ") == (400, refused + "Statement.AccessMode")
    assert await asked(statement=5) == (400, refused + "Request.InvalidFormat")
    assert await asked("RETURN $p") == (400, refused + "Statement.ParameterMissing")
    assert await asked("MERGE (n:Person)") == (400, BEYOND)
    assert await count(aura, ORDERS_PROD, user="reader") > 0
    other = await aura.http.post(
        f"/databases/{ORDERS_PROD}/db/other/query/v2",
        auth=("neo4j", database_password(ORDERS_PROD, "neo4j")),
        json={"statement": ORDERS},
    )
    assert code(other) == (404, refused + "Database.DatabaseNotFound")


@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic ä", "Basic bm9jb2xvbg=="])
async def test_broken_credentials_are_turned_away(aura: Caller, authorization: str) -> None:
    answer = await aura.http.post(
        f"/databases/{ORDERS_PROD}/db/neo4j/query/v2",
        json={"statement": ORDERS},
        headers={b"Authorization": authorization.encode()},
    )
    assert answer.status_code == 401


async def test_a_paused_instance_answers_no_query(aura: Caller) -> None:
    assert (await query(aura, ORDERS_STAGING, ORDERS)).status_code == 503
