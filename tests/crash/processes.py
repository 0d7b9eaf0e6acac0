"""Real processes, forked from one that has imported everything, so that each starts at once."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from tests.adapters.waiting import until

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.crash.replica", "tests.crash.doubles"])


class Running:
    """A process that runs ``target(tell, *given)`` and tells one thing once it is ready."""

    def __init__(self, target: Callable[..., None], *given: object, log: Path) -> None:
        self.log = log
        self._hears, tells = _FORKS.Pipe(duplex=False)
        self._process = _FORKS.Process(target=_logged, args=(log, target, tells, *given))
        self._process.start()
        tells.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process.pid is not None
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """Its exit code, the negative signal when it was killed, None while it lives."""
        return self._process.exitcode

    async def told(self, *, within: float = 30.0) -> object:
        """Return what it tells; fails when it ends without a word."""
        await until(lambda: self._hears.poll() or self.ended is not None, within=within)
        try:
            return self._hears.recv()
        except EOFError:
            raise AssertionError(f"ended with {self.ended}: {self.words()}") from None

    async def end(self, *, within: float = 30.0) -> int:
        """Wait until it has ended by itself; returns its exit code."""
        await until(lambda: self.ended is not None, within=within)
        assert self.ended is not None
        return self.ended

    async def stop(self, *, within: float = 10.0) -> int:
        """Ask it to end, as a supervisor does; returns its exit code."""
        self._signal(signal.SIGTERM)
        return await self.end(within=within)

    async def kill(self) -> None:
        """End it as the kernel does, without a chance to say goodbye."""
        self._signal(signal.SIGKILL)
        await self.end()

    def words(self) -> str:
        """What it wrote."""
        return self.log.read_text(errors="replace")[-6000:]

    def close(self) -> None:
        """Make sure that it is gone, and give everything back."""
        if self.ended is None:
            self._signal(signal.SIGKILL)
        self._process.join()
        self._process.close()
        self._hears.close()

    def _signal(self, number: signal.Signals) -> None:
        if self.ended is None:  # then the id is still its own
            os.kill(self.pid, number)


def stopped() -> asyncio.Event:
    """Return an event of the running loop that SIGTERM sets."""
    event = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, event.set)
    return event


def _logged(log: Path, target: Callable[..., None], tell: Connection, *given: object) -> None:
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    target(tell, *given)
