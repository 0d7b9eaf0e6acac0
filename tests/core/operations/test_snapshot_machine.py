"""The snapshot machine: its table, and what time alone does."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.base import SnapshotId
from bot.core.errors import BotError, IllegalTransition
from bot.core.operations import (
    KINDS,
    OPERATION,
    Clone,
    Drill,
    Export,
    Holding,
    Operation,
    Overwrite,
    TakeSnapshot,
    Upload,
    Verification,
    advance,
)
from bot.core.operations import events as e
from bot.core.operations.snapshot import (
    BEGIN_LIMIT,
    SNAPSHOT_LIMIT,
    TABLE,
    SnapshotStep,
)
from bot.core.operations.snapshot import (
    SnapshotPhase as P,
)
from tests.core.drill_samples import DRILLED, EXPORTED
from tests.core.operations.test_restore_machine import EVENTS
from tests.core.samples import COMPLETED, NOW, REQUESTER, SAFETY, STARTED, restore, take

FACTS = {
    "by": REQUESTER,
    "seal": "0" * 64,
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


def sample(kind: type[e.Event]) -> e.Event:
    return kind.model_validate({k: v for k, v in FACTS.items() if k in kind.model_fields})


@pytest.mark.parametrize("phase", P)
@pytest.mark.parametrize("kind", EVENTS)
def test_each_phase_takes_the_events_of_its_table_and_no_other(
    phase: P, kind: type[e.Event]
) -> None:
    op = take() if phase is P.ACCEPTED else advance(take(), STARTED, now=NOW)
    op = op.model_copy(update={"phase": phase})
    if kind in TABLE[phase]:
        assert advance(op, sample(kind), now=NOW).phase is TABLE[phase][kind]
    else:
        with pytest.raises(IllegalTransition):
            advance(op, sample(kind), now=NOW)


@pytest.mark.parametrize(
    ("phase", "step"),
    [
        (P.ACCEPTED, SnapshotStep.TAKE),
        (P.SNAPSHOTTING, SnapshotStep.WATCH),
        (P.DONE, None),
        (P.CANCELLED, None),
        (P.FAILED, None),
    ],
)
def test_the_step_of_each_phase(phase: P, step: SnapshotStep | None) -> None:
    assert take().model_copy(update={"phase": phase}).next_step() is step


LATER = NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("op", "limit", "reason"),
    [
        (take(), NOW + BEGIN_LIMIT, "Aura did not begin the snapshot within 30 minutes"),
        (
            advance(take(), STARTED, now=LATER),
            LATER + SNAPSHOT_LIMIT,
            "the snapshot did not complete within 2 hours",
        ),
    ],
)
def test_time_alone_ends_each_wait(op: TakeSnapshot, limit: object, reason: str) -> None:
    deadline = op.deadline()
    assert deadline == limit
    assert deadline is not None
    assert op.due(deadline - timedelta(microseconds=1)) is None
    event = op.due(deadline)
    assert isinstance(event, e.StepFailed)
    assert event.reason == reason
    assert event.hint
    assert advance(op, event, now=deadline).phase is P.FAILED


def test_a_snapshot_knows_its_id_once_aura_gave_it() -> None:
    op = take()
    assert op.snapshot_id is None
    op = advance(op, STARTED, now=NOW)
    assert op.snapshot_id == SAFETY
    done = advance(op, COMPLETED, now=LATER)
    assert done.deadline() is None
    assert done.due(LATER + timedelta(days=1)) is None
    assert done.duration == timedelta(minutes=2)


def test_only_the_snapshot_asked_for_completes_it() -> None:
    op = advance(take(), STARTED, now=NOW)
    with pytest.raises(IllegalTransition, match="not the snapshot that was asked for"):
        advance(op, e.SnapshotCompleted(snapshot_id=SnapshotId("other")), now=NOW)


@given(st.lists(st.sampled_from(EVENTS), max_size=8))
def test_every_reachable_snapshot_reads_back_and_is_done_only_with_an_id(
    kinds: list[type[e.Event]],
) -> None:
    op = take()
    for kind in kinds:
        try:
            op = advance(op, sample(kind), now=NOW)
        except BotError:
            continue
    assert OPERATION.validate_json(op.model_dump_json()) == op
    assert op.phase is not P.DONE or op.snapshot_id is not None


def test_only_a_restore_holds_its_instance() -> None:
    assert {kind: kind.EXCLUSIVE for kind in KINDS} == {
        type(restore()): True,
        type(take()): False,
        Overwrite: True,
        Upload: True,
        Export: False,
        Drill: False,
        Clone: False,
        Holding: False,
        Verification: False,
    }


def test_an_operation_by_default_waits_for_no_time_and_refuses_no_event() -> None:
    op = take()
    assert Operation.deadline(op) is None
    assert Operation.due(op, NOW) is None
    Operation.check(op, STARTED, NOW)
    with pytest.raises(NotImplementedError):
        Operation.next_step(op)
