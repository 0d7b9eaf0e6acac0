"""The post office: carries marked operations to Slack, new messages before edits, finals first.

Edits are scarce, so each round picks the operation that is most urgent at that moment.
"""

import structlog

from bot.core.errors import BotError, ChatUnavailable, StoreUnavailable
from bot.services.announce import Announcer
from bot.services.world import World

log = structlog.get_logger(__name__)

#: Seconds between two looks at an empty outbox. Every loop of every replica looks, so this is what
#: an idle bot asks of the store; and how late a message may be that no command answers itself.
IDLE = 0.5
#: Seconds to wait after the store did not answer. It may be back before a round has ended, so
#: what was not told is marked again rather than done with.
AFTER_LOSS = 1.0


class PostOffice:
    """Two rounds, to be walked again and again by loops that `bot.app` starts."""

    def __init__(self, world: World, announcer: Announcer) -> None:
        self._world = world
        self._announcer = announcer

    async def deliver(self) -> float:
        """Post for one marked operation; returns seconds to wait before the next round."""
        operation_id = await self._world.posts.take()
        if operation_id is None:
            return IDLE
        wait = 0.0
        with structlog.contextvars.bound_contextvars(operation=operation_id):
            try:
                await self._announcer.post(operation_id)
            except (ChatUnavailable, StoreUnavailable) as absent:
                log.warning("post waits", why=absent.summary)
                op = await self._world.operations.get(operation_id)
                await self._world.posts.mark(operation_id, final=op is None or op.final)
                wait = _wait(absent)
            except BotError as trouble:
                log.error("post failed", why=trouble.summary)
            await self._world.posts.done(operation_id)
        return wait

    async def revise(self) -> float:
        """Edit one message of the most urgent operation; returns seconds to wait."""
        operation_id = await self._world.edits.take()
        if operation_id is None:
            return IDLE
        wait, more = 0.0, True
        with structlog.contextvars.bound_contextvars(operation=operation_id):
            try:
                more = await self._announcer.edit(operation_id)
            except (ChatUnavailable, StoreUnavailable) as absent:
                log.info("edit waits", why=absent.summary)
                wait = _wait(absent)
        if more:
            op = await self._world.operations.get(operation_id)
            await self._world.edits.mark(operation_id, final=op is None or op.final)
        await self._world.edits.done(operation_id)
        return wait


def _wait(absent: ChatUnavailable | StoreUnavailable) -> float:
    return absent.retry_after if isinstance(absent, ChatUnavailable) else AFTER_LOSS
