"""Which last copies are about to leave, and when nothing is said of it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.base import InstanceId, ProjectId
from bot.core.clocks import Seen
from bot.core.conditions import Findings
from bot.core.instances import InstanceSummary
from bot.core.leaving import SOON, leaving
from bot.core.protection import Protection
from bot.core.sightings import Copy, Month, Sighting
from bot.core.tiers import TierFacts, facts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PROFESSIONAL = facts("professional-db")  # 7 days of everything
KEEPING = Protection(keep_days=30)
TAKEN = datetime(2026, 10, 31, 12, tzinfo=UTC)
NEWER = Month(taken_at=NOON, on_demand=False)


def sight(**changes: object) -> Sighting:
    summary = InstanceSummary(id=InstanceId("a0000001"), name="orders", project_id=ProjectId("p"))
    known = Sighting(instance=summary, environment="production", status="running")
    return known.model_copy(update=changes)


def with_month(
    *, on_demand: bool = False, other_at: datetime | None = None, **more: object
) -> Sighting:
    month = Month(taken_at=TAKEN, on_demand=on_demand, other_at=other_at)
    return sight(months={"2026-10": month, "2026-11": NEWER}, **more)


def only(found: Findings) -> str:
    [condition] = found.wrong
    assert condition.mend
    assert condition.means
    assert not condition.what.endswith(".")
    return condition.what


@pytest.mark.parametrize(("hours", "word"), [(-49, None), (-47, "leaves"), (1, "left"), (25, None)])
def test_the_last_exportable_of_a_month_is_told_from_two_days_before_until_a_day_after(
    hours: int, word: str | None
) -> None:
    now = TAKEN + 7 * DAY + hours * HOUR
    found = leaving(with_month(), KEEPING, PROFESSIONAL, now=now)
    if word is None:
        assert found == Findings()
    else:
        assert f"exportable snapshot of orders from 2026-10 {word} at about" in only(found)


@pytest.mark.parametrize("days", [1, 7])
def test_what_is_kept_for_as_long_as_it_is_wanted_may_leave(days: int) -> None:
    wanted, now = Protection(keep_days=days), TAKEN + 6 * DAY
    assert leaving(with_month(), wanted, PROFESSIONAL, now=now) == Findings()
    shorter = PROFESSIONAL.model_copy(update={"exportable_days": 5})  # as the watch has learned
    found = leaving(with_month(), wanted, shorter, now=TAKEN + 4 * DAY)
    assert bool(found.wrong) is (days > 5)


def test_what_an_export_holds_or_nobody_wants_longer_may_leave() -> None:
    now = TAKEN + 6 * DAY
    saved = with_month(copies=(Copy(snapshot_at=TAKEN - DAY),))
    assert leaving(saved, KEEPING, PROFESSIONAL, now=now) == Findings()
    assert leaving(with_month(), Protection(), PROFESSIONAL, now=now) == Findings()
    assert leaving(with_month(), KEEPING, facts("new-tier"), now=now) == Findings()


def test_an_export_that_goes_sooner_than_the_snapshot_holds_nothing_for_longer() -> None:
    now = TAKEN + 6 * DAY
    brief = with_month(copies=(Copy(snapshot_at=TAKEN, until=now + HOUR),))
    assert "the last exportable snapshot of orders from 2026-10" in only(
        leaving(brief, KEEPING, PROFESSIONAL, now=now)
    )


def test_the_last_export_of_a_month_is_told_before_the_vault_lets_it_go() -> None:
    now = TAKEN + 20 * DAY
    going = with_month(copies=(Copy(snapshot_at=TAKEN - DAY, until=now + HOUR),))
    assert only(leaving(going, KEEPING, PROFESSIONAL, now=now)) == (
        "the last export of orders from 2026-10 leaves the vault at about 2026-11-20 13:00 UTC, "
        "and nothing of that month stays for longer"
    )
    assert leaving(going, Protection(keep_days=20), PROFESSIONAL, now=now) == Findings()
    held = (*going.copies, Copy(snapshot_at=TAKEN - 2 * DAY))
    kept = going.model_copy(update={"copies": held})
    assert leaving(kept, KEEPING, PROFESSIONAL, now=now) == Findings()


def test_one_that_was_asked_for_may_outlive_a_newer_one_that_aura_took() -> None:
    science, now = facts("enterprise-ds"), TAKEN + 6 * DAY  # 7 days, and 90 on demand
    assert leaving(with_month(), KEEPING, science, now=now).wrong
    asked = with_month(other_at=TAKEN - 9 * DAY)
    assert leaving(asked, KEEPING, science, now=now) == Findings()


def still(**changes: object) -> Sighting:
    """An instance whose snapshots stopped coming."""
    seen = Seen(read_at=NOON + 6 * DAY)
    return sight(months={"2026-11": NEWER}, seen=seen).model_copy(update=changes)


def test_the_very_last_copy_of_an_instance_is_told_whatever_is_wanted() -> None:
    now = NOON + 6 * DAY
    for wanted in (Protection(), KEEPING):
        assert only(leaving(still(), wanted, PROFESSIONAL, now=now)) == (
            "the very last copy of orders, an exportable snapshot of 2026-11-22 12:00 UTC, leaves "
            "at about 2026-11-29 12:00 UTC"
        )
    gone = still().gone(at=now)
    assert leaving(gone, KEEPING, PROFESSIONAL, now=now) == Findings()


def test_the_very_last_copy_is_told_only_after_a_look_that_found_no_newer_one() -> None:
    end = NOON + 7 * DAY
    for read_at in (None, end - SOON - HOUR):
        unread = still(seen=Seen(read_at=read_at))
        assert leaving(unread, Protection(), PROFESSIONAL, now=end - HOUR) == Findings()


def test_where_an_export_stays_no_copy_is_the_very_last() -> None:
    kept = still(copies=(Copy(snapshot_at=NOON - 40 * DAY),))
    assert leaving(kept, Protection(), PROFESSIONAL, now=NOON + 6 * DAY) == Findings()


def test_a_tier_that_keeps_nothing_for_long_is_not_always_about_to_lose_it() -> None:
    brief, seen = TierFacts(exportable_days=1), Seen(read_at=NOON + HOUR)
    young = still(seen=seen)
    assert leaving(young, Protection(), brief, now=NOON + HOUR) == Findings()
    late = still(seen=Seen(read_at=NOON + 13 * HOUR))
    assert leaving(late, Protection(), brief, now=NOON + 13 * HOUR).wrong
