"""The bot falls at any boundary of an export: one file in the vault, and no instance left.

The asking is part of the way here: whoever is not answered asks again, and brings the file again.
"""

from collections.abc import AsyncIterator

import pytest

from bot.core.operations import Export
from bot.core.operations.export import ExportPhase as P
from sandbox.aura import fleet as aura
from sandbox.aura.graphs import shop
from tests.stories.falls import Fell, Walk
from tests.stories.harness import Story
from tests.stories.test_archives import scratch
from tests.stories.test_exports import from_console, token

#: The places are tried in so many tests.
PARTS = 2
#: The permit is used, and the call may have left.
UNSENT = {"after claims.claim while creating 1"}
#: Aura has created it, and its answer with the password died with the bot.
UNHEARD = {"after aura.create_copy while creating 1", "after ledger.update while creating 1"}


async def nothing(_: Walk) -> None:
    """Leave the asking to the way itself."""


async def archives(walk: Walk) -> None:
    """Ask unless it is accepted already, and wait for the end."""
    if await walk.newest() is None:
        await walk.story.requester.types("/aura export orders-prod --archive")
    await walk.story.advance(hours=2)


async def brings(walk: Walk) -> None:
    """Ask unless it is accepted already, and bring the file when it is waited for."""
    story = walk.story
    if await walk.newest() is None:
        await story.requester.types("/aura export orders-prod")
    await story.advance(minutes=5)
    op = await walk.newest()
    if isinstance(op, Export) and op.phase is P.AWAITING_FILE:
        content = from_console(story, op)

        async def pieces() -> AsyncIterator[bytes]:
            yield content

        await story.bot.house.deliveries.take(await token(story), pieces(), len(content))
    await story.advance(hours=1)


async def check(story: Story, fell: Fell) -> None:
    """People were told, all is over, and nothing is left but what was asked for."""
    assert fell.told, fell
    assert await story.bot.operations.open() == (), fell
    contents = await story.bot.house.exports.contents()
    assert contents.debris == (), fell
    ours = [e for e in contents.exports if e.manifest.operation_id == fell.op.id]
    assert len(ours) == (fell.op.phase == P.DONE), fell
    assert scratch(story) == [], fell
    assert await story.bot.house.world.ledger.living() == (), fell
    assert await story.bot.operations._redis.keys("sp:secret:scratch-*") == [], fell


@pytest.mark.parametrize("part", range(PARTS))
async def test_wherever_the_bot_falls_an_archive_is_stored_once_and_its_instance_goes(
    story: Story, part: int
) -> None:
    walk = Walk(story=story, ask=nothing, go=archives)
    graph = shop("small", nodes=12, relationships=20)  # large ones take longer, and no other way
    story.aura.world.instances[aura.ORDERS_PROD].databases.default.graph = lambda: graph
    places = await walk.places()
    assert len(places) >= 80
    assert set(places) >= UNSENT | UNHEARD
    assert set(places) >= {f"after shelf.create while reading {n}" for n in (1, 2)}
    async for fell in walk.falls(places[part::PARTS]):
        created = fell.place not in UNSENT
        once = {"instances": 1, "delete": 1} if created else {}
        assert fell.sent == {"snapshots": 1, **once}, fell
        lost = fell.place in UNSENT | UNHEARD
        assert fell.op.phase == (P.FAILED if lost else P.DONE), fell
        await check(story, fell)


@pytest.mark.parametrize("part", range(PARTS))
async def test_wherever_the_bot_falls_a_file_that_is_brought_is_stored_once(
    story: Story, part: int
) -> None:
    walk = Walk(story=story, ask=nothing, go=brings)
    places = await walk.places()
    assert len(places) >= 55
    assert set(places) >= {f"after shelf.create while awaiting_file {n}" for n in (1, 2)}
    async for fell in walk.falls(places[part::PARTS]):
        assert fell.sent == {"snapshots": 1}, fell
        assert fell.op.phase == P.DONE, fell
        await check(story, fell)
