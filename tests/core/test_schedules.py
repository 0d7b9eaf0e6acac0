"""Slots: each falls due at the right instant, and what was missed is counted."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.core import operations
from bot.core.base import InstanceId, TeamId, UserId
from bot.core.people import Person
from bot.core.schedules import (
    CALLS,
    MOST_COUNTED,
    REMIND_PAUSED,
    After,
    Pause,
    Schedule,
    Timing,
    Work,
    free_at,
    owed,
    run_key,
    takes,
)

ORDERS = InstanceId("a0000001")
SOMEBODY = Person(team_id=TeamId("T0000001"), user_id=UserId("U0000001"))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("cron", "zone", "since", "slots"),
    [
        # every night, through the change to summer time: 03:00 in Berlin is 02:00 UTC, then 01:00
        (
            "0 3 * * *",
            "Europe/Berlin",
            utc(2027, 3, 27),
            [utc(2027, 3, 27, 2), utc(2027, 3, 28, 1), utc(2027, 3, 29, 1)],
        ),
        # 02:30 does not exist on 28 March 2027: it runs right after the gap
        (
            "30 2 * * *",
            "Europe/Berlin",
            utc(2027, 3, 27),
            [utc(2027, 3, 27, 1, 30), utc(2027, 3, 28, 1), utc(2027, 3, 29, 0, 30)],
        ),
        # 02:30 comes twice on 31 October 2027: it runs once
        (
            "30 2 * * *",
            "Europe/Berlin",
            utc(2027, 10, 30),
            [utc(2027, 10, 30, 0, 30), utc(2027, 10, 31, 0, 30), utc(2027, 11, 1, 1, 30)],
        ),
        # every hour has no gap and no double
        (
            "0 * * * *",
            "Europe/Berlin",
            utc(2027, 3, 28, 0, 30),
            [utc(2027, 3, 28, 1), utc(2027, 3, 28, 2), utc(2027, 3, 28, 3)],
        ),
        # the south turns its clocks the other way round
        (
            "0 9 * * 1",
            "Australia/Sydney",
            utc(2027, 4, 1),
            [utc(2027, 4, 4, 23), utc(2027, 4, 11, 23), utc(2027, 4, 18, 23)],
        ),
        # half an hour off, and no summer time
        (
            "0 6 * * *",
            "Asia/Kolkata",
            utc(2027, 1, 1, 1),
            [utc(2027, 1, 2, 0, 30), utc(2027, 1, 3, 0, 30), utc(2027, 1, 4, 0, 30)],
        ),
        # the last day of each month, in a leap year too
        (
            "0 0 L * *",
            "UTC",
            utc(2028, 1, 15),
            [utc(2028, 1, 31), utc(2028, 2, 29), utc(2028, 3, 31)],
        ),
        # a 31st comes in some months only
        (
            "0 12 31 * *",
            "UTC",
            utc(2027, 1, 1),
            [utc(2027, 1, 31, 12), utc(2027, 3, 31, 12), utc(2027, 5, 31, 12)],
        ),
    ],
)
def test_slots_fall_at_known_instants(
    cron: str, zone: str, since: datetime, slots: list[datetime]
) -> None:
    assert list(islice(Timing(cron=cron, zone=zone).slots(since), 3)) == slots


@pytest.mark.parametrize(
    ("timing", "why"),
    [
        ({"cron": "0 3 * *"}, "wants 5 fields"),
        ({"cron": "61 3 * * *"}, "bad minute"),
        ({"cron": "0 0 31 2 *"}, "no cron time"),
        ({"cron": "*/30 * * * *"}, "more often than once an hour"),
        ({"cron": "0 3 * * *", "zone": "Mars/Olympus"}, "no time zone"),
        ({"cron": "0 3 * * *", "zone": "../../etc/passwd"}, "no time zone"),
        ({"cron": "0 3 * * *", "zone": ""}, "no time zone"),
        ({}, "either cron or after"),
        ({"cron": "0 3 * * *", "after": "deploy"}, "not both"),
        ({"after": "lunch"}, "deploy"),
    ],
)
def test_a_timing_that_means_nothing_is_refused_with_the_reason(
    timing: dict[str, str], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        Timing.model_validate(timing)


NIGHTLY = Timing(cron="0 3 * * *")


@pytest.mark.parametrize(
    ("since", "now", "slot", "missed"),
    [
        (utc(2027, 1, 1, 3), utc(2027, 1, 2, 2, 59), None, 0),
        (utc(2027, 1, 1, 3), utc(2027, 1, 2, 3), utc(2027, 1, 2, 3), 0),
        (utc(2027, 1, 1, 3), utc(2027, 1, 5, 12), utc(2027, 1, 5, 3), 3),
        (utc(2027, 1, 5), utc(2027, 1, 1), None, 0),  # a clock that jumped back owes nothing
    ],
)
def test_after_a_pause_only_the_latest_slot_is_owed(
    since: datetime, now: datetime, slot: datetime | None, missed: int
) -> None:
    found = owed(NIGHTLY, since=since, now=now)
    assert (found.slot if found else None, found.missed if found else 0) == (slot, missed)


def test_years_of_silence_are_not_counted_to_the_end() -> None:
    found = owed(Timing(cron="0 * * * *"), since=utc(2020, 1, 1), now=utc(2027, 1, 1, 0, 20))
    assert found is not None
    assert found.slot == utc(2027, 1, 1)
    assert found.missed == MOST_COUNTED


def test_a_deploy_has_no_slots_of_its_own() -> None:
    deploys = Timing(after=After.DEPLOY)
    assert owed(deploys, since=utc(2020, 1, 1), now=utc(2027, 1, 1)) is None
    assert deploys.next(utc(2027, 1, 1)) is None
    assert deploys.words == "after each deploy"
    assert NIGHTLY.words == "0 3 * * * (UTC)"


@given(
    st.integers(0, 4 * 365 * 24 * 60).map(lambda n: utc(2026, 1, 1) + timedelta(minutes=n)),
    st.lists(st.integers(0, 40 * 24 * 60), min_size=1, max_size=20),
    st.sampled_from(["0 3 * * *", "30 2 * * 0", "15 */6 * * *", "0 0 L * *"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
)
def test_whenever_one_looks_no_slot_is_owed_twice(
    start: datetime, minutes: list[int], cron: str, zone: str
) -> None:
    """However irregular the looks are, what was owed at one is not owed at the next."""
    timing, cursor, begun, count = Timing(cron=cron, zone=zone), start, [], 0
    now = start
    for minute in minutes:
        now += timedelta(minutes=minute)
        if found := owed(timing, since=cursor, now=now):
            begun.append(found.slot)
            count += found.missed + 1
            cursor = found.slot
    assert begun == sorted(set(begun))
    every = [s for s in islice(timing.slots(start), count + 1) if s <= now]
    assert len(every) == count


def test_scheduled_work_can_never_overwrite_anything() -> None:
    dangerous = {kind.model_fields["kind"].default for kind in operations.KINDS if kind.EXCLUSIVE}
    assert "restore" in dangerous
    assert not dangerous & {work.value for work in Work}


def test_a_run_has_one_name_and_only_one() -> None:
    slot = utc(2027, 1, 1, 3)
    elsewhere = slot.astimezone(tz=None)
    assert run_key("sch-1", ORDERS, slot) == run_key("sch-1", ORDERS, elsewhere)
    others = {
        run_key("sch-1", ORDERS, slot),
        run_key("sch-2", ORDERS, slot),
        run_key("sch-1", InstanceId("a0000002"), slot),
        run_key("sch-1", ORDERS, slot + timedelta(days=1)),
    }
    assert len(others) == 4
    assert all(len(key) == 26 and key.isalnum() for key in others)


def test_runs_of_whatever_schedule_stand_in_one_line() -> None:
    noon = utc(2027, 1, 1, 12)
    runs = [(work, noon) for work in Work] * 10
    calls = 10 * sum(CALLS.values())
    assert free_at(runs, per_minute=20) == noon + timedelta(minutes=calls / 20)
    assert free_at([], per_minute=20) is None


def test_a_line_that_was_free_owes_nothing_of_the_time_before() -> None:
    noon = utc(2027, 1, 1, 12)
    took = takes(Work.SNAPSHOT, per_minute=20)
    apart = [(Work.SNAPSHOT, noon), (Work.SNAPSHOT, noon + timedelta(hours=1))]
    assert free_at(reversed(apart), per_minute=20) == noon + timedelta(hours=1) + took


def test_a_pause_reminds_once_a_day() -> None:
    noon = utc(2027, 1, 1, 12)
    pause = Pause(by=SOMEBODY, at=noon)
    assert not pause.reminds(noon + timedelta(hours=23))
    assert pause.reminds(noon + REMIND_PAUSED)
    told = pause.model_copy(update={"reminded_at": noon + REMIND_PAUSED})
    assert not told.reminds(noon + timedelta(hours=30))
    assert told.reminds(noon + 2 * REMIND_PAUSED)


def test_what_nobody_added_stands_in_the_file() -> None:
    nightly = Schedule(id="s", environment="production", work=Work.SNAPSHOT, timing=NIGHTLY)
    assert nightly.fixed
    assert not nightly.model_copy(update={"by": SOMEBODY}).fixed
