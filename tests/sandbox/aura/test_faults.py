"""Misbehaviour on demand, the record of calls, and control from another process."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from sandbox.aura import AuraDouble, Call, Fault, Faults
from sandbox.aura.fleet import ORDERS_PROD, SANDBOX_PAID
from sandbox.aura.times import utc_now
from tests.sandbox.aura.caller import Caller, HandClock, reason

ROOT = Path(__file__).parents[3]


async def newest(aura: Caller) -> str:
    return str((await aura.snapshots(SANDBOX_PAID))[0]["snapshot_id"])


def test_fault_counts_down_and_then_behaves() -> None:
    fault = Fault("late")
    fault.next(2)
    assert [fault.take() for _ in range(3)] == [True, True, False]
    fault.always()
    assert all(fault.take() for _ in range(5))
    fault.off()
    assert not fault.take()


def test_faults_are_thrown_by_name() -> None:
    faults = Faults()
    faults.set("throttle", count=3)
    faults.set("slow", on=True)
    shown = faults.render()
    assert (shown["throttle"]["count"], shown["slow"]["on"]) == (3, True)
    faults.set("slow", on=False)
    assert not faults.slow.on
    faults.clear()
    assert not faults.throttle.on
    with pytest.raises(KeyError):
        faults.set("earthquake", on=True)


def test_the_page_has_a_sentence_of_its_own_for_every_fault() -> None:
    page = (ROOT / "sandbox/page/js/faults.js").read_text(encoding="utf-8")
    sentences = page.partition("  aura: {\n")[2].partition("  },\n")[0]
    assert [line.split(":")[0].strip() for line in sentences.splitlines()] == list(Faults().all())


async def test_unavailable_is_down_in_every_way_there_is(aura: Caller, double: AuraDouble) -> None:
    double.faults.unavailable.next(8)
    met = []
    for _ in range(4):
        for answer in (
            await aura.post(f"/instances/{ORDERS_PROD}/snapshots"),
            await aura.token("any", "thing"),
        ):
            media, headers = answer.headers["Content-Type"].partition(";")[0], answer.headers
            met.append((answer.status_code, media, headers.get("Retry-After")))
    assert met == [
        (503, "text/plain", None),
        (500, "application/json", None),
        (502, "text/html", None),
        (504, "text/plain", None),
        (503, "application/json", "2"),
        (500, "text/plain", None),
        (502, "application/json", None),
        (504, "text/html", "Sun, 22 Nov 2026 12:00:03 GMT"),
    ]
    assert (await aura.post(f"/instances/{ORDERS_PROD}/snapshots")).status_code == 202


async def test_throttle_answers_429_with_retry_after(aura: Caller, double: AuraDouble) -> None:
    double.faults.throttle.next()
    answer = await aura.get("/instances")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "2")
    assert (await aura.get("/instances")).status_code == 200


async def test_conflict_refuses_acts_on_an_instance_that_shows_nothing(
    aura: Caller, double: AuraDouble
) -> None:
    double.faults.conflict.next(2)
    assert await aura.status(ORDERS_PROD) == "running"
    for path in ("snapshots", "pause"):
        answer = await aura.post(f"/instances/{ORDERS_PROD}/{path}")
        assert reason(answer, status=409) == "ongoing-database-operation"
    await aura.take(ORDERS_PROD)


async def test_slow_adds_its_delay_before_the_call_is_carried_out(
    aura: Caller, double: AuraDouble
) -> None:
    double.faults.slow.next(2)
    for answer in (await aura.get("/instances"), await aura.token("any", "thing")):
        assert answer.elapsed.total_seconds() >= 0.01
    assert not double.faults.slow.on


async def test_dropped_answer_leaves_the_call_done(aura: Caller, double: AuraDouble) -> None:
    snapshot = await newest(aura)
    double.faults.drop_answer.next()
    assert (await aura.get("/instances")).status_code == 200
    refused = await aura.post(f"/instances/{ORDERS_PROD}/resume")
    assert refused.status_code == 409, "a refusal uses up no drop"
    with pytest.raises(httpx.RemoteProtocolError):
        await aura.restore(SANDBOX_PAID, snapshot)
    assert [r.snapshot_id for r in double.restores] == [snapshot]
    assert (double.calls[-1].status, double.calls[-1].dropped) == (202, True)
    assert await aura.status(SANDBOX_PAID) == "restoring"


async def test_snapshot_and_restore_fail_when_told(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    double.faults.snapshot_fails.next()
    taken = await aura.take(SANDBOX_PAID)
    clock.advance(seconds=60)
    failed = await aura.snapshot(SANDBOX_PAID, taken)
    assert (failed["status"], failed["exportable"]) == ("Failed", False)
    double.faults.restore_fails.next()
    listed = await aura.snapshots(SANDBOX_PAID)
    await aura.restore(SANDBOX_PAID, listed[1]["snapshot_id"])
    clock.advance(seconds=180)
    assert await aura.status(SANDBOX_PAID) == "loading failed"


async def test_every_call_is_recorded_and_announced(aura: Caller, double: AuraDouble) -> None:
    heard: list[Call] = []
    double.on_call = heard.append
    await aura.patch(f"/instances/{ORDERS_PROD}", {"name": "orders"})
    await aura.get("/instances", tenantId="x")
    assert double.calls[-2:] == heard
    assert double.on_call is not None
    rename, listing = heard
    assert (rename.method, rename.path) == ("PATCH", f"/v1/instances/{ORDERS_PROD}")
    assert (rename.body, rename.status) == ({"name": "orders"}, 200)
    assert listing.path == "/v1/instances?tenantId=x"
    assert listing.n == rename.n + 1
    assert double.record.counts["PATCH /instances/{instance}"] == 1


async def test_record_keeps_no_more_than_it_should(clock: HandClock) -> None:
    double = AuraDouble(now=clock, keep_calls=10)
    async with double, httpx.AsyncClient(base_url=double.url) as http:
        for _ in range(35):
            await http.get("/v1/tenants")
    assert len(double.calls) <= 20
    assert double.record.counts["GET /tenants"] == 35


async def test_another_process_can_look_and_throw_switches(
    aura: Caller, double: AuraDouble, clock: HandClock
) -> None:
    http, base = aura.http, "/sandbox/aura/"

    async def act(path: str, **body: object) -> httpx.Response:
        return await http.post(base + path, json=body)

    snapshot = await newest(aura)
    await aura.restore(SANDBOX_PAID, snapshot)
    calls = (await http.get(base + "calls", params={"after": "2"})).json()
    assert [c["n"] for c in calls] == [3]
    assert calls[0]["at"] == "2026-11-22T12:00:00Z"
    assert (await http.get(base + "restores")).json()[0]["snapshot_id"] == snapshot
    assert (await http.get(base + "counts")).json()["POST /oauth/token"] == 1
    assert (await act("faults", name="throttle", count=2)).json() == {"ok": True}
    assert (await http.get(base + "faults")).json()["throttle"]["count"] == 2
    await act("faults", name="throttle", on=False)
    await act("status", instance_id=ORDERS_PROD, status="suspended")
    instances = (await http.get(base + "instances")).json()
    assert {"id": ORDERS_PROD, "name": "orders-prod", "status": "suspended"} in instances
    await act("snapshot-status", instance_id=SANDBOX_PAID, snapshot_id=snapshot, status="Failed")
    assert (await aura.snapshot(SANDBOX_PAID, snapshot))["status"] == "Failed"
    await act("forget-snapshot", instance_id=SANDBOX_PAID, snapshot_id=snapshot)
    assert await aura.snapshots(SANDBOX_PAID) == []
    await act("expire-tokens")
    assert (await aura.get("/tenants")).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"name": "earthquake", "on": True}),
        ("faults", {"on": True}),
        ("faults", {"name": "slow", "count": "many"}),
        ("faults", {"name": "slow", "on": "yes"}),
        ("status", {"instance_id": "ffffffff", "status": "running"}),
        ("status", {"instance_id": ORDERS_PROD, "status": "asleep"}),
        ("status", {"instance_id": 5, "status": "running"}),
        ("status", {"instance_id": ORDERS_PROD, "status": "paused", "for_seconds": "long"}),
        ("snapshot-status", {"instance_id": ORDERS_PROD, "snapshot_id": "x", "status": "Failed"}),
        ("forget-snapshot", []),
    ],
)
async def test_nonsense_at_the_controls_is_refused(
    aura: Caller, path: str, body: dict[str, object]
) -> None:
    answer = await aura.http.post("/sandbox/aura/" + path, json=body)
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    listed = await aura.http.get("/sandbox/aura/calls", params={"after": "yesterday"})
    assert listed.status_code == 400


async def test_double_can_be_stopped_and_started_without_forgetting(
    double: AuraDouble,
) -> None:
    double.set_status(ORDERS_PROD, "paused")
    await double.start()
    await double.stop()
    await double.stop()
    assert double.status_of(ORDERS_PROD) == "paused"


def test_its_own_clock_is_utc() -> None:
    offset = utc_now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0


async def test_process_of_its_own_prints_its_settings_and_ends_on_sigterm() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.aura", "--instances", "3", "--requests-per-minute", "0"),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        lines = [(await process.stdout.readline()).decode().strip() for _ in range(3)]
        settings = dict(line.split("=", 1) for line in lines)
        assert list(settings) == ["AURA_API_URL", "AURA_CLIENT_ID", "AURA_CLIENT_SECRET"]
        async with httpx.AsyncClient(base_url=settings["AURA_API_URL"]) as http:
            caller = Caller(http)
            await caller.log_in(settings["AURA_CLIENT_ID"], settings["AURA_CLIENT_SECRET"])
            assert len((await caller.get("/instances")).json()["data"]) == 3
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
