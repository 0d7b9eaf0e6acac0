"""The snapshot catalogue in Redis: one hash of notes per instance."""

from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import KEPT, PREFIX, guarded
from bot.core.base import InstanceId, SnapshotId
from bot.core.snapshots import SnapshotNote


class RedisCatalogue:
    """The Catalogue port. Notes are kept for ``kept`` after the instance's last one."""

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._redis = redis
        self._kept = kept

    async def add(self, note: SnapshotNote) -> None:
        """Remember a note; a later one for the same snapshot replaces it."""
        key = _notes(note.instance_id)
        with guarded():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(key, note.snapshot_id, note.model_dump_json())
                pipe.expire(key, self._kept)
                await pipe.execute()

    async def notes(self, instance_id: InstanceId) -> dict[SnapshotId, SnapshotNote]:
        """Return the notes of an instance's snapshots."""
        with guarded():
            stored = await self._redis.hgetall(_notes(instance_id))
            return {
                SnapshotId(str(key)): SnapshotNote.model_validate_json(json)
                for key, json in stored.items()
            }


def _notes(instance_id: InstanceId) -> str:
    return f"{PREFIX}catalogue:{instance_id}"
