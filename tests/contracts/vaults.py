"""Vaults on real stores: memory, a folder, and S3 as moto's server speaks it over HTTP."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from benchmarks.processes import free_port
from bot.adapters.clock import SystemClock, new_id
from bot.adapters.vault import ObstoreVault, open_place
from bot.core.base import InstanceId, OperationId, SnapshotId
from bot.core.vault import Facts, Kind

KEYS = {"access_key_id": "test", "secret_access_key": "test-secret-of-the-vault"}


class LateClock(SystemClock):
    """The real clock, ahead by ``ahead``: the stores date their objects themselves."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


class Moto:
    """A running moto server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.count = 0

    def bucket(self) -> str:
        """Make a bucket and return its name."""
        self.count += 1
        name = f"vault-{self.count}"
        httpx.put(f"{self.url}/{name}").raise_for_status()
        return name

    def locked(self) -> str:
        """Make a bucket with object lock, which brings versioning along."""
        self.count += 1
        name = f"vault-{self.count}"
        headers = {"x-amz-bucket-object-lock-enabled": "true"}
        httpx.put(f"{self.url}/{name}", headers=headers).raise_for_status()
        return name

    def options(self) -> dict[str, str]:
        return {"endpoint": self.url, "region": "us-east-1"}


def start_moto() -> tuple[subprocess.Popen[bytes], Moto]:
    port = free_port()
    command = [sys.executable, "-m", "tests.contracts.s3", f"{port}"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)  # noqa: S603
    moto = Moto(f"http://127.0.0.1:{port}")
    transport = httpx.HTTPTransport(retries=10)  # with growing waits between them
    with httpx.Client(transport=transport, timeout=30) as client:
        client.get(f"{moto.url}/moto-api/").raise_for_status()
    return process, moto


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    process, running = start_moto()
    yield running
    process.terminate()
    process.wait(timeout=10)


class Stand:
    """A vault with all that tests need around it."""

    def __init__(self, url: str, options: dict[str, str], *, sort: str) -> None:
        self.sort = sort
        self.clock = LateClock()
        secrets = KEYS if sort == "s3" else {}
        self.place = open_place(url, options=options, secrets=secrets, clock=self.clock)
        self.vault = self.opened()

    def opened(
        self, *, recipients: tuple[str, ...] = (), identity: str | None = None
    ) -> ObstoreVault:
        return ObstoreVault(
            lambda: self.place,
            clock=self.clock,
            new_id=new_id,
            tool="savepoint test",
            recipients=recipients,
            identity=identity,
        )


@pytest.fixture(params=["memory", "file", "s3"])
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Stand:
    """An empty vault; the test runs once on each store."""
    if request.param == "s3":
        moto: Moto = request.getfixturevalue("moto")
        return Stand(f"s3://{moto.bucket()}/exports/of us", moto.options(), sort="s3")
    if request.param == "file":
        return Stand(tmp_path.as_uri(), {}, sort="file")
    return Stand("memory:///", {}, sort="memory")


def facts(**more: object) -> Facts:
    known: dict[str, object] = {
        "environment": "production",
        "instance_id": InstanceId("0d5e7a11"),
        "instance_name": "orders-prod",
        "snapshot_id": SnapshotId("7f6a9d10-0000-4000-8000-000000000001"),
        "taken_at": datetime(2026, 11, 22, 12, tzinfo=UTC),
        "kind": Kind.BACKUP,
        "extension": "backup",
        "why": "before the migration",
    }
    return Facts.model_validate({**known, **more})


def operation(name: str = "exp-op-1") -> OperationId:
    return OperationId(name)


async def stream(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


async def broken(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    raise ConnectionResetError("the sender went away")


async def whole(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])
