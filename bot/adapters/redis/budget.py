"""Shared allowances in Redis: a sliding log of what was granted, on the server's clock.

At most N units are granted in *any* window, across all replicas; a token bucket would let nearly
2 N through around a refill.
"""

from collections.abc import Mapping

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, Script, fresh_token

_TAKE = """
-- KEYS log; ARGV limit, window in microseconds, token
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- what is exactly one window old still counts
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - ARGV[2]))
if redis.call('ZSCORE', KEYS[1], ARGV[3]) then return 0 end
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[3])
  redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[2] / 1000) + 1)
  return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2]
return oldest + ARGV[2] - now + 1
"""


class RedisBudget:
    """The Budget port. ``limits`` names each allowance: ``{"chat.update": (40, 60.0)}``.

    A name may be divided: ``chat.postMessage:C1`` and ``chat.postMessage:C2`` each have the
    allowance of ``chat.postMessage`` to themselves.


    The pair is the number of units (1 or more) and the window in seconds.
    """

    def __init__(self, redis: Redis, limits: Mapping[str, tuple[int, float]]) -> None:
        self._limits = dict(limits)
        self._take = Script(redis, _TAKE)

    async def take(self, name: str) -> float:
        """Take one unit; returns 0.0 when granted, else the seconds until one comes free.

        Others may be faster then, so the caller asks again. Raises KeyError for an unknown name.
        """
        limit, window = self._limits[name.partition(":")[0]]
        args: tuple[str | int, ...] = (limit, round(window * 1_000_000), fresh_token())
        wait = await self._take([f"{PREFIX}budget:{name}"], args)
        return int(wait) / 1_000_000
