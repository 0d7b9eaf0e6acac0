"""The bot as a process of its own, which can be killed for real and started again."""

import asyncio
import os
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PREFIXES = ("SAVEPOINT_", "SLACK_", "AURA_", "REDIS_")
_LOOK = 0.02
_PATIENCE = 30.0


class BotEndedError(Exception):
    """The bot ended though nobody told it to."""


class BotProcess:
    """A bot that runs as `command` in `folder` until it is stopped.

    The command must end when its standard input does: so it never outlives us, however we end,
    and a Ctrl-C, which is for us, does not reach it (it has a session of its own). Of our
    environment it gets all but what configures a bot.
    """

    def __init__(self, command: Sequence[str], *, folder: Path) -> None:
        self._command = command
        self._folder = folder
        self._environment: dict[str, str] = {}
        self._up: Callable[[], bool] = lambda: True
        self._process: Process | None = None
        self._changing = asyncio.Lock()

    async def start(self, settings: Mapping[str, str], *, up: Callable[[], bool]) -> None:
        """Start it and wait until `up()`; BotEndedError when it ends instead or takes too long."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(_PREFIXES)}
        self._environment = {**kept, **settings}
        self._up = up
        async with self._changing:
            await self._spawn()

    async def crash(self) -> None:
        """Kill it without a word (SIGKILL), and start it again on what it has written down."""
        async with self._changing:
            if self._process is None:
                return
            self._process.kill()
            await self._process.wait()
            await self._spawn()

    async def ended(self) -> int:
        """Wait until it ends by itself, other than by `crash`; the exit code."""
        while True:
            async with self._changing:
                process = self._process
            if process is None:
                return 0
            code = await process.wait()
            async with self._changing:
                if self._process is process:
                    return code

    async def stop(self) -> None:
        """Let it end as it should; what does not end in time is killed."""
        async with self._changing:
            process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._folder,
            env=self._environment,
            stdin=PIPE,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                while not self._up():
                    if self._process.returncode is not None:
                        raise BotEndedError(f"the bot ended with {self._process.returncode}")
                    await asyncio.sleep(_LOOK)
        except TimeoutError:
            raise BotEndedError(f"the bot was not ready within {_PATIENCE:g} s") from None
