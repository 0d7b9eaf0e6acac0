"""Schedules on real stores."""

from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from bot.adapters.redis.schedules import RedisSchedules
from bot.core.base import InstanceId, TeamId, UserId
from bot.core.people import Person
from bot.core.schedules import Pause, Schedule, Timing, Work

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOMEBODY = Person(team_id=TeamId("T0000001"), user_id=UserId("U0000001"))
ORDERS = InstanceId("a0000001")


def nightly(name: str) -> Schedule:
    return Schedule(
        id=name,
        environment="production",
        work=Work.SNAPSHOT,
        timing=Timing(cron="0 3 * * *", zone="Europe/Berlin"),
        instance_id=ORDERS,
        by=SOMEBODY,
        created_at=NOON,
    )


async def test_a_schedule_is_kept_as_it_was_given(store: Redis) -> None:
    kept = RedisSchedules(store)
    for name in ("sch-2", "sch-1"):
        await kept.save(nightly(name))
    assert await kept.all() == (nightly("sch-1"), nightly("sch-2"))


async def test_a_cursor_never_goes_back(store: Redis) -> None:
    kept = RedisSchedules(store)
    for slot in (NOON, NOON + timedelta(days=1), NOON):
        await kept.move("sch-1", ORDERS, slot)
    assert await kept.cursors() == {("sch-1", ORDERS): NOON + timedelta(days=1)}


async def test_what_is_removed_leaves_nothing_behind(store: Redis) -> None:
    kept = RedisSchedules(store)
    for name in ("sch-1", "sch-12"):
        await kept.save(nightly(name))
        await kept.pause(name, Pause(by=SOMEBODY, at=NOON, reason="a migration"))
        await kept.move(name, ORDERS, NOON)
    await kept.remove("sch-1")
    assert [schedule.id for schedule in await kept.all()] == ["sch-12"]
    assert list(await kept.pauses()) == ["sch-12"]
    assert list(await kept.cursors()) == [("sch-12", ORDERS)]


async def test_a_pause_ends(store: Redis) -> None:
    kept = RedisSchedules(store)
    pause = Pause(by=SOMEBODY, at=NOON)
    await kept.pause("production-snapshot-1", pause)
    assert await kept.pauses() == {"production-snapshot-1": pause}
    await kept.pause("production-snapshot-1", None)
    assert await kept.pauses() == {}
