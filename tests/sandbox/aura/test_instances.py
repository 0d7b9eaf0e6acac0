"""The life of an instance: what it may do when, and how it looks meanwhile."""

import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import (
    CATALOG_PROD,
    COMMERCE,
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_FREE,
    SANDBOX_PAID,
    SEARCH_STAGING,
)
from sandbox.aura.instances import OTHER_STATUSES
from tests.sandbox.aura.caller import Caller, HandClock, data, message, order, reason


async def test_list_shows_no_status(aura: Caller) -> None:
    listed = (await aura.get("/instances")).json()["data"]
    assert len(listed) == 6
    assert set(listed[0]) == {"id", "name", "tenant_id", "cloud_provider", "created_at"}


async def test_list_can_be_narrowed_to_a_project(aura: Caller) -> None:
    listed = (await aura.get("/instances", tenantId=COMMERCE)).json()["data"]
    assert {i["tenant_id"] for i in listed} == {COMMERCE}
    assert len(listed) == 5


async def test_unknown_instance_is_db_not_found(aura: Caller) -> None:
    answer = await aura.get("/instances/ffffffff")
    assert reason(answer, status=404) == "db-not-found"
    assert message(answer) == "DB not found: ffffffff"


async def test_pause_and_resume_take_their_time(aura: Caller, clock: HandClock) -> None:
    path = f"/instances/{ORDERS_PROD}"
    assert data(await aura.post(path + "/pause"), status=202)["status"] == "pausing"
    clock.advance(seconds=59)
    assert await aura.status(ORDERS_PROD) == "pausing"
    clock.advance(seconds=1)
    assert await aura.status(ORDERS_PROD) == "paused"
    resuming = data(await aura.post(path + "/resume"), status=202)
    assert (resuming["status"], resuming["connection_url"]) == ("resuming", None)
    clock.advance(seconds=90)
    assert (await aura.instance(ORDERS_PROD))["connection_url"].startswith("neo4j+s://")


async def test_speed_divides_every_duration(aura: Caller, double: AuraDouble) -> None:
    double.pace.speed = 60
    await aura.post(f"/instances/{ORDERS_PROD}/pause")
    clock = double.now
    assert isinstance(clock, HandClock)
    clock.advance(seconds=1)
    assert await aura.status(ORDERS_PROD) == "paused"


async def test_one_operation_at_a_time_and_the_refusal_names_it(aura: Caller) -> None:
    await aura.post(f"/instances/{ORDERS_PROD}/pause")
    for verb in ("pause", "resume"):
        answer = await aura.post(f"/instances/{ORDERS_PROD}/{verb}")
        assert reason(answer, status=409) == "ongoing-database-operation"
        assert message(answer).endswith("undergoing an operation: pausing")
    assert (await aura.delete(f"/instances/{ORDERS_PROD}")).status_code == 409


async def test_a_snapshot_refuses_other_operations_while_the_status_says_running(
    aura: Caller,
) -> None:
    await aura.take(ORDERS_PROD)
    assert await aura.status(ORDERS_PROD) == "running"
    answer = await aura.post(f"/instances/{ORDERS_PROD}/pause")
    assert reason(answer, status=409) == "ongoing-database-operation"


@pytest.mark.parametrize(("instance", "verb"), [(ORDERS_STAGING, "pause"), (ORDERS_PROD, "resume")])
async def test_pausing_the_paused_and_resuming_the_running_is_refused(
    aura: Caller, instance: str, verb: str
) -> None:
    answer = await aura.post(f"/instances/{instance}/{verb}")
    assert reason(answer, status=409) == "instance-action-unavailable"


async def test_free_cannot_be_paused_by_hand(aura: Caller) -> None:
    answer = await aura.post(f"/instances/{SANDBOX_FREE}/pause")
    assert reason(answer, status=400) == "db-tier-invalid"


async def test_deleted_instance_loses_its_memory_and_then_answers_404(
    aura: Caller, clock: HandClock
) -> None:
    going = data(await aura.delete(f"/instances/{SANDBOX_PAID}"), status=202)
    assert going["status"] == "destroying"
    assert "memory" not in going
    clock.advance(seconds=60)
    listed = (await aura.get("/instances")).json()["data"]
    assert SANDBOX_PAID not in {i["id"] for i in listed}
    assert (await aura.get(f"/instances/{SANDBOX_PAID}")).status_code == 404


async def test_fields_come_and_go_with_the_tier(aura: Caller) -> None:
    free, vdc = await aura.instance(SANDBOX_FREE), await aura.instance(CATALOG_PROD)
    paid = await aura.instance(SANDBOX_PAID)
    assert "storage" not in free
    assert (free["graph_nodes"], free["graph_relationships"]) == ("1843", "5120")
    assert (vdc["cdc_enrichment_mode"], vdc["secondaries_count"]) == ("FULL", 1)
    assert not {"cdc_enrichment_mode", "secondaries_count", "graph_nodes"} & set(paid)
    # only where it applies: Free has none, nor have the instances of a project without metrics
    assert "metrics_integration_url" in vdc
    assert not [i for i in (free, paid) if "metrics_integration_url" in i]


async def test_rename_is_done_at_once_and_possible_while_busy(aura: Caller) -> None:
    path = f"/instances/{SEARCH_STAGING}"
    assert data(await aura.patch(path, {"name": "suche"}))["name"] == "suche"
    assert (await aura.patch(path, {"memory": "16GB"})).status_code == 409


@pytest.mark.parametrize("name", ["", " orders", "orders ", "x" * 31, 5])
async def test_names_have_1_to_30_characters_and_no_blank_at_the_ends(
    aura: Caller, name: object
) -> None:
    answer = await aura.patch(f"/instances/{ORDERS_PROD}", {"name": name})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "name"


async def test_resize_is_202_and_the_storage_follows(aura: Caller, clock: HandClock) -> None:
    changed = await aura.patch(f"/instances/{ORDERS_PROD}", {"memory": "16GB"})
    assert data(changed, status=202)["status"] == "updating"
    clock.advance(seconds=120)
    now = await aura.instance(ORDERS_PROD)
    assert (now["status"], now["memory"], now["storage"]) == ("running", "16GB", "32GB")
    larger = {"memory": "16GB", "storage": "192GB"}
    await aura.patch(f"/instances/{ORDERS_PROD}", larger)
    clock.advance(seconds=120)
    assert (await aura.instance(ORDERS_PROD)).items() >= larger.items()


@pytest.mark.parametrize(
    ("instance", "change", "why"),
    [
        (ORDERS_PROD, {"memory": "3GB"}, "invalid-memory-size"),
        (SANDBOX_FREE, {"memory": "2GB"}, "db-tier-invalid"),
        (SANDBOX_PAID, {"secondaries_count": 1}, "database-incapable-of-action"),
        (SANDBOX_PAID, {"cdc_enrichment_mode": "FULL"}, "database-incapable-of-action"),
        (ORDERS_PROD, {"memory": "8GB", "storage": "1GB"}, "invalid-storage-size"),
        (CATALOG_PROD, {"secondaries_count": 99}, "validation-error"),
        (ORDERS_PROD, {"cdc_enrichment_mode": "LOUD"}, "validation-error"),
        (ORDERS_PROD, {"vector_optimized": "yes"}, "validation-error"),
        (ORDERS_PROD, {}, "validation-error"),
    ],
)
async def test_changes_that_make_no_sense_are_400(
    aura: Caller, instance: str, change: dict[str, object], why: str
) -> None:
    assert reason(await aura.patch(f"/instances/{instance}", change), status=400) == why


async def test_settings_change_with_the_resize(aura: Caller, clock: HandClock) -> None:
    change = {"secondaries_count": 2, "cdc_enrichment_mode": "DIFF", "vector_optimized": True}
    answer = await aura.patch(f"/instances/{CATALOG_PROD}", change)
    assert data(answer, status=202)["cdc_enrichment_mode"] == "FULL"
    clock.advance(seconds=120)
    assert (await aura.instance(CATALOG_PROD)).items() >= change.items()


async def test_only_a_running_instance_can_be_resized(aura: Caller) -> None:
    answer = await aura.patch(f"/instances/{ORDERS_STAGING}", {"memory": "8GB"})
    assert reason(answer, status=409) == "instance-action-unavailable"
    await aura.delete(f"/instances/{ORDERS_STAGING}")
    renamed = await aura.patch(f"/instances/{ORDERS_STAGING}", {"name": "late"})
    assert reason(renamed, status=409) == "ongoing-database-operation"


async def test_upgrade_turns_professional_into_business_critical(
    aura: Caller, clock: HandClock
) -> None:
    path = f"/instances/{SANDBOX_PAID}/upgrade"
    assert (await aura.post(path, {"memory": "4GB"})).status_code == 400
    await aura.post(path, {"memory": "4GB", "storage": "8GB"})
    clock.advance(seconds=120)
    assert (await aura.instance(SANDBOX_PAID))["type"] == "business-critical"
    clock.advance(hours=3.5)
    await aura.log_in()
    assert len([s for s in await aura.snapshots(SANDBOX_PAID) if not s["exportable"]]) == 3
    assert reason(await aura.post(path, {}), status=409) == "db-tier-invalid"


async def test_out_of_band_change_shows_and_can_end_by_itself(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    double.set_status(ORDERS_PROD, "suspended", for_seconds=30)
    assert await aura.status(ORDERS_PROD) == "suspended"
    clock.advance(seconds=30)
    assert double.status_of(ORDERS_PROD) == "running"
    with pytest.raises(ValueError, match="no status"):
        double.set_status(ORDERS_PROD, "asleep")


@pytest.mark.parametrize("word", sorted(OTHER_STATUSES))
async def test_words_outside_the_specification_can_be_staged(
    aura: Caller, double: AuraDouble, word: str
) -> None:
    double.set_status(ORDERS_PROD, word, for_seconds=30)
    assert await aura.status(ORDERS_PROD) == word


async def test_address_is_null_or_empty_while_an_instance_resumes(
    aura: Caller, double: AuraDouble
) -> None:
    shown = {}
    for instance in (ORDERS_STAGING, SANDBOX_PAID, ORDERS_PROD):
        double.set_status(instance, "resuming", for_seconds=30)
        shown[instance] = (await aura.instance(instance))["connection_url"]
    assert shown == {ORDERS_STAGING: "", SANDBOX_PAID: None, ORDERS_PROD: None}


async def test_order_of_operations_survives_a_leap_of_the_clock(
    aura: Caller, clock: HandClock
) -> None:
    source = {"source_instance_id": ORDERS_PROD}
    fresh = data(await aura.post("/instances", order(**source)), status=202)["id"]
    clock.advance(days=2)
    await aura.log_in()
    assert await aura.status(fresh) == "running"
    # The first scheduled snapshot was taken when the creation ended, not when somebody looked.
    first = (await aura.snapshots(fresh, date="2026-11-22"))[-1]
    assert first["timestamp"] == "2026-11-22T12:03:00Z"
