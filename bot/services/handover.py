"""Offering the requester the one look at a first password, where nobody else reads."""

import structlog

from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.operations import AnyOperation, Clone
from bot.ports import Card, MessageRef
from bot.services.world import World
from bot.views import password as views

log = structlog.get_logger(__name__)


async def offered(world: World, op: AnyOperation, card: Card) -> MessageRef | None:
    """Write to the requester once a password waits for them; None where there is nothing to do.

    Raises ChatUnavailable when Slack must be waited for.
    """
    if not isinstance(op, Clone) or op.accepted is None or card.offered is not None:
        return None
    until = op.accepted.once_until
    if until is None:
        return None
    try:
        return await world.chat.dm(op.requester.user_id, views.offered(op, until=until))
    except ChatUnavailable:
        raise
    except ChatFailed as refusal:
        log.error("first password not offered", code=refusal.code)
        return None
