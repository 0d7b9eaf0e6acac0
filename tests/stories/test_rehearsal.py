"""Rehearse, then restore: the approver decides with what the rehearsal found."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.base import OperationId
from bot.core.drills import Outcome
from bot.core.errors import IllegalTransition
from bot.core.operations import Drill, Restore
from bot.core.operations import events as e
from bot.core.operations.drill import DrillPhase as P
from bot.core.people import Group
from sandbox.slack import cast as slack
from tests.services.trial import creations, deletions
from tests.stories.drilling import ORDERS, counted, drill, ended, newest, until
from tests.stories.harness import Story
from tests.stories.props import change_world


async def rehearse(story: Story) -> None:
    """Ask for a restore of the snapshot that can be tried, rehearsed first."""
    snapshot = await newest(story)
    await story.requester.types(f"/aura restore orders-prod {snapshot.id}")
    errors = await story.requester.sends(
        reason="Bad deploy", suffix=ORDERS[-4:], rehearse="Rehearse first"
    )
    assert errors == {}


async def restores(story: Story) -> list[Restore]:
    return [op for op in await story.bot.operations.recent(9) if isinstance(op, Restore)]


async def test_the_request_goes_to_the_approver_with_what_the_rehearsal_found(
    story: Story,
) -> None:
    await counted(story)
    await rehearse(story)
    assert "The rehearsal" in str(story.requester.modal)
    assert "has begun" in str(story.requester.modal)
    assert await restores(story) == []
    op = await until(story, P.HOLDING)

    [asked] = await restores(story)
    assert asked.plan.rehearsed is not None
    assert (asked.plan.rehearsed.passed, asked.plan.rehearsed.checks) == (2, 2)
    assert asked.requester == op.requester
    gate = str(story.approver.gate())
    assert "✅ *Rehearsed* in a scratch instance at" in gate
    assert "min" in gate
    assert "2 of 2 checks passed" in gate
    assert "*Rehearsed*" in str(story.approver.dm)
    assert len(creations(story)) == 1
    assert deletions(story) == []

    await story.approved()
    done = await until_done(story)
    assert done.phase == "done"
    assert deletions(story) == [] or (await drill(story)).final
    assert (await ended(story)).phase is P.PROVEN
    assert len(deletions(story)) == 1
    assert story.restores == 1


async def until_done(story: Story) -> Restore:
    for _ in range(400):
        [op] = await restores(story)
        if op.final:
            return op
        at = story.queue.next_at()
        assert at is not None
        story.clock.at = max(at, story.clock.at)
        await story.settle()
    raise AssertionError("it never ends")


async def test_what_the_rehearsal_did_not_prove_is_not_asked_for(story: Story) -> None:
    await counted(story, nodes=41_200)
    await rehearse(story)
    op = await ended(story)
    assert op.phase is P.NOT_PROVEN
    assert await restores(story) == []
    assert "The restore was therefore not asked for" in str(story.approver.thread()[-1])
    assert "❌ Rehearsal of orders-prod: not proven" in str(story.approver.card(slack.OPS_ALERTS))
    assert len(deletions(story)) == 1
    assert story.restores == 0


async def test_a_rehearsal_that_could_not_run_asks_for_nothing(story: Story) -> None:
    story.aura.faults.restore_fails.next(1)
    await rehearse(story)
    op = await ended(story)
    assert op.phase is P.COULD_NOT_RUN
    assert "The restore was not asked for" in str(story.approver.thread()[-1])
    assert await restores(story) == []


async def test_what_changed_meanwhile_is_seen_when_the_restore_is_asked_for(story: Story) -> None:
    await counted(story)
    await rehearse(story)
    await until(story, P.LOADING)
    story.change_environment(operators=Group())
    op = await ended(story)
    assert op.phase is P.PROVEN
    assert await restores(story) == []
    said = " ".join(str(m) for m in story.approver.thread())
    assert "the restore could not be asked for" in said.lower()


async def final(story: Story, operation_id: OperationId) -> Drill:
    for _ in range(400):
        op = await story.bot.house.world.operations.get(operation_id)
        assert isinstance(op, Drill)
        if op.final:
            return op
        at = story.queue.next_at()
        assert at is not None
        story.clock.at = max(at, story.clock.at)
        await story.settle()
    raise AssertionError("it never ends")


async def test_what_it_proved_counts_from_when_it_was_checked_and_not_from_when_it_was_let_go(
    story: Story,
) -> None:
    last_drill = story.bot.house.drills.last
    where = await story.bot.house.fleet.find("orders-prod")
    taken = (await newest(story)).taken_at  # what was counted nearest to it is its baseline
    await counted(story, nodes=41_200)
    await story.requester.types("/aura drill orders-prod")
    assert (await ended(story)).phase is P.NOT_PROVEN

    await counted(story, taken_at=taken + timedelta(seconds=1))
    await rehearse(story)
    rehearsal = await until(story, P.HOLDING)
    known = (await last_drill([where]))[ORDERS]
    assert (known.operation_id, known.outcome) == (rehearsal.id, Outcome.PROVEN)
    assert known.at == rehearsal.when(e.Checked)

    await counted(story, nodes=77_000, taken_at=taken)
    await story.requester.types("/aura drill orders-prod")
    assert (await ended(story)).phase is P.NOT_PROVEN
    newer = await drill(story)
    assert (await last_drill([where]))[ORDERS].operation_id == newer.id
    await story.approver.denies("not now")
    assert (await final(story, rehearsal.id)).phase is P.PROVEN
    assert (await last_drill([where]))[ORDERS].operation_id == newer.id


async def test_its_instance_goes_when_the_restore_is_denied(story: Story) -> None:
    await counted(story)
    await rehearse(story)
    await until(story, P.HOLDING)
    await story.approver.denies("not now")
    assert (await ended(story)).phase is P.PROVEN
    assert len(deletions(story)) == 1
    assert story.restores == 0


async def test_its_instance_goes_when_its_time_is_up_though_nobody_decided(story: Story) -> None:
    story.change_environment(approval_minutes=24 * 60)
    await counted(story)
    await rehearse(story)
    op = await until(story, P.HOLDING)
    op = await ended(story)
    begun = op.last(e.CleanUpBegun)
    assert begun is not None
    assert "time of the rehearsal's instance is up" in begun.reason
    assert len(deletions(story)) == 1
    assert story.clock.now() < op.created_at + story.bot.house.world.scratch.life
    assert (await restores(story))[0].phase == "awaiting_approval"


async def test_a_rehearsal_is_offered_only_where_one_is_possible(story: Story) -> None:
    await story.requester.types(f"/aura restore orders-prod {(await newest(story)).id}")
    assert story.requester.fields("rehearse")
    found = await story.bot.house.world.aura.snapshots(ORDERS, story.clock.now().date())
    other = next(s for s in found if s.exportable == "no")
    await story.requester.types(f"/aura restore orders-prod {other.id}")
    assert story.requester.fields("rehearse") == []
    rules = story.bot.house.world.scratch.model_copy(update={"project": None})
    story.change_world(scratch=rules)
    await story.requester.types(f"/aura restore orders-prod {(await newest(story)).id}")
    assert story.requester.fields("rehearse") == []


async def test_asking_twice_for_the_rehearsed_restore_asks_once(story: Story) -> None:
    await counted(story)
    await rehearse(story)
    op = await until(story, P.HOLDING)
    await story.bot.house.rehearsals.ask(op)
    assert len(await restores(story)) == 1
    bare = op.plan.model_copy(update={"asking": None})
    with pytest.raises(IllegalTransition, match="no restore behind this drill"):
        await story.bot.house.rehearsals.ask(op.model_copy(update={"plan": bare}))


async def test_of_two_that_ask_at_the_same_moment_one_asks(story: Story) -> None:
    await counted(story)
    await rehearse(story)
    op = await until(story, P.HOLDING)

    class Late:
        """Operations that are not seen by whoever looks too early."""

        def __init__(self, port: Any) -> None:
            self._port = port

        async def get(self, operation_id: OperationId) -> None:
            return None

        def __getattr__(self, name: str) -> Any:
            return getattr(self._port, name)

    change_world(story, operations=Late(story.bot.house.world.operations))
    await story.bot.house.rehearsals.ask(op)
    assert len(await restores(story)) == 1
