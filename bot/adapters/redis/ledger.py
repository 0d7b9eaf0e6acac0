"""The ledger of scratch instances, and the leave to create each of them once.

What lives stands in one hash, so that nothing that must be deleted is ever overlooked; what has
gone has a key of its own with an end.
"""

from collections.abc import Callable
from datetime import timedelta

from redis.asyncio import Redis

from bot.adapters.redis.connection import (
    ATTEMPTS,
    KEPT,
    PREFIX,
    Script,
    crowded,
    fresh_token,
    guarded,
    pause,
)
from bot.adapters.redis.operations import OPEN
from bot.core.copies import CopyPermit, DeletePermit
from bot.core.errors import AlreadyDecided, UnknownOperation
from bot.core.scratch import ScratchEntry

LIVING = f"{PREFIX}scratch"
#: What an operation that may create a clone is called among the open ones.
CLONING = "clone starting"

_ENTER = """
-- KEYS living, past; ARGV name, json, most
local there = redis.call('HGET', KEYS[1], ARGV[1]) or redis.call('GET', KEYS[2])
if there then return there end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return '' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return ARGV[2]
"""

_SWAP = """
-- KEYS living, past; ARGV name, old, new, gone, milliseconds kept
local there = redis.call('HGET', KEYS[1], ARGV[1]) or redis.call('GET', KEYS[2])
if there == ARGV[3] then return 1 end
if there ~= ARGV[2] then return 0 end
if ARGV[4] == '1' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[5])
else
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
return 1
"""

_CLAIM = """
-- KEYS permit, living, open; ARGV token, milliseconds kept, scratch, name, operation, label
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
if ARGV[3] == '1' then
  if redis.call('HEXISTS', KEYS[2], ARGV[4]) == 0 then return 0 end
elseif redis.call('HGET', KEYS[3], ARGV[5]) ~= ARGV[6] then return 0 end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""


class RedisLedger:
    """The Ledger port, and what the guard before Aura asks of it. ``kept`` is for what has gone."""

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._redis = redis
        self._kept = int(kept.total_seconds() * 1000)
        self._enter = Script(redis, _ENTER)
        self._swap = Script(redis, _SWAP)
        self._claim = Script(redis, _CLAIM)

    async def enter(self, entry: ScratchEntry, *, most: int) -> ScratchEntry | None:
        """Write an entry, or return the one of this name; None when too many live.

        Raises AlreadyDecided when the name belongs to another operation.
        """
        keys = [LIVING, _past(entry.name)]
        stored = await self._enter(keys, [entry.name, entry.model_dump_json(), most])
        if not stored:
            return None
        with guarded():
            found = ScratchEntry.model_validate_json(stored)
        if found.operation_id != entry.operation_id:
            raise AlreadyDecided(f"the name {entry.name} belongs to another operation")
        return found

    async def get(self, name: str) -> ScratchEntry | None:
        """Return an entry, or None."""
        with guarded():
            stored = await self._stored(name)
            return ScratchEntry.model_validate_json(stored) if stored else None

    async def update(
        self, name: str, modify: Callable[[ScratchEntry], ScratchEntry]
    ) -> ScratchEntry:
        """Change an entry by compare-and-swap; raises UnknownOperation when there is none."""
        for attempt in range(ATTEMPTS):
            with guarded():
                old = await self._stored(name)
                if not old:
                    raise UnknownOperation(f"the ledger knows no {name}")
                changed = modify(ScratchEntry.model_validate_json(old))
            gone = int(changed.gone_at is not None)
            args: list[str | int] = [name, old, changed.model_dump_json(), gone, self._kept]
            if await self._swap([LIVING, _past(name)], args):
                return changed
            await pause(attempt + 1)
        raise crowded()

    async def living(self) -> tuple[ScratchEntry, ...]:
        """Return every entry that has not gone, oldest first."""
        with guarded():
            stored = await self._redis.hvals(LIVING)
            found = [ScratchEntry.model_validate_json(json) for json in stored]
        return tuple(sorted(found, key=lambda entry: (entry.created_at, entry.name)))

    async def forgo(self, entry: ScratchEntry) -> bool:
        """Use the leave to create up; True when it was unused."""
        spent = CopyPermit(
            operation_id=entry.operation_id,
            order=entry.order,
            scratch=True,
            intended_at=entry.created_at,
        )
        return await self.claim(spent)

    async def claim(self, permit: CopyPermit) -> bool:
        """Return True for one call only per operation.

        A scratch instance must stand in the ledger, and a clone's operation must be about to
        send: a process that froze on the way sends nothing when it wakes up.
        """
        name = permit.order.name
        key = f"{PREFIX}permit:copy-{permit.operation_id}"  # an operation makes one copy
        args: list[str | int] = [
            fresh_token(),
            self._kept,
            int(permit.scratch),
            name,
            permit.operation_id,
            CLONING,
        ]
        return bool(await self._claim([key, LIVING, OPEN], args))

    async def holds(self, permit: DeletePermit) -> bool:
        """Whether this instance stands in the ledger under this name and has not gone."""
        with guarded():
            stored = await self._redis.hget(LIVING, permit.name)
            if not stored:
                return False
            return ScratchEntry.model_validate_json(stored).instance_id == permit.instance_id

    async def _stored(self, name: str) -> str | None:
        stored = await self._redis.hget(LIVING, name) or await self._redis.get(_past(name))
        return str(stored) if stored else None


def _past(name: str) -> str:
    return f"{PREFIX}scratch:{name}"
