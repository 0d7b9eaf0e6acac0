"""The catalogue of fingerprints in Redis: one sorted set per instance, by time."""

from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import KEPT, PREFIX, guarded
from bot.core.base import InstanceId
from bot.core.graph.fingerprint import Kept

MOST = 200


class RedisFingerprints:
    """The Fingerprints port. The last ``MOST`` are kept, for ``kept`` after the newest."""

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._redis = redis
        self._kept = kept

    async def add(self, kept: Kept) -> None:
        """Keep one; adding the same again changes nothing."""
        key = _key(kept.fingerprint.instance_id)
        when = kept.fingerprint.taken_at.timestamp()
        with guarded():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.zadd(key, {kept.model_dump_json(): when})
                pipe.zremrangebyrank(key, 0, -MOST - 1)
                pipe.expire(key, self._kept)
                await pipe.execute()

    async def of(self, instance_id: InstanceId) -> tuple[Kept, ...]:
        """Return those of an instance, newest first."""
        with guarded():
            stored = await self._redis.zrange(_key(instance_id), 0, -1, desc=True)
            return tuple(Kept.model_validate_json(str(json)) for json in stored)


def _key(instance_id: InstanceId) -> str:
    return f"{PREFIX}fingerprints:{instance_id}"
