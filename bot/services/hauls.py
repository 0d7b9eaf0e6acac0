"""Hauls: long work beside the ticks, by one process at a time over all replicas.

A tick is short, and a haul may take hours: it runs as a task of its own under a lease in the
store, which its process prolongs as long as it lives. A haul records its own result. When its
process dies the lease ends, and the next tick begins the haul anew; so a haul must be harmless to
begin again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

from bot.core.base import OperationId
from bot.core.errors import (
    AuraThrottled,
    AuraUnavailable,
    BotError,
    GraphUnavailable,
    StoreUnavailable,
    VaultUnavailable,
)
from bot.core.operations import events as e
from bot.services.leasing import LEASE, LeaseLost, NotWanted, Wanted, alone, always, held
from bot.services.steps import Later
from bot.services.world import World

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Seconds until a haul that met an absent store, vault, graph or Aura begins again.
AGAIN = 30.0
#: Seconds between two looks at a haul.
LOOK = 10.0

Told = Callable[[int], None]
Work = Callable[[Told], Coroutine[Any, Any, e.Event]]
Record = Callable[[OperationId, e.Event], Awaitable[None]]

_ABSENT = (VaultUnavailable, GraphUnavailable, AuraUnavailable, AuraThrottled, StoreUnavailable)


class Hauls:
    """The hauls of this process."""

    def __init__(self, world: World, record: Record) -> None:
        self._world = world
        self._record = record
        self._running: dict[OperationId, asyncio.Task[None]] = {}
        self._done: dict[OperationId, int] = {}
        self._holder = world.new_id("process")

    async def carry(
        self, operation_id: OperationId, work: Work, *, wanted: Wanted = always
    ) -> Later:
        """Begin a haul unless it runs somewhere, and come back later.

        It is cancelled, and records nothing, once it is ``wanted`` no more.
        """
        if operation_id not in self._running:
            name = _name(operation_id)
            if await self._world.leases.take(name, self._holder, ttl=LEASE):
                task = asyncio.create_task(self._haul(operation_id, name, work, wanted))
                self._running[operation_id] = task
                task.add_done_callback(lambda _: self._running.pop(operation_id, None))
        return Later(seconds=LOOK)

    def done(self, operation_id: OperationId) -> int | None:
        """How far a haul of this process has come, in what it counts; None elsewhere."""
        return self._done.get(operation_id)

    def stop(self, operation_id: OperationId) -> None:
        """Cancel a haul of this process, if there is one."""
        if task := self._running.get(operation_id):
            task.cancel()

    async def after(self, operation_id: OperationId, work: Coroutine[Any, Any, T]) -> T | None:
        """Do what may only be done once no process hauls; None while one does."""
        holder = self._world.new_id("work")  # not this process: its own haul may be ending
        return await alone(self._world.leases, _name(operation_id), holder, work)

    async def close(self) -> None:
        """Cancel every haul of this process; other processes, or the next start, go on."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until no haul runs."""
        while self._running:
            await asyncio.gather(*self._running.values(), return_exceptions=True)
            await asyncio.sleep(0)

    async def _haul(self, operation_id: OperationId, name: str, work: Work, wanted: Wanted) -> None:
        with structlog.contextvars.bound_contextvars(operation=operation_id):
            try:
                event = await held(
                    self._world.leases,
                    name,
                    self._holder,
                    work(lambda n: self._tell(operation_id, n)),
                    wanted,
                )
                await self._record(operation_id, event)
            except NotWanted as over:
                log.info("a haul ends early", why=over.summary)
            except (*_ABSENT, LeaseLost) as absent:
                log.warning("a haul begins again", why=absent.summary)
                await self._ring(operation_id, AGAIN)
            except BotError as refusal:
                failed = e.StepFailed(reason=refusal.summary, hint=refusal.hint)
                await self._give_up(operation_id, failed)
            except Exception:
                log.exception("a haul stumbled")
                failed = e.StepFailed(
                    reason="an unexpected fault stopped it", hint="The log holds the details."
                )
                await self._give_up(operation_id, failed)
            finally:
                self._done.pop(operation_id, None)

    async def _give_up(self, operation_id: OperationId, event: e.Event) -> None:
        try:
            await self._record(operation_id, event)
        except BotError as absent:
            log.warning("a haul begins again", why=absent.summary)
            await self._ring(operation_id, AGAIN)

    async def _ring(self, operation_id: OperationId, after: float) -> None:
        try:
            await self._world.queue.ring(operation_id, after=after)
        except StoreUnavailable as absent:  # the sweep rings for it
            log.warning("no bell", why=absent.summary)

    def _tell(self, operation_id: OperationId, number: int) -> None:
        self._done[operation_id] = number


def _name(operation_id: OperationId) -> str:
    """Return the lease of an operation's haul."""
    return f"haul-{operation_id}"
