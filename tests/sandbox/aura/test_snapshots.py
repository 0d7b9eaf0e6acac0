"""Snapshots: one day at a time, taken, scheduled, kept for a while, restored."""

from datetime import timedelta

import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import (
    CATALOG_PROD,
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_FREE,
    SANDBOX_PAID,
    SEARCH_STAGING,
)
from tests.sandbox.aura.caller import Caller, HandClock, data, message, reason


async def newest(aura: Caller, instance_id: str, *, exportable: bool = True) -> str:
    listed = await aura.snapshots(instance_id)
    return str(next(s["snapshot_id"] for s in listed if s["exportable"] is exportable))


async def test_list_is_one_utc_day_newest_first_and_today_by_default(
    aura: Caller, clock: HandClock
) -> None:
    today = await aura.snapshots(ORDERS_PROD)
    stamps = [s["timestamp"] for s in today]
    assert stamps == sorted(stamps, reverse=True)
    assert {t[:10] for t in stamps} == {"2026-11-22"}
    assert today == await aura.snapshots(ORDERS_PROD, date="2026-11-22")
    assert len(await aura.snapshots(ORDERS_PROD, date="2026-11-21")) == 24
    assert await aura.snapshots(ORDERS_PROD, date="2026-11-23") == []


@pytest.mark.parametrize(
    "day", ["yesterday", "2026-13-01", "20261121", "2026-W47-6", "2026-1-2", ""]
)
async def test_unreadable_date_is_400(aura: Caller, day: str) -> None:
    answer = await aura.get(f"/instances/{ORDERS_PROD}/snapshots", date=day)
    assert answer.status_code == 400


async def test_snapshot_becomes_exportable_when_it_is_complete(
    aura: Caller, clock: HandClock
) -> None:
    taken = await aura.take(ORDERS_PROD)
    seen = []
    for _ in range(3):
        snapshot = await aura.snapshot(ORDERS_PROD, taken)
        seen.append((snapshot["status"], snapshot["exportable"]))
        clock.advance(seconds=30)
    assert seen == [("Pending", False), ("InProgress", False), ("Completed", True)]
    assert (await aura.snapshots(ORDERS_PROD))[0]["profile"] == "AdHoc"


async def test_two_snapshots_at_once_are_not_allowed(aura: Caller, clock: HandClock) -> None:
    await aura.take(ORDERS_PROD)
    answer = await aura.post(f"/instances/{ORDERS_PROD}/snapshots")
    assert reason(answer, status=409) == "snapshot-not-allowed"
    clock.advance(seconds=60)
    await aura.take(ORDERS_PROD)


@pytest.mark.parametrize(
    ("instance", "why"),
    [
        (ORDERS_STAGING, "instance-action-unavailable"),
        (SEARCH_STAGING, "ongoing-database-operation"),
    ],
)
async def test_only_a_running_instance_takes_snapshots(
    aura: Caller, instance: str, why: str
) -> None:
    assert reason(await aura.post(f"/instances/{instance}/snapshots"), status=409) == why


async def test_scheduled_snapshots_appear_as_time_passes(aura: Caller, clock: HandClock) -> None:
    before = len(await aura.snapshots(ORDERS_PROD))
    clock.advance(minutes=48)
    running = (await aura.snapshots(ORDERS_PROD))[0]
    assert (running["profile"], running["status"]) == ("Scheduled", "Pending")
    answer = await aura.post(f"/instances/{ORDERS_PROD}/snapshots")
    assert reason(answer, status=409) == "snapshot-not-allowed"
    clock.advance(minutes=8)
    assert len(await aura.snapshots(ORDERS_PROD)) == before + 1
    assert (await aura.snapshots(ORDERS_PROD))[0]["status"] == "Completed"


async def test_every_day_has_one_full_exportable_snapshot(aura: Caller) -> None:
    for instance in (ORDERS_PROD, CATALOG_PROD):
        listed = await aura.snapshots(instance, date="2026-11-20")
        assert [s["exportable"] for s in listed].count(True) == 1
        assert len(listed) == 24


async def test_paused_instance_has_no_scheduled_snapshots_while_it_sleeps(aura: Caller) -> None:
    assert await aura.snapshots(ORDERS_STAGING) == []
    assert await aura.snapshots(ORDERS_STAGING, date="2026-11-21") == []
    assert await aura.snapshots(ORDERS_STAGING, date="2026-11-19") != []


@pytest.mark.parametrize(
    ("instance", "days"), [(SANDBOX_PAID, 7), (ORDERS_PROD, 30), (CATALOG_PROD, 60)]
)
async def test_snapshots_vanish_at_the_end_of_their_retention(
    aura: Caller, clock: HandClock, instance: str, days: int
) -> None:
    inside = clock.now - timedelta(days=days - 1)
    beyond = clock.now - timedelta(days=days + 1)
    kept = await aura.snapshots(instance, date=inside.date().isoformat())
    assert kept != []
    assert await aura.snapshots(instance, date=beyond.date().isoformat()) == []
    clock.advance(days=2)
    await aura.log_in()
    oldest = kept[-1]["snapshot_id"]
    answer = await aura.get(f"/instances/{instance}/snapshots/{oldest}")
    assert reason(answer, status=404) == "snapshot-not-found"


async def test_free_keeps_only_the_latest_snapshot_and_has_no_schedule(
    aura: Caller, clock: HandClock
) -> None:
    (kept,) = await aura.snapshots(SANDBOX_FREE, date="2026-11-21")
    taken = await aura.take(SANDBOX_FREE)
    assert await aura.snapshots(SANDBOX_FREE, date="2026-11-21") == [kept]
    clock.advance(days=1)
    await aura.log_in()
    assert await aura.snapshots(SANDBOX_FREE, date="2026-11-21") == []
    (left,) = await aura.snapshots(SANDBOX_FREE, date="2026-11-22")
    assert left["snapshot_id"] == taken


async def test_restore_is_in_place_and_ends_in_running(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    snapshot = await newest(aura, ORDERS_PROD)
    answer = await aura.restore(ORDERS_PROD, snapshot)
    restoring = data(answer, status=202)
    assert (restoring["id"], restoring["status"]) == (ORDERS_PROD, "restoring")
    assert restoring["region"] == "europe-west1"
    (kept,) = double.restores
    assert (kept.instance_id, kept.snapshot_id, kept.kind) == (ORDERS_PROD, snapshot, "restore")
    assert kept.request_id == answer.headers["X-Request-Id"]
    again = await aura.restore(ORDERS_PROD, snapshot)
    assert message(again).endswith("undergoing an operation: restoring")
    clock.advance(seconds=180)
    assert await aura.status(ORDERS_PROD) == "running"
    assert len(double.restores) == 1


async def test_paused_and_broken_instances_can_be_restored_but_not_suspended_ones(
    aura: Caller, double: AuraDouble
) -> None:
    (snapshot, *_) = await aura.snapshots(ORDERS_STAGING, date="2026-11-20")
    assert (await aura.restore(ORDERS_STAGING, snapshot["snapshot_id"])).status_code == 202
    snapshot_id = await newest(aura, ORDERS_PROD)
    double.set_status(ORDERS_PROD, "suspended")
    refusal = await aura.restore(ORDERS_PROD, snapshot_id)
    assert reason(refusal, status=409) == "instance-action-unavailable"
    double.set_status(ORDERS_PROD, "loading failed")
    assert (await aura.restore(ORDERS_PROD, snapshot_id)).status_code == 202


async def test_snapshot_of_another_instance_is_not_found(aura: Caller) -> None:
    foreign = await newest(aura, ORDERS_PROD)
    answer = await aura.restore(CATALOG_PROD, foreign)
    assert reason(answer, status=404) == "snapshot-not-found"


async def test_unfinished_snapshot_cannot_be_restored(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    taken = await aura.take(ORDERS_PROD)
    answer = await aura.restore(ORDERS_PROD, taken)
    assert reason(answer, status=409) == "ongoing-database-operation"
    with pytest.raises(ValueError, match="no status"):
        double.set_snapshot_status(ORDERS_PROD, taken, "Lost")
    double.set_snapshot_status(ORDERS_PROD, taken, "Cancelled")
    assert (await aura.snapshot(ORDERS_PROD, taken))["status"] == "Cancelled"
    assert taken not in {s["snapshot_id"] for s in await aura.snapshots(ORDERS_PROD)}
    answer = await aura.restore(ORDERS_PROD, taken)
    assert reason(answer, status=409) == "instance-action-unavailable"
    assert double.restores == []


async def test_forgotten_snapshot_is_gone(aura: Caller, double: AuraDouble) -> None:
    snapshot = await newest(aura, ORDERS_PROD)
    double.forget_snapshot(ORDERS_PROD, snapshot)
    assert (await aura.restore(ORDERS_PROD, snapshot)).status_code == 404
    assert snapshot not in {s["snapshot_id"] for s in await aura.snapshots(ORDERS_PROD)}


async def test_overwrite_replaces_in_place_or_from_another(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    snapshot = await newest(aura, ORDERS_PROD)
    body = {"source_instance_id": ORDERS_PROD, "source_snapshot_id": snapshot}
    for target in (ORDERS_PROD, CATALOG_PROD):
        answer = await aura.post(f"/instances/{target}/overwrite", body)
        assert data(answer, status=202)["status"] == "overwriting"
    clock.advance(seconds=240)
    assert await aura.status(CATALOG_PROD) == "running"
    assert [(r.kind, r.instance_id) for r in double.restores] == [
        ("overwrite", ORDERS_PROD),
        ("overwrite", CATALOG_PROD),
    ]


async def test_overwrite_without_a_snapshot_takes_one_of_the_source(aura: Caller) -> None:
    body = {"source_instance_id": ORDERS_PROD}
    assert (await aura.post(f"/instances/{CATALOG_PROD}/overwrite", body)).status_code == 202
    assert (await aura.snapshots(ORDERS_PROD))[0]["profile"] == "AdHoc"
    answer = await aura.post(f"/instances/{ORDERS_PROD}/pause")
    assert reason(answer, status=409) == "ongoing-database-operation"


async def test_overwrite_refuses_free_smaller_targets_and_differentials(aura: Caller) -> None:
    body = {"source_instance_id": ORDERS_PROD}
    free = await aura.post(f"/instances/{SANDBOX_FREE}/overwrite", body)
    assert reason(free, status=420) == "db-tier-invalid"
    small = await aura.post(f"/instances/{SANDBOX_PAID}/overwrite", body)
    assert small.status_code == 500
    assert message(small) == (
        f"Cannot clone database {ORDERS_PROD} into smaller database {SANDBOX_PAID}."
    )
    hourly = await newest(aura, ORDERS_PROD, exportable=False)
    answer = await aura.post(
        f"/instances/{CATALOG_PROD}/overwrite", {**body, "source_snapshot_id": hourly}
    )
    assert answer.status_code == 409
    assert message(answer) == f"Source snapshot {hourly} is not exportable"
    assert (await aura.post(f"/instances/{CATALOG_PROD}/overwrite", {})).status_code == 400


async def test_overwrite_wants_both_sides_in_a_fit_state(aura: Caller, double: AuraDouble) -> None:
    from_paused = {"source_instance_id": ORDERS_STAGING}
    answer = await aura.post(f"/instances/{ORDERS_PROD}/overwrite", from_paused)
    assert reason(answer, status=409) == "instance-action-unavailable"
    double.set_status(CATALOG_PROD, "suspended")
    from_orders = {"source_instance_id": ORDERS_PROD}
    answer = await aura.post(f"/instances/{CATALOG_PROD}/overwrite", from_orders)
    assert reason(answer, status=409) == "instance-action-unavailable"
    assert double.restores == []


async def test_history_is_the_same_in_each_run() -> None:
    first, second = (AuraDouble(now=HandClock()) for _ in range(2))
    for instance in (ORDERS_PROD, SANDBOX_PAID):
        logs = [d.world.instances[instance].snapshots(d.now()) for d in (first, second)]
        ids = [sorted(s.id for s in log.all(first.now())) for log in logs]
        assert ids[0] == ids[1] != []
