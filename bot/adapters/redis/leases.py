"""Leases in Redis: a key with its holder, which ends by itself when nobody prolongs it."""

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, Script

_TAKE = """
-- KEYS lease; ARGV holder, milliseconds
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

_DROP = """
-- KEYS lease; ARGV holder
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


class RedisLeases:
    """The Leases port."""

    def __init__(self, redis: Redis) -> None:
        self._take = Script(redis, _TAKE)
        self._drop = Script(redis, _DROP)

    async def take(self, name: str, holder: str, *, ttl: float) -> bool:
        """Take or prolong a lease for ``ttl`` seconds (at least a millisecond)."""
        return bool(await self._take([_key(name)], [holder, max(1, round(ttl * 1000))]))

    async def drop(self, name: str, holder: str) -> None:
        """Give a lease back."""
        await self._drop([_key(name)], [holder])


def _key(name: str) -> str:
    return f"{PREFIX}long:{name}"
