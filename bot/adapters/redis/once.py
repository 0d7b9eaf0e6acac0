"""Things that happen once: a delivery is new once, a permit is used once."""

from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import KEPT, PREFIX, Script, fresh_token
from bot.adapters.redis.operations import OPEN
from bot.core.base import OperationId
from bot.core.operations import Phase

_CLAIM = """
-- KEYS claim; ARGV token, milliseconds kept
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0
"""

_SPEND = """
-- KEYS permit, open; ARGV token, milliseconds kept, operation, the phase that may send
-- In `open` an operation stands as its kind and its phase.
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
local stands = redis.call('HGET', KEYS[2], ARGV[3])
if not stands or string.match(stands, ' (.*)$') ~= ARGV[4] then return 0 end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""


class RedisSeen:
    """The Seen port."""

    def __init__(self, redis: Redis) -> None:
        self._claim = Script(redis, _CLAIM)

    async def first(self, key: str, *, ttl: float) -> bool:
        """Return True once for a key within ``ttl`` seconds (at least a millisecond)."""
        kept = max(1, int(ttl * 1000))
        return bool(await self._claim([f"{PREFIX}seen:{key}"], [fresh_token(), kept]))


class RedisPermits:
    """The permits that were used (promise P6), remembered for ``kept``.

    A permit is good only while its operation is about to send: a process that froze on the way,
    whose call was given up and perhaps settled meanwhile, sends nothing when it wakes up.
    """

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._spend = Script(redis, _SPEND)
        self._kept = int(kept.total_seconds() * 1000)

    async def consume(self, operation_id: OperationId) -> bool:
        """Return True for one call only per operation, and only while that is `starting`.

        Raises StoreUnavailable; the permit may have been used up then, and stays so.
        """
        key = f"{PREFIX}permit:{operation_id}"
        args: list[str | int] = [fresh_token(), self._kept, operation_id, Phase.STARTING.value]
        return bool(await self._spend([key, OPEN], args))
