"""Cards and drafts in Redis: where messages stand, and modals in the making."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.adapters.redis.connection import KEPT, PREFIX, guarded
from bot.core.base import OperationId
from bot.core.errors import ChatUnavailable
from bot.ports import Card, Draft


class RedisCards:
    """The Cards port. A card is kept for ``kept`` after its last change.

    ``hold`` bounds how long one process tells of an operation, ``wait`` how long others wait
    for it, both in seconds.
    """

    def __init__(
        self, redis: Redis, *, kept: timedelta = KEPT, hold: float = 30.0, wait: float = 5.0
    ) -> None:
        self._redis = redis
        self._kept = kept
        self._hold = hold
        self._wait = wait

    async def get(self, operation_id: OperationId) -> Card:
        """Return the card, an empty one when none is stored."""
        with guarded():
            stored = await self._redis.get(_card(operation_id))
            return Card.model_validate_json(stored) if stored else Card()

    async def save(self, operation_id: OperationId, card: Card) -> None:
        """Store the card."""
        with guarded():
            await self._redis.set(_card(operation_id), card.model_dump_json(), ex=self._kept)

    @asynccontextmanager
    async def alone(self, operation_id: OperationId) -> AsyncIterator[None]:
        """Keep all others, in any process, from telling of an operation meanwhile.

        Two that tell at once would post twice, and each would overwrite what the other noted.
        """
        lock = self._redis.lock(
            f"{PREFIX}telling:{operation_id}", timeout=self._hold, sleep=0.05, thread_local=False
        )
        with guarded():
            held = await lock.acquire(blocking_timeout=self._wait)
        if not held:
            raise ChatUnavailable(
                f"somebody else is just telling of {operation_id}", code="held", retry_after=1.0
            )
        try:
            yield
        finally:
            # without an answer, or with the hold over, it has ended or ends by itself
            with suppress(RedisError, OSError):
                await lock.release()


class RedisDrafts:
    """The Drafts port. A draft is kept for ``kept`` after it was last saved."""

    def __init__(self, redis: Redis, *, kept: timedelta = timedelta(hours=1)) -> None:
        self._redis = redis
        self._kept = kept

    async def get(self, draft_id: str) -> Draft | None:
        """Return the draft, or None when it is gone."""
        with guarded():
            stored = await self._redis.get(_draft(draft_id))
            return Draft.model_validate_json(stored) if stored else None

    async def save(self, draft: Draft) -> None:
        """Store the draft."""
        with guarded():
            await self._redis.set(_draft(draft.id), draft.model_dump_json(), ex=self._kept)


def _card(operation_id: OperationId) -> str:
    return f"{PREFIX}card:{operation_id}"


def _draft(draft_id: str) -> str:
    return f"{PREFIX}draft:{draft_id}"
