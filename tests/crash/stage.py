"""The stage: one store, bots that come and go on it, and a witness."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.crash import replica
from tests.crash.boundaries import Fall
from tests.crash.doubles import Doubles
from tests.crash.processes import Running
from tests.crash.witness import Witness, witness

CONFIGURATION = f"""
[environments.production]
channel = "{slack.OPS_PRODUCTION}"
alert_channel = "{slack.OPS_ALERTS}"
operators = {{ users = ["{slack.REQUESTER}"] }}
approvers = {{ users = ["{slack.APPROVER_ONE}", "{slack.APPROVER_TWO}"] }}
projects = ["{aura.COMMERCE}"]

[credentials.default]
requests_per_minute = 10000

[runner]
poll_least = 0.1
poll_most = 0.5
settle = 0.1
look = 1
send_grace = 1
"""


class Stage:
    """A store, and the bots that come and go on it."""

    def __init__(self, doubles: Doubles, folder: Path, url: str | None) -> None:
        self.doubles = doubles
        self.data = folder / "data"
        self.trace = folder / "trace"
        self._folder = folder
        self._url = url
        self._bots: list[Running] = []
        config = folder / "savepoint.toml"
        config.write_text(CONFIGURATION)
        self.env = {
            **doubles.settings,
            "SAVEPOINT_CONFIG": str(config),
            "SAVEPOINT_DATA": str(self.data),
            "SAVEPOINT_PORT": "0",
            **({"REDIS_URL": url} if url else {}),
        }

    def launch(self, *, fall: Fall | None = None, traced: bool = False) -> Running:
        """Start a bot without waiting for it."""
        orders = replica.Orders(env=self.env, fall=fall, trace=self.trace if traced else None)
        log = self._folder / f"bot-{len(self._bots)}.log"
        bot = Running(replica.run, orders, log=log)
        self._bots.append(bot)
        return bot

    async def bot(self, *, fall: Fall | None = None, traced: bool = False) -> Running:
        """Start a bot and wait until it serves."""
        bot = self.launch(fall=fall, traced=traced)
        assert isinstance(said := await bot.told(), int), said
        return bot

    @asynccontextmanager
    async def witness(self) -> AsyncIterator[Witness]:
        """Look on; the store has to be up."""
        url = self._url or f"unix://{(self.data / 'socket').read_text()}"
        async with witness(self.env, url, self.doubles) as looking:
            yield looking

    def servers(self) -> list[psutil.Process]:
        """The processes of the embedded store that live."""
        return [p for p in psutil.process_iter(["cmdline"]) if self._serves(p)]

    def close(self) -> None:
        """End every bot that is left, and an embedded store that it left behind."""
        for bot in self._bots:
            bot.close()
        for server in self.servers():
            server.kill()
            server.wait(10)

    def _serves(self, process: psutil.Process) -> bool:
        try:
            # a running server writes its socket's path where its arguments were
            said = " ".join(process.info["cmdline"] or ())
            return str(self.data) in said and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


@asynccontextmanager
async def stage(doubles: Doubles, *, url: str | None = None) -> AsyncIterator[Stage]:
    """Set the stage in a folder of its own; without ``url`` bots bring their embedded store."""
    # pytest's own temporary paths can be longer than a socket's path may be (about 100 bytes)
    with tempfile.TemporaryDirectory(prefix="sp-") as folder:
        ready = Stage(doubles, Path(folder), url)
        try:
            yield ready
        finally:
            ready.close()
