"""Projects, metrics, sizing and customer-managed keys, and the fleet they belong to."""

import re

import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import COMMERCE, DATA_LAB, fleet, synthetic
from sandbox.aura.tiers import AS_OF, NEWEST, retention
from tests.sandbox.aura.caller import Caller, HandClock, data, order, reason

KEY = {
    "key_id": "arn:aws:kms:us-east-1:000000000000:key/made-up",
    "name": "Production key",
    "cloud_provider": "aws",
    "instance_type": "enterprise-db",
    "region": "us-east-1",
    "tenant_id": COMMERCE,
}


async def test_project_lists_what_it_may_create(aura: Caller) -> None:
    project = data(await aura.get(f"/tenants/{COMMERCE}"))
    assert {c["type"] for c in project["instance_configurations"]} == {
        "free-db",
        "professional-db",
        "business-critical",
        "enterprise-db",
    }
    line = project["instance_configurations"][0]
    assert (line["memory"], line["region_name"]) == ("1GB", "Belgium (europe-west1)")
    assert len((await aura.get("/tenants")).json()["data"]) == 2
    assert reason(await aura.get("/tenants/nobody"), status=404) == "tenant-not-found"


async def test_metrics_are_for_projects_that_have_them(aura: Caller) -> None:
    answer = await aura.get(f"/tenants/{COMMERCE}/metrics-integration")
    assert data(answer)["endpoint"].startswith("https://")
    answer = await aura.get(f"/tenants/{DATA_LAB}/metrics-integration")
    assert reason(answer, status=400) == "tenant-incapable-of-action"


async def test_sizing_grows_with_the_graph_until_it_exceeds_everything(aura: Caller) -> None:
    async def size(nodes: int) -> dict[str, object]:
        body = {"node_count": nodes, "relationship_count": 5 * nodes}
        return data(await aura.post("/instances/sizing", body))

    assert (await size(10))["min_required_memory"] == "4GB"
    assert (await size(100_000_000))["min_required_memory"] == "128GB"
    assert (await size(10**12))["did_exceed_maximum"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"node_count": "many"},
        {"relationship_count": -1},
        {"instance_type": "tiny"},
        {"algorithm_categories": "all"},
    ],
)
async def test_sizing_refuses_nonsense(aura: Caller, change: dict[str, object]) -> None:
    body = {"node_count": 1, "relationship_count": 1, **change}
    assert (await aura.post("/instances/sizing", body)).status_code == 400


async def test_key_becomes_ready_and_cannot_go_while_it_is_used(
    aura: Caller, clock: HandClock
) -> None:
    key = data(await aura.post("/customer-managed-keys", KEY), status=202)
    path = f"/customer-managed-keys/{key['id']}"
    assert key["status"] == "pending"
    clock.advance(seconds=60)
    assert data(await aura.get(path))["status"] == "ready"
    assert (await aura.get("/customer-managed-keys")).json()["data"] == [
        {"id": key["id"], "name": "Production key", "tenant_id": COMMERCE}
    ]
    listed = await aura.get("/customer-managed-keys", tenantId=DATA_LAB)
    assert listed.json()["data"] == []
    encrypted = order(type="enterprise-db", customer_managed_key_id=key["id"])
    fresh = data(await aura.post("/instances", encrypted), status=202)["id"]
    clock.advance(seconds=300)
    assert (await aura.instance(fresh))["customer_managed_key_id"] == key["id"]
    assert reason(await aura.delete(path), status=400) == "encryption-key-is-active"
    await aura.delete(f"/instances/{fresh}")
    clock.advance(seconds=60)
    gone = await aura.delete(path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert reason(await aura.get(path), status=404) == "encryption-key-not-found"


@pytest.mark.parametrize(
    "change",
    [
        {"key_id": None},
        {"instance_type": "free-db"},
        {"cloud_provider": "moon"},
        {"tenant_id": "nobody"},
        {"name": " "},
    ],
)
async def test_wrong_keys_are_400(aura: Caller, change: dict[str, object]) -> None:
    assert (await aura.post("/customer-managed-keys", {**KEY, **change})).status_code == 400


def test_fleet_has_what_a_rehearsal_needs() -> None:
    home = fleet().home()
    seeds = [s for s in fleet().seeds if s.project_id in home]
    assert len({s.id for s in seeds}) == len(seeds) == 6
    assert all(re.fullmatch("[0-9a-f]{8}", s.id) for s in seeds)
    assert len({s.project_id for s in seeds}) == 2
    assert [s.name for s in seeds].count("sandbox") == 2
    assert {s.status for s in seeds} == {"running", "paused", "updating"}
    assert [s.cdc for s in seeds if s.type == "enterprise-db"] == ["FULL"]


def test_fleet_is_quiet_at_first() -> None:
    clock = HandClock()
    double = AuraDouble(now=clock)
    for _ in range(30):
        clock.advance(minutes=1)
        busy = {
            i.name
            for i in double.world.instances.values()
            if i.snapshots(clock.now).running(clock.now) is not None
        }
        assert busy == set()


def test_a_week_of_business_critical_is_more_than_a_picker_shows() -> None:
    double = AuraDouble(now=HandClock())
    counts = {
        i.name: sum(1 for _ in i.snapshots(double.now()).all(double.now()))
        for i in double.world.instances.values()
        if i.type in {"business-critical", "enterprise-db"} and not i.multi_database
    }
    assert counts == {"orders-prod": 722, "catalog-prod": 1441}


async def test_synthetic_fleet_runs_and_has_a_few_snapshots_each() -> None:
    double = AuraDouble(now=HandClock(), seed=synthetic(50))
    for instance in double.world.instances.values():
        assert instance.status == "running"
        assert 2 <= sum(1 for _ in instance.snapshots(double.now()).all(double.now())) <= 4


def test_tiers_are_dated_and_cover_every_type_of_the_api() -> None:
    assert AS_OF.year >= 2026
    assert len(NEWEST) == 6
    assert retention("enterprise-db", "4").every != retention("enterprise-db", "5").every
