"""Processes that a benchmark starts, and ends by their id whatever happens."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
#: Seconds that a process has for its clean end.
PATIENCE = 20.0


@asynccontextmanager
async def python(
    *arguments: str, env: Mapping[str, str], log: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run Python with these arguments for as long as the block lasts; stdout is a pipe.

    The environment is ``env`` and what a process needs to start at all.
    """
    async with running([sys.executable, *arguments], env=env, log=log) as process:
        yield process


@asynccontextmanager
async def running(
    command: list[str], *, env: Mapping[str, str], log: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command for as long as the block lasts; stdout is a pipe, stderr goes to ``log``."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    with (log or Path(os.devnull)).open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=ROOT,
            env={**kept, **env},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        yield process
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def told(process: asyncio.subprocess.Process, count: int) -> dict[str, str]:
    """Read this many KEY=VALUE lines; raises RuntimeError when the process ends before."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    while len(found) < count:
        line = (await process.stdout.readline()).decode()
        if not line:
            raise RuntimeError("a process ended before it was ready")
        key, _, value = line.strip().partition("=")
        found[key] = value
    return found


def resident(pid: int) -> float:
    """Return the resident memory of one process in MB (2**20 bytes)."""
    return float(psutil.Process(pid).memory_info().rss) / 2**20


def peak() -> float:
    """Return the most memory of this process that was resident at a time, in MB (2**20 bytes).

    Not `getrusage`, whose figure Linux carries over from the process that started this one.
    """
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return resident(os.getpid())


def computed(pid: int) -> float:
    """Return the seconds that one process has computed so far."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def free_port() -> int:
    """Return a port on loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
