"""One turn of telling an operation: what is said, and what of it is noted on the card.

A turn is short. Between two messages it may end, and what is left is told in the next one, so that
an operation with much to tell holds up none with something more urgent.
"""

from collections.abc import Mapping
from typing import Any

import structlog

from bot.core.base import ChannelId, OperationId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.operations import AnyOperation
from bot.ports import Card, MessageRef
from bot.services.world import World
from bot.views.kit import Message

log = structlog.get_logger(__name__)

#: Seconds after which a turn begins no more messages. With the last one, which may wait for its
#: channel and for Slack's answer, it is over before `bot.app.PATIENCE` lets another one begin.
LONGEST = 15.0


class Turn:
    """The operation as it is, its card, and the one way to say something and note it."""

    def __init__(self, world: World, op: AnyOperation, card: Card) -> None:
        self.op = op
        self.card = card
        self._world = world
        self._until = world.clock.monotonic() + LONGEST

    @property
    def thread(self) -> str | None:
        """The thread of what is said in the operation's channel; None before it has a card."""
        if self.op.channel == self.op.origin.channel and self.op.origin.thread_ts:
            return self.op.origin.thread_ts
        return self.card.root.ts if self.card.root else None

    async def send(
        self, channel: ChannelId, message: Message, *, thread_ts: str | None = None
    ) -> MessageRef:
        """Post; raises ChatUnavailable when it must wait, ChatFailed when Slack refuses it."""
        if self._world.clock.monotonic() > self._until:
            raise ChatUnavailable("others are told in between", code="turn", retry_after=0.0)
        return await self._world.chat.post(channel, message, thread_ts=thread_ts)

    async def say(
        self, channel: ChannelId, message: Message, *, thread_ts: str | None = None
    ) -> MessageRef | None:
        """Post; None when Slack refuses this place for good (archived, bot not in it)."""
        try:
            return await self.send(channel, message, thread_ts=thread_ts)
        except ChatUnavailable:
            raise
        except ChatFailed as refusal:
            log.error("post refused", code=refusal.code, channel=channel)
            return None

    async def note(self, *, shown: Mapping[str, str] | None = None, **changes: Any) -> None:
        """Store what has changed on the card, and the digests of what messages show now.

        Raises ChatUnavailable when somebody else told of the operation meanwhile.
        """
        changes["shown"] = {**self.card.shown, **(shown or {})}
        self.card = await self._world.cards.save(self.op.id, self.card.model_copy(update=changes))


async def begin(world: World, operation_id: OperationId) -> Turn | None:
    """Begin a turn, which the caller has to itself; None for an operation that does not exist."""
    op = await world.operations.get(operation_id)
    return Turn(world, op, await world.cards.get(operation_id)) if op is not None else None
