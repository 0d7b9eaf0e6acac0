"""Three clocks, each honest: what could not be read is never fresh."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.base import InstanceId, SnapshotId
from bot.core.clocks import Clock, Reading, Seen, State, read
from bot.core.protection import PRESETS, Protection
from bot.core.snapshots import Exportable, Snapshot

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


def clocks(seen: Seen, wanted: Protection = WANTED, now: datetime = NOW) -> dict[Clock, Reading]:
    return {reading.clock: reading for reading in read(seen, wanted, now=now, stale=STALE)}


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
    assert {reading.state for reading in clocks(Seen()).values()} == {State.UNKNOWN}


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
