"""v2beta1: organizations, projects, instances of several databases, and backups of each of them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import (
    BOOKKEEPING,
    CLIENT_ID,
    COMMERCE,
    HOME,
    LEDGER_PROD,
    ORDERS_PROD,
    database_password,
)
from tests.sandbox.aura.caller import Caller, HandClock, calling
from tests.sandbox.aura.caller_v2 import PROJECT, CallerV2, calling_v2, order

INSTANCES = f"{PROJECT}/instances"
LEDGER = f"{INSTANCES}/{LEDGER_PROD}"
DATABASES = f"{LEDGER}/databases"


@pytest.fixture
async def v2(double: AuraDouble) -> AsyncIterator[CallerV2]:
    async with calling_v2(double) as caller:
        yield caller


def data(answer: httpx.Response, *, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


def reason(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) - {"errors"} == {"message", "reason"}
    return answer.status_code, answer.json()["reason"]


async def database(v2: CallerV2, name: str) -> str:
    [path] = [f"{DATABASES}/{d['id']}" for d in data(await v2.get(DATABASES)) if d["name"] == name]
    return path


async def test_each_organization_is_seen_by_its_own_credentials(v2: CallerV2) -> None:
    [organization] = data(await v2.get("/organizations"))
    assert organization == {"id": BOOKKEEPING, "name": "Example bookkeeping"}
    [project] = data(await v2.get(f"/organizations/{BOOKKEEPING}/projects"))
    assert PROJECT.endswith(project["id"])
    assert data(await v2.get(f"/organizations/{BOOKKEEPING}/projects?status=deleted")) == []
    assert reason(await v2.get(f"/organizations/{HOME}")) == (403, "unauthorized")
    assert reason(await v2.get("/organizations/x")) == (404, "organization-not-found")
    [instance] = data(await v2.get(INSTANCES))
    assert (instance["id"], "legacy_status" in instance) == (LEDGER_PROD, False)


async def test_v1_shows_the_six_of_home_only(aura: Caller) -> None:
    listed = (await aura.get("/instances")).json()["data"]
    assert len(listed) == 6
    assert LEDGER_PROD not in {i["id"] for i in listed}
    base = f"/v2beta1/organizations/{HOME}/projects/{COMMERCE}/instances"
    assert len((await aura.http.get(base)).json()["data"]) == 5


async def test_an_instance_is_created_with_words_of_its_own(v2: CallerV2, clock: HandClock) -> None:
    ordered = order(multi_database=True, type="virtual-dedicated-cloud", unknown="field")
    assert reason(await v2.post(INSTANCES, ordered)) == (400, "validation-error")
    made = data(await v2.post(INSTANCES, order(multi_database=True, unknown="field")), status=202)
    assert (made["type"], made["multi_database"]) == ("business-critical", True)
    assert made["legacy_status"] == "creating"
    assert made["password"]
    clock.advance(minutes=3)
    one = f"{INSTANCES}/{made['id']}"
    assert data(await v2.get(one))["legacy_status"] == "running"
    assert [d["name"] for d in data(await v2.get(f"{one}/databases"))] == ["neo4j"]
    refused = await v2.post(INSTANCES, order(type="professional", multi_database=True))
    assert reason(refused) == (400, "multi-database-tier-not-supported")


async def test_a_wrong_property_is_named_in_the_shape_of_v2(v2: CallerV2) -> None:
    answer = await v2.post(INSTANCES, order(name=""))
    assert reason(answer) == (400, "validation-error")
    assert list(answer.json()["errors"]) == ["name"]
    answer = await v2.post(DATABASES, {"name": "No"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])


async def test_databases_of_a_plain_instance_are_refused_for_good(aura: Caller) -> None:
    base = f"/v2beta1/organizations/{HOME}/projects/{COMMERCE}/instances/{ORDERS_PROD}"
    assert (await aura.http.get(base)).json()["data"]["multi_database"] is False
    assert reason(await aura.http.get(f"{base}/databases")) == (409, "multi-db-only")


@pytest.mark.parametrize("key", ["id", "backup_id"])
async def test_a_backup_brings_one_database_back_and_leaves_the_others(
    v2: CallerV2, double: AuraDouble, clock: HandClock, key: str
) -> None:
    sales = await database(v2, "sales")
    before = double.graph(LEDGER_PROD, "sales")
    listed = data(await v2.get(f"{sales}/backups"))
    taken = data(await v2.post(f"{sales}/backups", {}), status=202)["id"]
    assert data(await v2.get(f"{sales}/backups")) == listed, "unfinished ones are hidden"
    assert data(await v2.get(f"{sales}/backups/{taken}"))["status"] == "Pending"
    for name in ("sales", "stock"):
        answer = await v2.http.post(
            f"/databases/{LEDGER_PROD}/db/{name}/query/v2",
            auth=("neo4j", database_password(LEDGER_PROD, "neo4j")),
            json={"statement": "MATCH (n) DETACH DELETE n"},
        )
        assert answer.status_code == 202
    again = await v2.post(f"{sales}/backups", {})
    assert reason(again) == (409, "cannot-take-backup-in-current-state")
    clock.advance(minutes=2)
    assert data(await v2.get(f"{sales}/backups"))[0]["id"] == taken
    shown = data(await v2.post(f"{sales}/restore", {key: taken}), status=202)
    assert (shown["name"], shown["status"], shown["nodes"]) == ("sales", "restoring", 0)
    refused = await v2.post(f"{sales}/restore", {key: taken})
    assert reason(refused) == (409, "ongoing-database-operation")
    assert double.graph(LEDGER_PROD, "sales").nodes == {}
    clock.advance(minutes=4)
    assert double.graph(LEDGER_PROD, "sales") == before
    assert double.graph(LEDGER_PROD, "stock").nodes == {}
    [restore] = double.restores
    assert (restore.snapshot_id, sales.endswith(str(restore.database_id))) == (taken, True)


async def test_a_database_is_cloned_from_a_backup_and_deleted(
    v2: CallerV2, double: AuraDouble, clock: HandClock
) -> None:
    sales = await database(v2, "sales")
    taken = data(await v2.post(f"{sales}/backups", {}), status=202)["id"]
    body = {"name": "sales-drill", "source_database_id": sales.rpartition("/")[2]}
    assert reason(await v2.post(DATABASES, body)) == (422, "validation-error")
    body["backup_id"] = taken
    assert reason(await v2.post(DATABASES, body)) == (422, "validation-error"), "not finished"
    clock.advance(minutes=2)
    made = data(await v2.post(DATABASES, body), status=201)
    assert reason(await v2.post(DATABASES, body)) == (409, "database-already-exists")
    clock.advance(minutes=2)
    assert double.graph(LEDGER_PROD, "sales-drill") == double.graph(LEDGER_PROD, "sales")
    one = f"{DATABASES}/{made['id']}"
    assert data(await v2.delete(one), status=202) == made
    assert data(await v2.get(one)) == made
    clock.advance(minutes=2)
    assert reason(await v2.get(one)) == (404, "aura-database-not-found")
    default = await database(v2, "neo4j")
    assert reason(await v2.delete(default)) == (409, "database-action-unavailable")


async def test_a_gigabyte_holds_five_databases(v2: CallerV2, clock: HandClock) -> None:
    for n in range(37):  # three are there, 8 GB hold 40
        data(await v2.post(DATABASES, {"name": f"more-{n}"}), status=201)
    refused = await v2.post(DATABASES, {"name": "too-many"})
    assert reason(refused) == (422, "database-limit-reached")


async def test_each_database_is_backed_up_by_itself_as_time_passes(
    v2: CallerV2, clock: HandClock
) -> None:
    stock = await database(v2, "stock")
    before = data(await v2.get(f"{stock}/backups"))[0]
    made = data(await v2.post(DATABASES, {"name": "fresh"}), status=201)
    clock.advance(minutes=55)
    newest, next_newest = data(await v2.get(f"{stock}/backups"))[:2]
    assert (newest["timestamp"], next_newest) == ("2026-11-22T12:42:00Z", before)
    assert data(await v2.get(f"{DATABASES}/{made['id']}/backups"))[0]["status"] == "Completed"


async def test_a_snapshot_of_v1_holds_all_databases(clock: HandClock) -> None:
    double = AuraDouble(now=clock, reach={CLIENT_ID: [PROJECT.rpartition("/")[2]]})
    async with calling(double) as aura:
        names = ("neo4j", "sales", "stock")
        before = [double.graph(LEDGER_PROD, name) for name in names]
        taken = await aura.take(LEDGER_PROD)
        for name in names:
            await aura.http.post(
                f"/databases/{LEDGER_PROD}/db/{name}/query/v2",
                auth=("neo4j", database_password(LEDGER_PROD, "neo4j")),
                json={"statement": "CREATE (:Late)"},
            )
        clock.advance(minutes=2)
        await aura.restore(LEDGER_PROD, taken)
        clock.advance(minutes=4)
        assert [double.graph(LEDGER_PROD, name) for name in names] == before
