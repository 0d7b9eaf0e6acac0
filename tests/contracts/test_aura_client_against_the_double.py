"""The Aura client and the Aura double over real HTTP: one must take the other for real."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.adapters.aura.auth import Credential
from bot.adapters.aura.client import AuraClient
from bot.core.base import InstanceId, OperationId, SnapshotId
from bot.core.errors import (
    AuraConflict,
    AuraError,
    AuraNotFound,
    AuraThrottled,
    AuraUnavailable,
    NotAllowed,
)
from bot.core.instances import Condition
from bot.core.permits import Permit
from bot.core.snapshots import Exportable, latest
from sandbox.aura.double import AuraDouble
from sandbox.aura.fleet import (
    CATALOG_PROD,
    CLIENT_ID,
    CLIENT_SECRET,
    COMMERCE,
    DATA_LAB,
    ORDERS_PROD,
    ORDERS_STAGING,
    SANDBOX_PAID,
    SEARCH_STAGING,
)
from tests.adapters.aura.stage import Ledger, MovingClock, Unlimited

ORDERS = InstanceId(ORDERS_PROD)
PAUSED = InstanceId(ORDERS_STAGING)
COMMERCE_KEY = Credential(
    name="commerce", client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET)
)
LAB_KEY = Credential(name="lab", client_id="lab", client_secret=SecretStr("lab-secret"))


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def double(clock: MovingClock) -> AsyncIterator[AuraDouble]:
    double = AuraDouble(
        now=clock.now,
        requests_per_minute=None,
        clients={CLIENT_ID: CLIENT_SECRET, "lab": "lab-secret"},
        reach={CLIENT_ID: [COMMERCE], "lab": [DATA_LAB]},
    )
    async with double:
        yield double


@pytest.fixture
async def aura(double: AuraDouble, clock: MovingClock) -> AsyncIterator[AuraClient]:
    async with AuraClient(
        [COMMERCE_KEY, LAB_KEY],
        url=double.url,
        clock=clock,
        allowance=Unlimited(),
        consume=Ledger(),
    ) as aura:
        yield aura


async def newest(aura: AuraClient, clock: MovingClock, instance_id: InstanceId) -> SnapshotId:
    found = latest(await aura.snapshots(instance_id, clock.now().date()))
    assert found is not None
    return found.id


async def a_permit(aura: AuraClient, clock: MovingClock) -> Permit:
    snapshot_id = await newest(aura, clock, ORDERS)
    return Permit(
        operation_id=OperationId("rst-1"),
        seal="5ea1",
        effect="overwrite_in_place",
        names={"instance": ORDERS, "snapshot": snapshot_id},
        intended_at=clock.now(),
    )


async def test_projects_and_instances_of_both_credentials_are_seen(aura: AuraClient) -> None:
    assert {p.id: p.name for p in await aura.projects()} == {
        COMMERCE: "Commerce",
        DATA_LAB: "Data lab",
    }
    fleet = {i.id: i for i in await aura.instances()}
    assert len(fleet) == 6
    assert fleet[InstanceId(SANDBOX_PAID)].project_id == DATA_LAB


async def test_an_instance_is_read_with_its_state(aura: AuraClient) -> None:
    orders = await aura.instance(ORDERS)
    assert (orders.name, orders.tier, orders.memory) == ("orders-prod", "business-critical", "8GB")
    assert (orders.condition, orders.cdc_on) == (Condition.RUNNING, False)
    assert (await aura.instance(InstanceId(CATALOG_PROD))).cdc_on
    assert (await aura.instance(PAUSED)).condition is Condition.PAUSED
    assert (await aura.instance(InstanceId(SEARCH_STAGING))).condition is Condition.BUSY
    assert (await aura.instance(InstanceId(SANDBOX_PAID))).project_id == DATA_LAB


async def test_what_does_not_exist_is_not_found(aura: AuraClient) -> None:
    with pytest.raises(AuraNotFound):
        await aura.instance(InstanceId("ffffffff"))
    with pytest.raises(AuraNotFound) as caught:
        await aura.snapshot(ORDERS, SnapshotId("00000000-0000-4000-8000-000000000000"))
    assert caught.value.reason == "snapshot-not-found"
    assert caught.value.request_id


async def test_snapshots_come_by_the_day(aura: AuraClient, clock: MovingClock) -> None:
    today = clock.now().date()
    for day in (today, today - timedelta(days=1)):
        found = await aura.snapshots(ORDERS, day)
        assert found
        assert {s.taken_at.date() for s in found} == {day}
        assert await aura.snapshot(ORDERS, found[0].id) == found[0]


async def test_a_snapshot_is_taken_and_completes(aura: AuraClient, clock: MovingClock) -> None:
    accepted = await aura.take_snapshot(ORDERS)
    assert accepted.request_id
    begun = await aura.snapshot(ORDERS, accepted.snapshot_id)
    assert (begun.completed, begun.on_demand, begun.exportable) == (False, True, Exportable.NO)
    with pytest.raises(AuraConflict):
        await aura.take_snapshot(ORDERS)
    clock.pass_by(120)
    assert (await aura.snapshot(ORDERS, accepted.snapshot_id)).completed


async def test_a_paused_instance_takes_no_snapshot(aura: AuraClient) -> None:
    with pytest.raises(AuraError) as caught:
        await aura.take_snapshot(PAUSED)
    assert caught.value.definite
    assert caught.value.hint


async def test_a_restore_runs_once_and_ends_running(
    aura: AuraClient, double: AuraDouble, clock: MovingClock
) -> None:
    permit = await a_permit(aura, clock)
    accepted = await aura.overwrite_in_place(permit)
    assert accepted.status == "restoring"
    assert (await aura.instance(ORDERS)).condition is Condition.BUSY
    clock.pass_by(3600)
    assert (await aura.instance(ORDERS)).condition is Condition.RUNNING
    with pytest.raises(NotAllowed):
        await aura.overwrite_in_place(permit)
    [restore] = double.restores
    assert (restore.instance_id, restore.snapshot_id) == (ORDERS, permit.names["snapshot"])
    assert restore.request_id == accepted.request_id


async def test_a_restore_whose_answer_is_dropped_was_done_and_is_not_sent_again(
    aura: AuraClient, double: AuraDouble, clock: MovingClock
) -> None:
    permit = await a_permit(aura, clock)
    double.faults.drop_answer.next()
    with pytest.raises(AuraUnavailable) as caught:
        await aura.overwrite_in_place(permit)
    assert not caught.value.definite
    assert len(double.restores) == 1
    assert (await aura.instance(ORDERS)).status == "restoring"


async def test_a_throttled_restore_was_certainly_not_done(
    aura: AuraClient, double: AuraDouble, clock: MovingClock
) -> None:
    permit = await a_permit(aura, clock)
    double.faults.throttle.next()
    with pytest.raises(AuraThrottled) as caught:
        await aura.overwrite_in_place(permit)
    assert caught.value.definite
    assert double.restores == []


async def test_reading_outlives_expired_tokens_pauses_and_a_short_outage(
    aura: AuraClient, double: AuraDouble, clock: MovingClock
) -> None:
    await aura.instance(ORDERS)
    double.expire_tokens()
    await aura.instance(ORDERS)
    double.faults.unavailable.next()
    await aura.instance(ORDERS)
    double.faults.throttle.next(2)  # Retry-After is a number first, then a date
    await aura.instance(ORDERS)
    double.faults.throttle.next()  # and then there is none
    await aura.instance(ORDERS)
    assert clock.slept == [1.0, 2.0, 2.0, 10.0]
    double.faults.unavailable.always()
    with pytest.raises(AuraUnavailable):
        await aura.instance(ORDERS)


async def test_the_doctor_sees_each_credential(double: AuraDouble, clock: MovingClock) -> None:
    wrong = LAB_KEY.model_copy(update={"client_secret": SecretStr("wrong")})
    async with AuraClient(
        [COMMERCE_KEY, wrong],
        url=double.url,
        clock=clock,
        allowance=Unlimited(),
        consume=Ledger(),
    ) as aura:
        good, bad = await aura.probe()
        assert not aura.token_fresh()
    assert (good.signed_in, [p.name for p in good.projects], good.error) == (
        True,
        ["Commerce"],
        None,
    )
    assert (bad.signed_in, bad.error) == (False, "Aura does not accept the API credential “lab”")


async def test_the_end_of_the_api_is_logged_once_and_kept_for_the_doctor(
    aura: AuraClient, double: AuraDouble
) -> None:
    with capture_logs() as logs:
        await aura.instance(ORDERS)
        assert (aura.expires(), logs) == (None, [])
        double.gate.expires = datetime(2027, 3, 3, tzinfo=UTC)
        for _ in range(3):
            await aura.instance(ORDERS)
            await aura.projects()
        assert aura.expires() == "Wed, 03 Mar 2027 00:00:00 UTC"
        double.gate.expires = datetime(2027, 4, 1, tzinfo=UTC)
        await aura.instance(ORDERS)
        assert aura.expires() == "Thu, 01 Apr 2027 00:00:00 UTC"
    assert [(line["log_level"], line["at"]) for line in logs] == [
        ("warning", "Wed, 03 Mar 2027 00:00:00 UTC"),
        ("warning", "Thu, 01 Apr 2027 00:00:00 UTC"),
    ]
