"""What drills leave, in Redis: the last one of each instance, and the signed records."""

from collections.abc import Iterable
from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import KEPT, PREFIX, Script, guarded
from bot.core.base import InstanceId, OperationId
from bot.core.drills import LastDrill

_LATER = """
-- KEYS drill; ARGV at, drill, seconds
local known = tonumber(redis.call('HGET', KEYS[1], 'at') or '-1')
if tonumber(ARGV[1]) <= known then return 0 end
redis.call('HSET', KEYS[1], 'at', ARGV[1], 'drill', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""


class RedisLastDrills:
    """The LastDrills port. A drill is kept for ``kept`` after it ended."""

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._redis = redis
        self._kept = kept
        self._later = Script(redis, _LATER)

    async def keep(self, drill: LastDrill) -> None:
        """Remember a drill, unless a later one of its instance is known already."""
        kept = int(self._kept.total_seconds())
        at = drill.at.timestamp()
        await self._later([_drill(drill.instance_id)], [at, drill.model_dump_json(), kept])

    async def of(self, instances: Iterable[InstanceId]) -> dict[InstanceId, LastDrill]:
        """Return the last drill of each of these instances that had one."""
        wanted = list(instances)
        with guarded():
            async with self._redis.pipeline(transaction=False) as pipe:
                for instance_id in wanted:
                    pipe.hget(_drill(instance_id), "drill")
                found = await pipe.execute()
            return {
                instance_id: LastDrill.model_validate_json(json)
                for instance_id, json in zip(wanted, found, strict=True)
                if json
            }


class RedisRecords:
    """The Records port. A record is kept for ``kept``; the vault keeps it longer."""

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._redis = redis
        self._kept = kept

    async def keep(self, operation_id: OperationId, file: str) -> str:
        """Store a record unless there is one, and return the one that counts: the first."""
        with guarded():
            if await self._redis.set(_record(operation_id), file, nx=True, ex=self._kept):
                return file
            return str(await self._redis.get(_record(operation_id)))

    async def get(self, operation_id: OperationId) -> str | None:
        """Return the record of an operation, or None."""
        with guarded():
            found = await self._redis.get(_record(operation_id))
            return None if found is None else str(found)


def _drill(instance_id: InstanceId) -> str:
    return f"{PREFIX}drill:{instance_id}"


def _record(operation_id: OperationId) -> str:
    return f"{PREFIX}evidence:{operation_id}"
