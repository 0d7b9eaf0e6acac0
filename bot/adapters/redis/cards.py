"""Cards and drafts in Redis: where messages stand, and modals in the making."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import RedisError

from bot.adapters.redis.connection import KEPT, PREFIX, Script, guarded
from bot.core.base import OperationId
from bot.core.errors import ChatUnavailable
from bot.ports import Card, Draft

_SAVE = """
-- KEYS card; ARGV version before, json, seconds kept
local stored = redis.call('GET', KEYS[1])
if stored == ARGV[2] then return 1 end
local version = stored and cjson.decode(stored).version or 0
if version ~= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class RedisCards:
    """The Cards port. A card is kept for ``kept`` after its last change.

    ``hold`` is how long the hold of a process that died keeps others from telling, ``wait`` how
    long others wait for one that lives, both in seconds. Who lives renews its hold. One that
    froze for longer may post once more what another has posted; its note of it is refused.
    """

    def __init__(
        self, redis: Redis, *, kept: timedelta = KEPT, hold: float = 30.0, wait: float = 5.0
    ) -> None:
        self._redis = redis
        self._kept = kept
        self._hold = hold
        self._wait = wait
        self._save = Script(redis, _SAVE)

    async def get(self, operation_id: OperationId) -> Card:
        """Return the card, an empty one when none is stored."""
        with guarded():
            stored = await self._redis.get(_card(operation_id))
            return Card.model_validate_json(stored) if stored else Card()

    async def save(self, operation_id: OperationId, card: Card) -> Card:
        """Store the card by compare-and-swap and return it as stored."""
        kept = card.model_copy(update={"version": card.version + 1})
        seconds = int(self._kept.total_seconds())
        args = (card.version, kept.model_dump_json(), seconds)
        if not await self._save([_card(operation_id)], args):
            raise _held(operation_id)
        return kept

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
            raise _held(operation_id)
        over = asyncio.Event()
        keeping = asyncio.create_task(self._keep(lock, over))
        try:
            yield
        finally:
            over.set()  # never cancelled: redis-py may not hear that
            await keeping
            # without an answer, or with the hold over, it has ended or ends by itself
            with suppress(RedisError, OSError):
                await lock.release()

    async def _keep(self, lock: Lock, over: asyncio.Event) -> None:
        """Renew three times per hold; the next renewal makes up for one that was not heard."""
        ended = asyncio.create_task(over.wait())
        while not (await asyncio.wait({ended}, timeout=self._hold / 3))[0]:
            with suppress(RedisError, OSError):
                await lock.reacquire()


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


def _held(operation_id: OperationId) -> ChatUnavailable:
    said = f"somebody else is just telling of {operation_id}"
    return ChatUnavailable(said, code="held", retry_after=1.0)


def _card(operation_id: OperationId) -> str:
    return f"{PREFIX}card:{operation_id}"


def _draft(draft_id: str) -> str:
    return f"{PREFIX}draft:{draft_id}"
