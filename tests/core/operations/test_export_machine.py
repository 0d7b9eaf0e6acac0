from datetime import timedelta

import pytest

from bot.core.errors import IllegalTransition
from bot.core.exports import Way
from bot.core.operations import OPERATION, Export, advance
from bot.core.operations import events as e
from bot.core.operations.export import CLEANINGS, MOST_REFUSALS, TABLE
from bot.core.operations.export import ExportPhase as P
from bot.core.operations.export import ExportStep as S
from tests.core.drill_samples import CREATED, GONE, LEFT, PLANNED, RUNNING
from tests.core.export_samples import (
    ARCHIVED,
    CLOSED,
    GUIDED,
    OPENED,
    PICKED,
    READ,
    REFUSED,
    STORED,
    export,
    other_snapshot,
)
from tests.core.samples import NOW, REQUESTER

FAILED = e.StepFailed(reason="why")
CANCELLED = e.Cancelled(by=REQUESTER)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def test_a_guided_export_waits_for_its_file_and_is_done() -> None:
    assert [export(*GUIDED[:n]).phase for n in range(6)] == [
        P.ACCEPTED,
        P.PICKED,
        P.AWAITING_FILE,
        P.AWAITING_FILE,
        P.AWAITING_FILE,
        P.DONE,
    ]


def test_an_archive_deletes_its_instance_before_it_is_done() -> None:
    phases = [export(*ARCHIVED[:n], way=Way.ARCHIVE).phase for n in range(8)]
    assert phases == [
        P.ACCEPTED,
        P.PICKED,
        P.CREATING,
        P.LOADING,
        P.READING,
        P.READING,
        P.CLEANING,
        P.DONE,
    ]


@pytest.mark.parametrize("lives", range(2, 6))
@pytest.mark.parametrize(("event", "end"), [(FAILED, P.FAILED), (CANCELLED, P.CANCELLED)])
@pytest.mark.parametrize("gone", [GONE, LEFT])
def test_from_the_ledger_on_every_end_leads_through_the_deletion(
    lives: int, event: e.Event, end: P, gone: e.Event
) -> None:
    op = export(*ARCHIVED[:lives], event, way=Way.ARCHIVE)
    assert op.phase in CLEANINGS
    assert op.next_step() is S.CLEAN
    assert advance(op, gone, now=NOW).phase is end


@pytest.mark.parametrize(
    "phase", [P.ACCEPTED, P.SNAPSHOTTING, P.PICKED, P.AWAITING_FILE, P.CLOSING]
)
def test_before_an_instance_may_exist_nothing_is_cleaned_up(phase: P) -> None:
    assert TABLE[phase][e.StepFailed] is P.FAILED
    assert TABLE[phase][e.Cancelled] is P.CANCELLED


def test_every_phase_that_can_hold_an_instance_leads_to_its_deletion() -> None:
    for phase in (P.CREATING, P.LOADING, P.READING):
        assert {TABLE[phase][e.StepFailed], TABLE[phase][e.Cancelled]} <= CLEANINGS


@pytest.mark.parametrize("op", [export(), export(wanted=None)])
def test_another_snapshot_than_the_one_asked_for_is_refused(op: Export) -> None:
    with pytest.raises(IllegalTransition):
        advance(op, other_snapshot(), now=NOW)


def test_neither_way_takes_the_other_ones_events() -> None:
    with pytest.raises(IllegalTransition):
        advance(export(PICKED), PLANNED, now=NOW)
    with pytest.raises(IllegalTransition):
        advance(export(PICKED, way=Way.ARCHIVE), OPENED, now=NOW)


def test_only_so_many_refused_files_are_told() -> None:
    op = export(PICKED, OPENED, *[REFUSED] * MOST_REFUSALS)
    with pytest.raises(IllegalTransition):
        advance(op, REFUSED, now=NOW)
    assert advance(op, STORED, now=NOW).phase is P.DONE


def test_people_are_reminded_every_few_hours_until_time_is_up() -> None:
    op = export(PICKED, OPENED)
    told = 0
    while True:
        at = op.deadline()
        assert at is not None
        event = op.due(at)
        assert event is not None
        op = advance(op, event, now=at)
        if op.phase is not P.AWAITING_FILE:
            break
        told += 1
    assert (op.phase, op.next_step()) == (P.CLOSING, S.CLOSE)
    assert told == 5
    assert op.since == OPENED.until


def test_a_file_that_was_on_its_way_when_time_was_up_still_counts_for_a_day() -> None:
    op = export(PICKED, OPENED, CLOSED)
    assert advance(op, STORED, now=NOW).phase is P.DONE
    assert advance(op, REFUSED, now=NOW).phase is P.CLOSING
    assert op.due(op.since + hours(23)) is None
    assert isinstance(op.due(op.since + hours(24)), e.StepFailed)
    with pytest.raises(IllegalTransition):
        advance(op, e.Reminded(), now=NOW)


def test_reading_ends_when_the_time_of_the_scratch_instance_is_up() -> None:
    op = export(*ARCHIVED[:4], way=Way.ARCHIVE)
    assert op.deadline() == NOW + timedelta(minutes=2) + hours(4)
    assert isinstance(op.due(NOW + hours(5)), e.StepFailed)


@pytest.mark.parametrize("events", [(PLANNED, CREATED, RUNNING, READ), (PLANNED, FAILED)])
def test_a_deletion_that_takes_too_long_is_left_to_the_reaper(events: tuple[e.Event, ...]) -> None:
    op = export(PICKED, *events, way=Way.ARCHIVE)
    assert op.due(op.since + timedelta(minutes=59)) is None
    left = op.due(op.since + hours(1))
    assert left == e.ScratchLeft(name=PLANNED.name, reason="it could not be deleted within an hour")


@pytest.mark.parametrize("way", Way)
def test_every_reachable_export_reads_back_from_json(way: Way) -> None:
    lives = GUIDED if way is Way.GUIDED else ARCHIVED
    for n in range(len(lives) + 1):
        op = export(*lives[:n], way=way)
        assert OPERATION.validate_json(op.model_dump_json()) == op
        assert (op.next_step() is None) is op.final
        assert op.due(NOW) is None


def test_snapshots_and_instances_have_their_limits() -> None:
    assert isinstance(export().due(NOW + hours(1)), e.StepFailed)
    assert export(*GUIDED).deadline() is None
    assert export(wanted=None).snapshot_id is None
    assert export().until is None
