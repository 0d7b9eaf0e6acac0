"""Settings that point at a fresh town: both doubles on loopback, and an empty embedded store."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from bot import log
from sandbox.town import Town, town


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(folder=tmp_path, port=0) as running:
        yield running


@pytest.fixture
def env(place: Town, valkey_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        **place.settings,
        "REDIS_URL": valkey_url,
        "SAVEPOINT_DATA": str(tmp_path / "data"),
        "SAVEPOINT_PORT": "0",
    }


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Leave the logs of other tests as they were."""
    root, config = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in log.OURS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.configure(**config)
