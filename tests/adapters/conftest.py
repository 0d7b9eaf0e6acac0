from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.embedded import EmbeddedStore
from bot.adapters.queue import DocketQueue
from tests.adapters.doorbell import Ticks, working


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EmbeddedStore]:
    async with EmbeddedStore(tmp_path / "data", watch=0.05) as embedded:
        yield embedded


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def queue(store: EmbeddedStore, ticks: Ticks) -> AsyncIterator[DocketQueue]:
    async with working(store, ticks) as queue:
        yield queue
