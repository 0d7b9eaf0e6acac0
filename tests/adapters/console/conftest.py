from collections.abc import AsyncIterator

import pytest

from sandbox.aura import AuraDouble
from tests.adapters.aura.stage import MovingClock
from tests.adapters.console.stage import Stage


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def stage(clock: MovingClock) -> AsyncIterator[Stage]:
    double = AuraDouble(now=clock.now, requests_per_minute=None, part_size=1 << 20)
    await double.start()
    yield Stage(double, clock)
    await double.stop()
