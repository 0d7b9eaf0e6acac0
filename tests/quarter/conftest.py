"""The quarter is lived once; every test asks something else of what came of it."""

import asyncio
from contextlib import closing

import pytest
import redis
import structlog

from tests.quarter.lived import Lived, live


@pytest.fixture(scope="session")
def lived(_valkey_server: str, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """Live through the quarter."""
    with closing(redis.Redis.from_url(_valkey_server)) as client:
        client.flushall()
    with structlog.testing.capture_logs():  # nobody reads the lines of a whole quarter
        return asyncio.run(live(_valkey_server, tmp_path_factory.mktemp("quarter")))
