"""What Aura keeps by itself, and until when."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.base import InstanceId, SnapshotId
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import FACTS, TierFacts, facts

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def snapshot(profile: str, exportable: Exportable = Exportable.YES) -> Snapshot:
    return Snapshot(
        id=SnapshotId("s1"),
        instance_id=InstanceId("a0000001"),
        status="Completed",
        profile=profile,
        taken_at=NOON,
        exportable=exportable,
    )


@pytest.mark.parametrize(
    ("tier", "profile", "days"),
    [
        ("professional-db", "Scheduled", 7),
        ("business-critical", "Scheduled", 30),
        ("enterprise-db", "Scheduled", 60),
        ("enterprise-db", "AdHoc", 90),
        ("professional-ds", "AdHoc", 30),
    ],
)
def test_a_snapshot_leaves_when_its_tier_says(tier: str, profile: str, days: int) -> None:
    assert facts(tier).leaves_at(snapshot(profile)) == NOON + timedelta(days=days)


@pytest.mark.parametrize("tier", ["free-db", "a-new-tier"])
def test_nothing_is_said_where_nothing_is_known(tier: str) -> None:
    assert facts(tier).leaves_at(snapshot("AdHoc")) is None
    assert facts(tier).unexportable_at(snapshot("AdHoc")) is None
    assert facts(tier).kept_days(on_demand=True) == 0


def test_a_full_scheduled_snapshot_may_leave_the_instance_for_fewer_days_than_it_is_kept() -> None:
    assert facts("enterprise-ds").leaves_at(snapshot("Scheduled")) == NOON + timedelta(days=14)
    assert facts("enterprise-ds").unexportable_at(snapshot("Scheduled")) == NOON + timedelta(days=7)


def test_what_aura_calls_not_exportable_never_was() -> None:
    differential = snapshot("Scheduled", Exportable.NO)
    assert facts("business-critical").unexportable_at(differential) == NOON


def test_the_configuration_may_know_better() -> None:
    told = {**FACTS, "professional-db": TierFacts(restorable_days=14)}
    assert facts("professional-db", told).leaves_at(snapshot("Scheduled")) == NOON + timedelta(14)


def test_the_longest_stay_counts_those_on_demand_only_where_they_are_asked_for() -> None:
    assert facts("enterprise-db").kept_days(on_demand=True) == 90
    assert facts("enterprise-db").kept_days(on_demand=False) == 60
    assert facts("business-critical").kept_days(on_demand=True) == 30
