"""Which look is needed next: as few as tell the truth in time."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.base import InstanceId, ProjectId, SnapshotId
from bot.core.clocks import Clock, State
from bot.core.instances import Instance, InstanceSummary
from bot.core.protection import Protection
from bot.core.sightings import Copy, Look, Sighting
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import TierFacts, facts
from bot.core.vitals import MOST_TOLD, summed
from bot.core.watch import (
    LEAST,
    MOST,
    WatchRules,
    list_due,
    look_due,
    month_day,
    month_due,
    next_day,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CRITICAL = facts("business-critical")
WANTED = Protection(in_place_hours=26, off_instance_hours=8 * 24)


def snapshot(at: datetime, *, exportable: bool = False, **more: object) -> Snapshot:
    known: dict[str, object] = {
        "id": SnapshotId(f"s-{at.isoformat()}"),
        "instance_id": InstanceId("a0000001"),
        "status": "Completed",
        "profile": "Scheduled",
        "taken_at": at,
        "exportable": Exportable.of(exportable),
    }
    return Snapshot.model_validate(known | more)


def instance(status: str = "running") -> Instance:
    return Instance(
        id=InstanceId("a0000001"),
        name="orders",
        project_id=ProjectId("p"),
        status=status,
        tier="business-critical",
        created_at=NOON - 100 * DAY,
    )


def sight(*snapshots: Snapshot, read_at: datetime = NOON) -> Sighting:
    summary = InstanceSummary(id=InstanceId("a0000001"), name="orders", project_id=ProjectId("p"))
    seen = Sighting(instance=summary, environment="production").with_state(instance(), at=NOON)
    return seen.with_snapshots(snapshots, at=read_at) if snapshots else seen


def fresh() -> Sighting:
    return sight(snapshot(NOON - HOUR), snapshot(NOON - 5 * HOUR, exportable=True))


def test_the_time_between_two_looks_follows_the_share_of_the_rate_limit() -> None:
    rules = WatchRules(poll=300, calls=50)
    assert rules.apart(10) == timedelta(minutes=5)
    assert rules.apart(1000) == timedelta(minutes=20)


def test_what_was_never_looked_at_is_looked_at_now() -> None:
    summary = InstanceSummary(id=InstanceId("a"), name="a", project_id=ProjectId("p"))
    new = Sighting(instance=summary, environment="production")
    assert look_due(new, apart=HOUR, now=NOON) == NOON
    assert list_due(new, WANTED, CRITICAL, now=NOON) is None  # its tier is not known yet
    assert list_due(sight(), WANTED, CRITICAL, now=NOON) == NOON


def test_a_look_in_the_future_counts_as_none() -> None:
    now = NOON - DAY
    assert look_due(fresh(), apart=HOUR, now=now) == now
    assert list_due(fresh(), WANTED, CRITICAL, now=now) == now


def test_a_fresh_clock_is_not_asked_for_before_it_would_be_due() -> None:
    due = list_due(fresh(), WANTED, CRITICAL, now=NOON)
    assert due == NOON - HOUR + 0.8 * 26 * HOUR


def test_the_next_snapshot_of_the_tier_is_waited_for() -> None:
    daily = facts("professional-db")
    wanted = Protection(in_place_hours=30)
    due = list_due(sight(snapshot(NOON)), wanted, daily, now=NOON)
    assert due == NOON + 24 * HOUR + timedelta(minutes=20)


def test_the_nearer_to_overdue_the_more_often_and_once_right_after() -> None:
    wanted, none = Protection(in_place_hours=10), TierFacts()
    looks, now = [], NOON + 8 * HOUR
    while now <= NOON + 11 * HOUR:
        looked = sight(snapshot(NOON), read_at=now)
        due = list_due(looked, wanted, none, now=now)
        assert due is not None
        looks.append(now := due)
    apart = [later - one for one, later in pairwise(looks)]
    assert min(apart) > timedelta(0)
    assert max(apart) <= MOST
    over = next(at for at in looks if at > NOON + 10 * HOUR)
    assert over <= NOON + 10 * HOUR + timedelta(seconds=1)


def test_an_overdue_clock_is_looked_at_at_least_hourly_so_that_it_clears() -> None:
    wanted = Protection(in_place_hours=10)
    for hours in (11, 20, 200):
        now = NOON + hours * HOUR
        due = list_due(sight(snapshot(NOON), read_at=now), wanted, TierFacts(), now=now)
        assert due is not None
        assert LEAST <= due - now <= MOST


def test_without_targets_a_look_a_week_is_enough() -> None:
    assert list_due(fresh(), Protection(), CRITICAL, now=NOON) == NOON + 7 * DAY


def test_the_newest_of_a_month_is_looked_for_once_and_only_where_it_matters() -> None:
    keeping, closed = Protection(keep_days=365), fresh().with_month([], "2026-10")
    assert month_due(fresh(), keeping, CRITICAL, now=NOON) == "2026-10"
    assert month_due(closed, keeping, CRITICAL, now=NOON) is None
    assert month_due(closed, keeping, CRITICAL, now=NOON + 10 * DAY) == "2026-11"
    assert month_due(fresh(), Protection(keep_days=30), CRITICAL, now=NOON) is None
    assert month_due(fresh().gone(at=NOON), keeping, CRITICAL, now=NOON) is None


def test_a_month_is_searched_from_its_end_until_one_is_found() -> None:
    found = fresh().with_month([snapshot(datetime(2026, 10, 29, tzinfo=UTC), exportable=True)], "")
    days, asked = [], None
    while day := month_day(found, asked=asked, now=NOON):
        days.append(asked := day)
    assert [day.day for day in days] == [31, 30, 29]
    days, asked = [], None
    while day := month_day(fresh(), asked=asked, now=NOON):
        days.append(asked := day)
    assert len(days) == 8


def test_days_are_asked_for_backwards_only_while_one_could_help() -> None:
    before = sight().seen
    first = next_day(sight(), WANTED, CRITICAL, before=before, asked=None, now=NOON)
    assert first == date(2026, 11, 22)
    found = sight(snapshot(NOON - HOUR))  # not exportable: the other clock wants more
    assert next_day(found, WANTED, CRITICAL, before=before, asked=first, now=NOON) == date(
        2026, 11, 21
    )
    assert next_day(fresh(), WANTED, CRITICAL, before=before, asked=first, now=NOON) is None


def test_days_before_the_last_look_are_not_asked_for_again() -> None:
    old = sight(snapshot(NOON - 2 * DAY), read_at=NOON - DAY)
    days, asked = [], None
    while day := next_day(old, WANTED, CRITICAL, before=old.seen, asked=asked, now=NOON):
        days.append(asked := day)
    assert days == [date(2026, 11, 22), date(2026, 11, 21)]


def test_a_look_ends_at_the_target_or_at_the_making_of_the_instance() -> None:
    days, asked = [], None
    while day := next_day(sight(), WANTED, CRITICAL, before=sight().seen, asked=asked, now=NOON):
        days.append(asked := day)
    assert len(days) == 10  # today, and as many as the longest target has, and one
    young = sight().seen.model_copy(update={"instance_since": NOON - DAY})
    asked = date(2026, 11, 21)
    assert next_day(sight(), WANTED, CRITICAL, before=young, asked=asked, now=NOON) is None


def test_overdue_is_said_only_after_a_look_that_could_have_found_more() -> None:
    late = NOON + 30 * HOUR
    unread = sight(snapshot(NOON)).clocks(WANTED, CRITICAL, now=late, vault_at=late)
    assert [c.state for c in unread] == [State.UNKNOWN, State.UNKNOWN, None, None]
    read = sight(snapshot(NOON), read_at=late).clocks(WANTED, CRITICAL, now=late, vault_at=late)
    assert read[0].state is State.OVERDUE


def test_status_is_remembered_since_it_was_first_seen() -> None:
    seen = fresh().with_state(instance("paused"), at=NOON + HOUR)
    again = seen.with_state(instance("paused"), at=NOON + 2 * HOUR)
    assert (again.status_since, again.looked_at) == (NOON + HOUR, NOON + 2 * HOUR)


def test_trouble_with_snapshots_is_not_mended_by_a_look_at_the_state() -> None:
    blind = fresh().troubled("no answer", Look.SNAPSHOTS, at=NOON)
    still = blind.with_state(instance(), at=NOON + HOUR).troubled(
        "no answer", Look.SNAPSHOTS, at=NOON + HOUR
    )
    assert still.trouble_since == NOON
    assert list_due(still, WANTED, CRITICAL, now=NOON + HOUR) == NOON + HOUR + LEAST
    assert still.with_snapshots([], at=NOON + HOUR).trouble_since is None
    lost = fresh().troubled("no answer", Look.STATE, at=NOON + HOUR)
    assert look_due(lost, apart=HOUR, now=NOON + HOUR) == NOON + 2 * HOUR
    assert lost.with_state(instance(), at=NOON).trouble == ""


def test_what_is_gone_is_asked_for_no_more() -> None:
    gone = fresh().gone(at=NOON)
    assert list_due(gone, WANTED, CRITICAL, now=NOON + 9 * DAY) is None
    assert gone.gone(at=NOON + DAY).gone_since == NOON
    assert gone.with_state(instance(), at=NOON + DAY).gone_since is None


def test_the_newest_exportable_of_each_month_is_remembered() -> None:
    found = sight(
        snapshot(datetime(2026, 10, 30, tzinfo=UTC), exportable=True),
        snapshot(datetime(2026, 10, 31, tzinfo=UTC), exportable=True, profile="AdHoc"),
        snapshot(datetime(2026, 10, 31, 5, tzinfo=UTC)),
        snapshot(datetime(2026, 11, 1, tzinfo=UTC), exportable=True),
    )
    assert {name: m.taken_at.day for name, m in found.months.items()} == {
        "2026-10": 31,
        "2026-11": 1,
    }
    assert found.months["2026-10"].on_demand


def test_beside_the_newest_of_a_month_the_newest_of_the_other_sort_is_remembered() -> None:
    days = {29: "AdHoc", 27: "AdHoc", 30: "Scheduled", 28: "Scheduled"}
    for order in (list(days), sorted(days), sorted(days, reverse=True)):
        found = sight(
            *(
                snapshot(datetime(2026, 10, day, tzinfo=UTC), exportable=True, profile=days[day])
                for day in order
            )
        )
        month = found.months["2026-10"]
        assert (month.taken_at.day, month.on_demand) == (30, False)
        assert month.other_at is not None
        assert month.other_at.day == 29
        science = facts("enterprise-ds")  # 7 days, and 90 on demand
        assert month.leaves_at(science) == month.other_at + 90 * DAY


def test_a_look_comes_before_and_right_after_the_tier_lets_the_newest_go() -> None:
    wanted, daily = Protection(off_instance_hours=192), facts("professional-db")
    seen = sight(snapshot(NOON, exportable=True), read_at=NOON + 4 * DAY)
    due = list_due(seen, wanted, daily, now=NOON + 4 * DAY)
    assert due == NOON + 5 * DAY  # two days before it goes, though the clock is fresh until then
    gone = NOON + 7 * DAY
    late = sight(snapshot(NOON, exportable=True), read_at=gone - 5 * HOUR / 60)
    assert list_due(late, wanted, daily, now=gone - HOUR / 60) == gone + timedelta(seconds=1)
    after = gone + 2 * HOUR / 60
    assert list_due(late, wanted, daily, now=after) == after
    read = late.clocks(wanted, daily, now=after, vault_at=after)
    assert [c.state for c in read if c.clock is Clock.OFF_INSTANCE] == [State.UNKNOWN]
    looked = late.with_snapshots([], at=after)
    read = looked.clocks(wanted, daily, now=after, vault_at=after)
    assert [c.state for c in read if c.clock is Clock.OFF_INSTANCE] == [State.OVERDUE]


def test_the_very_last_copy_is_looked_after_even_without_targets() -> None:
    daily = facts("professional-db")
    seen = sight(snapshot(NOON, exportable=True))
    assert list_due(seen, Protection(), daily, now=NOON) == NOON + 5 * DAY
    exported = seen.with_outside((Copy(snapshot_at=NOON),), None)
    assert list_due(exported, Protection(), daily, now=NOON) == NOON + 7 * DAY


@pytest.mark.parametrize(
    ("listed", "state"),
    [
        (None, State.UNKNOWN),
        (NOON - 4 * HOUR, State.UNKNOWN),
        (NOON - HOUR, State.OVERDUE),
    ],
)
def test_an_export_is_called_overdue_only_after_a_look_at_the_vault(
    listed: datetime | None, state: State
) -> None:
    known = sight(snapshot(NOON)).with_outside((Copy(snapshot_at=NOON - 3 * DAY),), None)
    read = known.clocks(Protection(export_hours=48), CRITICAL, now=NOON, vault_at=listed)
    assert [c.state for c in read if c.clock is Clock.EXPORTED] == [state]


def test_exports_and_drills_move_their_clocks() -> None:
    known = sight(snapshot(NOON)).with_outside((Copy(snapshot_at=NOON - DAY),), NOON - 2 * DAY)
    wanted = Protection(off_instance_hours=48, proven_days=7)
    clocks = {c.clock: c for c in known.clocks(wanted, CRITICAL, now=NOON, vault_at=NOON)}
    assert clocks[Clock.OFF_INSTANCE].since == NOON - DAY
    assert clocks[Clock.PROVEN].since == NOON - 2 * DAY


@given(
    age=st.integers(0, 500),
    read=st.integers(0, 500),
    hours=st.integers(1, 300),
    tier=st.sampled_from(["free-db", "professional-db", "business-critical", "new-tier"]),
)
def test_the_next_look_is_never_before_the_last_and_never_later_than_right_after_overdue(
    age: int, read: int, hours: int, tier: str
) -> None:
    read_at = NOON + read * HOUR
    seen = sight(snapshot(read_at - age * HOUR), read_at=read_at)
    due = list_due(seen, Protection(in_place_hours=hours), facts(tier), now=read_at)
    assert due is not None
    assert due > read_at
    over = read_at - age * HOUR + hours * HOUR
    assert due <= max(over + timedelta(seconds=1), read_at + MOST)


@pytest.mark.parametrize("count", [3, MOST_TOLD + 9])
def test_clocks_are_counted_and_the_worst_told(count: int) -> None:
    sights = [fresh() for _ in range(count)]
    states, oldest = summed(
        (s, s.clocks(WANTED, CRITICAL, now=NOON, vault_at=NOON)) for s in sights
    )
    assert states == {"production|in place|fresh": count, "production|off instance|fresh": count}
    assert len(oldest) == min(2 * count, MOST_TOLD)
    assert oldest[0][1] is Clock.IN_PLACE  # 1 of 26 hours is worse than 5 of 192
