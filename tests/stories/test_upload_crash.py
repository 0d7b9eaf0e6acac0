"""The bot stops at any call of an upload and starts again: one load at most, and people are told.

A first run notes each call of a port, before it leaves and after its answer, with the phase in
which it came; then one upload after the other is stopped there (promises P6 and P7). Around the
permit and the one call every single call is a place to stop, also a repeated one, and those of the
messages; elsewhere the first of its kind stands for its likes.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import fields
from datetime import timedelta

import pytest

from bot.adapters.console.imports import Imports
from bot.adapters.redis import RedisOutbox
from bot.core.base import OperationId
from bot.services.world import World
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.uploads import asked, loads, uploaded

PORTS = ("imports", "sendings", "aura", "operations", "audit", "queue")
#: From the last look to the recorded answer, and the ports that count only there.
AROUND = ("ready", "starting")
BESIDES = ("directory", "leases", "posts", "edits", "cards", "chat")
PARTS = 5


class Stops:
    """Notes what is passed, and stops the bot once at one of them."""

    def __init__(self, at: str = "") -> None:
        self.passed: list[str] = []
        self.stopped = False
        self._at = at
        self._met = Counter[str]()

    def around(self, story: Story, world: World) -> dict[str, Cued]:
        """Return the ports of a world with this around them."""

        def cued(port: str) -> Cued:
            async def before(name: str) -> None:
                await self._pass(story, f"before {port}.{name}")

            async def after(name: str) -> None:
                await self._pass(story, f"after {port}.{name}")

            return Cued(getattr(world, port), before=before, after=after)

        return {port: cued(port) for port in (*PORTS, *BESIDES)}

    @contextmanager
    def permits(self, story: Story, world: World) -> Iterator[None]:
        """Stand around the spending of the permit, which the console does within its call."""
        assert isinstance(world.imports, Imports)
        spending = world.imports._console._line._guard._spending
        sound = spending._consume

        async def consume(operation_id: OperationId) -> bool:
            await self._pass(story, "before permits.consume")
            first = await sound(operation_id)
            await self._pass(story, "after permits.consume")
            return first

        spending._consume = consume
        try:
            yield
        finally:
            spending._consume = sound

    async def _pass(self, story: Story, where: str) -> None:
        phase = (await uploaded(story)).phase
        place = f"{where} while {phase}"
        self._met[place] += 1
        around = phase in AROUND
        if not around and (self._met[place] > 1 or where.split()[1].split(".")[0] in BESIDES):
            return
        place = f"{place} {self._met[place]}"
        self.passed.append(place)
        if place == self._at and not self.stopped:
            self.stopped = True
            raise asyncio.CancelledError(place)


async def _run(story: Story, stops: Stops) -> tuple[str, int]:
    """Ask and approve in peace, then go on with the stops; start again, and go on to the end."""
    sound = story.bot.house.world
    ports = {f.name: getattr(sound, f.name) for f in fields(sound)}
    before = loads(story)
    await asked(story)
    permits: AbstractContextManager[None] = stops.permits(story, sound)
    change_world(story, **stops.around(story, sound))
    for _ in range(2):
        try:
            with permits:
                await story.approved()
                if not stops.stopped:
                    await story.advance(minutes=20)
        except (asyncio.CancelledError, LookupError):
            pass
        permits = nullcontext()
        change_world(story, **ports)
        await story.restart()
        await story.advance(minutes=3)
        if (await uploaded(story)).phase != "awaiting_approval":
            break  # else the click itself was lost, and the approver presses again
    await story.advance(minutes=30)
    return str((await uploaded(story)).phase), loads(story) - before


@pytest.fixture
def patient(story: Story) -> Story:
    """The story with outboxes that give up on a dead taker at once."""
    redis, soon = story.bot.operations._redis, timedelta(milliseconds=1)
    outboxes = {n: RedisOutbox(redis, n, patience=soon) for n in ("posts", "edits")}
    change_world(story, **outboxes)
    return story


@pytest.mark.parametrize("part", range(PARTS))
async def test_wherever_the_bot_stops_it_loads_once_at_most_and_tells(
    patient: Story, part: int
) -> None:
    story = patient
    noted = Stops()
    assert await _run(story, noted) == ("done", 1)
    assert len(noted.passed) > 60
    assert any("imports.send" in place for place in noted.passed)
    within = [p for p in noted.passed if "imports.load_file" in p or "permits.consume" in p]
    assert within == [
        "before imports.load_file while starting 1",
        "before permits.consume while starting 1",
        "after permits.consume while starting 1",
        "after imports.load_file while starting 1",
    ]
    for place in noted.passed[part::PARTS]:
        phase, sent = await _run(story, Stops(place))
        assert sent <= 1, place
        if place in within:  # the call leaves behind the permit, and is over with its answer
            assert sent == (place == within[-1]), place
        assert phase in ("done", "failed", "stuck"), place
        if phase == "stuck":
            alert = story.approver.card(slack.OPS_ALERTS)
            assert (await uploaded(story)).id in str(alert), place
            await story.approver.clicks("It did not run", in_=alert)
            await story.advance(minutes=1)
        else:
            assert (await uploaded(story)).id in str(story.requester.thread()[-1]), place
