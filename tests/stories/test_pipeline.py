"""A pipeline's request goes the way of all requests, and a pipeline decides nothing."""

import pytest

from bot.core.base import OperationId
from bot.core.errors import NotAllowed
from bot.core.operations import Origin
from bot.core.people import Group, Robot
from bot.services.restores import RestoreForm
from sandbox.aura import fleet as aura
from tests.stories.harness import Story

CI = Robot(name="ci", environments=("production",))


async def asked(story: Story) -> OperationId:
    """Let a pipeline ask for a restore."""
    story.change_estate(story.estate.model_copy(update={"robots": (CI,)}))
    restores = story.bot.house.restores
    draft = await restores.draft(CI.person, Origin())
    chosen, _ = await restores.choose(draft, instance=aura.ORDERS_PROD)
    form = RestoreForm(word="RESTORE", reason="v2.3 broke it", suffix=aura.ORDERS_PROD[-4:])
    op = await restores.request(chosen, form)
    await story.settle()
    return op.id


async def test_people_approve_what_a_pipeline_asked_for(story: Story) -> None:
    await asked(story)
    await story.approver.clicks("Approve")
    await story.advance(hours=1)
    assert (await story.operation()).phase == "done"
    assert story.restores == 1
    assert "the pipeline `ci`" in str(story.approver.channel())


async def test_a_pipeline_that_was_taken_out_meanwhile_voids_its_request(story: Story) -> None:
    await asked(story)
    story.change_estate(story.estate.model_copy(update={"robots": ()}))
    await story.approver.clicks("Approve")
    await story.advance(hours=1)
    assert (await story.operation()).phase == "voided"
    assert story.restores == 0


async def test_a_pipeline_never_approves_whatever_the_lists_say(story: Story) -> None:
    await story.requested()
    op = await story.operation()
    both = Group(users=(CI.person.user_id,))
    story.change_environment(operators=both, approvers=both)
    story.change_estate(story.estate.model_copy(update={"robots": (CI,)}))
    with pytest.raises(NotAllowed, match="is a bot"):
        await story.bot.house.decisions.approve(op.id, CI.person)
    assert (await story.operation()).phase == "awaiting_approval"
    assert "restore.approve denied" in await story.audit()
