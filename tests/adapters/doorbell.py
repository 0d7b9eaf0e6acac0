"""A queue at work on a store, and ticks that remember, for the tests of the doorbell."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.adapters.bells import BUSY, DUE
from bot.adapters.embedded import EmbeddedStore
from bot.adapters.queue import DocketQueue
from bot.core.base import OperationId
from tests.adapters.waiting import until, until_async

OP = OperationId("rst-one")
OTHER = OperationId("rst-two")
QUICK = timedelta(seconds=2)  # dead replicas are noticed after 1 s, lost bells after 0.25 s


class Ticks:
    """A tick that remembers when it ran, and does what a test wants."""

    def __init__(self) -> None:
        self.began: list[tuple[str, float]] = []
        self.ended = 0
        self.running = 0
        self.most_at_once = 0
        self.act: Callable[[OperationId], Awaitable[None]] | None = None

    async def __call__(self, operation_id: OperationId) -> None:
        self.began.append((operation_id, time.monotonic()))
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            if self.act is not None:
                await self.act(operation_id)
        finally:
            self.running -= 1
            self.ended += 1

    @property
    def count(self) -> int:
        return len(self.began)


@asynccontextmanager
async def working(
    store: EmbeddedStore, ticks: Ticks, *, grace: float = 5, mend: bool = False
) -> AsyncIterator[DocketQueue]:
    """Yield a queue whose worker runs; without ``mend`` nothing may rest on a second bell."""
    async with DocketQueue(
        store.url, ticks, redelivery=QUICK, grace=timedelta(seconds=grace)
    ) as queue:
        if not mend:
            queue._mend_every = 3600
        before = workers()
        running = asyncio.create_task(queue.run())
        try:
            await until(lambda: workers() > before)
            yield queue
        finally:
            running.cancel()
            await asyncio.wait({running})
        assert running.cancelled()


def workers() -> int:
    """How many workers of this process take bells."""
    return sum("lease renewal" in task.get_name() for task in asyncio.all_tasks())


async def settled(queue: DocketQueue) -> None:
    """Wait until no tick is owed, none runs, and every bell has been answered."""
    redis = queue._redis

    async def nothing_left() -> bool:
        left = await redis.zcard(DUE) + await redis.zcard(BUSY)
        left += await redis.xlen("savepoint-queue:stream")
        return left + await redis.zcard("savepoint-queue:queue") == 0

    await until_async(nothing_left)
