"""Work that comes round: the loop behind sweeps and reconcilers, one per replica."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.core.errors import BotError
from bot.ports import Clock

_log = logging.getLogger(__name__)

LONGEST_WAIT = 30.0
"""Seconds."""


async def every(
    seconds: float,
    work: Callable[[], Awaitable[object]],
    *,
    name: str,
    clock: Clock,
    stop: asyncio.Event,
) -> None:
    """Do ``work`` at once and then again ``seconds`` after each end, until ``stop`` is set.

    An error is logged under ``name`` and the loop goes on. Every replica has its own loop; work
    that only one of them should do asks `bot.adapters.queue.DocketQueue.my_turn` first.
    """
    while not stop.is_set():
        try:
            await work()
        except Exception:
            _log.exception("%s failed; again in %s s", name, seconds)
        await _pause(seconds, clock, stop)


async def walk(step: Callable[[], Awaitable[float]], *, clock: Clock, stop: asyncio.Event) -> None:
    """Take one step after the other until ``stop``, waiting in between as long as a step says.

    A step returns seconds, of which at most LONGEST_WAIT are waited. An error is logged, and the
    next step comes after a second when it was expected, else after five.
    """
    while not stop.is_set():
        try:
            wait = await step()
        except BotError as trouble:
            _log.warning("a step waits: %s", trouble.summary)
            wait = 1.0
        except Exception:
            _log.exception("a step failed")
            wait = 5.0
        if wait:
            await _pause(min(wait, LONGEST_WAIT), clock, stop)


async def _pause(seconds: float, clock: Clock, stop: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
