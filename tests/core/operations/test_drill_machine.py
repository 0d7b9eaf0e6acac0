"""The drill machine: whatever fails is cleaned up, and no end says more than was proven."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.base import OperationId
from bot.core.drills import Outcome
from bot.core.errors import BotError, IllegalTransition
from bot.core.evidence import CheckLine, RecoveryTime
from bot.core.operations import advance
from bot.core.operations import events as e
from bot.core.operations.drill import LIMITS, OUTCOMES, TABLE, Drill, DrillStep
from bot.core.operations.drill import DrillPhase as P
from tests.core import drill_samples as d
from tests.core.samples import NOW, REQUESTER

ENDS = {phase for phase in P if not TABLE[phase]}
#: Where Aura may have been asked for an instance and has not been seen without it.
MAY_EXIST = {
    P.CREATING, P.LOADING, P.MEASURING, P.CHECKING, P.CHECKED, P.HOLDING, P.CLEANING
}  # fmt: skip
CANCELLED = e.Cancelled(by=REQUESTER)
ASKED = e.RestoreAsked(operation_id=d.ASKING.operation_id)
EVENTS: list[e.Event] = [
    d.PICKED,
    d.PLANNED,
    d.CREATED,
    d.RUNNING,
    d.COUNTED,
    d.checked(),
    d.checked(d.PASSED),
    d.checked(d.PASSED, d.DOUBTFUL),
    d.checked(d.PASSED, d.FAILED),
    d.checked(d.NOT_RUN),
    ASKED,
    e.CleanUpBegun(),
    d.GONE,
    d.LEFT,
    d.GAVE_UP,
    CANCELLED,
    e.DrillProven(),
    e.DrillWarned(reason="“sizes” did not pass"),
    e.DrillNotProven(reason="“orders” did not pass"),
    e.DrillCouldNotRun(reason="loading failed"),
    e.DrillCalledOff(),
    e.Verified(),
]


def played(*events: e.Event, op: Drill | None = None) -> Drill:
    op = op or d.drill()
    for number, event in enumerate(events, start=1):
        op = advance(op, event, now=NOW + timedelta(minutes=number))
    return op


def to_checked(*lines: CheckLine, op: Drill | None = None) -> Drill:
    return played(d.PICKED, d.PLANNED, d.CREATED, d.RUNNING, d.COUNTED, d.checked(*lines), op=op)


def ended(op: Drill) -> Drill:
    if op.phase is P.CHECKED:
        op = played(e.CleanUpBegun(), op=op)
    op = op if op.phase is P.REPORTING else played(d.GONE, op=op)
    return played(op.conclusion(), op=op)


@st.composite
def walks(draw: st.DrawFn) -> list[Drill]:
    """Every stand of a random walk, mostly along legal events."""
    op = d.drill(asking=draw(st.sampled_from([None, d.ASKING])))
    stands, now = [op], NOW
    for _ in range(draw(st.integers(0, 16))):
        now += timedelta(minutes=draw(st.sampled_from([0, 1, 45])))
        legal = [event for event in [*EVENTS, op.conclusion()] if op.allows(type(event))]
        event = draw(st.sampled_from(legal * 4 + EVENTS))
        try:
            op = advance(op, event, now=now)
        except BotError:
            continue
        stands.append(op)
    return stands


@given(walks())
@settings(max_examples=500)
def test_from_where_an_instance_may_exist_every_end_lies_behind_the_clean_up(
    stands: list[Drill],
) -> None:
    phases = [op.phase for op in stands]
    for index, phase in enumerate(phases):
        if phase in MAY_EXIST and phases[-1] in ENDS:
            assert P.CLEANING in phases[index:]
    end = stands[-1]
    if end.phase in (P.REPORTING, *ENDS) and end.last(e.ScratchPlanned):
        assert end.last(e.ScratchGone) or end.leftover


def test_no_way_in_the_table_avoids_the_clean_up_once_the_ledger_is_written() -> None:
    seen, todo = set(), [P.CREATING]
    while todo:
        phase = todo.pop()
        if phase not in seen and phase is not P.CLEANING:
            seen.add(phase)
            todo += [P(target) for target in TABLE[phase].values()]
    assert seen == MAY_EXIST - {P.CLEANING}
    assert set(TABLE[P.CLEANING].values()) == {P.CLEANING, P.REPORTING}


def test_every_failure_and_every_cancel_leads_to_the_clean_up_where_something_may_exist() -> None:
    for phase in MAY_EXIST - {P.CLEANING}:
        assert TABLE[phase][e.StepFailed] is P.CLEANING
        assert TABLE[phase][e.Cancelled] is P.CLEANING


@given(walks())
def test_time_alone_takes_every_drill_to_its_report(stands: list[Drill]) -> None:
    op = stands[-1]
    for _ in range(9):
        limit = op.deadline()
        if limit is None:
            break
        assert op.due(limit - timedelta(microseconds=1)) is None
        event = op.due(limit)
        assert event is not None
        op = advance(op, event, now=limit)
    assert op.phase is P.REPORTING or op.final
    assert op.due(NOW + timedelta(days=99)) is None


@given(walks())
def test_no_end_is_better_than_what_the_history_proves(stands: list[Drill]) -> None:
    op = stands[-1]
    if op.outcome and op.outcome.proves:
        assert op.last(e.Checked)
        assert not any(line.serious and not line.passed for line in op.checks)
        assert op.outcome is not Outcome.PROVEN or (op.checks and op.passed == len(op.checks))
    if op.last(e.RestoreAsked):
        assert op.plan.asking
        assert op.proves


@given(walks())
def test_every_reachable_drill_reads_back_from_json(stands: list[Drill]) -> None:
    op = stands[-1]
    assert Drill.model_validate_json(op.model_dump_json()) == op
    assert op.since >= op.created_at


@pytest.mark.parametrize(
    ("lines", "phase", "reason"),
    [
        ((d.PASSED,), P.PROVEN, None),
        ((d.PASSED, d.DOUBTFUL), P.PROVEN_WITH_WARNINGS, "“sizes” did not pass"),
        ((), P.PROVEN_WITH_WARNINGS, "no check ran"),
        ((d.FAILED, d.DOUBTFUL), P.NOT_PROVEN, "“orders” did not pass"),
        ((d.NOT_RUN,), P.NOT_PROVEN, "“orders” did not pass"),
        ((d.FAILED,) * 5, P.NOT_PROVEN, "“orders”, “orders”, “orders” and 2 more did not pass"),
    ],
)
def test_the_outcome_follows_the_checks(
    lines: tuple[CheckLine, ...], phase: P, reason: str | None
) -> None:
    op = ended(to_checked(*lines))
    assert op.phase is phase
    assert op.outcome is OUTCOMES[phase]
    last = op.history[-1].event
    assert reason is None or reason in getattr(last, "reason", "")


@pytest.mark.parametrize(
    "events",
    [
        (),
        (d.PICKED,),
        (d.PICKED, d.PLANNED),
        (d.PICKED, d.PLANNED, d.CREATED),
        (d.PICKED, d.PLANNED, d.CREATED, d.RUNNING),
        (d.PICKED, d.PLANNED, d.CREATED, d.RUNNING, d.COUNTED),
    ],
)
def test_what_fails_before_the_checks_could_not_run_and_what_is_cancelled_says_nothing(
    events: tuple[e.Event, ...],
) -> None:
    failed = ended(played(*events, d.GAVE_UP))
    assert (failed.phase, failed.outcome) == (P.COULD_NOT_RUN, Outcome.COULD_NOT_RUN)
    assert failed.trouble == d.GAVE_UP
    called_off = ended(played(*events, CANCELLED))
    assert (called_off.phase, called_off.outcome) == (P.CANCELLED, None)


def test_what_was_proven_stays_proven_though_it_is_cancelled_or_fails_afterwards() -> None:
    for late in (CANCELLED, d.GAVE_UP):
        op = ended(played(late, op=to_checked(d.PASSED)))
        assert op.phase is P.PROVEN
        assert op.trouble is None


def test_another_outcome_than_the_proven_one_is_refused() -> None:
    op = played(e.CleanUpBegun(), d.GONE, op=to_checked(d.FAILED))
    for event in (e.DrillProven(), e.DrillNotProven(reason="other"), e.DrillCalledOff()):
        with pytest.raises(IllegalTransition, match="proves another outcome"):
            advance(op, event, now=NOW)


def test_a_drill_without_a_restore_behind_it_is_cleaned_up_at_once() -> None:
    op = to_checked(d.PASSED)
    assert op.deadline() == op.since
    assert op.due(op.since) == e.CleanUpBegun()
    with pytest.raises(IllegalTransition, match="no restore that this drill has proven"):
        advance(op, ASKED, now=NOW)


def test_a_rehearsal_asks_for_its_restore_only_if_it_proved_it() -> None:
    op = to_checked(d.PASSED, op=d.drill(asking=d.ASKING))
    assert (op.next_step(), op.due(op.since)) == (DrillStep.ASK, None)
    holding = advance(op, ASKED, now=NOW)
    assert holding.phase is P.HOLDING
    over = holding.deadline()
    assert over is not None
    assert holding.due(over) == e.CleanUpBegun(reason=LIMITS[P.HOLDING][1])
    with pytest.raises(IllegalTransition):
        advance(op, e.RestoreAsked(operation_id=OperationId("rst-other")), now=NOW)
    failed = to_checked(d.FAILED, op=d.drill(asking=d.ASKING))
    assert failed.due(failed.since) == e.CleanUpBegun()
    with pytest.raises(IllegalTransition):
        advance(failed, ASKED, now=NOW)


def test_a_rehearsal_that_could_not_ask_says_why() -> None:
    op = to_checked(d.PASSED, op=d.drill(asking=d.ASKING))
    late = op.deadline()
    assert late is not None
    assert op.due(late) == e.CleanUpBegun(reason=LIMITS[P.CHECKED][1])


def test_recovery_is_counted_from_the_request() -> None:
    assert to_checked(d.PASSED).recovery == RecoveryTime(running=240, verified=360)
    assert d.drill().recovery == RecoveryTime()


def test_a_drill_tells_its_snapshot_checks_and_leftover() -> None:
    op = d.drill()
    assert (op.snapshot, op.checks, op.leftover) == (None, (), None)
    op = to_checked(d.PASSED, d.FAILED)
    assert op.snapshot == d.PICKED.snapshot
    assert (op.passed, len(op.checks)) == (1, 2)
    left = played(e.CleanUpBegun(), d.LEFT, op=op)
    assert left.leftover == d.LEFT
    assert played(left.conclusion(), op=left).phase is P.NOT_PROVEN


def test_an_instance_that_appears_during_the_clean_up_is_noted_and_cleaned_up() -> None:
    op = played(d.PICKED, d.PLANNED, CANCELLED, d.CREATED)
    assert op.phase is P.CLEANING
    assert op.since == NOW + timedelta(minutes=3)
    late = op.since + LIMITS[P.CLEANING][0]
    assert op.due(late) == e.ScratchLeft(name=d.SCRATCH, reason=LIMITS[P.CLEANING][1])


def test_each_phase_that_is_not_an_end_has_a_step() -> None:
    for phase in P:
        step = d.drill().model_copy(update={"phase": phase}).next_step()
        assert (step is None) == (phase in ENDS)
