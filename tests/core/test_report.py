"""The report counts what the records show, and nothing else."""

from datetime import UTC, datetime, timedelta

from bot.core.audit import AuditEntry, AuditRecord, Verdict
from bot.core.base import OperationId
from bot.core.operations import Operation, TakeSnapshot, advance
from bot.core.operations import events as e
from bot.core.protection import PRESETS, Protection
from bot.core.report import MOST_IDS, Answer, Chain, Report, compiled
from tests.core.samples import (
    APPROVER,
    COMPLETED,
    INTENDED,
    NOW,
    STARTED,
    approved,
    instance,
    play,
    restore,
    take,
)

SINCE = datetime(2026, 9, 1, tzinfo=UTC)
UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
WHOLE = Chain(entries=7, head="a" * 64, broken_at=None)
RESTORED = (
    STARTED,
    COMPLETED,
    INTENDED,
    e.RestoreStarted(),
    e.RestoreFinished(),
    e.Verified(),
)


def report(
    *operations: Operation,
    entries: tuple[AuditEntry, ...] = (),
    chain: Chain = WHOLE,
    wanted: Protection = PRESETS["production"],
) -> Report:
    return compiled(
        "production",
        since=SINCE,
        until=UNTIL,
        now=UNTIL,
        instances=[instance()],
        operations=operations,
        exports=[],
        entries=entries,
        chain=chain,
        wanted=wanted,
    )


def taken(at: datetime, *, name: str = "snp-1", fails: bool = False) -> TakeSnapshot:
    op = take().model_copy(update={"id": OperationId(name), "created_at": at})
    op = advance(op, STARTED, now=at)
    return advance(op, e.StepFailed(reason="no") if fails else COMPLETED, now=at)


def restored() -> Operation:
    op = restore()
    return play(op, approved(op), *RESTORED)


def entry(number: int, action: str, verdict: Verdict, at: datetime = NOW) -> AuditEntry:
    record = AuditRecord(
        at=at, action=action, verdict=verdict, environment="production", why="so it was"
    )
    return AuditEntry(number=number, record=record, digest="b" * 64)


def answer(found: Report, question: str) -> Answer:
    (one,) = [a for a in found.answers if question in a.question]
    return one


def test_snapshots_are_counted_by_how_they_ended() -> None:
    (line,) = report(
        taken(NOW), taken(NOW - timedelta(days=3), name="snp-2"), taken(NOW, fails=True)
    ).instances
    assert (line.taken, line.failed) == (2, 1)
    assert line.longest == timedelta(days=3)
    assert line.newest == NOW


def test_only_what_ended_within_the_period_counts() -> None:
    before = taken(SINCE - timedelta(seconds=1), name="snp-1")
    first = taken(SINCE, name="snp-2")
    after = taken(UNTIL, name="snp-3")
    running = take()
    (line,) = report(before, first, after, running).instances
    assert line.taken == 1
    assert line.newest == SINCE


def test_another_environments_work_is_none_of_this() -> None:
    elsewhere = taken(NOW).model_copy(update={"environment": "staging"})
    assert report(elsewhere).instances[0].taken == 0


def test_a_restore_is_told_with_who_approved_it_and_how_long_it_took() -> None:
    (line,) = report(restored()).restores
    assert line.approvers == (APPROVER,)
    assert (line.outcome, line.took) == ("done", timedelta(0))
    said = answer(report(restored()), "authorised")
    assert said.answer == "1 were asked for, 1 done; none of them without an approver."
    assert said.evidence == ("rst-1",)


def test_refusals_and_failures_are_told_and_what_went_well_is_not() -> None:
    found = report(
        entries=(
            entry(1, "restore.request", Verdict.ALLOWED),
            entry(2, "restore.approve", Verdict.DENIED),
            entry(3, "operation.failed", Verdict.DONE),
            entry(4, "restore.stuck", Verdict.DONE),
            entry(5, "restore.done", Verdict.DONE),
            entry(6, "restore.approve", Verdict.DENIED, at=UNTIL),
        )
    )
    assert [line.number for line in found.exceptions] == [2, 3, 4]
    assert answer(found, "refusals").evidence == ("audit 2", "audit 3", "audit 4")


def test_where_nothing_is_recorded_it_says_so() -> None:
    empty = report(wanted=Protection())
    assert (
        answer(empty, "backup policy").answer == "No schedule is configured for this environment."
    )
    assert "all copies are within Aura" in answer(empty, "apart from").answer
    assert "Without any: ab12cd34." in answer(empty, "as the policy says").answer
    assert "0 drills ended" in answer(empty, "tested").answer
    assert empty.instances[0].longest is None


def test_a_broken_chain_stands_in_the_answer() -> None:
    broken = Chain(entries=7, head="a" * 64, broken_at=3)
    assert answer(report(chain=broken), "log").answer == "The chain is broken from entry 3 on."
    assert "is whole" in answer(report(), "log").answer


def test_many_ids_are_counted_after_the_first_ones() -> None:
    many = [taken(NOW, name=f"snp-{n:03}") for n in range(MOST_IDS + 5)]
    assert answer(report(*many), "as the policy says").evidence[-1] == "and 5 more"
