"""The rate limit: one bucket of tokens per credential, shared by all replicas through Redis.

Aura allows 25 or 125 requests a minute (https://neo4j.com/docs/aura/api/overview/). A bucket
holds that many tokens, and each comes back a minute after it was taken, so that no minute,
wherever one begins to count, sees more requests than allowed. Background work leaves a
fifth of the tokens to people who wait.
"""

import math
from hashlib import sha256
from secrets import token_hex
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.adapters.aura.auth import Credential
from bot.core.errors import AuraThrottled, StoreUnavailable
from bot.ports import Clock

#: Seconds after which a token comes back: a minute, and one more for the way to Aura, since it is
#: there that the requests are counted.
MINUTE = 61.0
#: The part of the tokens that background work leaves alone.
RESERVE = 0.2

#: The bucket is a sorted set of the tokens that are out, scored by when they were taken. The time
#: comes from the caller's clock, which all replicas share closely enough; a token is never out
#: for longer than that minute of the server's own time, because the whole key is forgotten then.
_TAKE = """
local now, room, minute = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - minute)
local out = redis.call('ZCARD', KEYS[1])
if out < room then
  redis.call('ZADD', KEYS[1], now, ARGV[4])
  redis.call('PEXPIRE', KEYS[1], minute)
  return 0
end
local first = redis.call('ZRANGE', KEYS[1], out - room, out - room, 'WITHSCORES')
return math.max(1, math.min(minute, math.ceil(tonumber(first[2]) + minute - now)))
"""


class OutOfPatience(AuraThrottled):
    """We ourselves held the call back for too long; nothing was sent."""


class Allowance(Protocol):
    """Leave to send one request."""

    async def take(self, credential: Credential, *, background: bool, patience: float) -> None:
        """Wait for a token, at most about ``patience`` seconds; raises OutOfPatience."""


class Buckets:
    """The buckets of all credentials, in Redis under ``<prefix>:<digest of the client id>``."""

    def __init__(self, redis: Redis, *, clock: Clock, prefix: str = "sp:aura:tokens") -> None:
        self._clock = clock
        self._prefix = prefix
        self._take = redis.register_script(_TAKE)

    async def take(self, credential: Credential, *, background: bool, patience: float) -> None:
        """Wait for a token; raises OutOfPatience, or StoreUnavailable without Redis."""
        waited = 0.0
        while wait := await self._try(credential, background=background):
            if waited + wait > patience:
                raise OutOfPatience("too much is asked of Aura at the moment", retry_after=wait)
            await self._clock.sleep(wait)
            waited += wait

    async def _try(self, credential: Credential, *, background: bool) -> float:
        """Take a token if there is one; returns 0.0, or the seconds until one may come back."""
        digest = sha256(credential.client_id.encode()).hexdigest()[:16]
        room = credential.per_minute
        if background:
            room = max(1, room - math.ceil(room * RESERVE))
        now = int(self._clock.now().timestamp() * 1000)
        try:
            wait = await self._take(
                keys=[f"{self._prefix}:{digest}"],
                args=[now, room, int(MINUTE * 1000), token_hex(8)],
            )
        except (RedisError, OSError) as exc:
            raise StoreUnavailable(
                "the store that counts the calls to Aura does not answer",
                hint="Try again in a minute.",
            ) from exc
        return float(wait) / 1000
