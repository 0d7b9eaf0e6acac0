"""The audit log in Redis: a stream whose entry ids are the numbers of the chain, and its head.

The head is kept beside the stream, so that entries cut off at the end are missed as well.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

from pydantic import ValidationError
from redis.asyncio import Redis

from bot.adapters.redis.connection import (
    ATTEMPTS,
    PREFIX,
    Script,
    crowded,
    fresh_token,
    guarded,
    pause,
)
from bot.core.audit import GENESIS, AuditEntry, AuditRecord, chain
from bot.core.seal import canonical

STREAM = f"{PREFIX}audit"
HEAD = f"{PREFIX}audit:head"
BATCH = 500

_APPEND = f"""
-- KEYS stream, head; ARGV number before, digest before, record, digest, token
local number = redis.call('HGET', KEYS[2], 'number') or '0'
local digest = redis.call('HGET', KEYS[2], 'digest') or '{GENESIS}'
local after = string.format('%d', ARGV[1] + 1)
if number ~= ARGV[1] or digest ~= ARGV[2] then
  local there = redis.call('XRANGE', KEYS[1], after, after)[1]
  if there and there[2][6] == ARGV[5] then return {{'ok'}} end
  return {{'moved', number, digest}}
end
redis.call('XADD', KEYS[1], after .. '-0', 'record', ARGV[3], 'digest', ARGV[4], 'token', ARGV[5])
redis.call('HSET', KEYS[2], 'number', after, 'digest', ARGV[4])
return {{'ok'}}
"""


class RedisAuditLog:
    """The AuditLog port; entries are never removed."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._append = Script(redis, _APPEND)
        # One append at a time from here, so that only other processes can be in the way.
        self._turn = asyncio.Lock()
        self._number, self._digest = 0, GENESIS

    async def append(self, record: AuditRecord) -> AuditEntry:
        """Append a record; raises StoreUnavailable, and the caller must not act then."""
        token = fresh_token()
        async with self._turn:
            for attempt in range(ATTEMPTS):
                entry = AuditEntry(
                    number=self._number + 1, record=record, digest=chain(self._digest, record)
                )
                answer = await self._append(
                    [STREAM, HEAD],
                    [self._number, self._digest, canonical(record), entry.digest, token],
                )
                if answer == ["ok"]:
                    self._number, self._digest = entry.number, entry.digest
                    return entry
                self._number, self._digest = int(answer[1]), answer[2]
                await pause(attempt)
        raise crowded()

    async def read(self, *, after: int = 0) -> AsyncIterator[AuditEntry]:
        """Yield the entries in order, from number ``after + 1``."""
        async for number, fields in self._entries(after):
            with guarded():
                record = AuditRecord.model_validate_json(fields["record"])
            yield AuditEntry(number=number, record=record, digest=fields["digest"])

    async def verify(self) -> int | None:
        """Return the number of the first entry that does not fit the chain, or None.

        Reads in batches, so memory does not grow with the log; entries appended meanwhile are
        checked too. The head must fit as well, so entries cut off at the end are missed.
        """
        promised, _ = await self._head()
        number, digest = 0, GENESIS
        async for found, fields in self._entries(0):
            try:
                record = AuditRecord.model_validate_json(fields.get("record", ""))
            except ValidationError:
                return number + 1
            if found != number + 1 or chain(digest, record) != fields.get("digest"):
                return number + 1
            number, digest = found, fields["digest"]
        if number < promised:
            return number + 1
        match await self._head():  # moved with the entries, so it is at least as far now
            case end, _ if end < number:
                return end + 1
            case end, last if end == number and last != digest:
                return number
            case _:
                return None

    async def _head(self) -> tuple[int, str]:
        with guarded():
            number, digest = await self._redis.hmget(HEAD, "number", "digest")
        return int(number or 0), str(digest or GENESIS)

    async def _entries(self, after: int) -> AsyncIterator[tuple[int, dict[str, str]]]:
        while True:
            with guarded():
                found = await self._redis.xrange(STREAM, min=f"({after}-0", count=BATCH)
            batch = cast(list[tuple[str, dict[str, str]]], found)
            for entry_id, fields in batch:
                after = int(entry_id.partition("-")[0])
                yield after, fields
            if len(batch) < BATCH:
                return
