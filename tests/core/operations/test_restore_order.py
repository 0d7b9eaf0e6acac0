"""No way leads to a restore but through every gate in order, whatever events come (P1)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.base import OperationId, SnapshotId, TeamId
from bot.core.errors import BotError, NotAllowed
from bot.core.operations import OPERATION, Gated, Phase, Recorded, Restore, advance
from bot.core.operations import events as e
from bot.core.permits import mint
from tests.core.drill_samples import DRILLED, EXPORTED
from tests.core.operations.test_restore_machine import EVENTS
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
    environment,
    instance,
    person,
    play,
    restore,
    seconded,
    snapshot,
    starting,
)

P = Phase
G = TypeVar("G", bound=Gated)
PEOPLE = [APPROVER, SECOND, REQUESTER, person("U02APP", team=TeamId("T99"))]
CALLED = {P.STARTING, P.UNCERTAIN, P.RESTORING, P.VERIFYING, P.DONE, P.STUCK}


@st.composite
def journeys(draw: st.DrawFn, make: Callable[..., G] = restore) -> G:  # type: ignore[assignment]
    """An operation after a random walk: mostly legal events, any person, any seal, any pace."""
    op = make(quorum=draw(st.sampled_from([1, 2])), waiver=draw(st.sampled_from([None, WAIVER])))
    now = NOW
    for _ in range(draw(st.integers(0, 14))):
        now += timedelta(minutes=draw(st.sampled_from([0, 1, 20])))
        legal = [kind for kind in EVENTS if op.allows(kind)]
        # Most go on, however many kinds of events there are: who ends early proves nothing.
        onward = [kind for kind in legal if op.TABLE[op.TABLE[op.phase][kind]]]
        kind = draw(st.sampled_from(onward * len(EVENTS) + legal * 3 + list(EVENTS)))
        facts: dict[str, Any] = {
            "by": draw(st.sampled_from(PEOPLE)),
            "seal": draw(st.sampled_from([op.plan.seal] * 5 + ["0" * 64])),
            "snapshot_id": draw(st.sampled_from([SAFETY] * 5 + [SnapshotId("other")])),
            "reason": "why",
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
        event = kind.model_validate({k: v for k, v in facts.items() if k in kind.model_fields})
        try:
            op = advance(op, event, now=now)
        except BotError:
            continue
    return op


def first(op: Gated, *kinds: type[e.Event]) -> int:
    return next(i for i, r in enumerate(op.history) if isinstance(r.event, kinds))


def every_gate_in_order(op: Gated) -> None:
    """Fail where the call may have left without one of the gates, or before it."""
    if op.phase not in CALLED and op.last(e.RestoreIntended) is None:
        return
    agreed = {p.user_id for p in op.approvers}
    assert REQUESTER.user_id not in agreed
    assert len(agreed) == len(op.approvers) == op.plan.quorum
    done = first(op, e.Approved)
    if op.plan.waiver:
        safe = first(op, e.SafetyWaived)
    else:
        safe = first(op, e.SnapshotCompleted)
        completed = op.history[safe].event
        assert isinstance(completed, e.SnapshotCompleted)
        assert completed.snapshot_id == op.safety_snapshot
    intent = first(op, e.RestoreIntended)
    assert done < safe < intent
    assert sum(isinstance(r.event, e.RestoreIntended) for r in op.history) == 1
    assert all(
        r.event.seal == op.plan.seal
        for r in op.history
        if isinstance(r.event, e.Seconded | e.Approved)
    )


@given(journeys())
@settings(max_examples=400)
def test_nothing_reaches_the_call_but_through_every_gate_in_order(op: Restore) -> None:
    every_gate_in_order(op)


@given(journeys())
def test_every_reachable_restore_reads_back_from_json(op: Restore) -> None:
    assert OPERATION.validate_json(op.model_dump_json()) == op
    assert Restore.model_validate(op.model_dump()) == op


@given(journeys())
def test_a_permit_exists_exactly_while_the_call_may_leave(op: Restore) -> None:
    if op.phase is P.STARTING:
        assert mint(op).operation_id == op.id
    else:
        with pytest.raises(NotAllowed):
            mint(op)


@given(journeys())
def test_a_final_restore_moves_no_more(op: Restore) -> None:
    if op.final:
        assert op.next_step() is None
        assert op.due(NOW + timedelta(days=9)) is None
        assert not any(op.allows(kind) for kind in EVENTS)


def test_a_permit_names_the_one_path_of_the_plan() -> None:
    op = starting()
    permit = mint(op)
    assert (permit.operation_id, permit.seal) == (op.id, op.plan.seal)
    assert permit.effect == "overwrite_in_place"
    assert permit.names == {"instance": "ab12cd34", "snapshot": "snap-1"}


def test_a_waived_restore_gets_its_permit() -> None:
    op = restore(waiver=WAIVER)
    assert mint(play(op, approved(op), e.SafetyWaived(), INTENDED)).seal == op.plan.seal


def without(*kinds: type[e.Event]) -> Callable[[Restore], Restore]:
    def forge(op: Restore) -> Restore:
        kept = tuple(r for r in op.history if not isinstance(r.event, kinds))
        return op.model_copy(update={"history": kept})

    return forge


def swapped(at: int) -> Callable[[Restore], Restore]:
    def forge(op: Restore) -> Restore:
        events = [r.event for r in op.history]
        events[at], events[at + 1] = events[at + 1], events[at]
        return op.model_copy(
            update={"history": tuple(Recorded(at=NOW, event=event) for event in events)}
        )

    return forge


def replaced(number: int, event: e.Event, at: datetime = NOW) -> Callable[[Restore], Restore]:
    def forge(op: Restore) -> Restore:
        history = list(op.history)
        history[number] = Recorded(at=at, event=event)
        return op.model_copy(update={"history": tuple(history)})

    return forge


def changed(**facts: Any) -> Callable[[Restore], Restore]:
    return lambda op: op.model_copy(update=facts)


def planned(**facts: Any) -> Callable[[Restore], Restore]:
    """Another plan under the same history, with approvals forged to fit its seal."""

    def forge(op: Restore) -> Restore:
        other = op.model_copy(update={"plan": op.plan.model_copy(update=facts)})
        return replaced(0, approved(other))(other)

    return forge


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (changed(phase=P.READY), "no intent"),
        (changed(phase=P.RESTORING), "no intent"),
        (changed(history=()), "no intent"),
        (without(e.RestoreIntended), "no intent"),
        (without(e.Approved), "quorum"),
        (replaced(0, e.Approved(by=REQUESTER, seal=starting().plan.seal)), "quorum"),
        (replaced(0, e.Seconded(by=APPROVER, seal=starting().plan.seal)), "quorum"),
        (planned(quorum=2), "quorum"),
        (replaced(0, e.Approved(by=APPROVER, seal="0" * 64)), "another plan"),
        (changed(plan=restore(reason="another").plan), "another plan"),
        (without(e.SnapshotCompleted), "safety snapshot is not complete"),
        (without(e.SnapshotStarted), "order"),
        (replaced(2, e.SnapshotCompleted(snapshot_id=SnapshotId("other"))), "order"),
        (swapped(0), "order"),
        (swapped(1), "order"),
        (swapped(2), "order"),
        (planned(waiver=WAIVER), "order"),
        (replaced(0, approved(starting()), at=NOW + timedelta(minutes=30)), "order"),
        (changed(id=OperationId("rst-2")), "not the one of its plan"),
        (changed(requester=SECOND), "not the one of its plan"),
        (changed(instance_id="ffff0001"), "not the one of its plan"),
        (changed(environment=environment(name="staging").name), "not the one of its plan"),
        (planned(instance=instance(id="ffff0001")), "not the one of its plan"),
        (planned(snapshot=snapshot(instance_id="ffff0001")), "not the one of its plan"),
    ],
)
def test_a_permit_is_refused_when_one_gate_is_missing(
    forge: Callable[[Restore], Restore], why: str
) -> None:
    op = forge(starting())
    assert op != starting()
    with pytest.raises(NotAllowed, match=why):
        mint(op)


def test_an_approval_given_twice_is_no_quorum() -> None:
    op = restore(quorum=2)
    twin = person("U02APP", team=TeamId("T99"))
    history = (seconded(op), approved(op, twin), STARTED, COMPLETED, INTENDED)
    forged = op.model_copy(
        update={
            "phase": P.STARTING,
            "history": tuple(Recorded(at=NOW, event=event) for event in history),
        }
    )
    with pytest.raises(NotAllowed, match="quorum"):
        mint(forged)
