"""Which snapshot a drill tries, and which of two drills was the last."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.base import InstanceId, OperationId, SnapshotId
from bot.core.drills import Choice, LastDrill, Outcome, eligible, newer, pick
from bot.core.errors import NotRestorable, UnknownSnapshot
from bot.core.snapshots import Exportable, Snapshot
from tests.core.drill_samples import ASKING, drill_plan
from tests.core.samples import NOW, snapshot


def taken(
    days: float, exportable: Exportable = Exportable.YES, status: str = "Completed"
) -> Snapshot:
    return snapshot(
        id=SnapshotId(f"snap-{days:g}"),
        taken_at=NOW - timedelta(days=days),
        exportable=exportable,
        status=status,
    )


FOUND = (
    taken(0.1, Exportable.NO),
    taken(0.2, Exportable.UNKNOWN),
    taken(0.3, status="InProgress"),
    taken(1),
    taken(2),
    taken(5),
)


def test_the_newest_exportable_one_is_picked() -> None:
    assert pick(reversed(FOUND), Choice(), now=NOW).id == "snap-1"


@pytest.mark.parametrize(
    ("draw", "picked"), [(0.0, "snap-1"), (0.49, "snap-1"), (0.5, "snap-2"), (0.99, "snap-2")]
)
def test_a_random_one_is_of_the_window_and_chance_comes_from_outside(
    draw: float, picked: str
) -> None:
    assert pick(FOUND, Choice(within_days=3, draw=draw), now=NOW).id == picked


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 90))
def test_whatever_the_chance_the_choice_is_eligible_and_in_the_window(
    draw: float, days: int
) -> None:
    found = pick(FOUND, Choice(within_days=days, draw=draw), now=NOW)
    assert eligible(found)
    assert found.taken_at >= NOW - timedelta(days=days)


def test_a_named_one_is_taken_though_aura_does_not_tell_its_mark() -> None:
    assert pick(FOUND, Choice(snapshot_id=SnapshotId("snap-5")), now=NOW).id == "snap-5"
    assert pick(FOUND, Choice(snapshot_id=SnapshotId("snap-0.2")), now=NOW).id == "snap-0.2"


@pytest.mark.parametrize(
    ("named", "kind", "why"),
    [
        ("snap-9", UnknownSnapshot, "there is no snapshot “snap-9” any more"),
        ("snap-0.1", NotRestorable, "is not exportable"),
        ("snap-0.3", NotRestorable, "is InProgress, not Completed"),
    ],
)
def test_a_named_one_that_cannot_be_tried_is_refused_with_the_reason(
    named: str, kind: type[Exception], why: str
) -> None:
    with pytest.raises(kind, match=why):
        pick(FOUND, Choice(snapshot_id=SnapshotId(named)), now=NOW)


@pytest.mark.parametrize(
    ("found", "choice", "why"),
    [
        ((), Choice(), "it has no completed snapshot lately"),
        ((), Choice(within_days=3), "it has no completed snapshot of the last 3 days"),
        (FOUND[:3], Choice(), "none of its 2 completed snapshots is marked as exportable"),
        (
            FOUND[:2] + FOUND[5:],
            Choice(within_days=3),
            "none of its 3 completed snapshots of the last 3 days",
        ),
    ],
)
def test_where_nothing_is_eligible_it_says_why_and_what_to_do(
    found: tuple[Snapshot, ...], choice: Choice, why: str
) -> None:
    with pytest.raises(NotRestorable, match=why) as refusal:
        pick(found, choice, now=NOW)
    assert "/aura snapshot take" in (refusal.value.hint or "")


def last(minutes: int, outcome: Outcome = Outcome.PROVEN) -> LastDrill:
    return LastDrill(
        instance_id=InstanceId("ab12cd34"),
        operation_id=OperationId(f"drl-{minutes}"),
        outcome=outcome,
        at=NOW + timedelta(minutes=minutes),
    )


def test_the_later_drill_counts_whichever_is_told_last() -> None:
    assert newer(None, last(1)) == last(1)
    assert newer(last(1), last(2)) == last(2)
    assert newer(last(2), last(1)) == last(2)
    assert newer(last(1), last(1, Outcome.NOT_PROVEN)) == last(1)


def test_only_two_outcomes_prove() -> None:
    assert [outcome for outcome in Outcome if outcome.proves] == [Outcome.PROVEN, Outcome.WARNED]


def test_a_plan_is_sealed_and_knows_whether_it_is_a_rehearsal() -> None:
    assert len(drill_plan().seal) == 64
    assert drill_plan().seal != drill_plan(environment="staging").seal
    assert not drill_plan().rehearsal
    assert drill_plan(asking=ASKING).rehearsal
