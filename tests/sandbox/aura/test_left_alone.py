"""What Aura does by itself with an instance that is left alone for long."""

import httpx

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import ORDERS_PROD, ORDERS_STAGING, SANDBOX_FREE, database_password
from tests.sandbox.aura.caller import Caller, HandClock, reason

WRITES, READS = "CREATE (n:Visit)", "MATCH (n:Visit) RETURN count(n)"


async def query(aura: Caller, statement: str) -> httpx.Response:
    return await aura.http.post(
        f"/databases/{SANDBOX_FREE}/db/neo4j/query/v2",
        auth=("neo4j", database_password(SANDBOX_FREE, "neo4j")),
        json={"statement": statement},
    )


async def test_a_free_instance_is_paused_after_72_hours_without_a_writing_query(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    clock.advance(hours=70)
    assert (await query(aura, WRITES)).status_code == 202
    clock.advance(hours=70)
    assert (await query(aura, READS)).status_code == 202
    clock.advance(hours=2, seconds=-1)
    assert double.status_of(SANDBOX_FREE) == "running"
    clock.advance(seconds=1)
    assert double.status_of(SANDBOX_FREE) == "pausing"
    clock.advance(minutes=1)
    assert double.status_of(SANDBOX_FREE) == "paused"
    assert (await query(aura, WRITES)).status_code == 503


async def test_a_free_instance_that_is_resumed_has_its_72_hours_again(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    clock.advance(days=20)
    await aura.log_in()
    assert (await aura.post(f"/instances/{SANDBOX_FREE}/resume")).status_code == 202
    clock.advance(hours=71)
    assert double.status_of(SANDBOX_FREE) == "running"
    clock.advance(hours=2)
    assert double.status_of(SANDBOX_FREE) == "paused"


async def test_a_free_instance_is_deleted_with_its_snapshots_after_30_days_paused(
    aura: Caller, clock: HandClock
) -> None:
    clock.advance(days=33, minutes=1)
    await aura.log_in()
    assert await aura.status(SANDBOX_FREE) == "destroying"
    clock.advance(minutes=1)
    listed = (await aura.get("/instances")).json()["data"]
    assert SANDBOX_FREE not in {i["id"] for i in listed}
    for path in ("", "/snapshots"):
        gone = await aura.get(f"/instances/{SANDBOX_FREE}{path}")
        assert reason(gone, status=404) == "db-not-found"


async def test_a_paid_instance_is_resumed_after_30_days_and_backed_up_again(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    clock.advance(days=27, hours=20, minutes=59)  # it was paused 2 days and 3 hours ago
    assert double.status_of(ORDERS_STAGING) == "paused"
    clock.advance(minutes=1)
    assert double.status_of(ORDERS_STAGING) == "resuming"
    clock.advance(seconds=90)
    assert double.status_of(ORDERS_STAGING) == "running"
    clock.advance(days=1)
    await aura.log_in()
    assert await aura.snapshots(ORDERS_STAGING, date="2026-12-19") == []
    assert [s["profile"] for s in await aura.snapshots(ORDERS_STAGING)] == ["Scheduled"]


async def test_a_pause_by_the_console_counts_as_well_also_in_one_leap_of_the_clock(
    double: AuraDouble, clock: HandClock
) -> None:
    double.set_status(ORDERS_PROD, "paused")
    clock.advance(days=30, seconds=-1)
    assert double.status_of(ORDERS_PROD) == "paused"
    clock.advance(days=30)
    assert double.status_of(ORDERS_PROD) == "running"
    assert double.graph(ORDERS_PROD).nodes
