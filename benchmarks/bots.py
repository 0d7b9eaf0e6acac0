"""The bot as it is run in production: `python -m bot serve`, and the wait until it is ready."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from benchmarks.processes import free_port, python


@dataclass(frozen=True)
class Bot:
    """A running bot."""

    pid: int
    seconds: float
    """From the start of the process until `/readyz` said 200."""


@asynccontextmanager
async def serving(settings: Mapping[str, str], folder: Path) -> AsyncIterator[Bot]:
    """Run `savepoint serve` with these settings; the block begins when it is ready.

    What it logs goes to ``bot.log`` in ``folder``. Raises RuntimeError when it does not come up.
    """
    port = free_port()
    env = {**settings, "SAVEPOINT_PORT": str(port), "SAVEPOINT_DATA": str(folder / "data")}
    began = time.perf_counter()
    log = folder / "bot.log"
    async with python("-m", "bot", "serve", env=env, log=log) as process:
        deadline = began + 60
        async with aiohttp.ClientSession() as http:
            while not await _ready(http, f"http://127.0.0.1:{port}/readyz"):
                if process.returncode is not None or time.perf_counter() > deadline:
                    last = log.read_text(encoding="utf-8")[-2000:]
                    raise RuntimeError(f"the bot did not come up:\n{last}")
                await asyncio.sleep(0.01)
        yield Bot(process.pid, time.perf_counter() - began)


async def _ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
