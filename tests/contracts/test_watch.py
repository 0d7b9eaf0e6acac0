"""The watch's memory and its alerts, on real stores."""

import asyncio
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from bot.adapters.redis import RedisAlerts, RedisWatchLog
from bot.core.alerts import Alert, Condition, Deed, Kind, Severity
from bot.core.base import ChannelId, InstanceId, ProjectId, SnapshotId
from bot.core.errors import AlreadyDecided, UnknownAlert
from bot.core.housekeeping import Bearings, Outcome
from bot.core.instances import InstanceSummary
from bot.core.retention import Sort, Witness
from bot.core.schedules import Work
from bot.core.sightings import Copy, Look, Sighting
from bot.core.vitals import Vitals
from bot.ports import MessageRef, Raised
from tests.contracts.samples import NOW

ORDERS, CATALOG = InstanceId("0a1b2c3d"), InstanceId("0a1b2c3e")
DAY = timedelta(days=1)


def sight(instance_id: InstanceId = ORDERS) -> Sighting:
    summary = InstanceSummary(id=instance_id, name="orders", project_id=ProjectId("p"))
    return Sighting(instance=summary, environment="production", status="running", looked_at=NOW)


def outcome(*, hours: int = 0, failed: bool = False) -> Outcome:
    return Outcome(
        schedule="sch-1",
        work=Work.SNAPSHOT,
        environment="production",
        instance_id=ORDERS,
        name="orders",
        at=NOW + timedelta(hours=hours),
        failed=failed,
    )


def witness() -> Witness:
    return Witness(
        tier="free-db",
        sort=Sort.SCHEDULED,
        instance_id=ORDERS,
        snapshot_id=SnapshotId("s1"),
        taken_at=NOW,
        kept_at=NOW,
    )


def raised(alert_id: str = "alt-1") -> Raised:
    condition = Condition(
        key="clock:x", kind=Kind.CLOCK, severity=Severity.WARNING, what="late", mend="Mend it."
    )
    return Raised(
        id=alert_id,
        alert=Alert(condition=condition, opened_at=NOW),
        home="production",
        channel=ChannelId("C1"),
        owed=(Deed.OPEN,),
        head=MessageRef(channel=ChannelId("C1"), ts="1.1"),
    )


async def test_of_each_day_the_most_that_was_seen_is_kept(store: Redis) -> None:
    kept = RedisWatchLog(store)
    today = NOW.date()
    await kept.counted(ORDERS, {})
    assert await kept.days(ORDERS) == {}
    await kept.counted(ORDERS, {today: 3, today - DAY: 24})
    await kept.counted(ORDERS, {today: 9, today - DAY: 2})
    assert await kept.days(ORDERS) == {today: 9, today - DAY: 24}
    assert await kept.days(CATALOG) == {}
    await kept.forget(ORDERS)
    assert await kept.days(ORDERS) != {}  # what a report tells of is kept for its own time


async def test_what_was_seen_is_kept_beside_copies_and_proofs(store: Redis) -> None:
    kept = RedisWatchLog(store)
    copy = Copy(snapshot_at=NOW, until=NOW + DAY)
    await kept.save(sight())
    await kept.copied(ORDERS, "exp-1", copy)
    await kept.copied(ORDERS, "exp-0", Copy(snapshot_at=NOW - DAY))
    await kept.proved(ORDERS, NOW)
    await kept.proved(ORDERS, NOW - DAY)  # an older proof takes nothing back
    await kept.save((await kept.sightings())[0].troubled("no answer", Look.STATE, at=NOW))
    [found] = await kept.sightings()
    assert found.trouble == "no answer"
    assert found.copies == (Copy(snapshot_at=NOW - DAY), copy)
    assert (found.seen.exported_at, found.seen.proven_at) == (NOW, NOW)
    await kept.copied(ORDERS, "exp-1", None)
    [found] = await kept.sightings()
    assert found.seen.exported_at == NOW - DAY
    await kept.stocked({(ORDERS, "exp-9"): Copy(snapshot_at=NOW)})
    assert (await kept.sightings())[0].copies == (Copy(snapshot_at=NOW),)
    await kept.stocked({})
    assert (await kept.sightings())[0].copies == ()


async def test_an_instance_is_forgotten_as_a_whole_and_alone(store: Redis) -> None:
    kept = RedisWatchLog(store)
    for instance_id in (ORDERS, CATALOG):
        await kept.save(sight(instance_id))
        await kept.copied(instance_id, "exp-1", Copy(snapshot_at=NOW))
        await kept.proved(instance_id, NOW)
        await kept.ended(outcome().model_copy(update={"instance_id": instance_id}))
    await kept.forget(ORDERS)
    [left] = await kept.sightings()
    assert (left.id, left.copies, left.seen.proven_at) == (CATALOG, (Copy(snapshot_at=NOW),), NOW)
    assert [o.instance_id for o in await kept.outcomes()] == [CATALOG]
    await kept.save(sight())
    assert (await kept.sightings())[0].copies == ()


async def test_the_newest_outcome_stays(store: Redis) -> None:
    kept = RedisWatchLog(store)
    for hours, failed in ((0, True), (2, False), (1, True)):
        await kept.ended(outcome(hours=hours, failed=failed))
    assert await kept.outcomes() == (outcome(hours=2),)


async def test_the_rest_of_the_watch_is_kept_as_it_was_given(store: Redis) -> None:
    kept = RedisWatchLog(store)
    assert (await kept.bearings(), await kept.vitals()) == (Bearings(), None)
    await kept.witness(witness())
    await kept.bear(Bearings(aura_away_since=NOW, aura_why="no answer"))
    await kept.tell(Vitals(passed_at=NOW, instances=3))
    await kept.heard("scheduler", NOW)
    assert await kept.witnesses() == (witness(),)
    assert (await kept.bearings()).aura_why == "no answer"
    assert await kept.vitals() == Vitals(passed_at=NOW, instances=3)
    assert await kept.last_heard() == {"scheduler": NOW}
    await kept.dismiss(witness().key)
    assert await kept.witnesses() == ()


async def test_an_alert_lives_and_is_put_away(store: Redis) -> None:
    kept = RedisAlerts(store)
    await kept.add(raised())
    await kept.add(raised().model_copy(update={"home": "staging"}))  # it is there already
    assert await kept.get("alt-1") == raised()
    told = await kept.update("alt-1", lambda r: r.model_copy(update={"owed": ()}))
    assert await kept.all() == (told,)
    over = told.model_copy(
        update={"alert": told.alert.model_copy(update={"cleared_at": NOW + DAY})}
    )
    await kept.put_away(over)
    assert (await kept.all(), await kept.get("alt-1")) == ((), None)
    assert await kept.past(since=NOW) == (over,)
    assert await kept.past(since=NOW + 2 * DAY) == ()
    with pytest.raises(UnknownAlert, match="this alert is over"):
        await kept.update("alt-1", lambda r: r.model_copy(update={"owed": ()}))


async def test_of_two_changes_at_once_the_second_sees_the_first(store: Redis) -> None:
    kept = RedisAlerts(store)
    await kept.add(raised())

    def claim(found: Raised) -> Raised:
        if found.shown:
            raise AlreadyDecided("somebody was faster")
        return found.model_copy(update={"shown": "mine"})

    found = await asyncio.gather(
        *(kept.update("alt-1", claim) for _ in range(8)), return_exceptions=True
    )
    assert len([r for r in found if isinstance(r, Raised)]) == 1
    assert len([r for r in found if isinstance(r, AlreadyDecided)]) == 7
