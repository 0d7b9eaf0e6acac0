"""The doorbell: pydocket wakes the runner for an operation; the book of bells says if it is right.

docket carries a bell to some replica within milliseconds. It may do so twice, too late, or never:
what counts is the book (`bot.adapters.bells`). A bell that finds nothing owed is dropped; what is
owed and got no bell is rung again by every replica's `mend`. See docs/adr/0001.
"""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Self, assert_never
from urllib.parse import parse_qsl, urlencode

from docket import Docket, Worker
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError

from bot.adapters.bells import Bells, Hold
from bot.adapters.clock import SystemClock
from bot.adapters.periodic import every
from bot.adapters.redis.connection import guarded
from bot.core.base import OperationId
from bot.core.errors import StoreUnavailable

_log = logging.getLogger(__name__)

_NAME = "savepoint-queue"
"""docket deletes keys of its own under this name, so ours start with ``sp:``."""
_BELL = "bell"
_TICK_LIMIT = 60.0
_AFTER_LOSS_MS = 1000
"""A store that refuses one tick again and again is asked no more often than this."""


class DocketQueue:
    """The Queue port over pydocket, as ``async with``; `run` is the worker, one per replica.

    ``tick`` is called for an operation that is owed one, by one caller at a time over all
    replicas, at least once; it has 60 s. It is called again only when it was rung for (from
    inside or outside), or when its process died in the middle: so a tick rings for whatever it
    wants next. A tick that raises StoreUnavailable could not ring, and is owed again in a second;
    what else it raises is logged, and that is all. ``concurrency`` ticks run at a time;
    what a dead replica was at starts elsewhere within ``redelivery``; a bell for a set time is up
    to ``check_interval`` late. ``grace`` is how long ticks may take to end when `run` is cancelled;
    those that take longer are cancelled and owed again.
    """

    def __init__(
        self,
        url: str,
        tick: Callable[[OperationId], Awaitable[None]],
        *,
        concurrency: int = 50,
        redelivery: timedelta = timedelta(seconds=20),
        check_interval: timedelta = timedelta(milliseconds=50),
        grace: timedelta = timedelta(seconds=10),
    ) -> None:
        self._tick = tick
        self._concurrency = concurrency
        self._redelivery = redelivery
        self._check_interval = check_interval
        self._grace = grace
        self._lease_ms = int(redelivery.total_seconds() * 500)  # over before docket redelivers
        self._mend_every = min(2.0, redelivery.total_seconds() / 8)
        self._tick_limit = _TICK_LIMIT
        self._clock = SystemClock()
        self._answering: set[asyncio.Task[None]] = set()
        self._stack = AsyncExitStack()
        url = _with_limits(url)
        self._redis = Redis.from_url(url, decode_responses=True, retry=_retry())
        self._bells = Bells(self._redis)
        self._docket = Docket(
            name=_NAME,
            url=url,
            heartbeat_interval=timedelta(seconds=10),
            execution_ttl=timedelta(0),  # the operation's own history is the record
        )
        # Only its list of strikes still asks for the address. We strike nothing, and its listener
        # reads for 60 s, which our 5 s limit ends each time, and may not hear that it is cancelled.
        self._docket.url = ""
        self._docket.register(self._answer, names=[_BELL])

    async def __aenter__(self) -> Self:
        """Make ready to ring; the store need not answer yet."""
        logging.getLogger("docket.worker").setLevel(logging.WARNING)  # else two lines a bell
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._redis)
            await stack.enter_async_context(self._docket)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections; `run` has ended before."""
        await self._stack.aclose()

    async def ring(self, operation_id: OperationId, *, after: float = 0.0) -> None:
        """Want a tick for the operation after ``after`` seconds; raises StoreUnavailable.

        An operation is owed at most one tick, the earliest that was wanted: a later bell is
        absorbed by it. One that is rung for while it runs is ticked again afterwards.
        """
        with guarded():
            due, wait_ms = await self._bells.ring(operation_id, max(0, round(after * 1000)))
            await self._send(operation_id, f"{due}", wait_ms)

    async def lag(self) -> float:
        """Return for how many seconds the oldest tick has been owed; raises StoreUnavailable.

        Near 0 in good health. A growing number says that no worker answers its bells.
        """
        with guarded():
            return await self._bells.lag_ms() / 1000

    async def depth(self) -> int:
        """Return how many operations wait for a tick, timers included; raises StoreUnavailable."""
        with guarded():
            return await self._bells.depth()

    async def my_turn(self, name: str, *, seconds: float) -> bool:
        """Return True to one replica within ``seconds``: the one to do work that comes round.

        Raises StoreUnavailable.
        """
        with guarded():
            key, px = f"sp:turn:{name}", round(seconds * 1000)
            return await self._redis.set(key, "taken", nx=True, px=px) is not None

    async def run(self) -> None:
        """Answer bells until cancelled; a lost store, or a worker that ends, is logged and mended.

        When cancelled it takes no new work and lets running ticks end within ``grace``.
        """
        stop = asyncio.Event()
        clock = self._clock
        mending = asyncio.create_task(
            every(self._mend_every, self.mend, name="mending the bells", clock=clock, stop=stop)
        )
        try:
            await every(1.0, self._work, name="the queue's worker", clock=clock, stop=stop)
        finally:
            stop.set()
            await mending

    async def mend(self) -> None:
        """Ring again for what is owed and was not answered: lost bells, ticks of dead replicas."""
        try:
            minute, waiting = await self._bells.overdue(round(self._mend_every * 1000))
            for operation_id, due in waiting:
                # While this bell is under way docket refuses a second one; should docket have
                # lost it, the one of the next minute is another.
                await self._send(operation_id, f"{due}.{minute}")
        except (RedisError, OSError) as error:
            _log.info("cannot look for lost bells: %s", error)

    async def _send(self, operation_id: OperationId, mark: str, wait_ms: int = 0) -> None:
        when = self._clock.now() + timedelta(milliseconds=wait_ms) if wait_ms > 0 else None
        add = self._docket.add(_BELL, when=when, key=f"{operation_id}@{mark}")
        await _retry().call_with_retry(lambda: add(operation_id), _nothing)

    async def _work(self) -> None:
        stop = asyncio.Event()
        attending = asyncio.create_task(self._attend(stop), name="docket worker")
        try:
            await asyncio.wait({attending})
        finally:
            # Asked, never cancelled: docket takes no more and waits for what runs, without limit.
            stop.set()
            patience = self._grace.total_seconds()
            while not (await asyncio.wait({attending}, timeout=patience))[0]:
                for answer in self._answering:
                    answer.cancel()
                patience = 1.0
        attending.result()

    async def _attend(self, stop: asyncio.Event) -> None:
        async with Worker(
            self._docket,
            name=f"{socket.gethostname()}#{os.getpid()}#{secrets.token_hex(4)}",
            concurrency=self._concurrency,
            redelivery_timeout=self._redelivery,
            reconnection_delay=timedelta(seconds=1),
            minimum_check_interval=self._check_interval,
            scheduling_resolution=self._check_interval,
            schedule_automatic_tasks=False,
        ) as worker:
            loop = asyncio.create_task(worker.run_forever())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({loop, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
        await loop

    async def _answer(self, operation_id: str) -> None:
        """Answer a bell: docket's task, with nothing but a string for an argument."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - for the type checker
        self._answering.add(task)
        try:
            op = OperationId(operation_id)
            token = await self._take(op)
            if token is not None:
                await self._run_tick(op, token)
        except (RedisError, OSError) as error:  # still owed, or owed again soon: see mend
            _log.warning("the bell of %s was not answered: %s", operation_id, error)
        finally:
            self._answering.discard(task)

    async def _take(self, operation_id: OperationId) -> int | None:
        while True:
            taking = await self._bells.take(operation_id, self._lease_ms)
            match taking.verdict:
                case "taken":
                    return taking.number
                case "early" if taking.number <= 1000:  # the clocks of two machines differ a bit
                    await self._clock.sleep(taking.number / 1000)
                case "early" | "busy" | "idle":
                    return None
                case _:
                    assert_never(taking.verdict)

    async def _run_tick(self, operation_id: OperationId, token: int) -> None:
        hold = Hold(self._bells, operation_id, token, self._lease_ms)
        keeping = asyncio.create_task(hold.keep())
        again_ms: int | None = 0
        try:
            async with asyncio.timeout(self._tick_limit):
                await self._tick(operation_id)
            again_ms = None
        except StoreUnavailable as error:
            # It may have died before it rang; and the store may be back to hear that it is over.
            again_ms = _AFTER_LOSS_MS
            _log.warning("the tick of %s lost the store: %s", operation_id, error.summary)
        except Exception:
            again_ms = None  # no hot loop: the sweep, or the next bell, tries once more
            _log.exception("the tick of %s failed", operation_id)
        finally:
            hold.over.set()
            await keeping
            wait_ms = await self._bells.leave(operation_id, hold.token, again_ms=again_ms)
            if wait_ms is not None:
                await self._send(operation_id, f"again{secrets.token_hex(8)}", wait_ms)


def _with_limits(url: str) -> str:
    """Return the URL with the limits that redis-py and docket need; what it says itself stays.

    Without a read timeout docket hangs on a connection that has silently gone; with redis-py's
    100 connections it stalls at a concurrency near that.
    """
    address, _, query = url.partition("?")
    limits = {"socket_timeout": "5", "socket_connect_timeout": "5", "max_connections": "200"}
    return f"{address}?{urlencode(limits | dict(parse_qsl(query)))}"


def _retry() -> Retry:
    """Once more: a pooled connection may have died since its last use."""
    return Retry(ConstantBackoff(0.05), 1)


async def _nothing(error: Exception) -> None:
    """Do nothing between two attempts."""
