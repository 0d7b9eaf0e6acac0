"""The digest as people read it: lists, counts and charts."""

from datetime import timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.base import InstanceId, OperationId
from bot.core.clocks import Clock, Reading
from bot.core.drills import LastDrill, Outcome
from bot.core.instances import InstanceSummary
from bot.views.blockkit import check_message
from bot.views.charts import CAP, POINTS, ages, times
from bot.views.digest import Digest, Late, digest
from bot.views.kit import Message
from tests.views.board_views import alert
from tests.views.reading import heard, lines, read
from tests.views.samples import NOW, instance

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def reading(clock: Clock, age: timedelta | None, target: timedelta | None = DAY) -> Reading:
    return Reading(clock=clock, at=NOW, since=None if age is None else NOW - age, target=target)


def clocked(number: int, *readings: Reading) -> tuple[InstanceSummary, tuple[Reading, ...]]:
    return _instance(number), readings


def drilled(number: int, outcome: Outcome, minutes: int | None) -> tuple[Any, LastDrill]:
    return _instance(number), LastDrill(
        instance_id=InstanceId(f"{number:08x}"),
        operation_id=OperationId(f"drl-{number}"),
        outcome=outcome,
        at=NOW - DAY,
        seconds=None if minutes is None else minutes * 60,
        reason="checks failed",
    )


def _instance(number: int) -> InstanceSummary:
    return instance(name=f"orders-{number}", id=InstanceId(f"{number:08x}"))


def told(**changes: Any) -> Digest:
    return Digest(
        **{
            "environment": "production",
            "since": NOW - DAY,
            "now": NOW,
            "alerts": (),
            "cleared": 0,
            "done": {},
            "late": (),
            "clocks": (),
            "waiting": 0,
            **changes,
        }
    )


def charts(message: Message) -> list[dict[str, Any]]:
    return [b for b in message.blocks if b["type"] == "data_visualization"]


FULL = told(
    alerts=(alert("orders-1"),),
    held=(
        alert("orders-2"),
        alert("orders-3").model_copy(
            update={"opened_at": NOW - 5 * HOUR, "cleared_at": NOW - 4 * HOUR}
        ),
    ),
    cleared=2,
    done={"snapshot": 3},
    late=(Late(id=OperationId("exp-1"), kind="export", outcome="failed"),),
    clocks=(
        clocked(1, reading(Clock.IN_PLACE, 3 * HOUR), reading(Clock.PROVEN, 9 * DAY, 8 * DAY)),
        clocked(2, reading(Clock.IN_PLACE, 90 * HOUR), reading(Clock.PROVEN, 2 * DAY, 8 * DAY)),
        clocked(3, reading(Clock.IN_PLACE, None), reading(Clock.PROVEN, 2 * DAY, 8 * DAY)),
    ),
    drills=(drilled(1, Outcome.NOT_PROVEN, 14), drilled(2, Outcome.PROVEN, 22)),
    waiting=1,
)


def test_a_digest_tells_what_needs_a_person_and_draws_the_ages() -> None:
    shown = digest(FULL)
    assert check_message({"text": shown.text, "blocks": list(shown.blocks)}) == []
    assert read(shown) == snapshot("""\
# 🔎 production: please look
*1 open alert*
• Backup overdue: orders-1, since 1 d ago
*2 alerts held back*: it was quiet hours, or the channel had its fill
• Backup overdue: orders-2, since 2026-11-21 07:41 UTC, open
• Backup overdue: orders-3, since 02:41 UTC, over at 03:41 UTC
⏳ 1 request waits for an approver.
*The last drill did not prove these*
• *orders-1* `00000001`: ❌ last drill not proven 1 d ago
*Did not come to a good end*
• `exp-1` · export: failed
*Clocks that need somebody*
• *orders-1* `00000001`: in place 3 h ✓ · proven 9 d, *overdue*
• *orders-2* `00000002`: in place 3 d 18 h, *overdue* · proven 2 d ✓
• *orders-3* `00000003`: in place unknown · proven 2 d ✓
[bar chart: How old the clocks are, Percent of the target]
  orders-2: in place 200, proven 25
  orders-1: in place 12, proven 112
(100 is overdue; drawn up to 200. Shown are 2 of 3 instances, those nearest to their targets
    whose clocks are all known.)
[bar chart: How long the last drills took, Minutes]
  orders-2: last drill 22.0
  orders-1: last drill 14.0
Done: 3 snapshots. 2 alerts ended.
(From 2026-11-21 07:41 UTC to 2026-11-22 07:41 UTC · `/aura report` says it at length)\
""")
    assert heard(shown) == snapshot("production: please look. Done: 3 snapshots. 2 alerts ended.")


def test_without_charts_the_same_is_told_in_lines() -> None:
    shown = digest(FULL, drawn=False)
    assert charts(shown) == []
    assert read(shown).partition("*Clocks that need somebody*")[2] == snapshot("""\

• *orders-1* `00000001`: in place 3 h ✓ · proven 9 d, *overdue*
• *orders-2* `00000002`: in place 3 d 18 h, *overdue* · proven 2 d ✓
• *orders-3* `00000003`: in place unknown · proven 2 d ✓
*Of each instance, the clock nearest to its target*
```██████████  orders-2, in place
██████████  orders-1, proven
██░░░░░░░░  orders-3, proven```
*How long the last drills took until the data was back*
• *orders-2* `00000002`: 22 min
• *orders-1* `00000001`: 14 min
Done: 3 snapshots. 2 alerts ended.
(From 2026-11-21 07:41 UTC to 2026-11-22 07:41 UTC · `/aura report` says it at length)\
""")


def test_what_was_held_back_and_is_over_disturbs_nobody() -> None:
    over = alert("orders-3").model_copy(update={"cleared_at": NOW})
    shown = digest(told(held=(over,)))
    assert "nothing needs you" in heard(shown)
    assert "*1 alert held back*" in read(shown)


@pytest.mark.parametrize(
    ("changes", "calm"),
    [
        ({}, True),
        ({"alerts": (alert("x"),)}, False),
        ({"held": (alert("x"),)}, False),
        ({"drills": (drilled(1, Outcome.COULD_NOT_RUN, None),)}, False),
        ({"drills": (drilled(1, Outcome.WARNED, 3),)}, True),
        ({"waiting": 2}, False),
    ],
)
def test_a_digest_says_at_once_whether_anybody_is_needed(
    changes: dict[str, Any], calm: bool
) -> None:
    assert ("nothing needs you" in heard(digest(told(**changes)))) is calm


def test_what_does_not_fit_is_counted_in_every_list() -> None:
    many = told(
        alerts=(alert("x"),) * 12,
        held=(alert("y"),) * 11,
        drills=tuple(drilled(n, Outcome.NOT_PROVEN, 5) for n in range(10)),
    )
    shown = read(digest(many, drawn=False))
    for left in ("… and 4 more", "… and 3 more", "… and 2 more"):
        assert left in shown
    assert "*11 alerts held back*" in shown


def test_a_chart_has_the_worst_of_a_large_fleet_and_says_so() -> None:
    fleet = [clocked(n, reading(Clock.IN_PLACE, n * HOUR)) for n in range(30)]
    chart, note = ages(fleet, drawn=True)
    labels = chart["chart"]["axis_config"]["categories"]
    assert labels == [f"orders-{n}" for n in range(29, 29 - POINTS, -1)]
    assert "Shown are 20 of 30 instances, those nearest to their targets" in str(note)


def test_what_nobody_knows_is_left_out_of_a_chart_rather_than_drawn_as_fresh() -> None:
    known = clocked(1, reading(Clock.IN_PLACE, HOUR), reading(Clock.PROVEN, HOUR))
    half = clocked(2, reading(Clock.IN_PLACE, None), reading(Clock.PROVEN, HOUR))
    [chart, note] = ages([known, half], drawn=True)
    assert chart["chart"]["axis_config"]["categories"] == ["orders-1"]
    assert "Shown are 1 of 2 instances" in str(note)
    [words] = ages([half, clocked(3, reading(Clock.IN_PLACE, HOUR))], drawn=True)
    assert words["type"] == "section"


def test_an_age_far_beyond_its_target_does_not_flatten_the_rest() -> None:
    [chart, _] = ages([clocked(1, reading(Clock.IN_PLACE, 900 * DAY))], drawn=True)
    assert chart["chart"]["series"][0]["data"] == [{"label": "orders-1", "value": CAP}]


def test_without_targets_or_drills_there_is_nothing_to_draw() -> None:
    for drawn in (True, False):
        assert ages([clocked(1, reading(Clock.IN_PLACE, HOUR, None))], drawn=drawn) == []
        assert times([drilled(1, Outcome.COULD_NOT_RUN, None)], drawn=drawn) == []


def test_many_drills_are_drawn_the_longest_first() -> None:
    many = [drilled(n, Outcome.PROVEN, n) for n in range(30)]
    chart, note = times(many, drawn=True)
    assert chart["chart"]["series"][0]["data"][0] == {"label": "orders-29", "value": 29}
    assert "Shown are 20 of 30 instances, those which took longest." in str(note)
    [words] = times(many, drawn=False)
    assert "… and 22 more" in "\n".join(lines(words))


def test_instances_with_one_name_are_told_apart_in_a_chart() -> None:
    twins = [
        (instance(name="orders-of-all-europe-and-asia", id=InstanceId(f"{n:08x}")), (r,))
        for n, r in enumerate([reading(Clock.IN_PLACE, HOUR)] * 2)
    ]
    chart, _ = ages(twins, drawn=True)
    labels = chart["chart"]["axis_config"]["categories"]
    assert len(set(labels)) == 2
    assert max(map(len, labels)) <= 20
