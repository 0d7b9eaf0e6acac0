"""The bot stops at any one awaited call of a clone: at most one creation, and people are told."""

import asyncio
from dataclasses import fields

import pytest

from bot.core.operations import Clone
from sandbox.slack import cast as slack
from tests.stories.clones import asked, cloned, creations, gate_all
from tests.stories.harness import Story
from tests.stories.props import change_world
from tests.stories.test_crash_boundaries import STOPS, Boundaries, patient

__all__ = ["patient"]

#: The boundaries are tried in so many tests.
PARTS = 2
#: Of a stop every fifth is tried, of a fault every eleventh: the whole walk is the restore's.
EVERY = {"stopped": 5, "faulty": 11}


async def _run(story: Story, boundaries: Boundaries, name: str) -> tuple[Clone, int]:
    """Ask in peace, approve with the boundaries; stop once, start again, go on."""
    sound = story.bot.house.world
    ports = {f.name: getattr(sound, f.name) for f in fields(sound)}
    await asked(story, **{"Name of the new instance": name})
    before = len(creations(story))
    change_world(story, **boundaries.around(sound))
    for _ in range(2):
        try:
            await story.approved()
            if not boundaries.where:
                await story.advance(minutes=30)
        except (asyncio.CancelledError, ZeroDivisionError, LookupError):
            pass
        change_world(story, **ports)
        await story.restart()
        await story.advance(minutes=3)
        if (await cloned(story)).phase != "awaiting_approval":
            break  # else the click itself was lost, and the approver presses again
    await story.advance(minutes=30)
    return await cloned(story), len(creations(story)) - before


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("how", STOPS)
async def test_whatever_the_bot_was_at_it_creates_once_at_most_and_tells(
    patient: Story, how: str, part: int
) -> None:
    story = patient
    gate_all(story)
    recorded = Boundaries(STOPS[how])
    op, calls = await _run(story, recorded, "orders-0")
    assert (op.phase, calls) == ("done", 1)
    assert recorded.passed > 30
    for at in range(1 + part, recorded.passed + 1, PARTS * EVERY[how]):
        for clone_id in [i for i, x in story.aura.world.instances.items() if "orders-" in x.name]:
            if clone_id not in ("0d5e7a11", "0d5e57a6"):
                del story.aura.world.instances[clone_id]
        boundaries = Boundaries(STOPS[how], at)
        op, calls = await _run(story, boundaries, f"orders-{at}")
        story_of = f"{boundaries.where} ({at} of {recorded.passed}): {op.phase}"
        assert calls <= 1, story_of
        assert op.phase in ("done", "failed", "expired"), story_of
        ends = [m for m in story.requester.thread() if f"`{op.id}` · plan" in str(m)]
        assert 1 <= len(ends) <= 2, story_of
        if op.phase == "failed":
            assert op.id in str(story.approver.card(slack.OPS_ALERTS)), story_of
