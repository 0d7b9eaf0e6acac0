"""What the watch knows, in Redis: a hash for each sort of thing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, Script, guarded
from bot.core.base import InstanceId
from bot.core.housekeeping import Bearings, Outcome
from bot.core.retention import Witness
from bot.core.sightings import Copy, Sighting
from bot.core.vitals import Vitals

_SIGHTS = f"{PREFIX}watch:sightings"
_COPIES = f"{PREFIX}watch:copies"
_PROOFS = f"{PREFIX}watch:proofs"
_WITNESSES = f"{PREFIX}watch:witnesses"
_OUTCOMES = f"{PREFIX}watch:outcomes"
_OUTCOMES_AT = f"{PREFIX}watch:outcomes:at"
_BEARINGS = f"{PREFIX}watch:bearings"
_HEARD = f"{PREFIX}watch:heard"
_VITALS = f"{PREFIX}watch:vitals"

#: One hash an instance, so that a report reads no more than it tells.
_DAYS = f"{PREFIX}watch:days:"
_KEPT = timedelta(days=400)

_MOST = """
-- KEYS days; ARGV seconds to live, day, count, day, count ...
for n = 2, #ARGV, 2 do
  local now = tonumber(redis.call('HGET', KEYS[1], ARGV[n]) or '-1')
  if tonumber(ARGV[n + 1]) > now then redis.call('HSET', KEYS[1], ARGV[n], ARGV[n + 1]) end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
"""

_FORWARD = """
-- KEYS times; ARGV field, seconds
local now = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if tonumber(ARGV[2]) > now then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
"""

_NEWER = """
-- KEYS values, times; ARGV field, seconds, value
local now = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '-1')
if tonumber(ARGV[2]) >= now then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
"""

_FORGET = """
-- KEYS sightings, proofs, copies, outcomes, outcomes at; ARGV instance
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
local before, after = ARGV[1] .. '|', '|' .. ARGV[1]
for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
  if string.sub(field, 1, #before) == before then redis.call('HDEL', KEYS[3], field) end
end
for _, field in ipairs(redis.call('HKEYS', KEYS[4])) do
  if string.sub(field, -#after) == after then
    redis.call('HDEL', KEYS[4], field)
    redis.call('HDEL', KEYS[5], field)
  end
end
"""


class RedisWatchLog:
    """The WatchLog port. It is as large as the fleet, and an instance is forgotten as a whole."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._forward = Script(redis, _FORWARD)
        self._most = Script(redis, _MOST)
        self._newer = Script(redis, _NEWER)
        self._forget = Script(redis, _FORGET)

    async def sightings(self) -> tuple[Sighting, ...]:
        """Return what is known of every watched instance, copies and proofs included."""
        with guarded():
            async with self._redis.pipeline(transaction=False) as pipe:
                for name in (_SIGHTS, _COPIES, _PROOFS):
                    pipe.hgetall(name)
                stored, copies, proofs = await pipe.execute()
            beyond: dict[str, list[Copy]] = {}
            for field, json in copies.items():
                instance_id = str(field).partition("|")[0]
                beyond.setdefault(instance_id, []).append(Copy.model_validate_json(json))
            found = []
            for instance_id in sorted(stored):
                sight = Sighting.model_validate_json(stored[instance_id])
                proven = proofs.get(instance_id)
                kept = sorted(beyond.get(instance_id, ()), key=lambda copy: copy.snapshot_at)
                found.append(sight.with_outside(kept, _time(proven) if proven else None))
            return tuple(found)

    async def save(self, *sightings: Sighting) -> None:
        """Store some; their copies and proofs are kept apart, and not touched."""
        if not sightings:
            return
        pairs = [(s.id, s.with_outside((), None).model_dump_json()) for s in sightings]
        with guarded():
            await self._redis.hset(_SIGHTS, items=[word for pair in pairs for word in pair])

    async def forget(self, instance_id: InstanceId) -> None:
        """Forget all of an instance."""
        keys = [_SIGHTS, _PROOFS, _COPIES, _OUTCOMES, _OUTCOMES_AT]
        await self._forget(keys, [instance_id])

    async def copied(self, instance_id: InstanceId, copy_id: str, copy: Copy | None) -> None:
        """Say that a copy outside Aura was verified; None: that it is no more."""
        field = f"{instance_id}|{copy_id}"
        with guarded():
            if copy is None:
                await self._redis.hdel(_COPIES, field)
            else:
                await self._redis.hset(_COPIES, field, copy.model_dump_json())

    async def stocked(self, copies: Mapping[tuple[InstanceId, str], Copy]) -> None:
        """Say which copies there are outside Aura, by instance and id: these and no others."""
        fields = {
            f"{instance}|{name}": c.model_dump_json() for (instance, name), c in copies.items()
        }
        with guarded():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(_COPIES)
                if fields:
                    pipe.hset(_COPIES, mapping=fields)  # type: ignore[arg-type]
                await pipe.execute()

    async def proved(self, instance_id: InstanceId, snapshot_at: datetime) -> None:
        """Say that a drill proved a snapshot of that time; an older one changes nothing."""
        await self._forward([_PROOFS], [instance_id, snapshot_at.timestamp()])

    async def counted(self, instance_id: InstanceId, days: Mapping[date, int]) -> None:
        """Say how many snapshots of Aura's own a look saw, by UTC day; the most is kept."""
        pairs = [word for day, count in days.items() for word in (day.isoformat(), count)]
        if pairs:
            await self._most([f"{_DAYS}{instance_id}"], [int(_KEPT.total_seconds()), *pairs])

    async def days(self, instance_id: InstanceId) -> Mapping[date, int]:
        """Return how many were seen, by UTC day."""
        with guarded():
            stored = await self._redis.hgetall(f"{_DAYS}{instance_id}")
            return {date.fromisoformat(str(day)): int(count) for day, count in stored.items()}

    async def witnesses(self) -> tuple[Witness, ...]:
        """Return the snapshots that are watched to their end."""
        with guarded():
            stored = await self._redis.hgetall(_WITNESSES)
            return tuple(Witness.model_validate_json(stored[key]) for key in sorted(stored))

    async def witness(self, witness: Witness) -> None:
        """Store one, or replace it."""
        with guarded():
            await self._redis.hset(_WITNESSES, witness.key, witness.model_dump_json())

    async def dismiss(self, key: str) -> None:
        """Forget a witness."""
        with guarded():
            await self._redis.hdel(_WITNESSES, key)

    async def outcomes(self) -> tuple[Outcome, ...]:
        """Return how the latest run of each schedule on each instance ended."""
        with guarded():
            stored = await self._redis.hgetall(_OUTCOMES)
            return tuple(Outcome.model_validate_json(stored[key]) for key in sorted(stored))

    async def ended(self, outcome: Outcome) -> None:
        """Store an outcome; one older than what is known changes nothing."""
        args: list[str | float] = [
            outcome.key,
            outcome.at.timestamp(),
            outcome.model_dump_json(),
        ]
        await self._newer([_OUTCOMES, _OUTCOMES_AT], args)

    async def bearings(self) -> Bearings:
        """Return what the last pass told the next."""
        with guarded():
            stored = await self._redis.get(_BEARINGS)
            return Bearings.model_validate_json(stored) if stored else Bearings()

    async def bear(self, bearings: Bearings) -> None:
        """Store that."""
        with guarded():
            await self._redis.set(_BEARINGS, bearings.model_dump_json())

    async def heard(self, name: str, at: datetime) -> None:
        """Say that a loop has just done its round."""
        with guarded():
            await self._redis.hset(_HEARD, name, at.timestamp())

    async def last_heard(self) -> Mapping[str, datetime]:
        """Return when each loop was last heard of."""
        with guarded():
            stored = await self._redis.hgetall(_HEARD)
            return {str(name): _time(str(seconds)) for name, seconds in stored.items()}

    async def vitals(self) -> Vitals | None:
        """Return the numbers of the latest pass, or None."""
        with guarded():
            stored = await self._redis.get(_VITALS)
            return Vitals.model_validate_json(stored) if stored else None

    async def tell(self, vitals: Vitals) -> None:
        """Store the numbers of a pass."""
        with guarded():
            await self._redis.set(_VITALS, vitals.model_dump_json())


def _time(seconds: str | float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
