import asyncio

import httpx

from bot.adapters.aura.line import LANES
from bot.core.errors import AuraUnreachable
from bot.ports import Accepted
from tests.adapters.aura.stage import (
    INSTANCE,
    ORDERS,
    PERMIT,
    RESTORE,
    MovingClock,
    ScriptedAura,
    a_client,
    data,
)


class SlowAura(ScriptedAura):
    """Holds every read until it is opened, and notes how many it held at once."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.full = asyncio.Event()
        self.held = self.most = 0
        self.answer = lambda request: data(INSTANCE)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self.held += 1
            self.most = max(self.most, self.held)
            if self.held == LANES:
                self.full.set()
            await self.open.wait()
            self.held -= 1
        return await super().handle_async_request(request)


async def test_few_reads_are_on_their_way_at_a_time_and_all_are_answered() -> None:
    slow = SlowAura()
    async with a_client(slow, MovingClock()) as aura:
        reads = [asyncio.create_task(aura.instance(ORDERS)) for _ in range(3 * LANES)]
        await slow.full.wait()
        slow.open.set()
        answers = await asyncio.gather(*reads)
    assert slow.most == LANES
    assert {instance.id for instance in answers} == {ORDERS}


async def test_a_restore_does_not_queue_behind_reads() -> None:
    slow = SlowAura()
    slow.script(f"POST {RESTORE}", data({**INSTANCE, "status": "restoring"}, status=202))
    async with a_client(slow, MovingClock()) as aura:
        reads = [asyncio.create_task(aura.instance(ORDERS)) for _ in range(LANES)]
        await slow.full.wait()
        assert isinstance(await aura.overwrite_in_place(PERMIT), Accepted)
        slow.open.set()
        await asyncio.gather(*reads)


async def test_a_read_that_fails_gives_its_lane_back() -> None:
    lost = ScriptedAura()
    lost.answer = lambda request: httpx.ConnectError("no route")
    async with a_client(lost, MovingClock()) as aura:
        for _ in range(LANES + 1):
            try:
                await aura.instance(ORDERS)
            except AuraUnreachable:
                continue
    assert len(lost.calls) >= LANES + 1
