"""The end and the start of a bot: asked to stop, killed with its store, started twice."""

import os
import signal
import socket

import pytest

from tests.adapters.waiting import until
from tests.crash.doubles import Doubles
from tests.crash.stage import stage
from tests.crash.stores import SharedStore
from tests.crash.witness import instance

pytestmark = pytest.mark.crash


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_asked_to_stop_it_ends_the_tick_that_runs_and_no_more(
    shared: SharedStore, patient: Doubles
) -> None:
    async with stage(patient, url=shared.url) as here:
        bot = here.launch(traced=True)
        port = await bot.told()
        assert isinstance(port, int)
        assert answers(port)
        async with here.witness() as witness:
            op = await witness.ask(instance(0))
            await patient.fault("slow", on=True)
            await witness.approve(op)
            await until(lambda: "before approved aura.instance" in here.trace.read_text())
            assert await bot.stop(within=10) == 0, bot.words()
            assert not answers(port)
            stopped = await witness.operation(op)
            assert stopped.phase == "snapshotting", bot.words()
            assert await witness.ticks_under_way() == 0
            await patient.fault("slow", on=False)
            await here.bot()
            await witness.lets_complete(op)
            await witness.lets_finish(op)
            assert set(await witness.all_end_well(op)) == {"done"}


async def test_asked_to_stop_it_takes_its_own_store_along(world: Doubles) -> None:
    async with stage(world) as here:
        bot = await here.bot()
        assert len(here.servers()) == 1
        async with here.witness() as witness:
            op = await witness.ask_and_approve(instance(0))
        assert await bot.stop(within=10) == 0, bot.words()
        assert here.servers() == []
        await here.bot()
        async with here.witness() as witness:
            assert set(await witness.all_end_well(op)) == {"done"}


async def test_the_store_that_a_killed_bot_left_behind_is_taken_over(world: Doubles) -> None:
    async with stage(world) as here:
        bot = await here.bot()
        async with here.witness() as witness:
            op = await witness.ask_and_approve(instance(0))
            await bot.kill()
            left_behind = [server.pid for server in here.servers()]
            assert len(left_behind) == 1
            heir = await here.bot()
            assert [server.pid for server in here.servers()] == left_behind
            assert set(await witness.all_end_well(op)) == {"done"}
        assert await heir.stop() == 0, heir.words()
        assert here.servers() == []


async def test_killed_together_with_its_store_it_has_lost_nothing(world: Doubles) -> None:
    async with stage(world) as here:
        bot = await here.bot()
        async with here.witness() as witness:
            op = await witness.ask_and_approve(instance(0))
        await bot.kill()
        for server in here.servers():
            os.kill(server.pid, signal.SIGKILL)
        await until(lambda: here.servers() == [])
        await here.bot()
        async with here.witness() as witness:
            assert set(await witness.all_end_well(op)) <= {"done", "stuck"}


async def test_a_second_bot_on_the_same_data_is_told_plainly(world: Doubles) -> None:
    async with stage(world) as here:
        bot = await here.bot()
        second = here.launch()
        said = str(await second.told())
        assert said.startswith("another process is using the data in ")
        assert "REDIS_URL" in said
        assert await second.end() == 1
        assert bot.ended is None
        async with here.witness() as witness:
            op = await witness.ask_and_approve(instance(0))
            assert set(await witness.all_end_well(op)) == {"done"}
