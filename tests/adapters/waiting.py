"""Waiting for a condition with a deadline, for tests that watch real processes."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], bool], *, within: float = 10.0) -> None:
    """Return as soon as the condition holds; fail after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.005)


async def until_async(condition: Callable[[], Awaitable[bool]], *, within: float = 10.0) -> None:
    """Return as soon as the awaited condition holds; fail after ``within`` seconds."""
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, f"not within {within} s"
        await asyncio.sleep(0.01)
