"""What Aura really keeps is learned from single snapshots, at two calls a day and tier."""

from datetime import UTC, datetime, timedelta

from bot.core.base import InstanceId, SnapshotId
from bot.core.retention import (
    Sort,
    Witness,
    differences,
    forgotten,
    learned,
    said,
    to_ask,
    witnesses,
)
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import FACTS, TierFacts, facts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TIER = "professional-db"  # 7 days of everything


def snapshot(at: datetime = NOON, *, exportable: bool = True, on_demand: bool = False) -> Snapshot:
    return Snapshot(
        id=SnapshotId(f"s-{at.isoformat()}"),
        instance_id=InstanceId("a0000001"),
        status="Completed",
        profile="AdHoc" if on_demand else "Scheduled",
        taken_at=at,
        exportable=Exportable.of(exportable),
    )


def live(keeps: timedelta, *, days: int = 60) -> tuple[list[Witness], int]:
    """Let a new snapshot come every day, and disappear after ``keeps``; count what is asked."""
    known: dict[str, Witness] = {}
    asked = 0
    for hour in range(0, days * 24):
        now = NOON + timedelta(hours=hour)
        if hour % 24 == 0:
            for new in witnesses(TIER, [snapshot(now, exportable=False)], at=now):
                known[new.key] = new
        for witness in to_ask(known.values(), FACTS, now=now)[:1]:
            there = now - witness.taken_at < keeps
            found = snapshot(witness.taken_at) if there else None
            known[witness.key] = witness.after(found, at=now)
            asked += 1
    return list(known.values()), asked


def test_each_sort_of_a_day_has_one_witness() -> None:
    found = witnesses(
        TIER,
        [
            snapshot(NOON - timedelta(hours=2)),
            snapshot(NOON),
            snapshot(NOON, on_demand=True),
            snapshot(NOON).model_copy(update={"status": "InProgress"}),
        ],
        at=NOON,
    )
    assert [w.sort for w in found] == [Sort.SCHEDULED, Sort.EXPORTABLE, Sort.ON_DEMAND]
    assert all(w.taken_at == NOON for w in found)


def test_where_the_table_is_right_nothing_differs_and_two_calls_a_day_are_made() -> None:
    known, asked = live(7 * DAY)
    assert differences(known, FACTS) == ()
    assert asked <= 2 * 60


def test_what_leaves_earlier_is_learned_and_narrowed_down() -> None:
    [found] = differences(live(3 * DAY)[0], FACTS)
    assert (found.tier, found.sort, found.said) == (TIER, Sort.SCHEDULED, 7 * DAY)
    assert found.most is not None
    assert found.least <= 3 * DAY <= found.most <= 4 * DAY


def test_what_stays_longer_is_learned() -> None:
    [found] = differences(live(30 * DAY)[0], FACTS)
    assert found.most is None
    assert found.least >= 8 * DAY


def test_what_was_seen_counts_for_more_than_what_is_written() -> None:
    assert learned(live(7 * DAY)[0], FACTS) == FACTS
    shorter = learned(live(3 * DAY)[0], FACTS)[TIER]
    assert (shorter.restorable_days, shorter.exportable_days) in ((3, 7), (4, 7))
    longer = learned(live(30 * DAY)[0], FACTS)[TIER]
    assert longer.restorable_days is not None
    assert longer.restorable_days >= 8


def test_exportable_ends_before_the_snapshot_does() -> None:
    [_, witness] = witnesses(TIER, [snapshot()], at=NOON)
    assert witness.sort is Sort.EXPORTABLE
    later = NOON + 3 * DAY
    gone = witness.after(snapshot(exportable=False), at=later)
    assert gone.gone_at == later
    unsaid = snapshot().model_copy(update={"exportable": Exportable.UNKNOWN})
    assert witness.after(unsaid, at=later).gone_at is None


def test_of_a_tier_without_figures_nothing_is_asked() -> None:
    [witness, *_] = witnesses("new-tier", [snapshot()], at=NOON)
    assert to_ask([witness], FACTS, now=NOON + 9 * DAY) == ()
    assert differences([witness], FACTS) == ()
    assert forgotten(witness, TierFacts(), now=NOON)
    assert said(facts("free-db"), Sort.ON_DEMAND) is None


def test_a_witness_is_forgotten_a_month_after_its_edge() -> None:
    [witness, *_] = witnesses(TIER, [snapshot()], at=NOON)
    assert not forgotten(witness, facts(TIER), now=NOON + 30 * DAY)
    assert forgotten(witness, facts(TIER), now=NOON + 38 * DAY)
