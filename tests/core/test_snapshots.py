"""Snapshots: which may be restored, and in which order they are shown."""

from datetime import date, timedelta

import pytest

from bot.core.snapshots import Exportable, days_back, latest, newest_first
from tests.core.samples import NOW, snapshot

OLD = snapshot(id="old", taken_at=NOW - timedelta(days=1))
NEW = snapshot(id="new", taken_at=NOW)
PENDING = snapshot(id="pending", status="Pending", taken_at=NOW + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("flag", "word"),
    [(True, Exportable.YES), (False, Exportable.NO), (None, Exportable.UNKNOWN)],
)
def test_an_absent_flag_is_unknown_and_not_no(flag: bool | None, word: Exportable) -> None:
    assert Exportable.of(flag) is word


@pytest.mark.parametrize("status", ["Pending", "InProgress", "Failed", "completed", "tomorrow"])
def test_only_completed_snapshots_are_complete(status: str) -> None:
    assert snapshot().completed
    assert not snapshot(status=status).completed


def test_a_snapshot_asked_for_is_told_from_a_scheduled_one() -> None:
    assert snapshot(profile="AdHoc").on_demand
    assert not snapshot(profile="Scheduled").on_demand


def test_newest_come_first_and_ties_keep_one_order() -> None:
    tie = snapshot(id="tie", taken_at=NOW)
    assert newest_first([OLD, NEW, tie]) == newest_first([tie, OLD, NEW]) == (tie, NEW, OLD)


def test_the_latest_is_the_newest_that_is_complete() -> None:
    assert latest([OLD, PENDING, NEW]) == NEW
    assert latest([PENDING]) is None


@pytest.mark.parametrize(("count", "length"), [(-3, 1), (0, 1), (1, 1), (7, 7), (90, 90), (91, 90)])
def test_days_end_today_and_keep_within_ninety(count: int, length: int) -> None:
    days = days_back(date(2026, 3, 1), count)
    assert len(days) == length
    assert days[:2] == (date(2026, 3, 1), date(2026, 2, 28))[:length]
