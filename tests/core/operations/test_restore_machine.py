"""The restore machine: its table, its checks, and what time alone does."""

from datetime import timedelta
from enum import StrEnum
from typing import get_args

import pytest

from bot.core.base import SnapshotId, TeamId
from bot.core.errors import AlreadyDecided, IllegalTransition, NotAllowed
from bot.core.operations import Phase, Restore, advance
from bot.core.operations import events as e
from bot.core.operations.gated import LOOK_LIMIT, RESTORE_LIMIT, SNAPSHOT_LIMIT, GatedStep
from bot.core.operations.restore import TABLE
from tests.core.drill_samples import DRILLED, EXPORTED
from tests.core.samples import (
    APPROVER,
    COMPLETED,
    INTENDED,
    NOW,
    REQUESTER,
    SAFETY,
    SECOND,
    STARTED,
    WAIVER,
    approved,
    person,
    play,
    restore,
    seconded,
    starting,
)

P = Phase
EVENTS: tuple[type[e.Event], ...] = get_args(get_args(e.Event)[0])


def sample(kind: type[e.Event], op: Restore) -> e.Event:
    """An event of a type that passes every check of the plan, if the table has a move for it."""
    facts = {
        "by": APPROVER,
        "seal": op.plan.seal,
        "reason": "why",
        "snapshot_id": SAFETY,
        "status_before": "running",
        "sent": 7,
        "differences": ("something",),
        "name": "savepoint-scratch-a",
        "size": "8GB AuraDB Professional",
        "scratch_id": "5c2a7c01",
        "clone_id": "5c2a7c02",
        **DRILLED,
        **EXPORTED,
    }
    return kind.model_validate({k: v for k, v in facts.items() if k in kind.model_fields})


def reached(phase: StrEnum, kind: type[e.Event]) -> Restore:
    """A restore in a phase whose plan fits the event: its quorum, its waiver."""
    if phase is P.SNAPSHOTTING:
        op = restore()
        return play(op, approved(op), STARTED)
    quorum = 2 if kind is e.Seconded else 1
    op = restore(quorum=quorum, waiver=WAIVER if kind is e.SafetyWaived else None)
    return op.model_copy(update={"phase": phase})


@pytest.mark.parametrize("phase", TABLE)
@pytest.mark.parametrize("kind", EVENTS)
def test_each_phase_takes_the_events_of_its_table_and_no_other(
    phase: Phase, kind: type[e.Event]
) -> None:
    op = reached(phase, kind)
    event = sample(kind, op)
    if kind in TABLE[phase]:
        moved = advance(op, event, now=NOW)
        assert moved.phase is TABLE[phase][kind]
        assert moved.history[-1].event == event
        assert op.allows(kind)
    else:
        with pytest.raises(IllegalTransition, match="is not possible now"):
            advance(op, event, now=NOW)
        assert not op.allows(kind)
    assert op.phase is phase


def test_the_table_begins_with_the_request_and_leads_only_where_it_goes_on() -> None:
    assert {to for moves in TABLE.values() for to in moves.values()} <= set(TABLE)
    assert next(iter(TABLE)) is P.AWAITING_APPROVAL is restore().phase


def test_the_step_of_each_phase_is_known_and_people_are_waited_for() -> None:
    steps = {phase: reached(phase, e.Expired).next_step() for phase in TABLE}
    waiting = {P.AWAITING_APPROVAL, P.STUCK} | {phase for phase in TABLE if not TABLE[phase]}
    assert {phase for phase, step in steps.items() if step is None} == waiting
    assert {step for step in steps.values() if step} == set(GatedStep)


def test_a_quorum_of_one_is_completed_by_the_first() -> None:
    op = restore()
    assert play(op, approved(op)).phase is P.APPROVED
    with pytest.raises(IllegalTransition, match="does not fit the quorum"):
        play(op, seconded(op))


def test_a_quorum_of_two_needs_two_people() -> None:
    op = restore(quorum=2)
    with pytest.raises(IllegalTransition, match="does not fit the quorum"):
        play(op, approved(op))
    op = play(op, seconded(op))
    assert op.phase is P.AWAITING_APPROVAL
    with pytest.raises(IllegalTransition, match="does not fit the quorum"):
        play(op, seconded(op, SECOND))
    assert play(op, approved(op, SECOND)).approvers == (APPROVER, SECOND)


@pytest.mark.parametrize("again", [APPROVER, person("U02APP", team=TeamId("T99"))])
def test_one_person_cannot_approve_twice(again: object) -> None:
    op = restore(quorum=2)
    op = play(op, seconded(op))
    with pytest.raises(AlreadyDecided, match="already approved"):
        play(op, e.Approved.model_validate({"by": again, "seal": op.plan.seal}))


@pytest.mark.parametrize("who", [REQUESTER, person("U01REQ", team=TeamId("T99"))])
@pytest.mark.parametrize("quorum", [1, 2])
def test_requester_cannot_approve_their_own_restore(who: object, quorum: int) -> None:
    op = restore(quorum=quorum)
    kind = e.Approved if quorum == 1 else e.Seconded
    with pytest.raises(NotAllowed, match="somebody else must approve"):
        play(op, kind.model_validate({"by": who, "seal": op.plan.seal}))


def test_the_requester_of_the_sealed_plan_counts_too() -> None:
    op = restore(requester=APPROVER)
    with pytest.raises(NotAllowed, match="somebody else must approve"):
        play(op, approved(op))


def test_an_approval_of_another_plan_is_refused() -> None:
    with pytest.raises(NotAllowed, match="another plan"):
        play(restore(), approved(restore(reason="another")))


def test_an_approval_after_the_window_is_refused() -> None:
    op = restore()
    last = op.plan.expires_at - timedelta(microseconds=1)
    assert play(op, approved(op), now=last).phase is P.APPROVED
    with pytest.raises(AlreadyDecided, match="the time to approve this restore is over"):
        play(op, approved(op), now=op.plan.expires_at)


def test_a_waiver_replaces_the_safety_snapshot_only_where_the_plan_says_so() -> None:
    op, waived = restore(), restore(waiver=WAIVER)
    with pytest.raises(IllegalTransition, match="holds no waiver"):
        play(op, approved(op), e.SafetyWaived())
    with pytest.raises(IllegalTransition, match="waives the safety snapshot"):
        play(waived, approved(waived), STARTED)
    assert play(waived, approved(waived), e.SafetyWaived()).phase is P.READY


def test_only_the_safety_snapshot_itself_makes_it_ready() -> None:
    op = restore()
    op = play(op, approved(op), STARTED)
    assert op.safety_snapshot == SAFETY
    with pytest.raises(IllegalTransition, match="not the safety snapshot"):
        play(op, e.SnapshotCompleted(snapshot_id=SnapshotId("other")))
    assert play(op, COMPLETED).phase is P.READY


def test_a_restore_is_touched_from_the_intent_on() -> None:
    op = restore()
    op = play(op, approved(op), STARTED, COMPLETED)
    assert not op.touched
    assert play(op, INTENDED).touched


@pytest.mark.parametrize("kind", [e.SettledRan, e.RestoreStarted])
def test_a_stuck_restore_goes_on_when_somebody_knows_that_it_ran(kind: type[e.Event]) -> None:
    op = play(starting(), e.Interrupted(reason="x"), e.OutcomeUnknown(reason="x"))
    assert op.phase is P.STUCK
    assert play(op, sample(kind, op)).phase is P.RESTORING


LATER = NOW + timedelta(minutes=3)


def at(phase: P) -> Restore:
    op = play(restore(), approved(restore()))
    rest = {
        P.AWAITING_APPROVAL: restore(),
        P.APPROVED: op,
        P.SNAPSHOTTING: play(op, STARTED, now=LATER),
        P.READY: play(op, STARTED, COMPLETED, now=LATER),
        P.STARTING: starting(),
        P.UNCERTAIN: play(starting(), e.Interrupted(reason="lost"), now=LATER),
        P.RESTORING: play(starting(), e.RestoreStarted(), now=LATER),
        P.VERIFYING: play(starting(), e.RestoreStarted(), e.RestoreFinished(), now=LATER),
    }
    return rest[phase]


@pytest.mark.parametrize(
    ("phase", "limit", "brings"),
    [
        (P.AWAITING_APPROVAL, NOW + timedelta(minutes=30), e.Expired),
        (P.APPROVED, NOW + timedelta(minutes=10), e.Expired),
        (P.READY, LATER + timedelta(minutes=10), e.Expired),
        (P.SNAPSHOTTING, LATER + SNAPSHOT_LIMIT, e.StepFailed),
        (P.UNCERTAIN, LATER + LOOK_LIMIT, e.OutcomeUnknown),
        (P.RESTORING, LATER + RESTORE_LIMIT, e.OutcomeUnknown),
        (P.VERIFYING, LATER + RESTORE_LIMIT, e.OutcomeUnknown),
    ],
)
def test_time_alone_ends_each_wait(phase: P, limit: object, brings: type[e.Event]) -> None:
    op = at(phase)
    deadline = op.deadline()
    assert deadline == limit
    assert deadline is not None
    assert op.due(deadline - timedelta(microseconds=1)) is None
    event = op.due(deadline)
    assert isinstance(event, brings)
    assert advance(op, event, now=deadline).phase is TABLE[phase][brings]


def test_an_intent_that_comes_after_the_window_is_refused() -> None:
    op = at(P.READY)
    limit = op.deadline()
    assert limit is not None
    with pytest.raises(IllegalTransition, match="time to begin"):
        advance(op, INTENDED, now=limit)
    assert advance(op, INTENDED, now=limit - timedelta(seconds=1)).phase is P.STARTING


def test_time_alone_never_moves_a_restore_whose_call_may_be_on_its_way() -> None:
    op = at(P.STARTING)
    assert op.deadline() is None
    assert op.due(NOW + timedelta(days=365)) is None


def test_since_ignores_a_second_that_stays_in_the_phase() -> None:
    op = restore(quorum=2)
    op = play(op, seconded(op), now=LATER)
    assert op.since == NOW
    op = play(op, approved(op, SECOND), now=LATER + timedelta(minutes=1))
    assert op.since == LATER + timedelta(minutes=1)


def test_the_history_answers_when_and_what() -> None:
    op = at(P.RESTORING)
    assert op.last(e.Approved) == approved(op)
    assert op.when(e.Approved) == NOW
    assert op.when(e.RestoreStarted) == LATER
    assert op.when(e.Denied) is None
    assert op.last(e.Denied) is None


def test_an_ended_restore_has_an_end_and_a_duration() -> None:
    op = restore()
    assert not op.final
    assert op.ended_at is None
    assert op.duration is None
    denied = play(op, e.Denied(by=APPROVER, reason="not now"), now=LATER)
    assert denied.final
    assert denied.ended_at == LATER
    assert denied.duration == timedelta(minutes=3)
