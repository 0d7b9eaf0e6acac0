"""Readers: a file is read as a whole before there is an operation, which takes minutes.

Whoever asked was told that their request appears when it is read. So what is being read is kept in
the store under a lease; where a process dies in the middle, the sweep finds the lease free, and
tells them that nothing was asked for (promises P7 and P16).
"""

from collections.abc import Awaitable, Callable

import structlog

from bot.core.base import OperationId
from bot.core.errors import ChatFailed, ChatUnavailable, NotRestorable
from bot.core.operations import Upload
from bot.core.uploads import BackupFile, Reading
from bot.services.backup_files import BackupFiles, Found
from bot.services.leasing import LEASE, alone
from bot.services.world import World
from bot.views.upload import unread

log = structlog.get_logger(__name__)

Make = Callable[[BackupFile], Awaitable[Upload]]


class Readers:
    """Reads files for requests, and tells whom it left without one."""

    def __init__(self, world: World, files: BackupFiles) -> None:
        self._world = world
        self._files = files

    async def read(self, reading: Reading, found: Found, make: Make) -> Upload:
        """Read a file as a whole and make the request of it.

        Raises what either raises; whoever called tells it, so nothing is kept then.
        """
        name, holder = _lease(reading.operation_id), self._world.new_id("read")
        op = await alone(self._world.leases, name, holder, self._read(reading, found, make))
        if op is None:  # pragma: no cover -- the id was made a moment ago
            raise NotRestorable("the file is being read already")
        return op

    async def _read(self, reading: Reading, found: Found, make: Make) -> Upload:
        await self._world.readings.keep(reading)
        try:
            op = await make(await self._files.whole(found))
        except Exception:  # not where the bot stops: then the sweep tells it
            await self._world.readings.forget(reading.operation_id)
            raise
        await self._world.readings.forget(reading.operation_id)
        return op

    async def tell(self) -> None:
        """Tell everybody whose file nobody reads any more that nothing was asked for."""
        for reading in await self._world.readings.all():
            name, holder = _lease(reading.operation_id), self._world.new_id("sweep")
            if not await self._world.leases.take(name, holder, ttl=LEASE):
                continue
            try:
                await self._settle(reading)
            finally:
                await self._world.leases.drop(name, holder)

    async def _settle(self, reading: Reading) -> None:
        try:
            if await self._world.operations.get(reading.operation_id) is None:
                await self._world.chat.dm(reading.person.user_id, unread(reading))
        except ChatUnavailable as away:
            log.warning("somebody is told later", why=away.summary)
            return
        except ChatFailed as failed:
            log.warning("somebody cannot be told", why=failed.summary)
        await self._world.readings.forget(reading.operation_id)


def _lease(operation_id: OperationId) -> str:
    return f"read-{operation_id}"
