"""Which files are being read, and how far each uploaded one has come: secrets that end."""

import json
from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, guarded
from bot.core.base import OperationId
from bot.core.uploads import Reading, Sending

#: As long as Google keeps a session
#: (https://cloud.google.com/storage/docs/resumable-uploads#session-uris).
LIFE = timedelta(days=7)


_READINGS = f"{PREFIX}readings"


class RedisSendings:
    """The Sendings port."""

    def __init__(self, redis: Redis, *, life: timedelta = LIFE) -> None:
        self._redis = redis
        self._life = life

    async def get(self, operation_id: OperationId) -> Sending | None:
        """Return what was kept, or None."""
        with guarded():
            stored = await self._redis.get(_key(operation_id))
            return Sending.model_validate_json(stored) if stored else None

    async def put(self, operation_id: OperationId, sending: Sending) -> None:
        """Keep it, for some days."""
        said = sending.model_dump(mode="json")
        # the one place where the address is written out: it must outlive the process
        said["location"] = sending.location.get_secret_value() if sending.location else None
        stored = json.dumps(said)
        with guarded():
            await self._redis.set(_key(operation_id), stored, ex=self._life)

    async def forget(self, operation_id: OperationId) -> None:
        """Keep nothing of it any more."""
        with guarded():
            await self._redis.delete(_key(operation_id))


class RedisReadings:
    """The Readings port."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def all(self) -> tuple[Reading, ...]:
        """Return all that were kept and not forgotten."""
        with guarded():
            stored = await self._redis.hvals(_READINGS)
            return tuple(Reading.model_validate_json(each) for each in stored)

    async def keep(self, reading: Reading) -> None:
        """Keep that a file is being read for somebody."""
        with guarded():
            stored = reading.model_dump_json()
            await self._redis.hset(_READINGS, reading.operation_id, stored)

    async def forget(self, operation_id: OperationId) -> None:
        """Say that whoever asked has been told."""
        with guarded():
            await self._redis.hdel(_READINGS, operation_id)


def _key(operation_id: OperationId) -> str:
    return f"{PREFIX}sending:{operation_id}"
