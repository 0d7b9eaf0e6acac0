"""Alerts in Redis: one hash of those that are open or ended lately, and a set of the past ones."""

from collections.abc import Callable
from datetime import datetime, timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import (
    ATTEMPTS,
    KEPT,
    PREFIX,
    Script,
    crowded,
    guarded,
    pause,
)
from bot.core.errors import UnknownAlert
from bot.ports.watch import Raised

_OPEN = f"{PREFIX}alerts"
_PAST = f"{PREFIX}alerts:past"

_SWAP = """
-- KEYS open; ARGV id, expected, wanted
local found = redis.call('HGET', KEYS[1], ARGV[1])
if found == ARGV[2] then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
if found == ARGV[2] or found == ARGV[3] then return {'ok'} end
if not found then return {'gone'} end
return {'other', found}
"""

_PUT_AWAY = """
-- KEYS open, past; ARGV id, value, ended, the oldest to keep, seconds kept
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('HDEL', KEYS[1], ARGV[1])
"""


class RedisAlerts:
    """The Alerts port. What is over is kept for ``kept`` after its end."""

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._redis = redis
        self._kept = kept
        self._swap = Script(redis, _SWAP)
        self._put_away = Script(redis, _PUT_AWAY)

    async def all(self) -> tuple[Raised, ...]:
        """Return every alert that is not put away, by id."""
        with guarded():
            stored = await self._redis.hgetall(_OPEN)
            return tuple(Raised.model_validate_json(stored[key]) for key in sorted(stored))

    async def get(self, alert_id: str) -> Raised | None:
        """Return one of them, or None."""
        with guarded():
            stored = await self._redis.hget(_OPEN, alert_id)
            return Raised.model_validate_json(stored) if stored else None

    async def add(self, raised: Raised) -> None:
        """Store a new one; one that is there already stays as it is."""
        with guarded():
            await self._redis.hsetnx(_OPEN, raised.id, raised.model_dump_json())

    async def update(self, alert_id: str, modify: Callable[[Raised], Raised]) -> Raised:
        """Change one by compare-and-swap and return it as stored; raises UnknownAlert."""
        with guarded():
            stored = await self._redis.hget(_OPEN, alert_id)
        for attempt in range(ATTEMPTS):
            if stored is None:
                break
            with guarded():
                found = Raised.model_validate_json(stored)
            changed = modify(found)
            if changed == found:
                return found
            match await self._swap([_OPEN], [alert_id, str(stored), changed.model_dump_json()]):
                case ["ok"]:
                    return changed
                case ["gone"]:
                    stored = None
                case [_, other]:
                    stored = other
                    await pause(attempt + 1)
        else:
            raise crowded()
        raise UnknownAlert(
            "this alert is over", hint="If it comes back, there will be a new one with buttons."
        )

    async def put_away(self, raised: Raised) -> None:
        """Move one that is over among those of the past."""
        ended = (raised.alert.cleared_at or raised.alert.opened_at).timestamp()
        kept = self._kept.total_seconds()
        args: list[str | int | float] = [
            raised.id,
            raised.model_dump_json(),
            ended,
            ended - kept,
            int(kept),
        ]
        await self._put_away([_OPEN, _PAST], args)

    async def past(self, *, since: datetime) -> tuple[Raised, ...]:
        """Return those put away that ended at or after ``since``, oldest end first."""
        with guarded():
            stored = await self._redis.zrangebyscore(_PAST, since.timestamp(), "+inf")
            found = [str(json) for json in stored]
            return tuple(Raised.model_validate_json(json) for json in found)
