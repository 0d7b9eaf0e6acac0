"""A bot that is killed at any step boundary of a restore: once or never sent, and never lost."""

import asyncio
import re
import signal

import pytest

from bot.core.base import OperationId
from tests.adapters.waiting import until
from tests.crash.boundaries import Boundary, Fall
from tests.crash.conftest import Stages
from tests.crash.doubles import Doubles
from tests.crash.processes import Running
from tests.crash.stage import Stage, stage
from tests.crash.witness import Witness, instance

pytestmark = [pytest.mark.crash, pytest.mark.timeout(240)]

#: How many bots live at a time; they mostly wait.
SIDE_BY_SIDE = 4

#: Nothing of these outlives the dead: a reading alone, tried once among its likes.
LOOKS = ("aura.instance", "aura.snapshot", "directory.standing", "directory.standing 2")
WAKE = ("posts.mark", "queue.ring")
RECORD = ("audit.append", "operations.update")

WAY = {
    "awaiting_approval": ("queue.ring",),
    "approved": (*LOOKS, "aura.snapshots", "aura.take_snapshot", *RECORD),
    "snapshotting": (*WAKE, "aura.snapshot", "queue.ring 2", "operations.update"),
    "ready": (*WAKE, *LOOKS, "aura.snapshots", *RECORD),
    "starting": (*WAKE, "aura.overwrite_in_place", "permits.consume", *RECORD),
    "restoring": (*WAKE, "aura.instance", "queue.ring 2", "operations.update"),
    "verifying": (*WAKE, "aura.instance", *RECORD),
    "done": ("posts.mark", "edits.mark", "queue.ring"),
    "telling": (
        *("chat.post", "cards.save", "chat.permalink", "cards.save 2"),
        *("chat.post 2", "directory.standing", "directory.standing 2"),
        *("chat.post 3", "chat.post 4", "edits.mark"),
    ),
    "editing": ("chat.edit", "cards.save", "edits.mark"),
    "telling the end": ("chat.post", "cards.save", "edits.mark"),
}
"""Every boundary of a restore, by what it is at."""


def boundaries(*places: str) -> list[Boundary]:
    return [
        Boundary(f"{place} {call}", side)
        for place in places
        for call in WAY[place]
        for side in ("before", "after")
    ]


def behind(*places: str) -> list[Boundary]:
    """Behind each call of these places: the next one's ``before`` leaves the same behind."""
    return [
        Boundary(f"{place} {call}", "after")
        for place in places
        for call in WAY[place]
        if place not in ("approved", "ready", "telling") or call not in LOOKS
    ]


def between(first: str, last: str) -> list[Boundary]:
    """All boundaries around the one call, from ``first`` to ``last``."""
    names = [str(b) for b in AROUND_THE_CALL]
    return AROUND_THE_CALL[names.index(first) : names.index(last) + 1]


#: In the order in which they are met: the permit is consumed within the call.
AROUND_THE_CALL = [
    *(b for b in boundaries("ready") if b.name.removeprefix("ready ") in RECORD),
    *(b for b in boundaries("starting") if b.name.removeprefix("starting ") in WAKE),
    Boundary("starting aura.overwrite_in_place", "before"),
    Boundary("starting permits.consume", "before"),
    Boundary("starting permits.consume", "after"),
    Boundary("starting aura.overwrite_in_place", "after"),
    *(b for b in boundaries("starting") if b.name.removeprefix("starting ") in RECORD),
]
#: An intent is stored, and nobody but the dead bot could say that the call never left.
UNSENT = between("after ready operations.update", "after starting permits.consume")
#: Aura has accepted; the answer died with the bot.
UNHEARD = between("after starting aura.overwrite_in_place", "before starting operations.update")


async def along(
    here: Stage, witness: Witness, op: OperationId, bot: Running, *, falls_first: bool = False
) -> None:
    """Let Aura come to its ends, but not before the bot has waited for them, or has fallen.

    Cards are edited beside the steps; with ``falls_first`` none is on its way to the one call.
    """

    def waited(place: str) -> bool:
        met = here.trace.read_text() if here.trace.exists() else ""
        return bot.ended is not None or f"after {place} queue.ring 2" in met

    await until(
        lambda: bot.ended is not None or (waited("snapshotting") and not falls_first), within=30
    )
    await witness.lets_complete(op)
    await until(lambda: waited("restoring"), within=30)
    await witness.lets_finish(op)


async def trial(place: Stages, world: Doubles, n: int, boundary: Boundary) -> str:
    """Let a bot fall at a boundary and another one go on; returns the phase of the end."""
    target = instance(n)
    async with place(world) as here:
        bot = await here.bot(fall=Fall(instance=target, boundary=boundary), traced=True)
        async with here.witness() as witness:
            op = await witness.ask_and_approve_what_was_told(target, bot)
            editing = boundary.name.startswith("editing ")
            aura = asyncio.create_task(along(here, witness, op, bot, falls_first=editing))
            assert await bot.end() == -signal.SIGKILL, boundary
            heir = await here.bot()
            ends = await witness.all_end_well(op)
            aura.cancel()
            await asyncio.wait([aura])
        assert await heir.stop() == 0, heir.words()
        assert here.servers() == []
    return next(iter(ends))


async def trials(place: Stages, world: Doubles, where: list[Boundary]) -> dict[str, str]:
    """Fall at every one of these boundaries; returns how each restore ended, or what went wrong."""
    free = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(n: int, boundary: Boundary) -> str:
        async with free:
            try:
                return await trial(place, world, n, boundary)
            except AssertionError as wrong:
                return str(wrong)

    ends = await asyncio.gather(*(one(n, boundary) for n, boundary in enumerate(where)))
    return {str(boundary): end for boundary, end in zip(where, ends, strict=True)}


async def test_the_way_of_a_restore_has_no_boundary_that_is_not_tried(patient: Doubles) -> None:
    async with stage(patient) as here:
        bot = await here.bot(traced=True)
        async with here.witness() as witness:
            op = await witness.ask_and_approve_what_was_told(instance(0), bot)
            await along(here, witness, op, bot)
            await witness.all_end_well(op)
        met = {line.split(" ", 1)[1] for line in here.trace.read_text().splitlines()}
    tried = {str(b) for b in (*AROUND_THE_CALL, *behind(*WAY))}
    assert tried <= met

    def plain(names: set[str]) -> set[str]:
        return {re.sub(r" \d+$", "", name) for name in names}

    # what Slack said a moment ago may spare a look
    assert plain(met) <= plain({str(b) for b in boundaries(*WAY)})


async def test_killed_where_no_restore_is_on_its_way_it_goes_on_to_the_end(
    patient: Doubles, fresh_stage: Stages
) -> None:
    where = behind("approved", "snapshotting", "ready", "restoring", "verifying", "done")
    where = [b for b in where if b not in AROUND_THE_CALL]
    assert await trials(fresh_stage, patient, where) == {str(b): "done" for b in where}
    assert set((await patient.snapshot_calls()).values()) == {1}  # a lost answer costs no second


async def test_killed_around_the_one_call_it_never_sends_a_second(
    patient: Doubles, fresh_stage: Stages
) -> None:
    ends = await trials(fresh_stage, patient, AROUND_THE_CALL)
    assert ends == {str(b): "stuck" if b in UNSENT else "done" for b in AROUND_THE_CALL}


async def test_killed_while_it_tells_people_it_tells_them_again(
    patient: Doubles, fresh_stage: Stages
) -> None:
    where = behind("awaiting_approval", "telling", "editing", "telling the end")
    assert await trials(fresh_stage, patient, where) == {str(b): "done" for b in where}
