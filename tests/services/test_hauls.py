"""Long work beside the ticks: one at a time, recorded by itself, begun again after trouble."""

import asyncio
import inspect
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.core.base import OperationId
from bot.core.errors import BotError, GraphUnavailable, NotAllowed, StoreUnavailable
from bot.core.operations import events as e
from bot.services import hauls, leasing
from bot.services.hauls import Hauls, Told
from bot.services.leasing import LeaseLost, alone
from bot.services.steps import Later
from bot.services.world import World

OP = OperationId("exp-1")
DONE = e.Reminded()


@dataclass
class Small:
    """As much of a world as hauls need, shared by two processes."""

    held: dict[str, str] = field(default_factory=dict)
    rung: list[float] = field(default_factory=list)
    recorded: list[e.Event] = field(default_factory=list)
    away: bool = False
    ids: int = 0

    def new_id(self, prefix: str) -> str:
        self.ids += 1
        return f"{prefix}-{self.ids}"

    @property
    def leases(self) -> "Small":
        return self

    @property
    def queue(self) -> "Small":
        return self

    async def take(self, name: str, holder: str, *, ttl: float) -> bool:
        return self.held.setdefault(name, holder) == holder

    async def drop(self, name: str, holder: str) -> None:
        if self.away:
            raise StoreUnavailable("away")
        if self.held.get(name) == holder:
            del self.held[name]

    async def ring(self, operation_id: OperationId, *, after: float = 0.0) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.rung.append(after)

    async def record(self, operation_id: OperationId, event: e.Event) -> None:
        if self.away:
            raise StoreUnavailable("away")
        self.recorded.append(event)


def process(world: Small) -> Hauls:
    return Hauls(cast(World, world), world.record)


async def test_a_haul_records_its_own_result_and_gives_the_lease_back() -> None:
    world = Small()
    mine = process(world)

    async def work(told: Told) -> e.Event:
        told(7)
        assert mine.done(OP) == 7
        return DONE

    assert isinstance(await mine.carry(OP, work), Later)
    await mine.idle()
    assert (world.recorded, world.held, mine.done(OP)) == ([DONE], {}, None)


async def test_no_second_one_begins_here_or_elsewhere() -> None:
    world = Small()
    mine, other = process(world), process(world)
    begun: list[int] = []
    go_on = asyncio.Event()

    async def work(told: Told) -> e.Event:
        begun.append(1)
        await go_on.wait()
        return DONE

    for each in (mine, mine, other):
        await each.carry(OP, work)
        await asyncio.sleep(0)
    assert await alone(world, f"haul-{OP}", "another", work(print)) is None
    go_on.set()
    await mine.idle()
    await other.idle()
    assert (begun, world.recorded) == ([1], [DONE])


async def test_what_must_follow_a_haul_waits_until_none_runs_anywhere() -> None:
    world = Small()
    mine, other = process(world), process(world)
    go_on = asyncio.Event()

    async def work(told: Told) -> e.Event:
        await go_on.wait()
        return DONE

    async def behind() -> list[e.Event]:
        return list(world.recorded)

    await mine.carry(OP, work)
    assert (await mine.after(OP, behind()), await other.after(OP, behind())) == (None, None)
    go_on.set()
    await mine.idle()
    assert await other.after(OP, behind()) == [DONE]
    assert world.held == {}


async def test_work_that_could_not_be_begun_is_not_left_hanging() -> None:
    class Away(Small):
        async def take(self, name: str, holder: str, *, ttl: float) -> bool:
            raise StoreUnavailable("away")

    async def work() -> None:
        raise AssertionError("nobody has the lease")

    begun = work()
    with pytest.raises(StoreUnavailable):
        await alone(cast(World, Away()).leases, "haul", "me", begun)
    assert inspect.getcoroutinestate(begun) == inspect.CORO_CLOSED


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (NotAllowed("not this one", hint="Ask again."), "not this one"),
        (RuntimeError("a bug"), "an unexpected fault stopped it"),
    ],
)
async def test_what_cannot_be_done_fails(trouble: Exception, reason: str) -> None:
    world = Small()

    async def work(told: Told) -> e.Event:
        raise trouble

    mine = process(world)
    await mine.carry(OP, work)
    await mine.idle()
    [failed] = world.recorded
    assert isinstance(failed, e.StepFailed)
    assert failed.reason == reason


async def test_what_is_only_away_is_tried_again() -> None:
    world = Small()

    async def work(told: Told) -> e.Event:
        raise GraphUnavailable("away")

    mine = process(world)
    await mine.carry(OP, work)
    await mine.idle()
    assert (world.recorded, world.rung) == ([], [hauls.AGAIN])


@pytest.mark.parametrize("trouble", [NotAllowed("no"), GraphUnavailable("away"), None])
async def test_a_store_that_is_away_loses_nothing(trouble: BotError | None) -> None:
    world = Small(away=True)

    async def work(told: Told) -> e.Event:
        if trouble:
            raise trouble
        return DONE

    mine = process(world)
    await mine.carry(OP, work)
    await mine.idle()
    assert world.recorded == []


async def test_who_loses_the_lease_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leasing, "RENEW", 0.01)
    world = Small()
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async def robbed() -> None:
        assert "x" in world.held
        world.held["x"] = "somebody else"

    with pytest.raises(LeaseLost):
        await asyncio.gather(alone(world, "x", "mine", work()), robbed())
    assert ended == ["cancelled"]
    assert world.held == {"x": "somebody else"}


async def test_what_nobody_wants_any_more_ends_without_a_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leasing, "RENEW", 0.01)
    world, asked, ended = Small(), list[bool](), list[str]()

    async def endless(told: Told) -> e.Event:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")
        return DONE

    async def wanted() -> bool:
        asked.append(True)
        return len(asked) < 3

    mine = process(world)
    await mine.carry(OP, endless, wanted=wanted)
    await mine.idle()
    assert (len(asked), ended) == (3, ["cancelled"])
    assert (world.recorded, world.rung, world.held) == ([], [], {})


@pytest.mark.parametrize("how", ["stop", "close"])
async def test_a_haul_can_be_cancelled_and_another_process_goes_on(how: str) -> None:
    world = Small()

    async def endless(told: Told) -> e.Event:
        await asyncio.Event().wait()
        return DONE

    async def quick(told: Told) -> e.Event:
        return DONE

    mine, other = process(world), process(world)
    await mine.carry(OP, endless)
    await asyncio.sleep(0)
    if how == "stop":
        mine.stop(OP)
        mine.stop(OperationId("exp-2"))
    await cast(Any, mine).close()
    assert (world.recorded, world.held) == ([], {})
    await other.carry(OP, quick)
    await other.idle()
    assert world.recorded == [DONE]
