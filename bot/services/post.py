"""The post office: carries marked operations to Slack, new messages before edits, finals first.

Edits are scarce, so each round picks the operation that is most urgent at that moment.
"""

import structlog

from bot.core.errors import BotError, ChatUnavailable
from bot.services.announce import Announcer
from bot.services.world import World

log = structlog.get_logger(__name__)


class PostOffice:
    """Two rounds, to be walked again and again by loops that `bot.app` starts."""

    def __init__(self, world: World, announcer: Announcer) -> None:
        self._world = world
        self._announcer = announcer

    async def deliver(self) -> float:
        """Post for one marked operation; returns seconds to wait before the next round."""
        operation_id = await self._world.posts.take()
        if operation_id is None:
            return 0.1
        wait = 0.0
        with structlog.contextvars.bound_contextvars(operation=operation_id):
            try:
                await self._announcer.post(operation_id)
            except ChatUnavailable as absent:
                log.warning("slack absent", why=absent.summary)
                op = await self._world.operations.get(operation_id)
                await self._world.posts.mark(operation_id, final=op is None or op.final)
                wait = absent.retry_after
            except BotError as trouble:
                log.error("post failed", why=trouble.summary)
            await self._world.posts.done(operation_id)
        return wait

    async def revise(self) -> float:
        """Edit one message of the most urgent operation; returns seconds to wait."""
        operation_id = await self._world.edits.take()
        if operation_id is None:
            return 0.1
        wait, more = 0.0, True
        with structlog.contextvars.bound_contextvars(operation=operation_id):
            try:
                more = await self._announcer.edit(operation_id)
            except ChatUnavailable as absent:
                log.info("edit waits", why=absent.summary)
                wait = absent.retry_after
        if more:
            op = await self._world.operations.get(operation_id)
            await self._world.edits.mark(operation_id, final=op is None or op.final)
        await self._world.edits.done(operation_id)
        return wait
