"""The two machines of the vault: a hold change by two people, and the reading of an export."""

from datetime import timedelta

import pytest

from bot.core.base import InstanceId, OperationId, ProjectId
from bot.core.errors import AlreadyDecided, IllegalTransition, NotAllowed
from bot.core.instances import InstanceSummary, Project
from bot.core.operations import OPERATION, Holding, Phase, Verification, advance
from bot.core.operations import events as e
from bot.core.operations.holding import HoldingStep
from bot.core.operations.verification import LIMIT, VerificationStep
from bot.core.plan import ExportFacts, HoldingPlan, VerificationPlan
from bot.core.vault import Kind
from tests.core.samples import APPROVER, NOW, REQUESTER, SECOND

MINUTE = timedelta(minutes=1)
EXPORT = ExportFacts(
    id="exp-0123456789",
    name="production/orders-0d5e7a11/20261122T120000Z-s.backup",
    size=1000,
    sha256="0" * 64,
    taken_at=NOW,
    kind=Kind.BACKUP,
)
ABOUT = {
    "operation_id": OperationId("op-1"),
    "requester": REQUESTER,
    "instance": InstanceSummary(
        id=InstanceId("0d5e7a11"), name="orders", project_id=ProjectId("p")
    ),
    "project": Project(id=ProjectId("p"), name="shop"),
    "environment": "production",
    "created_at": NOW,
    "export": EXPORT,
}
OF = {
    "id": OperationId("op-1"),
    "environment": "production",
    "requester": REQUESTER,
    "instance_id": InstanceId("0d5e7a11"),
    "channel": "C1",
    "created_at": NOW,
}


def holding(*, quorum: int = 1) -> Holding:
    plan = HoldingPlan.model_validate(
        {
            **ABOUT,
            "reason": "an audit",
            "quorum": quorum,
            "policy_version": "v1",
            "expires_at": NOW + 30 * MINUTE,
            "execution_window": 10 * MINUTE,
            "release": False,
        }
    )
    return Holding.model_validate({**OF, "plan": plan})


def verification() -> Verification:
    return Verification.model_validate({**OF, "plan": VerificationPlan.model_validate(ABOUT)})


def approved(op: Holding) -> Holding:
    return advance(op, e.Approved(by=APPROVER, seal=op.plan.seal), now=NOW + MINUTE)


def test_a_hold_changes_only_after_somebody_else_approved() -> None:
    op = holding()
    assert op.next_step() is None
    with pytest.raises(IllegalTransition):
        advance(op, e.HoldChanged(), now=NOW)
    with pytest.raises(NotAllowed):
        advance(op, e.Approved(by=REQUESTER, seal=op.plan.seal), now=NOW)
    op = approved(op)
    assert op.next_step() is HoldingStep.CHANGE
    done = advance(op, e.HoldChanged(), now=NOW + 2 * MINUTE)
    assert done.phase is Phase.DONE
    assert OPERATION.validate_json(done.model_dump_json()) == done


def test_a_quorum_of_two_wants_two() -> None:
    op = holding(quorum=2)
    op = advance(op, e.Seconded(by=APPROVER, seal=op.plan.seal), now=NOW)
    assert op.phase is Phase.AWAITING_APPROVAL
    with pytest.raises(AlreadyDecided):
        advance(op, e.Approved(by=APPROVER, seal=op.plan.seal), now=NOW)
    assert advance(op, e.Approved(by=SECOND, seal=op.plan.seal), now=NOW).phase is Phase.APPROVED


def test_an_approved_phase_without_its_approvals_changes_nothing() -> None:
    forged = holding().model_copy(update={"phase": Phase.APPROVED})
    with pytest.raises(IllegalTransition, match="without its approvals"):
        advance(forged, e.HoldChanged(), now=NOW)


def test_an_approval_is_of_the_plan_that_was_shown() -> None:
    op = holding()
    with pytest.raises(NotAllowed, match="another plan"):
        advance(op, e.Approved(by=APPROVER, seal=holding(quorum=2).plan.seal), now=NOW)


@pytest.mark.parametrize(("after", "lapsed"), [(29, False), (30, True)])
def test_silence_expires(after: int, lapsed: bool) -> None:
    assert (holding().due(NOW + after * MINUTE) == e.Expired()) is lapsed


def test_what_was_approved_and_does_not_begin_expires_too() -> None:
    op = approved(holding())
    assert op.due(NOW + 10 * MINUTE) is None
    assert op.due(NOW + 11 * MINUTE) == e.Expired()


def test_reading_tells_how_far_it_is_and_ends_whole_or_not() -> None:
    op = verification()
    assert op.next_step() is VerificationStep.BEGIN
    op = advance(op, e.ReadingBegun(), now=NOW)
    assert (op.next_step(), op.done) == (VerificationStep.READ, 0)
    op = advance(op, e.ReadSoFar(done=300), now=NOW + MINUTE)
    assert (op.phase, op.done, op.since) == ("reading", 300, NOW)
    whole = advance(op, e.FoundWhole(), now=NOW + 2 * MINUTE)
    assert (whole.phase, whole.done, whole.next_step()) == ("done", 1000, None)
    assert OPERATION.validate_json(whole.model_dump_json()) == whole
    bad = advance(op, e.StepFailed(reason="the export is damaged"), now=NOW)
    assert bad.phase == "failed"


def test_nothing_is_found_whole_that_was_not_read() -> None:
    with pytest.raises(IllegalTransition):
        advance(verification(), e.FoundWhole(), now=NOW)


def test_reading_that_does_not_end_within_a_day_fails() -> None:
    op = verification()
    assert op.due(NOW + LIMIT - MINUTE) is None
    assert isinstance(op.due(NOW + LIMIT), e.StepFailed)
    ended = advance(op, e.Cancelled(by=REQUESTER), now=NOW)
    assert ended.due(NOW + 9 * LIMIT) is None
