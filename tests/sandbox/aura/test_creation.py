"""Creating instances: empty, cloned, from a snapshot, and refused."""

import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import COMMERCE, ORDERS_PROD, ORDERS_STAGING, SANDBOX_FREE, SEARCH_STAGING
from tests.sandbox.aura.caller import Caller, HandClock, data, message, order, reason


async def create(aura: Caller, **changes: object) -> str:
    return str(data(await aura.post("/instances", order(**changes)), status=202)["id"])


async def test_password_is_told_once(aura: Caller, clock: HandClock) -> None:
    created = data(await aura.post("/instances", order()), status=202)
    assert created["username"] == "neo4j"
    assert len(created["password"]) > 20
    assert set(created["id"]) <= set("0123456789abcdef")
    assert len(created["id"]) == 8
    clock.advance(seconds=120)
    assert not {"username", "password"} & set(await aura.instance(created["id"]))


async def test_fresh_id_answers_404_for_a_while(aura: Caller, clock: HandClock) -> None:
    fresh = await create(aura)
    assert (await aura.get(f"/instances/{fresh}")).status_code == 404
    clock.advance(seconds=45)
    assert await aura.status(fresh) == "creating"
    clock.advance(seconds=75)
    assert await aura.status(fresh) == "running"


async def test_scheduled_snapshot_runs_right_after_creation(aura: Caller, clock: HandClock) -> None:
    fresh = await create(aura)
    clock.advance(seconds=120)
    assert await aura.status(fresh) == "running"
    answer = await aura.post(f"/instances/{fresh}/snapshots")
    assert reason(answer, status=409) == "snapshot-not-allowed"
    assert [s["profile"] for s in await aura.snapshots(fresh)] == ["Scheduled"]
    clock.advance(seconds=60)
    await aura.take(fresh)


async def test_instance_from_an_exportable_snapshot_loads_before_it_runs(
    aura: Caller, clock: HandClock
) -> None:
    snapshot = await aura.take(ORDERS_PROD)
    source = {"source_instance_id": ORDERS_PROD, "source_snapshot_id": snapshot}
    answer = await aura.post("/instances", order(**source))
    assert answer.status_code == 400
    assert message(answer) == f"Source snapshot {snapshot} is not exportable"
    clock.advance(seconds=60)
    fresh = await create(aura, **source)
    clock.advance(seconds=120)
    assert await aura.status(fresh) == "loading"
    clock.advance(seconds=60)
    assert await aura.status(fresh) == "running"


async def test_differential_snapshot_cannot_seed_an_instance(aura: Caller) -> None:
    hourly = next(s for s in await aura.snapshots(ORDERS_PROD) if not s["exportable"])
    source = {"source_instance_id": ORDERS_PROD, "source_snapshot_id": hourly["snapshot_id"]}
    assert "is not exportable" in message(await aura.post("/instances", order(**source)))


@pytest.mark.parametrize(
    ("changes", "why", "field"),
    [
        ({"name": None}, "validation-error", "name"),
        ({"region": "mars-north1"}, "validation-error", "region"),
        ({"memory": "3GB"}, "invalid-memory-size", "memory"),
        ({"memory": "4GB", "source_instance_id": ORDERS_PROD}, "invalid-memory-size", "memory"),
        ({"storage": "3GB"}, "invalid-storage-size", "storage"),
        ({"type": "professional-ds"}, "validation-error", "type"),
        ({"tenant_id": "nobody"}, "tenant-not-found", "tenant_id"),
        ({"source_snapshot_id": "x"}, "validation-error", "source_instance_id"),
        ({"customer_managed_key_id": "x"}, "encryption-key-not-found", "customer_managed_key_id"),
        (
            {
                "type": "professional-db",
                "version": "4",
                "source_instance_id": ORDERS_PROD,
            },
            "validation-error",
            "version",
        ),
    ],
)
async def test_wrong_orders_are_400_and_name_the_field(
    aura: Caller, changes: dict[str, object], why: str, field: str
) -> None:
    answer = await aura.post("/instances", order(**changes))
    assert reason(answer, status=400) == why
    assert answer.json()["errors"][0]["field"] == field


async def test_source_must_exist_and_be_idle(aura: Caller) -> None:
    unknown = order(source_instance_id="ffffffff")
    assert reason(await aura.post("/instances", unknown), status=404) == "db-not-found"
    busy = order(source_instance_id=SEARCH_STAGING)
    answer = await aura.post("/instances", busy)
    assert reason(answer, status=409) == "ongoing-database-operation"


async def test_source_must_be_awake_and_know_the_snapshot(aura: Caller) -> None:
    paused = order(source_instance_id=ORDERS_STAGING)
    answer = await aura.post("/instances", paused)
    assert reason(answer, status=409) == "instance-action-unavailable"
    unknown = order(source_instance_id=ORDERS_PROD, source_snapshot_id="x")
    assert reason(await aura.post("/instances", unknown), status=404) == "snapshot-not-found"


async def test_second_free_instance_is_beyond_the_limit(aura: Caller, clock: HandClock) -> None:
    free = order(type="free-db", memory="1GB")
    assert (await aura.post("/instances", free)).status_code == 405
    await aura.delete(f"/instances/{SANDBOX_FREE}")
    clock.advance(seconds=60)
    assert (await aura.post("/instances", free)).status_code == 202


async def test_project_without_billing_can_neither_order_nor_take_snapshots(
    aura: Caller, double: AuraDouble
) -> None:
    double.world.set_billing(COMMERCE, billing=False)
    answer = await aura.post("/instances", order())
    assert reason(answer, status=400) == "missing-billing-details"
    unpaid = await aura.post(f"/instances/{ORDERS_PROD}/snapshots")
    assert (unpaid.status_code, unpaid.content) == (402, b"")


async def test_restore_fault_makes_a_load_fail(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    double.faults.restore_fails.next()
    fresh = await create(aura, source_instance_id=ORDERS_PROD)
    clock.advance(seconds=180)
    assert await aura.status(fresh) == "loading failed"
    assert await aura.snapshots(fresh) == []
