"""Long work under a lease: by one process at a time over all replicas, and the command line.

The process prolongs the lease as long as the work lives. When it dies the lease ends by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import structlog

from bot.core.errors import BotError, StoreUnavailable
from bot.ports import Leases

log = structlog.get_logger(__name__)
T = TypeVar("T")

#: Seconds that a lease lasts, and after which it is prolonged.
LEASE = 60.0
RENEW = 15.0


Wanted = Callable[[], Awaitable[bool]]
"""Whether work still serves anybody; it is asked whenever the lease is prolonged."""


class LeaseLost(BotError):
    """Another process may have the lease by now."""


class NotWanted(BotError):
    """The work serves nobody any more."""


async def always() -> bool:
    """Want work to its end."""
    return True


async def alone(leases: Leases, name: str, holder: str, work: Coroutine[Any, Any, T]) -> T | None:
    """Do one piece of long work under a lease; None when somebody else is at it."""
    taken = False
    try:
        taken = await leases.take(name, holder, ttl=LEASE)
    finally:
        if not taken:
            work.close()
    return await held(leases, name, holder, work) if taken else None


async def held(
    leases: Leases,
    name: str,
    holder: str,
    work: Coroutine[Any, Any, T],
    wanted: Wanted = always,
) -> T:
    """Do work under a lease that this holder has, and give it back.

    Raises LeaseLost, or NotWanted once nobody wants it; the work is cancelled then.
    """
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=RENEW))[0]:
            if not await leases.take(name, holder, ttl=LEASE):
                raise LeaseLost("another process may be at it")
            if not await wanted():
                raise NotWanted("its operation has moved on")
        return await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        try:
            await leases.drop(name, holder)
        except StoreUnavailable as absent:  # it ends by itself
            log.warning("a lease is left", why=absent.summary)
