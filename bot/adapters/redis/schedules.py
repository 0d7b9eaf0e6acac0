"""Schedules in Redis: three hashes, for the schedules, their pauses and their cursors."""

from collections.abc import Mapping
from datetime import UTC, datetime

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, Script, guarded
from bot.core.base import InstanceId
from bot.core.schedules import Pause, Schedule
from bot.ports.plans import Cursors

_ALL = f"{PREFIX}schedules"
_PAUSES = f"{PREFIX}schedules:pauses"
_CURSORS = f"{PREFIX}schedules:cursors"

_FORWARD = """
-- KEYS cursors; ARGV field, seconds
local now = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if tonumber(ARGV[2]) > now then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
"""

_REMOVE = """
-- KEYS schedules, pauses, cursors; ARGV id
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
local prefix = ARGV[1] .. '|'
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
  if string.sub(field, 1, #prefix) == prefix then redis.call('HDEL', KEYS[3], field) end
end
"""


class RedisSchedules:
    """The Schedules port. They live until somebody removes them, so nothing here has a TTL."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._forward = Script(redis, _FORWARD)
        self._remove = Script(redis, _REMOVE)

    async def all(self) -> tuple[Schedule, ...]:
        """Return the schedules that people added, by id."""
        with guarded():
            stored = await self._redis.hgetall(_ALL)
            return tuple(Schedule.model_validate_json(stored[key]) for key in sorted(stored))

    async def save(self, schedule: Schedule) -> None:
        """Store one, or replace it."""
        with guarded():
            await self._redis.hset(_ALL, schedule.id, schedule.model_dump_json())

    async def remove(self, schedule_id: str) -> None:
        """Forget one with its pause and its cursors."""
        await self._remove([_ALL, _PAUSES, _CURSORS], [schedule_id])

    async def pauses(self) -> Mapping[str, Pause]:
        """Return the pauses by schedule id."""
        with guarded():
            stored = await self._redis.hgetall(_PAUSES)
            return {str(key): Pause.model_validate_json(json) for key, json in stored.items()}

    async def pause(self, schedule_id: str, pause: Pause | None) -> None:
        """Let one rest, or go on."""
        with guarded():
            if pause is None:
                await self._redis.hdel(_PAUSES, schedule_id)
            else:
                await self._redis.hset(_PAUSES, schedule_id, pause.model_dump_json())

    async def cursors(self) -> Cursors:
        """Return how far every schedule has come."""
        with guarded():
            stored = await self._redis.hgetall(_CURSORS)
        found: dict[tuple[str, InstanceId], datetime] = {}
        for field, seconds in stored.items():
            schedule_id, _, instance_id = str(field).rpartition("|")
            slot = datetime.fromtimestamp(float(seconds), UTC)
            found[schedule_id, InstanceId(instance_id)] = slot
        return found

    async def move(self, schedule_id: str, instance_id: InstanceId, slot: datetime) -> None:
        """Say that a slot was seen to; a cursor never goes back."""
        await self._forward([_CURSORS], [f"{schedule_id}|{instance_id}", slot.timestamp()])
