"""The connection: one client per process with every setting in plain sight, and its failures."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from secrets import token_hex
from typing import Any

from pydantic import ValidationError
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ConnectionError,
    RedisError,
    ResponseError,
)

from bot.core.errors import StoreUnavailable

#: Everything of ours starts with this; the queue's own keys must never do so.
PREFIX = "sp:"
#: How long what has ended is kept: a year and a bit, so that a yearly audit finds it.
KEPT = timedelta(days=400)
#: How often a change is tried again when others change the same thing at the same moment.
ATTEMPTS = 100


def connect(url: str, *, timeout: float = 5.0) -> Redis:
    """Return a client for ``redis://``, ``rediss://`` or ``unix://``; nothing is sent yet.

    ``timeout`` (seconds) bounds connecting, each answer, and the wait for a free connection. A
    broken connection is tried again 3 times, a silent one is not. Raises ValueError for another
    scheme. redis-py changes its defaults between versions, so none is left to it
    (https://redis.readthedocs.io/en/stable/connections.html).
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=64,  # more callers wait instead of failing
        timeout=timeout,
        protocol=2,  # nothing here needs RESP3, and proxies before managed Redis may not speak it
        decode_responses=True,
        encoding="utf-8",
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        health_check_interval=30,
        client_name="savepoint",
        retry=Retry(
            ExponentialWithJitterBackoff(base=0.02, cap=0.5), 3, supported_errors=(ConnectionError,)
        ),
    )
    return Redis.from_pool(pool)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn whatever the store fails with into StoreUnavailable; a cancellation is heeded."""
    try:
        with _heeded():
            yield
    except (RedisError, OSError) as error:
        # redis-py wraps the refusal of a new connection in a ConnectionError
        match error.__cause__ if isinstance(error.__cause__, RedisError) else error:
            case AuthenticationError() | AuthorizationError():
                summary = "the store does not accept the bot's credentials"
                hint = "Whoever runs Savepoint must correct REDIS_URL."
            case ResponseError():
                summary = "the store refused a command"
                hint = "Whoever runs Savepoint can see why with `savepoint check`."
            case _:
                summary = "the store does not answer"
                hint = "Try again in a minute; `/aura job list` then shows what had been accepted."
        raise StoreUnavailable(summary, hint=hint) from error
    except ValidationError as error:
        raise StoreUnavailable(
            "the store holds something that this version cannot read",
            hint="Run the same, newest version of Savepoint everywhere.",
        ) from error


@contextmanager
def _heeded() -> Iterator[None]:
    """Raise a cancellation that came within, should it have been answered with something else.

    redis-py sends under `asyncio.wait_for`, which on Python 3.11 answers with the result or failure
    of what it waits for when that is there by then (https://github.com/python/cpython/issues/86296).
    """
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    try:
        yield
    finally:
        if task and task.cancelling() > before:
            raise asyncio.CancelledError


class Script:
    """A Lua script on one store; a call raises StoreUnavailable."""

    def __init__(self, redis: Redis, text: str) -> None:
        self._script = redis.register_script(text)

    async def __call__(self, keys: Sequence[str], args: Sequence[str | int | float]) -> Any:
        """Run it with these KEYS and ARGV and return its answer."""
        with guarded():
            return await self._script(keys=keys, args=args)


def fresh_token() -> str:
    """Return the token of one call: 128 bits that no other call has."""
    return token_hex(16)


async def pause(attempt: int) -> None:
    """Step back a little, at random, before attempt number ``attempt`` (from 1) is repeated."""
    await asyncio.sleep(random.uniform(0, min(0.1, 0.001 * 2**attempt)))  # noqa: S311


def crowded() -> StoreUnavailable:
    """Return the failure for when all attempts met somebody else's change."""
    return StoreUnavailable(
        "too many changes at the same moment", hint="Nothing was changed. Try again."
    )
