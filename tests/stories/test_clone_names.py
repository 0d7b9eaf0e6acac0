"""The name of a clone: by it alone a lost answer is found again, so one at a time may have it."""

import json
from dataclasses import replace

from bot.core.operations import Clone
from sandbox.aura import Call
from sandbox.aura import fleet as aura
from tests.stories.clones import NAME, asked, cloned, creations, ended, gate_all, sends
from tests.stories.harness import Story

FORM = {"Name of the new instance": NAME, "Reason": "A look"}


def lose(story: Story) -> None:
    """The next creation never comes to be, and its answer is lost."""

    def vanish(call: Call) -> None:
        if call.dropped:
            story.aura.world.instances.popitem()

    story.aura.faults.drop_answer.next(1)
    story.aura.on_call = vanish


async def lost(story: Story) -> Clone:
    """Ask for a clone of which nobody knows whether it came to be."""
    lose(story)
    await asked(story)
    op = await cloned(story)
    assert op.phase == "uncertain"
    return op


def twin(story: Story, of: str, id_: str) -> None:
    """Let somebody else create an instance of the same name."""
    world = story.aura.world
    world.instances[id_] = replace(world.instances[of], id=id_)


async def unreserve(story: Story, op: Clone) -> None:
    """Make it one that an older version stored, which reserved no names."""
    redis = story.bot.operations._redis
    await redis.delete(f"sp:lease:{op.reserves}")
    await redis.hset(f"sp:op:{op.id}", "fence", "0")


async def test_a_name_that_another_clone_waits_with_is_refused_naming_it(story: Story) -> None:
    first = await lost(story)
    await story.requester.types("/aura clone orders-prod")
    values = FORM | {"Name of the new instance": NAME.upper()}
    assert await sends(story, story.requester, **values) == {}
    shown = str(story.requester.modal)
    assert f"Another operation, {first.id}, makes a clone of this name in this project" in shown
    assert "Choose another name" in shown
    assert (await story.audit())[-1] == "clone.request denied"
    assert len(creations(story)) == 1
    assert (await ended(story)).id == first.id
    assert (await cloned(story)).phase == "failed"
    await asked(story)  # it is given back at the end
    second = await ended(story)
    assert (second.phase, len(creations(story))) == ("done", 2)
    assert second.id != first.id


async def test_a_clone_that_waits_for_approval_has_its_name_already(story: Story) -> None:
    gate_all(story)
    await asked(story)
    waiting = await cloned(story)
    await story.requester.types("/aura clone orders-prod")
    await sends(story, story.requester, **FORM)
    assert waiting.id in str(story.requester.modal)
    assert (await cloned(story)).id == waiting.id


async def test_the_form_proposes_no_name_that_is_there_or_is_to_be(story: Story) -> None:
    story.aura.world.instances[aura.CATALOG_PROD].name = "Orders-prod-11-22"
    gate_all(story)
    await asked(story, **{"Name of the new instance": "orders-prod-11-22-2"})
    await story.requester.types("/aura clone orders-prod")
    assert "orders-prod-11-22-3" in json.dumps(story.requester.modal.given)


async def test_an_environment_has_a_template_of_its_own(story: Story) -> None:
    story.change_environment("production", clone_name="copy of {id} {date}")
    await story.requester.types("/aura clone orders-prod")
    assert f"copy of {aura.ORDERS_PROD} 2026-11-22"[:30] in json.dumps(story.requester.modal.given)


async def test_a_clone_is_never_taken_for_that_of_another(story: Story) -> None:
    first = await lost(story)
    await unreserve(story, first)
    await asked(story)
    second = await ended(story, "done")
    await story.advance(minutes=15)
    after = await story.bot.operations.get(first.id)
    assert isinstance(after, Clone)
    assert after.phase == "failed"
    assert after.clone_id is None
    assert second.clone_id in story.aura.world.instances


async def test_of_two_that_are_called_so_none_is_taken(story: Story) -> None:
    def meet(call: Call) -> None:
        if call.dropped:
            twin(story, next(reversed(story.aura.world.instances)), "ffff0001")

    story.aura.faults.drop_answer.next(1)
    story.aura.on_call = meet
    await asked(story)
    op = await ended(story)
    assert op.phase == "failed"
    told = str(story.requester.thread()[-1])
    assert f"2 instances are called {NAME}" in told
    assert "ffff0001" in told
    assert "each is billed" in told
    assert len(creations(story)) == 1
