from datetime import date, timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.base import SnapshotId
from bot.core.instances import InstanceSummary
from bot.core.snapshots import Exportable, Snapshot, SnapshotNote
from bot.views import instances, jobs, snapshots
from bot.views.instances import InstanceRow
from tests.core.drill_samples import FINGERPRINT
from tests.views.reading import heard, read
from tests.views.samples import (
    LINK,
    NOW,
    PROJECT,
    REQUESTER,
    STARTED,
    instance,
    minutes,
    restore,
    take,
    taken,
    to_done,
    to_ready,
    to_restoring,
)

SUMMARY = InstanceSummary(id="0000aaaa", name="scratch", project_id="p-1111")
NOTE = SnapshotNote(
    snapshot_id=taken().id,
    instance_id=instance().id,
    by=REQUESTER,
    at=NOW,
    note="before the 4.2 deploy",
)


def row(**changes: object) -> InstanceRow:
    return InstanceRow(
        **{
            "instance": instance(),
            "environment": "production",
            "newest": taken(),
            "trouble": None,
            **changes,
        }
    )


def fleet(size: int) -> list[InstanceRow]:
    return [
        row(instance=instance(name=f"orders-{n:03d}", id=f"{n:08x}"), environment=f"env-{n % 3}")
        for n in range(size)
    ]


ROWS = [
    row(instance=SUMMARY, environment=None, newest=None, trouble="Aura did not answer"),
    row(),
    row(
        instance=instance(name="orders-staging", id="ffff0000", status="paused"),
        environment="staging",
        newest=None,
    ),
]


def test_instances_are_listed_by_environment() -> None:
    shown = instances.listing(ROWS, now=NOW)
    assert read(shown) == snapshot("""\
# 3 instances
*production*
• *orders-prod* `a1b2c3d4` · AuraDB Professional · running · newest snapshot 3 h ago
*staging*
• *orders-staging* `ffff0000` · AuraDB Professional · paused · no snapshot in 7 days
*no environment*
• *scratch* `0000aaaa` · newest snapshot unknown · ⚠ Aura did not answer
(One of them: `/aura instance show` and its name or id.)\
""")
    assert heard(shown) == snapshot("I see 3 instances in 3 environments.")


def test_no_instances_is_said_with_what_to_do() -> None:
    assert read(instances.listing([], now=NOW)) == snapshot("""\
I see no instances that you may look at. Ask whoever keeps the bot's configuration who may,
    and whether its Aura credentials belong to the right project.\
""")


def test_what_does_not_fit_into_the_list_is_counted() -> None:
    shown = read(instances.listing(fleet(400), now=NOW))
    listed = shown.count("• *orders-")
    assert 100 < listed < 400
    assert f"… and {400 - listed} more that do not fit here." in shown


def test_many_environments_are_counted_too() -> None:
    rows = [row(environment=f"env-{n:02d}") for n in range(40)]
    assert "… and 25 more that do not fit here." in read(instances.listing(rows, now=NOW))


def test_an_instance_is_shown_with_its_facts_and_a_way_to_restore_it() -> None:
    running = restore(*to_restoring())
    shown = instances.shown(row(), project=PROJECT, running=running, now=minutes(12))
    assert read(shown) == snapshot("""\
# orders-prod
Instance: *orders-prod* `a1b2c3d4`
Environment: production
Project: Shop `p-1111`
Newest snapshot: 2026-11-22 04:41 UTC · 3 h 12 min ago / on demand · exportable ·
    `c0ffee00-0000-4000-8000-000000000001`
Tier: AuraDB Professional
Memory: 8GB
Storage: 16GB
Change data capture: OFF
Where: gcp europe-west1
Status: running
It can take snapshots and be restored.
▶ The restore `rst-9k2m` for <@U0REQUEST> stands at *restoring* since 2026-11-22 07:51 UTC
    (2 min ago).
[Restore…]\
""")
    assert heard(shown) == snapshot("""\
orders-prod (a1b2c3d4) in production: newest snapshot 3 h 12 min ago. It can take snapshots
    and be restored.\
""")
    assert shown.blocks[-1]["elements"][0]["value"] == "a1b2c3d4"


def test_an_instance_says_what_it_held_when_it_was_last_counted() -> None:
    counted = FINGERPRINT.model_copy(update={"taken_at": NOW})
    shown = read(
        instances.shown(row(), project=PROJECT, running=None, counted=counted, now=minutes(2))
    )
    assert "*Last counted*\n41,200 nodes · 180,000 relationships · 2 labels · 1 type" in shown
    assert "1 constraint · 1 index · counted by the database 2 min ago" in " ".join(shown.split())


def test_an_instance_of_no_environment_has_no_restore_button() -> None:
    shown = instances.shown(ROWS[0], project=PROJECT, running=None, now=NOW)
    assert read(shown) == snapshot("""\
# scratch
Instance: *scratch* `0000aaaa`
Environment: no environment
Project: Shop `p-1111`
Newest snapshot: unknown
Aura does not tell its state now.
⚠ Not everything is known: Aura did not answer.
It belongs to no environment, so nobody may restore it or take snapshots.\
""")


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("paused", "It can be restored, but while paused it can take no snapshot."),
        ("loading failed", "It failed to load: it can be restored, but can take no snapshot."),
        ("restoring", "Aura is busy with it; a restore can be asked for when that is over."),
        ("destroying", "It is being deleted and cannot be brought back."),
    ],
)
def test_a_status_is_told_by_what_it_means(status: str, means: str) -> None:
    one = row(instance=instance(status=status, memory=None, storage=None, cloud="", region=""))
    shown = read(instances.shown(one, project=PROJECT, running=None, now=NOW))
    assert f"\n{means}\n" in shown
    assert "Where: unknown" in shown


def days(*found: Snapshot) -> dict[date, tuple[Snapshot, ...]]:
    grouped: dict[date, tuple[Snapshot, ...]] = {}
    for each in found:
        day = each.taken_at.date()
        grouped[day] = (*grouped.get(day, ()), each)
    return grouped


FEW = days(
    taken(),
    taken(id="snap-2", profile="Scheduled", exportable=Exportable.NO,
          taken_at=NOW - timedelta(days=1)),
    taken(id="snap-3", exportable=Exportable.UNKNOWN, status="InProgress",
          taken_at=NOW - timedelta(minutes=2)),
)  # fmt: skip
NOTES = {taken().id: NOTE, SnapshotId("snap-2"): NOTE.model_copy(update={"note": ""})}


def test_snapshots_are_listed_by_day_with_their_notes() -> None:
    shown = snapshots.listing(
        instance(), FEW, notes=NOTES, page=0, listing_id="ls-1", exportable_only=False, now=NOW
    )
    assert read(shown) == snapshot("""\
# Snapshots of orders-prod
*orders-prod* `a1b2c3d4`: 3 snapshots from 2026-11-21 to 2026-11-22 (UTC).
*Sunday, 2026-11-22*
• ⚠ in progress · 07:39 UTC · 2 min ago · on demand · exportable: unknown · `snap-3`
• 04:41 UTC · 3 h ago · on demand · exportable · `c0ffee00-0000-4000-8000-000000000001` ·
    “before the 4.2 deploy” by <@U0REQUEST>
*Saturday, 2026-11-21*
• 07:41 UTC · 1 d ago · scheduled · not exportable · `snap-2` · by <@U0REQUEST>
(To go back to one: `/aura restore a1b2c3d4` and its id.)\
""")
    assert heard(shown) == snapshot(
        "orders-prod (a1b2c3d4) has 3 snapshots from 2026-11-21 to 2026-11-22 (UTC)."
    )


def test_exportable_only_counts_what_it_leaves_out() -> None:
    shown = snapshots.listing(
        instance(), FEW, notes={}, page=0, listing_id="ls-1", exportable_only=True, now=NOW
    )
    assert read(shown) == snapshot("""\
# Snapshots of orders-prod
*orders-prod* `a1b2c3d4`: 1 exportable snapshot from 2026-11-21 to 2026-11-22 (UTC).
*Sunday, 2026-11-22*
• 04:41 UTC · 3 h ago · on demand · exportable · `c0ffee00-0000-4000-8000-000000000001`
(2 others not shown: not exportable, or Aura does not say.)
(To go back to one: `/aura restore a1b2c3d4` and its id.)\
""")


@pytest.mark.parametrize("searched", [{}, {NOW.date(): ()}])
def test_no_snapshots_points_further_back(searched: dict[date, tuple[Snapshot, ...]]) -> None:
    shown = snapshots.listing(
        instance(), searched, notes={}, page=0, listing_id="ls-1", exportable_only=False, now=NOW
    )
    assert "0 snapshots" in read(shown)
    assert "--days 30" in read(shown)


@pytest.mark.parametrize(
    ("page", "turns"),
    [
        (0, {"snapshot_page:older": "ls-1:1"}),
        (1, {"snapshot_page:newer": "ls-1:0", "snapshot_page:older": "ls-1:2"}),
        (2, {"snapshot_page:newer": "ls-1:1"}),
        (99, {"snapshot_page:newer": "ls-1:1"}),
    ],
)
def test_a_long_list_is_turned_by_buttons(page: int, turns: dict[str, str]) -> None:
    many = days(*(taken(id=f"s-{n}", taken_at=NOW - timedelta(hours=n)) for n in range(70)))
    shown = snapshots.listing(
        instance(), many, notes={}, page=page, listing_id="ls-1", exportable_only=False, now=NOW
    )
    row_of_buttons = next(b for b in shown.blocks if b["type"] == "actions")
    assert {b["action_id"]: b["value"] for b in row_of_buttons["elements"]} == turns
    assert f"Page {min(page, 2) + 1} of 3." in read(shown)


def test_a_snapshot_is_shown_with_who_asked_for_it() -> None:
    shown = snapshots.shown(instance(), taken(), NOTE, now=NOW)
    assert read(shown) == snapshot("""\
Snapshot: `c0ffee00-0000-4000-8000-000000000001`
Instance: *orders-prod* `a1b2c3d4`
Taken: 2026-11-22 04:41 UTC (3 h ago)
Status: completed
Cause: on demand
Exportable: yes
Asked for by: <@U0REQUEST>
Note: before the 4.2 deploy
It can also become a new instance or leave Aura as an export.
(To go back to it: `/aura restore a1b2c3d4 c0ffee00-0000-4000-8000-000000000001`)\
""")
    assert heard(shown) == snapshot("""\
Snapshot c0ffee00-0000-4000-8000-000000000001 of orders-prod (a1b2c3d4), taken 2026-11-22
    04:41 UTC (3 h ago). It can also become a new instance or leave Aura as an export.\
""")


@pytest.mark.parametrize(
    ("changes", "means"),
    [
        ({"exportable": Exportable.NO}, "It can be restored in place, but cannot leave"),
        ({"exportable": Exportable.UNKNOWN}, "Aura does not say whether it can leave"),
        ({"status": "Failed"}, "It is failed, so it cannot be restored now."),
    ],
)
def test_a_snapshot_is_told_by_what_it_is_good_for(changes: dict[str, str], means: str) -> None:
    assert means in read(snapshots.shown(SUMMARY, taken(**changes), None, now=NOW))


def test_jobs_are_listed_with_the_running_ones_first() -> None:
    shown = jobs.listing([restore(*to_done()), take(STARTED)], now=minutes(60))
    assert read(shown) == snapshot("""\
# 2 jobs
▶ `snp-4t7x` · snapshot of *orders-prod* `a1b2c3d4` · *snapshotting* since 2026-11-22 07:43
    UTC (58 min ago) · by <@U0REQUEST>
• `rst-9k2m` · restore of *orders-prod* `a1b2c3d4` · *done* ended 2026-11-22 07:55 UTC (46
    min ago), took 14 min · by <@U0REQUEST>
(One of them: `/aura job show` and its reference.)\
""")
    assert heard(shown) == snapshot("2 jobs, 1 of them not finished.")


def test_no_jobs_is_said() -> None:
    assert read(jobs.listing([], now=NOW)) == snapshot(
        "There are no jobs. `/aura snapshot take` and `/aura restore` start one."
    )


def test_older_jobs_that_do_not_fit_are_counted() -> None:
    shown = read(jobs.listing([restore()] * 200, now=NOW))
    assert "older ones that do not fit here." in shown


@pytest.mark.parametrize(
    ("op", "cancel"),
    [
        (restore(*to_ready()), "It can still be cancelled: `/aura job cancel rst-9k2m`."),
        (restore(*to_restoring()), "It can no longer be cancelled: Aura has been asked."),
        (restore(*to_done()), "It has ended."),
        (take(), "It can still be cancelled: `/aura job cancel snp-4t7x`."),
        (take(STARTED), "It can no longer be cancelled: Aura has been asked."),
    ],
)
def test_a_job_says_whether_it_can_be_cancelled(op: object, cancel: str) -> None:
    shown = jobs.shown(op, link=LINK, now=minutes(30))  # type: ignore[arg-type]
    assert read(shown).splitlines()[-2:] == [cancel, f"<{LINK}|Open the card>"]
