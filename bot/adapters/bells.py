"""The book of bells: per operation when it wants its next tick, and who is at one now.

Two sorted sets in our own Redis hold it, both scored in milliseconds of the *server's* clock:

* ``sp:queue:due``: operation -> when its next tick is owed. One entry each; the earliest wins.
* ``sp:queue:busy``: operation -> until when the running tick may be believed alive. Its holder
  renews it; the score doubles as the holder's token, since a later holder's is always later.

A tick is moved from one to the other in one step, so a tick that was owed is either still owed,
or running, or (its process having died) owed again when its entry under ``busy`` runs out.
"""

import asyncio
import logging
from typing import Any, Literal, NamedTuple, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.core.base import OperationId

_log = logging.getLogger(__name__)

DUE, BUSY = "sp:queue:due", "sp:queue:busy"

_NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

_RING = f"""{_NOW}
local wanted = now + ARGV[2]
local due = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
if not due or wanted < due then
  redis.call('ZADD', KEYS[1], wanted, ARGV[1])
  due = wanted
end
return {{due, due - now}}
"""

_TAKE = f"""{_NOW}
local due = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
local held = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1]))
if held and held > now then return {{'busy', held - now}} end
if held then due = now end
if not due then return {{'idle', 0}} end
if due > now then return {{'early', due - now}} end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
return {{'taken', now + ARGV[2]}}
"""

_KEEP = f"""{_NOW}
if tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1])) ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return now + ARGV[3]
"""

_LEAVE = f"""{_NOW}
local due = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]))
local wait = -1
if due and due <= now then wait = 0 end
local again = tonumber(ARGV[3])
if again and (not due or due > now + again) then
  redis.call('ZADD', KEYS[1], now + again, ARGV[1])
  wait = again
end
if tonumber(redis.call('ZSCORE', KEYS[2], ARGV[1])) == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[2], ARGV[1])
end
return wait
"""

_MEND = f"""{_NOW}
for _, op in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', now, 'BYSCORE')) do
  redis.call('ZREM', KEYS[2], op)
  redis.call('ZADD', KEYS[1], 'LT', now - ARGV[1], op)
end
local waiting = redis.call(
  'ZRANGE', KEYS[1], '-inf', now - ARGV[1], 'BYSCORE', 'LIMIT', 0, 1000, 'WITHSCORES')
return {{math.floor(now / 60000), waiting}}
"""

_LAG = f"""{_NOW}
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if #first == 0 then return 0 end
return math.max(0, now - first[2])
"""

Verdict = Literal["taken", "busy", "early", "idle"]


class Taking(NamedTuple):
    """What came of an attempt to take a tick."""

    verdict: Verdict
    number: int
    """taken: the token. busy, early: milliseconds to wait."""


class Bells:
    """The book, through a client that decodes responses. Methods raise redis errors."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._scripts = {
            source: redis.register_script(source)
            for source in (_RING, _TAKE, _KEEP, _LEAVE, _MEND, _LAG)
        }

    async def ring(self, operation_id: OperationId, after_ms: int) -> tuple[int, int]:
        """Want a tick in ``after_ms``; return when one is now owed, and in how many ms that is."""
        due, wait = await self._run(_RING, operation_id, after_ms)
        return due, wait

    async def take(self, operation_id: OperationId, lease_ms: int) -> Taking:
        """Take the tick that is owed, for ``lease_ms``."""
        return Taking(*await self._run(_TAKE, operation_id, lease_ms))

    async def keep(self, operation_id: OperationId, token: int, lease_ms: int) -> int:
        """Hold on for another ``lease_ms``; return the new token, 0 when somebody else has it."""
        return cast(int, await self._run(_KEEP, operation_id, token, lease_ms))

    async def leave(
        self, operation_id: OperationId, token: int, *, again_ms: int | None = None
    ) -> int | None:
        """End a tick, and owe another one in ``again_ms`` if that is given.

        Return in how many ms a bell has to be sent: for what is owed already, or anew; else None.
        """
        how = "done" if again_ms is None else again_ms
        wait = cast(int, await self._run(_LEAVE, operation_id, token, how))
        return None if wait < 0 else wait

    async def overdue(self, grace_ms: int) -> tuple[int, list[tuple[OperationId, int]]]:
        """Owe again what died; return the server's minute, and what waited longer than that.

        Each comes with the time since when it is owed.
        """
        minute, waiting = await self._run(_MEND, grace_ms)
        return minute, list(zip(waiting[::2], map(int, waiting[1::2]), strict=True))

    async def lag_ms(self) -> int:
        """Return how long the oldest tick that is owed has waited; 0 when none is."""
        return cast(int, await self._run(_LAG))

    async def depth(self) -> int:
        """Return how many operations wait for a tick, timers included."""
        return await self._redis.zcard(DUE)

    async def _run(self, source: str, *arguments: str | int) -> Any:
        return await self._scripts[source](keys=[DUE, BUSY], args=list(arguments))


class Hold:
    """A running tick's place in the book, renewed until ``over`` is set."""

    def __init__(self, bells: Bells, operation_id: OperationId, token: int, lease_ms: int) -> None:
        self.token = token
        self.over = asyncio.Event()
        self._bells = bells
        self._operation_id = operation_id
        self._lease_ms = lease_ms

    async def keep(self) -> None:
        """Renew three times per lease; stop when the tick was given to somebody else."""
        over = asyncio.create_task(self.over.wait())
        while self.token and not (await asyncio.wait({over}, timeout=self._lease_ms / 3000))[0]:
            await self._renew()
        over.cancel()

    async def _renew(self) -> None:
        try:
            self.token = await self._bells.keep(self._operation_id, self.token, self._lease_ms)
        except RedisError as error:
            _log.warning("cannot renew the tick of %s: %s", self._operation_id, error)
            return
        if not self.token:
            _log.warning("the tick of %s ran on without its lease", self._operation_id)
