"""The sweep: finds what a lost bell or a lost mark left behind (promise P7)."""

from bot.services.readers import Readers
from bot.services.world import World

#: Seconds between two sweeps; one replica does each.
EVERY = 60.0
#: How many ended operations are looked over for messages that never left.
LOOK_BACK = 200


class Sweep:
    """Rings for every open operation and marks those whose messages are behind.

    It tells, too, whose request was lost before there was an operation.
    """

    def __init__(self, world: World, readers: Readers) -> None:
        self._world = world
        self._readers = readers

    async def __call__(self, *, forced: bool = False) -> int:
        """Sweep once, unless another replica has just done it; returns how many were woken."""
        if not forced and not await self._world.seen.first("sweep", ttl=EVERY - 5):
            return 0
        woken = 0
        still_open = await self._world.operations.open()
        await self._world.imports.tidy(still_open)
        for operation_id in still_open:
            await self._world.queue.ring(operation_id)
            await self._world.posts.mark(operation_id, final=False)
            woken += 1
        for op in await self._world.operations.recent(LOOK_BACK):
            if op.final and not (await self._world.cards.get(op.id)).settled:
                await self._world.posts.mark(op.id, final=True)
                woken += 1
        await self._readers.tell()
        return woken
