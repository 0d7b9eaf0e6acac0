"""Clones that are not made: each refusal, with its reason, and the two limits of time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.core.base import ProjectId
from bot.core.clones import CloneChoice
from bot.core.errors import AuraUnavailable, NotRestorable
from bot.core.operations import Origin
from bot.core.people import Group
from bot.core.snapshots import Exportable
from bot.services.cloning import CloneForm
from sandbox.aura import Call
from sandbox.aura import fleet as aura
from tests.stories.clones import ORDERS, alerts, asked, cloned, creations, ended, sends
from tests.stories.harness import Story

FORM = {"Name of the new instance": "orders-copy", "Reason": "A look"}


class Otherwise:
    """An Aura whose answers to one call are changed."""

    def __init__(self, aura_: Any, call: str, change: Callable[[Any], Any]) -> None:
        self._aura, self._call, self._change = aura_, call, change

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._aura, name)
        if name != self._call:
            return found

        async def changed(*args: Any, **options: Any) -> Any:
            return self._change(await found(*args, **options))

        return changed


def answers(story: Story, call: str, change: Callable[[Any], Any]) -> None:
    story.change_world(aura=Otherwise(story.bot.house.world.aura, call, change))


async def refused(story: Story, words: str) -> None:
    """The open form says why, and nothing was asked of Aura."""
    assert words in str(story.requester.modal)
    assert creations(story) == []
    assert await story.bot.operations.recent(1) == ()


async def test_a_source_that_is_being_deleted_cannot_be_cloned(story: Story) -> None:
    story.aura.set_status(ORDERS, "destroying")
    await story.requester.types("/aura clone orders-prod")
    await refused(story, "is being deleted, and its snapshots with it")


async def test_without_an_exportable_snapshot_there_is_nothing_to_clone(story: Story) -> None:
    def none_may_leave(found: Any) -> Any:
        return tuple(s.model_copy(update={"exportable": Exportable.NO}) for s in found)

    answers(story, "snapshots", none_may_leave)
    await story.requester.types("/aura clone orders-prod")
    await refused(story, "has no exportable snapshot of the last 14 days")
    assert f"/aura snapshot take {ORDERS}" in str(story.requester.modal)


async def test_a_project_that_offers_nothing_as_large_is_said_to(story: Story) -> None:
    answers(story, "offers", lambda _: ())
    await story.requester.types("/aura clone orders-prod")
    await refused(story, "offers nothing as large as the source")
    # a form with fields needs a button (https://docs.slack.dev/reference/views/modal-views)
    errors = await sends(story, story.requester)
    assert "choose another project" in errors["project"]
    assert creations(story) == []


async def test_a_form_that_was_sent_before_its_facts_were_shown_is_refused(story: Story) -> None:
    cloning = story.bot.house.cloning
    who = await story.bot.house.world.directory.standing(story.requester.person.id)  # type: ignore[arg-type]
    draft = await cloning.draft(who.person, Origin())
    draft = draft.model_copy(update={"instance_id": ORDERS})
    form = CloneForm(name="x", reason="A look", choice=CloneChoice(project_id=ProjectId("")))
    with pytest.raises(NotRestorable, match="wait for the facts"):
        await cloning.request(draft, form)
    assert creations(story) == []


async def test_a_size_that_is_offered_no_more_is_refused(story: Story) -> None:
    await story.requester.types("/aura clone orders-prod")
    answers(story, "offers", lambda found: tuple(o for o in found if o.memory != "8GB"))
    assert await sends(story, story.requester, **FORM) == {}
    await refused(story, "The project does not offer this size there")


async def test_nobody_puts_a_clone_into_a_project_of_other_people(story: Story) -> None:
    staging = story.estate.environment("staging")
    assert staging is not None
    foreign = {"projects": (aura.DATA_LAB,), "operators": Group()}
    story.change_environment("staging", **foreign)
    await story.requester.types("/aura clone orders-prod")
    await story.requester.picks("Project", "Data lab")
    assert await sends(story, story.requester, **FORM) == {}
    await refused(story, "Nobody may take snapshots or ask for restores in staging")
    assert (await story.audit())[-1] == "clone.request denied"


async def test_one_that_does_not_run_after_twelve_hours_is_told_and_billed(story: Story) -> None:
    await asked(story)
    op = await cloned(story)
    assert op.clone_id is not None
    story.aura.set_status(op.clone_id, "creating")
    story.clock.at += timedelta(hours=11, minutes=58)
    await story.advance(minutes=1)
    assert (await cloned(story)).phase == "building"
    await story.advance(minutes=2)
    assert (await cloned(story)).phase == "failed"
    assert "was not running after 12 hours" in alerts(story)[0]
    assert "billed" in alerts(story)[0]


async def test_an_aura_that_is_away_is_asked_for_two_hours_after_a_lost_answer(
    story: Story,
) -> None:
    lost: list[Call] = []

    def perhaps(found: Any) -> Any:
        if lost:
            raise AuraUnavailable("Aura does not answer")
        return found

    def then_leave(call: Call) -> None:
        if call.dropped:
            lost.append(call)

    answers(story, "instances", perhaps)
    story.aura.faults.drop_answer.next(1)
    story.aura.on_call = then_leave
    await asked(story)
    assert (await ended(story, "uncertain")).phase == "uncertain"
    story.clock.at += timedelta(hours=1, minutes=58)
    await story.advance(minutes=1)
    assert (await cloned(story)).phase == "uncertain"
    await story.advance(minutes=2)
    assert (await cloned(story)).phase == "failed"
    assert "2 hours did not tell more" in alerts(story)[0]
    assert "Look in the Aura console for an instance called orders-copy" in alerts(story)[0]
    assert len(creations(story)) == 1
