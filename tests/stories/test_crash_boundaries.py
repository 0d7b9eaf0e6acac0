"""The bot falls, or stumbles, at any one boundary of what replaces data (promises P6 and P7).

Whatever the boundary: Aura gets at most one such call, the operation comes to an end or calls a
person, and people are told. A fall is the end of the process (`tests.stories.falls`); a stumble is
a fault that nobody foresaw, after which the same process goes on.
"""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from bot.adapters.redis import RedisOutbox
from bot.core.operations import Asked, Gated
from bot.services.world import World
from sandbox.slack import cast as slack
from tests.stories.falls import LATER, QUICK, Deed, Walk, hurry
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.test_overwrite import asked

PORTS = ("aura", "operations", "audit", "queue", "cards", "chat", "posts", "edits")
#: The boundaries are tried in so many tests.
PARTS = 3
#: A fault is tried at every third boundary.
EVERY = 3
#: An intent is stored, and nobody but the fallen bot could say that the call never left.
UNSENT = {"after operations.update while ready 1", "after permits.consume while starting 1"}


class Boundaries:
    """Counts the boundaries that are passed, and has a fault at one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.where = ""
        self._seen: set[tuple[str, int]] = set()
        self._progress = 0
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
            raise ZeroDivisionError(where)


async def _newest(story: Story) -> Gated:
    found = (await story.bot.operations.recent(1))[0]
    assert isinstance(found, Gated)
    return found


def _calls(story: Story) -> int:
    """How many calls that replace data have reached Aura."""
    ends = ("/restore", "/overwrite")
    return sum(c.method == "POST" and c.path.endswith(ends) for c in story.aura.calls)


async def _run(story: Story, boundaries: Boundaries) -> tuple[Gated, int]:
    """Ask and approve in peace, then run with the boundaries; start again, and go on."""
    sound = story.bot.house.world
    ports = {f.name: getattr(sound, f.name) for f in fields(sound)}
    await story.requested()
    before = _calls(story)
    change_world(story, **boundaries.around(sound))
    for _ in range(2):
        try:
            await story.approved()
            if not boundaries.where:
                await story.advance(minutes=30)
        except (ZeroDivisionError, LookupError):
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
    hurry(story)
    change_world(
        story,
        posts=RedisOutbox(redis, "posts", patience=soon),
        edits=RedisOutbox(redis, "edits", patience=soon),
    )
    return story


@pytest.mark.parametrize("part", range(PARTS))
async def test_whatever_the_bot_stumbles_at_it_restores_once_at_most_and_tells(
    patient: Story, part: int
) -> None:
    story = patient
    recorded = Boundaries()
    op, calls = await _run(story, recorded)
    assert (op.phase, calls) == ("done", 1)
    assert recorded.passed > 100
    for at in range(1 + part, recorded.passed + 1, PARTS * EVERY):
        boundaries = Boundaries(at)
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


async def asks_for_a_restore(walk: Walk) -> None:
    await walk.story.requested()


async def asks_for_an_overwrite(walk: Walk) -> None:
    await asked(walk.story)


async def approves(walk: Walk) -> None:
    """Press Approve as long as it asks for it, and wait for the end."""
    op = await walk.newest()
    assert isinstance(op, Asked)
    if op.phase == "awaiting_approval":
        await walk.story.approved()
    await walk.story.advance(minutes=30)


async def _walked(story: Story, ask: Deed, call: str, part: int) -> None:
    """Fall everywhere on the way of what replaces data by this call of Aura's."""
    # it takes a little longer than a new bot needs to come, and so is seen
    longer = QUICK * (LATER + timedelta(seconds=20)).total_seconds()
    pace = story.aura.pace
    pace.durations = replace(pace.durations, restore=longer, overwrite=longer)
    walk = Walk(story=story, ask=ask, go=approves)
    places = await walk.places()
    assert len(places) >= 70
    assert set(places) >= UNSENT
    assert any(place.startswith("after aura.overwrite_") for place in places)
    async for fell in walk.falls(places[part::PARTS]):
        assert isinstance(fell.op, Gated)
        sent = {} if fell.place in UNSENT else {call: 1}
        assert fell.sent == {"snapshots": 1, **sent}, fell
        assert fell.op.phase == ("done" if sent else "stuck"), fell
        assert fell.told, fell
        await _settle(story, fell.op)
        assert await story.bot.operations.open() == (), fell
        assert await story.bot.house.world.operations.holder(fell.op.instance_id) is None, fell


@pytest.mark.parametrize("part", range(PARTS))
async def test_whatever_the_bot_was_at_it_restores_once_at_most_and_tells(
    story: Story, part: int
) -> None:
    await _walked(story, asks_for_a_restore, "restore", part)


@pytest.mark.parametrize("part", range(PARTS))
async def test_an_overwrite_is_sent_once_at_most_wherever_the_bot_falls(
    story: Story, part: int
) -> None:
    await _walked(story, asks_for_an_overwrite, "overwrite", part)
