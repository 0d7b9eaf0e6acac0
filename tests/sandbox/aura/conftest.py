from collections.abc import AsyncIterator

import pytest

from sandbox.aura import AuraDouble
from tests.sandbox.aura.caller import Caller, HandClock, calling


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def double(clock: HandClock) -> AuraDouble:
    return AuraDouble(now=clock, requests_per_minute=None, slow_by=0.01)


@pytest.fixture
async def aura(double: AuraDouble) -> AsyncIterator[Caller]:
    async with calling(double) as caller:
        yield caller
