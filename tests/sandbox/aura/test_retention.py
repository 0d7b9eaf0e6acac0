"""How long each tier keeps what, tier by tier, as the table in Neo4j's documentation has it.

https://neo4j.com/docs/aura/managing-instances/backup-restore-export/
"""

from datetime import timedelta
from itertools import pairwise

import pytest

from sandbox.aura import AuraDouble
from sandbox.aura.fleet import COMMERCE, Fleet, Project, Seed
from sandbox.aura.snapshots import Snapshot
from sandbox.aura.tiers import NEWEST
from tests.sandbox.aura.caller import HandClock, calling, reason

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ID = "7e57ed01"

#: Type and version; hours between scheduled snapshots, hours between full ones; days for which a
#: scheduled one can be restored, for which a full one can be exported, an on-demand one used.
TABLE = (
    ("professional-db", "4", 24, 24, 7, 7, 7),
    ("professional-db", "5", 24, 24, 7, 7, 7),
    ("business-critical", "5", 1, 24, 30, 30, 30),
    ("enterprise-db", "5", 1, 24, 60, 60, 90),
    ("professional-ds", "5", 24, 24, 7, 7, 30),
    ("enterprise-ds", "5", 24, 24, 14, 7, 90),
)
#: Of the four snapshots a day on VDC version 4, one; the others as for Professional.
LONG = ("enterprise-db", "4", 24, 24, 60, 14, 90)
COLUMNS = ("tier", "version", "every", "full", "scheduled", "exportable", "on_demand")


def sown(tier: str, version: str, *on_demand: timedelta) -> AuraDouble:
    """An Aura with one instance that is 200 days old."""
    seed = Seed(
        id=ID,
        name="kept",
        project_id=COMMERCE,
        type=tier,
        version=version,
        memory="1GB" if tier == "free-db" else "8GB",
        age=200 * DAY,
        last_full=HOUR / 2,
        on_demand=on_demand,
    )
    project = Project(id=COMMERCE, name="Commerce", tiers=(tier,))
    return AuraDouble(
        now=HandClock(), seed=Fleet(projects=(project,), seeds=(seed,)), requests_per_minute=None
    )


def kept(double: AuraDouble, profile: str) -> list[Snapshot]:
    """What there is of a kind, newest first."""
    log = double.world.instances[ID].snapshots(double.now())
    found = [s for s in log.all(double.now()) if s.profile == profile]
    return sorted(found, key=lambda s: s.at, reverse=True)


def test_the_table_and_free_are_every_tier_of_aura() -> None:
    assert {row[0] for row in TABLE} | {"free-db"} == set(NEWEST)


@pytest.mark.parametrize(COLUMNS, TABLE)
def test_each_tier_schedules_and_keeps_as_documented(
    tier: str, version: str, every: int, full: int, scheduled: int, exportable: int, on_demand: int
) -> None:
    asked = on_demand * DAY
    double = sown(tier, version, HOUR, asked - HOUR, asked + HOUR)
    now = double.now()
    by_schedule = [now - s.at for s in kept(double, "Scheduled")]
    assert {b - a for a, b in pairwise(by_schedule)} == {every * HOUR}
    assert scheduled * DAY - every * HOUR <= by_schedule[-1] < scheduled * DAY

    for_export = [now - s.at for s in kept(double, "Scheduled") if s.exportable(now)]
    assert {b - a for a, b in pairwise(for_export)} == {full * HOUR}
    assert exportable * DAY - full * HOUR <= for_export[-1] < exportable * DAY

    by_hand = [(now - s.at, s.exportable(now)) for s in kept(double, "AdHoc")]
    assert by_hand == [(HOUR, True), (asked - HOUR, True)]


def test_vdc_version_4_keeps_one_of_four_a_day_for_long() -> None:
    double = sown("enterprise-db", "4", 90 * DAY - HOUR, 90 * DAY + HOUR)
    now = double.now()
    ages = {now - s.at: s.exportable(now) for s in kept(double, "Scheduled")}
    short = {age: exportable for age, exportable in ages.items() if age < 7 * DAY}
    assert list(short) == [HOUR / 2 + n * 6 * HOUR for n in range(28)]
    assert all(short.values())
    assert {age: e for age, e in ages.items() if age not in short} == {
        HOUR / 2 + n * DAY: n < 14 for n in range(7, 60)
    }
    assert [now - s.at for s in kept(double, "AdHoc")] == [90 * DAY - HOUR]


def test_free_has_no_schedule_and_keeps_the_latest_without_a_term() -> None:
    double = sown("free-db", "5", 190 * DAY, 180 * DAY)
    assert kept(double, "Scheduled") == []
    [latest] = kept(double, "AdHoc")
    assert (double.now() - latest.at, latest.exportable(double.now())) == (180 * DAY, True)


@pytest.mark.parametrize(COLUMNS, [r for r in (*TABLE, LONG) if r[4] != r[5]])
async def test_a_snapshot_stops_being_exportable_before_it_is_gone(
    tier: str, version: str, every: int, full: int, scheduled: int, exportable: int, on_demand: int
) -> None:
    double = sown(tier, version)
    clock = double.now
    assert isinstance(clock, HandClock)
    async with calling(double) as aura:
        taken = kept(double, "Scheduled")[0]

        async def on_day(days: float) -> tuple[str, bool]:
            clock.now = taken.at + days * DAY
            await aura.log_in()
            shown = await aura.snapshot(ID, taken.id)
            return shown["status"], shown["exportable"]

        assert await on_day(exportable - 0.01) == ("Completed", True)
        assert await on_day(exportable) == ("Completed", False)
        assert await on_day(scheduled - 0.01) == ("Completed", False)
        assert (await aura.restore(ID, taken.id)).status_code == 202
        clock.advance(minutes=15)
        answer = await aura.get(f"/instances/{ID}/snapshots/{taken.id}")
        assert reason(answer, status=404) == "snapshot-not-found"
