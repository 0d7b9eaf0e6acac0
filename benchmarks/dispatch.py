"""(a) `/aura snapshot list` against a bare Bolt handler, 50 in flight, side by side.

Both sides are processes of their own on the same Slack double (one each, here in this process, so
that both latencies are read off the same clock). A command is in flight from the envelope until
its answer reached the response URL; only then is the next one typed. The sides take turns, round
by round, so that whatever else the machine does meets both.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from benchmarks.bots import serving
from benchmarks.figures import percentile
from benchmarks.goals import Part, Row
from benchmarks.processes import computed, python, told
from benchmarks.setting import cast, channel, configure, fleet
from sandbox.aura.times import utc_now
from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack

IN_FLIGHT = 50
ROUNDS = 12
PER_ROUND = 100
#: Slack waits 3 s; here later acknowledgements are measured, too.
PATIENCE = 30.0

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Side:
    """One app under load, and what was measured of it, in seconds."""

    double: SlackDouble
    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    rounds: list[float] = field(default_factory=list)
    """The median acknowledgement of each round."""
    cpu: float = 0.0
    """Seconds that the app's process computed."""
    _answered: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    _urls: dict[str, str] = field(default_factory=dict)
    _read: int = 0

    def listen(self) -> None:
        """Note when answers arrive; to be called before the double starts."""

        @web.middleware
        async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith("/response/"):
                future = self._future(request.path)
                if not future.done():
                    future.set_result(time.perf_counter())
            return await handler(request)

        self.double.app().middlewares.append(note)

    async def round(self, count: int) -> None:
        """Send ``count`` commands, 50 at a time."""
        before, left = len(self.acks), iter(range(count))

        async def slot(number: int) -> None:
            for _ in left:
                await self._one(f"/aura snapshot list graph-{number:04} --days 3")

        await asyncio.gather(*(slot(number) for number in range(IN_FLIGHT)))
        self.rounds.append(percentile(self.acks[before:], 0.5))

    async def _one(self, text: str) -> None:
        began = time.perf_counter()
        await self.double.person(slack.REQUESTER).types(text, channel(0))
        self.acks.append(time.perf_counter() - began)
        url = self._url_of(text)
        answered = await asyncio.wait_for(self._future(url), PATIENCE)
        self.answers.append(answered - began)

    def _future(self, path: str) -> asyncio.Future[float]:
        loop = asyncio.get_running_loop()
        return self._answered.setdefault(path, loop.create_future())

    def _url_of(self, text: str) -> str:
        """Return where the newest command of this text is answered; each slot has its own text."""
        sent = self.double.sent
        for envelope in sent[self._read :]:
            url = str(envelope.payload["response_url"]).removeprefix(self.double.base_url)
            self._urls["/aura " + str(envelope.payload["text"])] = url
        self._read = len(sent)
        return self._urls[text]


async def measure(folder: Path) -> Part:
    """Run both sides in turns and compare."""
    async with AsyncExitStack() as stack:
        aura = await stack.enter_async_context(
            python("-m", "benchmarks.aura", f"{IN_FLIGHT}", "1", "1", env={})
        )
        ours, bare = [
            Side(SlackDouble(now=utc_now, cast=cast(1), ack_seconds=PATIENCE)) for _ in range(2)
        ]
        for side in (ours, bare):
            side.listen()
            await stack.enter_async_context(side.double)
        settings: Mapping[str, str] = {
            **ours.double.settings(),
            **await told(aura, 1),
            **configure(folder, fleet(IN_FLIGHT).seeds),
        }
        bot = await stack.enter_async_context(serving(settings, folder))
        floor = await stack.enter_async_context(
            python("-m", "benchmarks.bare", env=bare.double.settings(), log=folder / "bare.log")
        )
        await asyncio.wait_for(_connected(bare.double), PATIENCE)
        for side in (ours, bare):  # warm, and not counted
            await side.round(IN_FLIGHT)
            for warm in (side.acks, side.answers, side.rounds):
                warm.clear()
        begun = computed(bot.pid), computed(floor.pid)
        for number in range(ROUNDS):
            for side in (ours, bare) if number % 2 else (bare, ours):
                await side.round(PER_ROUND)
        ours.cpu, bare.cpu = computed(bot.pid) - begun[0], computed(floor.pid) - begun[1]
    return _part(ours, bare)


async def _connected(double: SlackDouble) -> None:
    changed = asyncio.Event()
    double.world.watchers.add(changed)
    while not double.connections:
        changed.clear()
        await changed.wait()
    double.world.watchers.discard(changed)


def _part(ours: Side, bare: Side) -> Part:
    def row(what: str, share: float, mine: list[float], floor: list[float], goal: bool) -> Row:
        value, least = percentile(mine, share), percentile(floor, share)
        name = f"{what} p{share * 100:.0f}"
        return Row(
            what=f"{name}, ms",
            value=f"{value * 1000:.1f}",
            floor=f"{least * 1000:.1f}",
            ratio=value / least,
            goal=f"{name} ratio" if goal else None,
            measured=value / least,
        )

    mine, least = ours.cpu / len(ours.acks), bare.cpu / len(bare.acks)
    computing = Row(
        what="computing per command, ms",
        value=f"{mine * 1000:.1f}",
        floor=f"{least * 1000:.1f}",
        ratio=mine / least,
    )

    def spread(side: Side) -> str:
        low, high = min(side.rounds) * 1000, max(side.rounds) * 1000
        return f"{low:.0f} to {high:.0f} ms"

    return Part(
        title="Dispatch of `/aura snapshot list`",
        rows=[
            row("ack", 0.5, ours.acks, bare.acks, goal=True),
            row("ack", 0.99, ours.acks, bare.acks, goal=True),
            row("answer", 0.5, ours.answers, bare.answers, goal=False),
            row("answer", 0.99, ours.answers, bare.answers, goal=False),
            computing,
        ],
        notes=[
            f"{len(ours.acks)} commands on each side, {IN_FLIGHT} in flight, in {ROUNDS} rounds "
            "that take turns.",
            "The floor is a Bolt app of the same version on the same double that acknowledges and "
            "responds once, so it gets more commands in the same time. Our answer comes from "
            "Aura: 5 calls of it for a command.",
            f"Median acknowledgement by round: ours {spread(ours)}, bare {spread(bare)}.",
        ],
    )
