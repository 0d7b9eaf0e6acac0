"""A walk: one step after the other, whatever a step does."""

import asyncio

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.periodic import walk
from bot.core.errors import ChatUnavailable, StoreUnavailable


@pytest.mark.parametrize(
    ("failure", "pause"),
    [
        (StoreUnavailable("the store does not answer"), 1.0),
        (ChatUnavailable("Slack asks to wait", code="ratelimited"), 1.0),
        (RuntimeError("a bug"), 5.0),
    ],
)
async def test_a_loop_outlives_the_failure_of_a_step(failure: Exception, pause: float) -> None:
    stop = asyncio.Event()
    steps = 0

    async def step() -> float:
        nonlocal steps
        steps += 1
        if steps == 1:
            raise failure
        if steps == 3:
            stop.set()
            return 0.0
        return 3600.0

    clock = Hasty()
    await walk(step, clock=clock, stop=stop)
    assert steps == 3
    assert clock.slept == [pause, 30.0]


class Hasty(SystemClock):
    """A clock that never really waits."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
