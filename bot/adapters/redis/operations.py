"""Operations in Redis: compare-and-swap, and one lease with a fence on what each reserves.

The lease belongs to the operation, not to a process, and has no TTL: the operation always comes
back, so its lease is always given back. A lease that ran out under a slow or frozen process would
let two operations hold the instance (promise P8).
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import ResponseError

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
from bot.adapters.redis.operations_lua import CREATE, STUMBLE, UPDATE
from bot.core.base import InstanceId, OperationId
from bot.core.errors import (
    AlreadyDecided,
    InstanceBusy,
    StoreUnavailable,
    UnknownOperation,
    Unsure,
)
from bot.core.operations import OPERATION, AnyOperation, Operation
from bot.ports.operations import Op

_log = logging.getLogger(__name__)

OPEN = f"{PREFIX}ops:open"
#: So many operations are read at once.
PAGE = 500
RECENT = f"{PREFIX}ops:recent"
LEASE = f"{PREFIX}lease:"


class RedisOperations:
    """The Operations port. ``kept`` is how long an operation stays readable after its end."""

    def __init__(self, redis: Redis, *, kept: timedelta = KEPT) -> None:
        self._redis = redis
        self._kept = kept
        self._create = _Acceptance(redis, CREATE)
        self._update = _Acceptance(redis, UPDATE)
        self._stumble = Script(redis, STUMBLE)

    async def create(self, op: Operation) -> None:
        """Store a new operation; what it reserves is leased to it in the same step.

        Raises InstanceBusy naming the holder, AlreadyDecided when the id is taken. A script may
        only touch keys it was given, and the holder is known only after looking: so the presumed
        holder goes in, and the script says whom to presume instead when it is another.
        """
        holder, token = "", fresh_token()
        created = op.created_at.timestamp()
        for _ in range(ATTEMPTS):
            keys = [_op(op.id), OPEN, RECENT, _lease(op), _fence(op.instance_id)]
            answer = await self._create(
                [*keys, _op(holder or op.id)],
                [
                    op.id,
                    op.model_dump_json(),
                    op.version,
                    token,
                    _label(op),
                    created,
                    created - self._kept.total_seconds(),
                    int(op.reserves is not None),
                    holder,
                ],
            )
            match answer:
                case ["ok"]:
                    return
                case ["exists"]:
                    raise AlreadyDecided(f"there is already an operation {op.id}")
                case ["busy", _]:
                    raise InstanceBusy(
                        f"another operation, {holder}, {op.HOLDING}",
                        holder=OperationId(holder),
                    )
                case _:
                    holder = answer[1]
        raise crowded()

    async def get(self, operation_id: OperationId) -> AnyOperation | None:
        """Return an operation, or None."""
        with guarded():
            stored = await self._redis.hget(_op(operation_id), "json")
            return OPERATION.validate_json(stored) if stored else None

    async def update(self, operation_id: OperationId, modify: Callable[[Op], Op]) -> Op:
        """Change an operation by compare-and-swap and return it as stored.

        ``modify`` is pure and may run several times; an equal result is not written. Raises
        UnknownOperation, and AlreadyDecided for a writer whose lease was taken.
        """
        found, token = await self.get(operation_id), fresh_token()
        for attempt in range(ATTEMPTS):
            if found is None:
                break
            op = cast(Op, found)
            changed = modify(op)
            if changed == op:
                return op
            changed = changed.model_copy(update={"version": op.version + 1})
            answer = await self._update(
                [_op(op.id), OPEN, _lease(op)],
                [
                    op.id,
                    op.version,
                    changed.model_dump_json(),
                    changed.version,
                    token,
                    _label(changed),
                    int(changed.final),
                    int(self._kept.total_seconds()),
                    int(op.reserves is not None and not op.final),
                ],
            )
            match answer:
                case ["ok"]:
                    return changed
                case ["fenced"]:
                    raise AlreadyDecided(
                        f"{op.id} no longer holds its instance",
                        hint="Another operation took the instance over; nothing was changed.",
                    )
                case ["gone"]:
                    found = None
                case _:
                    with guarded():
                        found = OPERATION.validate_json(answer[1])
                    await pause(attempt + 1)
        else:
            raise crowded()
        raise UnknownOperation(
            f"there is no operation {operation_id}", hint="`/aura job list` shows those I know."
        )

    async def open(self) -> tuple[OperationId, ...]:
        """Return the ids of all operations that are not final."""
        with guarded():
            return tuple(OperationId(str(key)) for key in await self._redis.hkeys(OPEN))

    async def recent(self, limit: int = 50) -> tuple[AnyOperation, ...]:
        """Return the newest operations first, finished ones included.

        One that a newer version wrote is left out and named in the log: while replicas differ,
        it must not keep the others from being listed and swept.
        """
        with guarded():
            return await self._all(await self._redis.zrevrange(RECENT, 0, max(limit, 1) - 1))

    async def since(self, at: datetime) -> tuple[AnyOperation, ...]:
        """Return the operations asked for at ``at`` or later, as `recent` does."""
        with guarded():
            return await self._all(
                await self._redis.zrevrangebyscore(RECENT, "+inf", at.timestamp())
            )

    async def _all(self, ids: list[Any]) -> tuple[AnyOperation, ...]:
        found: list[AnyOperation] = []
        for begin in range(0, len(ids), PAGE):
            found += await self._page(ids[begin : begin + PAGE])
        return tuple(found)

    async def _page(self, ids: list[Any]) -> list[AnyOperation]:
        with guarded():
            async with self._redis.pipeline(transaction=False) as pipe:
                for found in ids:
                    pipe.hget(_op(str(found)), "json")
                stored = await pipe.execute()
        read = [_readable(str(name), json) for name, json in zip(ids, stored, strict=True)]
        return [op for op in read if op is not None]

    async def holder(self, reserved: str) -> OperationId | None:
        """Return which operation holds an instance (by its id) or a clone's name, or None."""
        with guarded():
            holder = str(await self._redis.hget(f"{LEASE}{reserved}", "holder") or "")
            held = bool(holder) and await self._redis.hget(_op(holder), "final") == "0"
        return OperationId(holder) if held else None

    async def stumbled(self, operation_id: OperationId) -> int:
        """Count a tick that failed for no known reason; returns how many since the last event.

        Raises UnknownOperation.
        """
        count = int(await self._stumble([_op(operation_id)], []))
        if count < 0:
            raise UnknownOperation(f"there is no operation {operation_id}")
        return count

    async def count_by_phase(self) -> dict[tuple[str, str], int]:
        """Return how many open operations stand in each (kind, phase), in one cheap reading."""
        with guarded():
            labels = await self._redis.hvals(OPEN)
        pairs = (str(label).partition(" ") for label in labels)
        return Counter((kind, phase) for kind, _, phase in pairs)


class _Acceptance(Script):
    """A script that accepts a change: where its answer is lost, nobody can know whether it did."""

    async def __call__(self, keys: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """Run it; raises Unsure, or StoreUnavailable where the store has refused it."""
        try:
            return await super().__call__(keys, args)
        except StoreUnavailable as lost:
            if isinstance(lost.__cause__, ResponseError):
                raise
            raise Unsure from lost


def _readable(name: str, json: str | None) -> AnyOperation | None:
    try:
        return OPERATION.validate_json(json) if json else None
    except ValidationError:
        _log.error("cannot read %s: another version of Savepoint wrote it", name)
        return None


def _op(operation_id: str) -> str:
    return f"{PREFIX}op:{operation_id}"


def _lease(op: Operation) -> str:
    """What reserves nothing gets a key that no script of its own touches."""
    return f"{LEASE}{op.reserves or op.instance_id}"


def _fence(instance_id: InstanceId) -> str:
    return f"{PREFIX}fence:{instance_id}"


def _label(op: Operation) -> str:
    facts = op.model_dump(mode="json", include={"kind", "phase"})
    return f"{facts['kind']} {facts['phase']}"
