"""A step in Workflow Builder: take a snapshot, and go on when it is complete."""

import pytest

from bot.core.people import WORKFLOW, Robot
from bot.manifest import STEP, manifest
from sandbox.aura import fleet as aura
from sandbox.slack.cast import App
from sandbox.slack.world import Execution
from tests.stories.harness import Story

ROBOT = Robot(name=WORKFLOW, environments=("production",))


@pytest.fixture
async def built(story: Story) -> Story:
    """An app with the step, and a robot that it acts as."""
    story.slack.world.cast.app = App.from_manifest(manifest(workflow=True))
    story.change_estate(story.estate.model_copy(update={"robots": (ROBOT,)}))
    return story


async def runs(story: Story, **inputs: str) -> Execution:
    execution = await story.slack.run_step(STEP, **inputs)
    await story.settle()
    return execution


async def test_the_workflow_goes_on_when_the_snapshot_is_complete(built: Story) -> None:
    ran = await runs(built, instance="orders-prod", note="nightly")
    assert not ran.ended
    await built.advance(minutes=30)
    assert ran.outputs == {"snapshot": built.snapshots()[0]}
    assert built.writes == [f"snapshots {aura.ORDERS_PROD}"]
    assert "the pipeline `workflow`" in str(built.requester.card())


async def test_the_workflow_hears_why_a_snapshot_failed(built: Story) -> None:
    built.aura.faults.set("snapshot_fails", on=True)
    ran = await runs(built, instance="orders-prod")
    await built.advance(minutes=30)
    assert ran.outputs is None
    assert "orders-prod" in ran.error


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"instance": "nowhere"}, "There is no instance “nowhere”"),
        ({"instance": ""}, "The step names no instance"),
        ({}, "The step names no instance"),
        ({"instance": "orders-staging"}, "has no part in staging"),
    ],
)
async def test_a_step_that_cannot_be_ends_with_the_reason(
    built: Story, inputs: dict[str, str], told: str
) -> None:
    ran = await runs(built, **inputs)
    assert told in ran.error
    assert built.writes == []


async def test_without_a_robot_called_workflow_no_step_does_anything(built: Story) -> None:
    built.change_estate(built.estate.model_copy(update={"robots": ()}))
    ran = await runs(built, instance="orders-prod")
    assert "not configured" in ran.error


async def test_a_restart_in_the_middle_does_not_keep_the_workflow_waiting(built: Story) -> None:
    ran = await runs(built, instance="orders-prod")
    await built.restart()
    await built.advance(minutes=30)
    assert ran.outputs is not None


async def test_a_workflow_that_slack_has_given_up_keeps_nothing_from_ending(built: Story) -> None:
    ran = await runs(built, instance="orders-prod")
    ran.error = "cancelled by somebody"
    await built.advance(minutes=30)
    op = (await built.bot.operations.recent(1))[0]
    assert op.phase == "done"
    assert (await built.bot.house.world.cards.get(op.id)).settled
