"""Two replicas on one store: they share the work, and go on where the other one, or Redis, fell."""

import asyncio
import random
import signal
from collections import Counter

import pytest

from bot.core.base import OperationId
from tests.adapters.waiting import until
from tests.crash.boundaries import Fall
from tests.crash.doubles import Doubles
from tests.crash.processes import Running
from tests.crash.stage import Stage, stage
from tests.crash.stores import SharedStore
from tests.crash.witness import Witness, instance

pytestmark = pytest.mark.crash

OPERATIONS = 20
KILLS = 8


async def asked(witness: Witness) -> tuple[OperationId, ...]:
    """Ask for restores of different instances, all waiting for their approval."""
    return tuple([await witness.ask(instance(n)) for n in range(OPERATIONS)])


async def approved(witness: Witness, ids: tuple[OperationId, ...]) -> None:
    for operation_id in ids:
        await witness.approve(operation_id)


async def test_one_goes_on_alone_when_the_other_is_killed(
    shared: SharedStore, world: Doubles
) -> None:
    async with stage(world, url=shared.url) as here:
        mortal = await here.bot(fall=Fall(nth=600))
        heir = await here.bot()
        async with here.witness() as witness:
            ids = await asked(witness)
            await approved(witness, ids)
            assert await mortal.end() == -signal.SIGKILL
            ends = await witness.all_end_well(*ids)
        assert set(ends) <= {"done", "stuck"}
        assert len(ends["done"]) > OPERATIONS // 2
        assert "moved" in mortal.words()  # both were at work
        assert "moved" in heir.words()


async def test_no_restore_is_sent_twice_however_replicas_come_and_go(
    shared: SharedStore, world: Doubles
) -> None:
    chance = random.Random(7)  # noqa: S311 - the same falls in every run
    async with stage(world, url=shared.url) as here:
        async with here.witness() as witness:
            ids = await asked(witness)
            falling = asyncio.create_task(_fall_again_and_again(here, chance))
            await approved(witness, ids)
            await falling
            ends = await witness.all_end_well(*ids)
        found = Counter({phase: len(ops) for phase, ops in ends.items()})
        assert set(found) <= {"done", "stuck"}, found
        assert found["done"] >= OPERATIONS // 4, found  # a fall stops what it was just sending


async def _fall_again_and_again(here: Stage, chance: random.Random) -> None:
    """Keep two replicas at work; each falls somewhere and comes back, the last two stay."""
    pair = [await here.bot(fall=_somewhere(chance)) for _ in range(2)]
    for left in reversed(range(KILLS)):
        fallen = await _first_to_fall(pair)
        pair.remove(fallen)
        pair.append(await here.bot(fall=_somewhere(chance) if left >= 2 else None))


def _somewhere(chance: random.Random) -> Fall:
    return Fall(nth=chance.randrange(20, 120))


async def _first_to_fall(pair: list[Running]) -> Running:
    ends = {asyncio.create_task(bot.end()): bot for bot in pair}
    done, pending = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    first = done.pop()
    assert first.result() == -signal.SIGKILL
    return ends[first]


async def test_redis_that_dies_and_comes_back_costs_nothing(
    shared: SharedStore, world: Doubles
) -> None:
    async with stage(world, url=shared.url) as here:
        bots = [await here.bot(), await here.bot()]
        async with here.witness() as witness:
            ids = await asked(witness)
            await approved(witness, ids)
            await witness.until(ids[0], "restoring", "verifying", "done")
            shared.kill()
            await until(lambda: all("the store does not answer" in bot.words() for bot in bots))
            shared.start()
            ends = await witness.all_end_well(*ids)
        found = Counter({phase: len(ops) for phase, ops in ends.items()})
        assert set(found) <= {"done", "failed", "stuck"}, found
        assert found["done"] >= OPERATIONS // 4, found
        assert [await bot.stop() for bot in bots] == [0, 0]
