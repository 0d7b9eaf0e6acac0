"""The whole way through Slack, with the bot falling under people's hands."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.core.operations import Restore
from bot.views.ids import Action
from sandbox.slack import cast as slack
from tests.crash.boundaries import Boundary, Fall, Side
from tests.crash.doubles import Doubles
from tests.crash.people import Somebody
from tests.crash.processes import Running
from tests.crash.stage import Stage, stage
from tests.crash.witness import Witness, instance

pytestmark = pytest.mark.crash

CHANNEL = slack.OPS_PRODUCTION


@asynccontextmanager
async def falling(
    world: Doubles, name: str, side: Side
) -> AsyncIterator[tuple[Stage, Running, Witness]]:
    async with stage(world) as here:
        bot = await here.bot(fall=Fall(instance=instance(0), boundary=Boundary(name, side)))
        async with here.witness() as witness:
            yield here, bot, witness


async def asks(world: Doubles) -> None:
    requester = Somebody(slack.REQUESTER, world)
    await requester.types(f"/aura restore {instance(0)}")
    await requester.submits(word="RESTORE", reason="A bad deploy")


async def approves(world: Doubles, *, falls: bool = False) -> None:
    approver = Somebody(slack.APPROVER_ONE, world)
    gate = await approver.waits_for(Action.APPROVE, CHANNEL)
    await approver.presses(Action.APPROVE, gate, CHANNEL, falls=falls)


async def asked(witness: Witness) -> Restore:
    op = await witness.newest()
    assert op is not None
    return op


async def test_asked_typed_and_approved_it_survives_a_kill_before_the_call(world: Doubles) -> None:
    async with falling(world, "starting aura.overwrite_in_place", "before") as (here, bot, witness):
        await asks(world)
        await approves(world)
        assert await bot.end() == -signal.SIGKILL
        await here.bot()
        op = (await asked(witness)).id
        assert set(await witness.all_end_well(op)) == {"stuck"}
        approver = Somebody(slack.APPROVER_TWO, world)
        alert = await approver.waits_for(Action.SETTLE_NOT_RUN, slack.OPS_ALERTS)
        await approver.presses(Action.SETTLE_NOT_RUN, alert, slack.OPS_ALERTS)
        await witness.until(op)
        assert set(await witness.all_end_well(op)) == {"failed"}


async def test_a_request_that_was_stored_gets_its_buttons_though_the_bot_fell(
    world: Doubles,
) -> None:
    async with falling(world, "awaiting_approval operations.create", "after") as (here, bot, seen):
        await asks(world)
        assert await bot.end() == -signal.SIGKILL
        await here.bot()
        await approves(world)
        op = (await asked(seen)).id
        assert set(await seen.all_end_well(op)) == {"done"}


async def test_an_approval_that_was_stored_counts_though_the_bot_fell(world: Doubles) -> None:
    fell_after = "awaiting_approval operations.update"
    async with falling(world, fell_after, "after") as (here, bot, witness):
        await asks(world)
        await approves(world, falls=True)
        assert await bot.end() == -signal.SIGKILL
        await here.bot()
        op = (await asked(witness)).id
        assert set(await witness.all_end_well(op)) == {"done"}


async def test_an_approval_that_was_not_stored_can_be_given_again(world: Doubles) -> None:
    fell_before = "awaiting_approval operations.update"
    async with falling(world, fell_before, "before") as (here, bot, witness):
        await asks(world)
        await approves(world, falls=True)
        assert await bot.end() == -signal.SIGKILL
        await here.bot()
        op = await asked(witness)
        assert op.phase == "awaiting_approval"
        await approves(world)
        assert set(await witness.all_end_well(op.id)) == {"done"}
