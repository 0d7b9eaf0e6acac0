"""The outbox in Redis: whose messages are behind, and who is telling them right now.

What is taken stays in flight until ``done``; whoever dies in between loses nothing, because after
the deadline it comes out again, among the first. While an operation is in flight nobody else gets
it, so that an older rendering never overwrites a newer one; a mark set meanwhile waits.
"""

from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import PREFIX, Script, guarded
from bot.core.base import OperationId

# Scores are microseconds; final ones lie so far ahead of the others that both stay exact in a
# double (below 2^53).
_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function urgent(score) return string.format('%.0f', score - 8e15) end
"""

_MARK = f"""
-- KEYS pending; ARGV operation, final
{_NOW}
local score = string.format('%.0f', now)
if ARGV[2] == '1' then score = urgent(now) end
return redis.call('ZADD', KEYS[1], 'LT', score, ARGV[1])
"""

_TAKE = f"""
-- KEYS pending, taken; ARGV microseconds until it comes out again
{_NOW}
local lapsed = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
for _, id in ipairs(lapsed) do
  redis.call('ZREM', KEYS[2], id)
  redis.call('ZADD', KEYS[1], 'LT', urgent(now), id)
end
-- at most as many as are in flight can be in the way
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, redis.call('ZCARD', KEYS[2]))) do
  if not redis.call('ZSCORE', KEYS[2], id) then
    local deadline = string.format('%.0f', now + ARGV[1])
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZADD', KEYS[2], deadline, id)
    return {{id, deadline}}
  end
end
return false
"""

_DONE = """
-- KEYS taken; ARGV operation, the deadline it was taken with
local deadline = redis.call('ZSCORE', KEYS[1], ARGV[1])
if deadline and tonumber(deadline) == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return 1
"""


class RedisOutbox:
    """The Outbox port. ``name`` tells outboxes apart; ``patience`` bounds telling one operation."""

    def __init__(
        self, redis: Redis, name: str, *, patience: timedelta = timedelta(minutes=2)
    ) -> None:
        self._pending = f"{PREFIX}outbox:{name}"
        self._taken = f"{PREFIX}outbox:{name}:taken"
        self._redis = redis
        self._patience = round(patience.total_seconds() * 1_000_000)
        self._mark = Script(redis, _MARK)
        self._take = Script(redis, _TAKE)
        self._done = Script(redis, _DONE)
        self._deadlines: dict[OperationId, str] = {}

    async def mark(self, operation_id: OperationId, *, final: bool) -> None:
        """Say that an operation's messages are behind; a second mark keeps the better place."""
        await self._mark([self._pending], [operation_id, int(final)])

    async def take(self) -> OperationId | None:
        """Take the most urgent one out, or None when there is nothing to tell now.

        Follow it with ``done``, or it comes out again.
        """
        answer = await self._take([self._pending, self._taken], [self._patience])
        if answer is None:
            return None
        operation_id = OperationId(answer[0])
        self._deadlines[operation_id] = answer[1]
        return operation_id

    async def done(self, operation_id: OperationId) -> None:
        """Say that what was taken here is told; a mark set since then stays.

        Does nothing for an operation that was not taken here, or that somebody else took over.
        """
        deadline = self._deadlines.pop(operation_id, None)
        if deadline is not None:
            await self._done([self._taken], [operation_id, deadline])

    async def behind(self) -> int:
        """Return how many operations wait to be told."""
        with guarded():
            return int(await self._redis.zcard(self._pending))
