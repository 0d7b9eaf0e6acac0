"""The Home tab as people read it."""

from datetime import timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.alerts import acknowledge, assign, snooze
from bot.core.base import InstanceId
from bot.core.board import ATTENTION, OpenAlert, Place, Row, Run, key, turn
from bot.core.clocks import Clock, Reading
from bot.core.drills import Outcome
from bot.core.errors import AuraError
from bot.core.instances import InstanceSummary
from bot.core.schedules import Work
from bot.views.home import Board, home, troubled
from bot.views.kit import View
from tests.views.board_views import alert
from tests.views.drill_views import last
from tests.views.reading import read
from tests.views.samples import (
    APPROVER,
    LINK,
    NOW,
    STARTED,
    approval,
    instance,
    minutes,
    restore,
    take,
    waived,
)

SUMMARY = InstanceSummary(id="0000aaaa", name="scratch", project_id="p-1111")


def clocks(in_place: float, off_instance: float) -> tuple[Reading, ...]:
    return (
        Reading(
            clock=Clock.IN_PLACE,
            at=NOW,
            since=NOW - timedelta(hours=in_place),
            target=timedelta(hours=26),
        ),
        Reading(
            clock=Clock.OFF_INSTANCE,
            at=NOW,
            since=NOW - timedelta(hours=off_instance),
            target=timedelta(days=8),
        ),
        Reading(clock=Clock.PROVEN, at=NOW, since=None, target=timedelta(days=8)),
    )


ROWS = [
    Row(instance=SUMMARY, environment=None, trouble="Aura did not answer"),
    Row(instance=instance(), environment="production", newest_at=NOW - timedelta(hours=3)),
    Row(
        instance=instance(name="orders-eu", id="a1b2c3d5"),
        environment="production",
        watched=True,
        seen_at=NOW - timedelta(hours=2),
        clocks=clocks(3, 300),
        alerts=1,
        drill=last("12 of 20 orders", Outcome.NOT_PROVEN),
        last=Run(work=Work.EXPORT, at=NOW - timedelta(hours=3), failed=True),
        next=Run(work=Work.DRILL, at=NOW + timedelta(hours=20)),
    ),
    Row(
        instance=instance(name="orders-staging", id="ffff0000", status="paused"),
        environment="staging",
        last=Run(work=Work.SNAPSHOT, at=NOW - timedelta(hours=5)),
        next=Run(work=Work.SNAPSHOT, at=NOW - timedelta(minutes=5)),
    ),
]


def board(rows: list[Row], place: Place | None = None, **more: Any) -> View:
    return home(Board(page=turn(rows, place or Place()), **{"now": NOW, **more}))


def fleet(size: int) -> list[Row]:
    return [
        Row(
            instance=instance(name=f"orders-{n:03d}", id=InstanceId(f"{n:08x}")),
            environment=f"env-{n % 3}",
        )
        for n in range(size)
    ]


def test_the_home_tab_shows_what_waits_what_runs_and_what_there_is() -> None:
    view = board(
        ROWS,
        running=(take(STARTED), restore(approval())),
        pending=(restore(), restore(plan=waived(operation_id="rst-2"))),
        links={restore().id: LINK},
        now=minutes(5),
    )
    assert read(view) == snapshot("""\
# Waiting for your decision
⏳ <@U0REQUEST> asks to restore *orders-prod* `a1b2c3d4` (production):
> The import at 05:10 doubled every order
Approvals 0 of 1. Read it and decide in its thread in <#C0PROD> until 2026-11-22 08:11 UTC.
  [Read and decide]
⏳ ⚠ no safety snapshot · <@U0REQUEST> asks to restore *orders-prod* `a1b2c3d4` (production):
> The import at 05:10 doubled every order
Approvals 0 of 1. Read it and decide in its thread in <#C0PROD> until 2026-11-22 08:11 UTC.
---
# Running
▶ The snapshot `snp-4t7x` for <@U0REQUEST> stands at *snapshotting* since 2026-11-22 07:43
    UTC (3 min ago).
▶ The restore `rst-9k2m` for <@U0REQUEST> stands at *approved* since 2026-11-22 07:43 UTC (3
    min ago). <https://example.slack.com/archives/C0PROD/p1|Open>
---
# Instances
All instances · 4 ▾ [Restore an instance…]
*production*
🟠 *orders-eu* `a1b2c3d5` · AuraDB Professional · running, seen 2 h 5 min ago · 1 open alert
in place 3 h ✓ · off instance 12 d 12 h, *overdue* · proven unknown
last run: export failed 3 h 5 min ago · next: drill 2026-11-23 03:41 UTC (in 19 h 55 min)
❌ last drill not proven 5 min ago
[Restore…] [Take snapshot]
• *orders-prod* `a1b2c3d4` · AuraDB Professional · running · newest snapshot 3 h 5 min ago
[Restore…] [Take snapshot]
*staging*
• *orders-staging* `ffff0000` · AuraDB Professional · paused · no snapshot in 7 days
last run: snapshot 5 h 5 min ago · next: snapshot, due since 2026-11-22 07:36 UTC
[Restore…] [Take snapshot]
*no environment*
🟠 *scratch* `0000aaaa` · newest snapshot unknown
⚠ Aura did not answer
(As of 2026-11-22 07:46 UTC. Open this tab again to see it anew.)\
""")


def test_an_empty_home_tab_says_so() -> None:
    assert read(board([])) == snapshot("""\
# Running
Nothing runs at the moment.
---
# Instances
I see no instances that you may look at.
(As of 2026-11-22 07:41 UTC. Open this tab again to see it anew.)\
""")


def test_open_alerts_stand_with_who_sees_to_them_and_the_buttons_of_their_channel() -> None:
    bare = alert("orders-prod").model_copy(
        update={"assigned_to": None, "acknowledged_by": None, "snoozed_until": None}
    )
    told = bare.model_copy(update={"told_at": NOW})
    alerts = (
        bare,
        acknowledge(told, APPROVER),
        snooze(assign(told, APPROVER), until=minutes(60)),
    )
    known = tuple(
        OpenAlert(id=f"alt-{n}", alert=each, home="production") for n, each in enumerate(alerts)
    )
    shown = read(board(ROWS, alerts=known)).partition("# Running")[0]
    assert shown == snapshot("""\
# 3 open alerts
🟠 *Backup overdue: orders-prod* · production · since 1 d ago · held back so far
orders-prod.
[Acknowledge] [Assign to me] [Snooze 1 h] [Snooze 8 h] [Until tomorrow]
🟠 *Backup overdue: orders-prod* · production · since 1 d ago · acknowledged by <@U0APPROVE>
orders-prod.
[Assign to me] [Snooze 1 h] [Snooze 8 h] [Until tomorrow]
🟠 *Backup overdue: orders-prod* · production · since 1 d ago · <@U0APPROVE> sees to it ·
    silent until 2026-11-22 08:41 UTC
orders-prod.
[Assign to me] [Snooze 1 h] [Snooze 8 h] [Until tomorrow]
---
""")


def test_what_is_left_out_for_want_of_room_is_counted() -> None:
    known = tuple(OpenAlert(id=f"alt-{n}", alert=alert("x"), home="production") for n in range(30))
    view = board([], running=(take(),) * 12, pending=(restore(),) * 9, alerts=known)
    shown = read(view)
    assert "… and 4 running jobs more" in shown
    assert "… and 4 waiting requests more" in shown
    assert "# 30 open alerts" in shown
    assert "… and 22 alerts more" in shown


@pytest.mark.parametrize(
    ("page", "told", "turns"),
    [
        (0, "1 to 20 of 45 instances; 25 more.", {"home_page:next": "1"}),
        (
            1,
            "21 to 40 of 45 instances; 25 more.",
            {"home_page:previous": "0", "home_page:next": "2"},
        ),
        (2, "41 to 45 of 45 instances; 40 more.", {"home_page:previous": "1"}),
        (7, "41 to 45 of 45 instances; 40 more.", {"home_page:previous": "1"}),
    ],
)
def test_a_large_fleet_is_turned_page_by_page(page: int, told: str, turns: dict[str, str]) -> None:
    view = board(fleet(45), Place(page=page))
    assert told in read(view)
    pages = next(b for b in view["blocks"] if b.get("block_id") == "home.pages")
    assert {b["action_id"]: b["value"] for b in pages["elements"]} == turns


def test_one_environment_is_shown_alone_and_kept_in_the_view() -> None:
    place = Place(part=key("env-1"))
    view = board(fleet(9), place)
    shown = read(view)
    assert shown.count("• *orders-") == 3
    assert "env-1 · 3 ▾" in shown
    assert "# Running in env-1" in shown
    assert "*env-0*" not in shown
    assert Place.read(view["private_metadata"]) == place


def test_where_nothing_needs_anybody_the_tab_says_so() -> None:
    shown = read(board(fleet(3), Place(part=ATTENTION)))
    assert "Needs attention · 0 ▾" in shown
    assert "✅ No watched instance needs anybody at the moment." in shown
    assert "(3 instances are not watched, so of those this says little.)" in shown
    known = [row.model_copy(update={"watched": True}) for row in fleet(3)]
    assert "not watched" not in read(board(known, Place(part=ATTENTION)))


def test_while_aura_is_silent_the_rest_is_shown_all_the_same() -> None:
    told = troubled(AuraError("Aura did not answer", hint="Try again in a minute."))
    assert read(board(ROWS[2:3], trouble=told)).partition("# Instances")[2] == snapshot("""\

⚠ Aura did not answer. Try again in a minute. Instances are shown as they were last seen,
    those that are watched; `/aura job list` shows what runs and waits.
All instances · 1 ▾ [Restore an instance…]
*production*
🟠 *orders-eu* `a1b2c3d5` · AuraDB Professional · running, seen 2 h ago · 1 open alert
in place 3 h ✓ · off instance 12 d 12 h, *overdue* · proven unknown
last run: export failed 3 h ago · next: drill 2026-11-23 03:41 UTC (in 20 h)
❌ last drill not proven just now
[Restore…] [Take snapshot]
(As of 2026-11-22 07:41 UTC. Open this tab again to see it anew.)\
""")
    assert "I see no instances" not in read(board([], trouble=told))
