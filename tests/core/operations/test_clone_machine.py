"""The clone machine: who must agree, and when the one call may leave."""

from datetime import timedelta

import pytest

from bot.core.base import InstanceId, OperationId
from bot.core.clones import CloneChoice, ClonePlan
from bot.core.copies import CopyOrder
from bot.core.errors import IllegalTransition, NotAllowed
from bot.core.offers import Offer
from bot.core.operations import Clone, advance
from bot.core.operations import events as e
from bot.core.operations.clone import CloneStep, cloneable
from bot.core.operations.phases import Phase
from bot.core.snapshots import Exportable
from tests.core.samples import (
    APPROVER,
    NOW,
    PROJECT,
    REQUESTER,
    environment,
    instance,
    restore,
    snapshot,
)

OFFER = Offer(
    cloud="gcp", region="europe-west1", tier="business-critical", memory="8GB", version="5"
)
INTENDED = e.CloneIntended()
ACCEPTED = e.CloneAccepted(clone_id=InstanceId("5c2a7c02"))


def clone(*, quorum: int = 0) -> Clone:
    source, taken_from = instance(), snapshot()
    plan = ClonePlan(
        operation_id=OperationId("cln-1"),
        requester=REQUESTER,
        instance=source,
        project=PROJECT,
        environment="production",
        snapshot=taken_from,
        order=CopyOrder(
            name="orders-copy",
            project_id=PROJECT.id,
            cloud=OFFER.cloud,
            region=OFFER.region,
            tier=OFFER.tier,
            memory=OFFER.memory,
            version=OFFER.version,
            source_instance_id=source.id,
            source_snapshot_id=taken_from.id,
        ),
        into=PROJECT,
        offer=OFFER,
        reason="a look",
        quorum=quorum,
        policy_version=environment().policy_version,
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        execution_window=timedelta(minutes=10),
    )
    return Clone(
        id=plan.operation_id,
        environment="production",
        requester=REQUESTER,
        instance_id=source.id,
        channel=restore().channel,
        created_at=NOW,
        plan=plan,
    )


def play(op: Clone, *events: e.Event) -> Clone:
    for event in events:
        op = advance(op, event, now=NOW)
    return op


def test_where_approval_is_demanded_nothing_begins_without_it() -> None:
    with pytest.raises(IllegalTransition, match="demands approval"):
        play(clone(quorum=1), e.ApprovalNotNeeded())
    op = clone(quorum=1)
    approved = e.Approved(by=APPROVER, seal=op.plan.seal)
    permit = cloneable(play(op, approved, INTENDED))
    assert permit.order == op.plan.order
    assert not permit.scratch


def test_leave_to_create_exists_exactly_while_the_call_may_leave() -> None:
    begun = play(clone(), e.ApprovalNotNeeded())
    going = play(begun, INTENDED)
    assert cloneable(going).intended_at == NOW
    for op in (clone(), begun, play(going, ACCEPTED), play(going, e.Interrupted(reason="x"))):
        with pytest.raises(NotAllowed):
            cloneable(op)


@pytest.mark.parametrize("quorum", [0, 1])
def test_a_phase_without_its_history_opens_nothing(quorum: int) -> None:
    forged = clone(quorum=quorum).model_copy(update={"phase": Phase.STARTING})
    with pytest.raises(NotAllowed):
        cloneable(forged)
    skipped = play(clone(), e.ApprovalNotNeeded(), INTENDED)
    plan = skipped.plan.model_copy(update={"quorum": 1})
    with pytest.raises(NotAllowed):
        cloneable(skipped.model_copy(update={"plan": plan}))


def test_an_intent_that_comes_after_the_window_is_refused() -> None:
    op = play(clone(), e.ApprovalNotNeeded())
    late = NOW + timedelta(minutes=10)
    with pytest.raises(IllegalTransition, match="time to begin"):
        advance(op, INTENDED, now=late)
    assert op.due(late) == e.Expired()


def test_steps_and_deadlines_of_each_phase() -> None:
    going = play(clone(), e.ApprovalNotNeeded(), INTENDED)
    lost = play(going, e.Interrupted(reason="x"))
    built = play(going, ACCEPTED)
    assert [op.next_step() for op in (clone(), going, lost, built)] == [
        None, CloneStep.SEND, CloneStep.LOOK, CloneStep.WATCH,
    ]  # fmt: skip
    assert isinstance(lost.due(NOW + timedelta(hours=2)), e.StepFailed)
    assert isinstance(built.due(NOW + timedelta(hours=12)), e.StepFailed)
    assert built.clone_id == "5c2a7c02"
    assert clone().clone_id is None


def test_the_source_is_not_its_own_clone() -> None:
    going = play(clone(), e.ApprovalNotNeeded(), INTENDED)
    with pytest.raises(IllegalTransition):
        play(going, e.CloneAccepted(clone_id=going.instance_id))


def test_what_differs_from_the_plan_is_named() -> None:
    plan = clone().plan
    world = {
        "instance": plan.instance,
        "snapshot": plan.snapshot,
        "environment": environment(),
        "offers": (OFFER,),
        "fleet": (),
    }
    assert plan.coherent
    assert plan.differences(**world) == ()  # type: ignore[arg-type]
    for change, words in (
        ({"offers": ()}, "does not offer this size"),
        ({"snapshot": snapshot(exportable=Exportable.NO)}, "not exportable"),
        ({"instance": instance(status="destroying")}, "is being deleted"),
        ({"environment": None}, "no environment"),
    ):
        [found] = plan.differences(**(world | change))  # type: ignore[arg-type]
        assert words in found


def test_a_choice_that_fits_no_more_gives_way_to_the_nearest() -> None:
    other = OFFER.model_copy(update={"memory": "16GB"})
    choice = CloneChoice(
        project_id=PROJECT.id, tier=OFFER.tier, place="gcp europe-west1", memory="16GB"
    )
    assert choice.of((OFFER, other)) == other
    assert choice.of((OFFER,)) == OFFER
    assert choice.of(()) is None
