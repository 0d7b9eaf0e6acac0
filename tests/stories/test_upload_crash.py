"""The bot stops at any call of an upload and starts again: one load at most, and people are told.

A first run notes each call of a port, before it leaves and after its answer, with the phase in
which it came; then one upload after the other is stopped there (promises P6 and P7).
"""

import asyncio
from dataclasses import fields
from datetime import timedelta

import pytest

from bot.adapters.redis import RedisOutbox
from bot.services.world import World
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.uploads import asked, loads, uploaded

PORTS = ("imports", "sendings", "aura", "operations", "audit", "queue")
PARTS = 4


class Stops:
    """Notes what is passed, and stops the bot once at one of them."""

    def __init__(self, at: str = "") -> None:
        self.passed: list[str] = []
        self.stopped = False
        self._at = at
        self._story: Story | None = None

    def around(self, story: Story, world: World) -> dict[str, Cued]:
        """Return the ports of a world with this around them."""

        def cued(port: str) -> Cued:
            async def before(name: str) -> None:
                await self._pass(story, f"before {port}.{name}")

            async def after(name: str) -> None:
                await self._pass(story, f"after {port}.{name}")

            return Cued(getattr(world, port), before=before, after=after)

        return {port: cued(port) for port in PORTS}

    async def _pass(self, story: Story, where: str) -> None:
        phase = (await uploaded(story)).phase
        place = f"{where} while {phase}"
        if place in self.passed:
            return
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
    change_world(story, **stops.around(story, sound))
    for _ in range(2):
        try:
            await story.approved()
            if not stops.stopped:
                await story.advance(minutes=20)
        except (asyncio.CancelledError, LookupError):
            pass
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
    for place in noted.passed[part::PARTS]:
        phase, sent = await _run(story, Stops(place))
        assert sent <= 1, place
        assert phase in ("done", "failed", "stuck"), place
        if phase == "stuck":
            alert = story.approver.card(slack.OPS_ALERTS)
            assert (await uploaded(story)).id in str(alert), place
            await story.approver.clicks("It did not run", in_=alert)
            await story.advance(minutes=1)
        else:
            assert (await uploaded(story)).id in str(story.requester.thread()[-1]), place
