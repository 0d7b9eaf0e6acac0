"""The clocks, each honest: what could not be read is never fresh, what is gone never counts."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.base import InstanceId, SnapshotId
from bot.core.clocks import Clock, Reading, Seen, State, read
from bot.core.protection import PRESETS, Protection
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import UNKNOWN, TierFacts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WANTED = Protection(in_place_hours=10, off_instance_hours=48, proven_days=7)
STALE = 2 * HOUR


def snapshot(
    age: timedelta, exportable: Exportable = Exportable.YES, status: str = "Completed"
) -> Snapshot:
    return Snapshot(
        id=SnapshotId(f"s{age}"),
        instance_id=InstanceId("a0000001"),
        status=status,
        profile="Scheduled",
        taken_at=NOW - age,
        exportable=exportable,
    )


def clocks(
    seen: Seen,
    wanted: Protection = WANTED,
    now: datetime = NOW,
    facts: TierFacts = UNKNOWN,
    stale: timedelta = STALE,
) -> dict[Clock, Reading]:
    return {r.clock: r for r in read(seen, wanted, facts, now=now, stale=stale)}


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (HOUR, State.FRESH),
        (8 * HOUR, State.DUE),
        (10 * HOUR, State.DUE),
        (10 * HOUR + timedelta(seconds=1), State.OVERDUE),
        (-HOUR, State.FRESH),  # Aura's clock may be ahead of ours
    ],
)
def test_the_first_clock_counts_from_the_newest_completed_snapshot(
    age: timedelta, state: State
) -> None:
    looked = Seen().with_snapshots(
        [snapshot(age), snapshot(20 * HOUR), snapshot(timedelta(0), status="InProgress")], at=NOW
    )
    found = clocks(looked)[Clock.IN_PLACE]
    assert found.state is state
    assert found.age == max(age, timedelta(0))
    assert not found.never


def test_only_what_can_leave_the_instance_counts_for_the_second() -> None:
    looked = Seen().with_snapshots(
        [
            snapshot(HOUR, Exportable.NO),
            snapshot(2 * HOUR, Exportable.UNKNOWN),
            snapshot(40 * HOUR),
        ],
        at=NOW,
    )
    assert clocks(looked)[Clock.OFF_INSTANCE].age == 40 * HOUR


def test_an_export_counts_for_the_second_with_the_time_of_its_snapshot() -> None:
    looked = Seen(exported_at=NOW - 3 * HOUR).with_snapshots([snapshot(40 * HOUR)], at=NOW)
    assert clocks(looked)[Clock.OFF_INSTANCE].age == 3 * HOUR


def test_what_merely_could_leave_aura_is_no_export() -> None:
    """An instance with fresh exportable snapshots and no export is not safe outside Aura."""
    wanted = Protection(off_instance_hours=48, export_hours=48)
    looked = Seen(instance_since=NOW - 30 * DAY).with_snapshots([snapshot(HOUR)], at=NOW)
    found = clocks(looked, wanted)
    assert found[Clock.OFF_INSTANCE].state is State.FRESH
    assert (found[Clock.EXPORTED].state, found[Clock.EXPORTED].never) == (State.OVERDUE, True)
    exported = looked.model_copy(update={"exported_at": NOW - 3 * HOUR})
    assert clocks(exported, wanted)[Clock.EXPORTED].age == 3 * HOUR
    assert clocks(exported)[Clock.EXPORTED].state is None  # nobody asks for one


def test_healthy_snapshots_do_not_prove_anything() -> None:
    looked = Seen(instance_since=NOW - 30 * DAY).with_snapshots([snapshot(HOUR)], at=NOW)
    proven = clocks(looked)[Clock.PROVEN]
    assert proven.never
    assert proven.state is State.OVERDUE
    drilled = looked.model_copy(update={"proven_at": NOW - 2 * DAY})
    assert clocks(drilled)[Clock.PROVEN].state is State.FRESH


def test_a_new_instance_has_until_its_target_for_the_first() -> None:
    young = Seen(read_at=NOW, instance_since=NOW - HOUR)
    assert clocks(young)[Clock.IN_PLACE].state is State.FRESH
    assert clocks(young)[Clock.IN_PLACE].never


def test_what_was_never_read_is_unknown() -> None:
    found = clocks(Seen(), WANTED.model_copy(update={"export_hours": 1}))
    assert {reading.state for reading in found.values()} == {State.UNKNOWN}


def test_an_old_look_cannot_call_anything_late() -> None:
    """There may be newer snapshots that nobody has seen yet."""
    looked = Seen().with_snapshots([snapshot(9 * HOUR)], at=NOW)
    found = clocks(looked, now=NOW + 3 * HOUR)
    assert found[Clock.IN_PLACE].state is State.UNKNOWN
    assert found[Clock.OFF_INSTANCE].state is State.FRESH  # whatever came since, this one helps


def test_without_a_target_a_clock_shows_its_age_and_no_verdict() -> None:
    looked = Seen().with_snapshots([snapshot(9 * DAY)], at=NOW)
    found = clocks(looked, PRESETS["development"])
    assert {reading.state for reading in found.values()} == {None}
    assert found[Clock.IN_PLACE].age == 9 * DAY


def test_a_later_look_never_forgets_what_was_seen() -> None:
    first = Seen().with_snapshots([snapshot(HOUR)], at=NOW)
    assert first.with_snapshots([], at=NOW + HOUR).restorable_at == NOW - HOUR


WEEK = TierFacts(restorable_days=7, exportable_days=7, on_demand_days=7)


@pytest.mark.parametrize(
    ("days", "state"),
    [(6, State.FRESH), (7, State.OVERDUE), (8, State.OVERDUE)],
)
def test_what_the_tier_keeps_no_more_does_not_count(days: int, state: State) -> None:
    """A target of eight days does not make a snapshot last for longer than seven."""
    wanted = Protection(off_instance_hours=192)
    looked = Seen(instance_since=NOW - 90 * DAY).with_snapshots([snapshot(days * DAY)], at=NOW)
    off = clocks(looked, wanted, facts=WEEK)[Clock.OFF_INSTANCE]
    assert off.state is state
    if state is State.OVERDUE:
        assert off.never
        assert off.lapsed == NOW - days * DAY + 7 * DAY
    else:
        assert off.until == NOW + DAY
    assert clocks(looked, wanted)[Clock.OFF_INSTANCE].age == days * DAY  # where nothing says


def test_one_that_was_asked_for_counts_for_as_long_as_its_sort_is_kept() -> None:
    asked = snapshot(20 * DAY).model_copy(update={"profile": "AdHoc"})
    looked = Seen().with_snapshots([snapshot(10 * DAY), asked], at=NOW)
    long = WEEK.model_copy(update={"on_demand_days": 90})
    assert clocks(looked, facts=long)[Clock.IN_PLACE].age == 20 * DAY
    assert clocks(looked, facts=WEEK)[Clock.IN_PLACE].never


def test_an_export_outlives_the_tier() -> None:
    looked = Seen(exported_at=NOW - 40 * DAY).with_snapshots([snapshot(10 * DAY)], at=NOW)
    found = clocks(looked, Protection(off_instance_hours=24 * 60), facts=WEEK)
    assert found[Clock.OFF_INSTANCE].age == 40 * DAY


def test_what_older_versions_stored_is_read() -> None:
    stored = Seen.model_validate_json('{"restorable_at": "2026-11-22T10:00:00Z"}')
    assert clocks(stored)[Clock.IN_PLACE].age == 2 * HOUR
