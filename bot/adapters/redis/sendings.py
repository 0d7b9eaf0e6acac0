"""How far each uploaded file has come, in Redis: secrets that end by themselves."""

import json
from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, guarded
from bot.core.base import OperationId
from bot.core.uploads import Sending

#: As long as Google keeps a session
#: (https://cloud.google.com/storage/docs/resumable-uploads#session-uris).
LIFE = timedelta(days=7)


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


def _key(operation_id: OperationId) -> str:
    return f"{PREFIX}sending:{operation_id}"
