"""The bot stops at any one awaited call of a restore and starts again (promises P6 and P7).

A first run counts the boundaries: each call of a port, before it leaves and after it is answered.
Then one restore after the other is stopped at its own boundary. Whatever the boundary: Aura gets
at most one restore call, the operation comes to an end or calls a person, and people are told.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import fields
from datetime import timedelta

import pytest

from bot.adapters.redis import RedisOutbox
from bot.core.operations import Gated
from bot.services.world import World
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.test_overwrite import asked

PORTS = ("aura", "operations", "audit", "queue", "cards", "chat", "posts", "edits")
PARTS = 6
#: A stop of the process, and a fault that nobody foresaw.
STOPS: dict[str, type[BaseException]] = {
    "stopped": asyncio.CancelledError,
    "faulty": ZeroDivisionError,
}
#: A stop is tried at each boundary, a fault at every third.
EVERY = {"stopped": 1, "faulty": 3}


class Boundaries:
    """Counts the boundaries that are passed, and stops the bot at one of them."""

    def __init__(self, stop: type[BaseException], at: int | None = None) -> None:
        self.where = ""
        self._seen: set[tuple[str, int]] = set()
        self._progress = 0
        self._stop = stop
        self._at = at

    def around(self, world: World) -> dict[str, Cued]:
        """Return the ports of a world with this around them."""

        def cued(port: str) -> Cued:
            async def before(name: str) -> None:
                self._pass(f"before {port}.{name}")

            async def after(name: str) -> None:
                self._pass(f"after {port}.{name}")

            return Cued(getattr(world, port), before=before, after=after)

        return {port: cued(port) for port in PORTS}

    @property
    def passed(self) -> int:
        """How many there were; looking again where nothing has been written does not count."""
        return len(self._seen)

    def _pass(self, where: str) -> None:
        if (where, self._progress) in self._seen:
            return
        self._seen.add((where, self._progress))
        if where in ("after operations.update", "after cards.save", "after aura.take_snapshot"):
            self._progress += 1
        if self.passed == self._at:
            self.where = where
            raise self._stop(where)


async def _newest(story: Story) -> Gated:
    found = (await story.bot.operations.recent(1))[0]
    assert isinstance(found, Gated)
    return found


def _calls(story: Story) -> int:
    """How many calls that replace data have reached Aura."""
    ends = ("/restore", "/overwrite")
    return sum(c.method == "POST" and c.path.endswith(ends) for c in story.aura.calls)


async def _run(
    story: Story,
    boundaries: Boundaries,
    ask: Callable[[Story], Awaitable[object]] = Story.requested,
) -> tuple[Gated, int]:
    """Ask and approve in peace, then run with the boundaries; stop once, start again, go on."""
    sound = story.bot.house.world
    ports = {f.name: getattr(sound, f.name) for f in fields(sound)}
    await ask(story)
    before = _calls(story)
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
        if (await _newest(story)).phase != "awaiting_approval":
            break  # else the click itself was lost, and the approver presses again
    await story.advance(minutes=30)
    return await _newest(story), _calls(story) - before


async def _settle(story: Story, op: Gated) -> None:
    if op.phase == "stuck":
        await story.approver.clicks("It did not run", in_=story.approver.card(slack.OPS_ALERTS))
        await story.advance(minutes=1)


@pytest.fixture
def patient(story: Story) -> Story:
    """The story with outboxes that give up on a dead taker at once."""
    redis = story.bot.operations._redis
    soon = timedelta(milliseconds=1)
    change_world(
        story,
        posts=RedisOutbox(redis, "posts", patience=soon),
        edits=RedisOutbox(redis, "edits", patience=soon),
    )
    return story


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("how", STOPS)
async def test_whatever_the_bot_was_at_it_restores_once_at_most_and_tells(
    patient: Story, how: str, part: int
) -> None:
    story = patient
    recorded = Boundaries(STOPS[how])
    op, calls = await _run(story, recorded)
    assert (op.phase, calls) == ("done", 1)
    assert recorded.passed > 100
    for at in range(1 + part, recorded.passed + 1, PARTS * EVERY[how]):
        boundaries = Boundaries(STOPS[how], at)
        op, calls = await _run(story, boundaries)

        story_of = f"{boundaries.where} ({at} of {recorded.passed}): {op.phase}"
        assert calls <= 1, story_of
        assert op.phase in ("done", "failed", "stuck", "expired"), story_of
        told = story.requester.thread()
        if op.phase == "stuck":
            assert op.id in str(story.approver.card(slack.OPS_ALERTS)), story_of
        else:
            ends = [m for m in told if f"`{op.id}` · plan" in str(m)]
            assert 1 <= len(ends) <= 2, story_of
            assert "approved by" in str(ends[0]), story_of
            assert await story.bot.house.world.operations.holder(op.instance_id) is None
        await _settle(story, op)


async def test_an_overwrite_is_sent_once_at_most_wherever_the_bot_stops(patient: Story) -> None:
    """It shares its steps with the restore above, so every ninth boundary tells."""
    recorded = Boundaries(asyncio.CancelledError)
    op, calls = await _run(patient, recorded, asked)
    assert (op.phase, calls) == ("done", 1)
    for at in range(1, recorded.passed + 1, 9):
        boundaries = Boundaries(asyncio.CancelledError, at)
        op, calls = await _run(patient, boundaries, asked)
        story_of = f"{boundaries.where} ({at} of {recorded.passed}): {op.phase}"
        assert calls <= 1, story_of
        assert op.phase in ("done", "failed", "stuck", "expired"), story_of
        await _settle(patient, op)
