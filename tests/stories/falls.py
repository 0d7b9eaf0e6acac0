"""A bot that falls at one boundary of its ports, and another one that starts in its place.

A boundary lies before and after each call through any port of the world, around what the Aura
client asks of the store right before the one call leaves, and around each file that the vault
writes beside an export. Whoever has fallen makes no call any more, not even to give a lease back,
so all that is left of it is the world: the store, what Slack shows, the changes that Aura made, the
vault. A first run notes at each boundary what stands there, byte by byte. Boundaries in a row
between which nothing of it changed leave the very same behind, and are one place to fall: the walk
takes the first of them, and where time passed in the row, as in a watch, the last one as well.
"""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from inspect import getattr_static, iscoroutinefunction
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.adapters.aura.guard import Guard
from bot.adapters.console.imports import Imports
from bot.adapters.vault import ObstoreVault
from bot.core.base import OperationId
from bot.core.operations import AnyOperation, Operation
from bot.services.wanted import at
from bot.views import operations as views
from sandbox.aura import Call
from tests.stories.harness import START, Story
from tests.stories.props import Cued, change_world

#: Keys that tell of budgets, and of who is just telling (that ends by itself within seconds).
_FLEETING = ("sp:aura:tokens", "sp:budget:", "sp:telling:")
#: What waits in an outbox, and what was taken out of it and comes out again by itself.
_OUTBOXES = [(f"sp:outbox:{name}", f"sp:outbox:{name}:taken") for name in ("posts", "edits")]
#: A new bot starts so much later: until then all leases and holds of the old one have ended.
LATER = timedelta(seconds=65)
#: How much faster than usual Aura is, and how seldom the bot looks, in seconds: a watch has a first
#: look and a last one all the same.
QUICK, SELDOM = 20.0, 15.0


def hurry(story: Story) -> None:
    """Spare the many looks at what takes its time."""
    story.aura.pace.speed = QUICK
    change_world(story, pace=replace(story.bot.house.world.pace, poll_least=SELDOM))


@dataclass(frozen=True)
class Passed:
    """A boundary that was passed: its name, when, and a digest of the world that it leaves."""

    place: str
    at: datetime
    world: str


@dataclass
class Life:
    """One life of the bot: it notes the boundaries that it passes, or ends at one of them."""

    story: Story
    ends_at: str = ""
    passed: list[Passed] = field(default_factory=list)
    over: bool = False
    _phase: str = ""
    _met: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def lived(self) -> Iterator[None]:
        """Stand around every port until the end of the block."""
        world = self.story.bot.house.world
        ports = {f.name: getattr(world, f.name) for f in fields(world)}
        asked = {n: self._cued(n, p) for n, p in ports.items() if n != "clock" and _asks(p)}
        guard, vault = self.story.bot.aura._line._http._transport, world.vault
        assert isinstance(guard, Guard)
        assert isinstance(vault, ObstoreVault)
        assert isinstance(world.imports, Imports)
        loading = world.imports._console._line._guard._spending
        within: list[tuple[object, str, object]] = [
            (guard._spending, "_consume", self._consuming(guard._spending._consume)),
            (loading, "_consume", self._consuming(loading._consume)),
            (guard._copies, "_ledger", self._cued("claims", guard._copies._ledger)),
            (vault, "_shelf", self._cued("shelf", vault._shelf)),
        ]
        sound = [(owner, name, getattr(owner, name)) for owner, name, _ in within]
        change_world(self.story, **asked)
        for owner, name, port in within:
            setattr(owner, name, port)
        hauls = self.story.bot.house.hauls
        try:
            yield
        finally:
            for owner, name, port in sound:
                setattr(owner, name, port)
            change_world(self.story, **ports)
            self._hauls = hauls

    async def bury(self) -> None:
        """Let what still runs of it end; none of it makes another call."""
        assert self.over, f"never came to {self.ends_at}"
        await self._hauls.close()

    def _cued(self, port: str, real: object) -> Cued:
        async def before(name: str) -> None:
            await self._pass(f"before {port}.{name}")

        async def after(name: str) -> None:
            await self._pass(f"after {port}.{name}")

        kind = _Watched if port == "operations" else Cued
        cued = kind(real, before=before, after=after)
        if isinstance(cued, _Watched):
            cued.seen = self._seen
        return cued

    def _consuming(
        self, consume: Callable[[OperationId], Awaitable[bool]]
    ) -> Callable[[OperationId], Awaitable[bool]]:
        async def consumed(operation_id: OperationId) -> bool:
            await self._pass("before permits.consume")
            first = await consume(operation_id)
            await self._pass("after permits.consume")
            return first

        return consumed

    def _seen(self, op: Operation) -> None:
        self._phase = f" while {op.phase}"

    async def _pass(self, where: str) -> None:
        if self.over:
            raise asyncio.CancelledError(where)
        call = f"{where}{self._phase}"
        self._met[call] += 1
        place = f"{call} {self._met[call]}"
        if place == self.ends_at:
            self.over = True
            raise asyncio.CancelledError(place)
        if not self.ends_at:
            self.passed.append(Passed(place, self.story.clock.now(), await _digest(self.story)))


class _Watched(Cued):
    """The operations, from whose answers the phase is known."""

    seen: Callable[[Operation], None]

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if not iscoroutinefunction(found):
            return found

        async def call(*given: Any, **more: Any) -> Any:
            answer = await found(*given, **more)
            if isinstance(answer, Operation):
                self.seen(answer)
            return answer

        return call


def _asks(port: object) -> bool:
    """Whether anything of a port is waited for."""
    kind = type(port)
    return any(iscoroutinefunction(getattr_static(kind, n)) for n in dir(kind) if n[0] != "_")


async def _digest(story: Story) -> str:
    """All that stands in the world, in short."""
    redis = story.bot.operations._redis
    keys = sorted(key for key in map(_text, await redis.keys("sp:*")) if _stays(key))
    pipeline = redis.pipeline(transaction=False)
    for key in keys:
        pipeline.dump(key)
    for outbox in _OUTBOXES:
        pipeline.zunion(outbox)
    stored = await pipeline.execute()
    shown = [(m.ts, m.edited_ts) for m in _messages(story)]
    changed = sum(map(_changes, story.aura.calls))
    files = _files(Path(urlsplit(story.bot.house.world.vault_url).path))
    return hashlib.sha256(repr((keys, stored, shown, changed, files)).encode()).hexdigest()


def _files(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(p), p.stat().st_size) for p in folder.rglob("*") if p.is_file())


def _stays(key: str) -> bool:
    return not key.startswith(_FLEETING) and not any(key in outbox for outbox in _OUTBOXES)


def _text(key: str | bytes) -> str:
    return key.decode() if isinstance(key, bytes) else key


async def lapse(story: Story, span: timedelta) -> None:
    """Let time pass for the store as well: what would end within ``span`` is over."""
    redis, most = story.bot.operations._redis, span.total_seconds() * 1000
    keys = await redis.keys("sp:*")
    pipeline = redis.pipeline(transaction=False)
    for key in keys:
        pipeline.pttl(key)
    left = dict(zip(keys, await pipeline.execute(), strict=True))
    if over := [key for key, milliseconds in left.items() if 0 < milliseconds <= most]:
        await redis.delete(*over)
    for _, taken in _OUTBOXES:  # the deadlines are scores by the store's own clock
        if await redis.exists(taken):
            await redis.zunionstore(taken, {taken: 0.0})


@dataclass(frozen=True, kw_only=True)
class Fell:
    """What came of one fall: the operation at its end, and what was sent to Aura on its way.

    ``ends`` and ``alerts`` count the messages that tell of it.
    """

    place: str
    op: AnyOperation
    sent: Counter[str]
    ends: int
    alerts: int

    def __str__(self) -> str:
        told = f"told {self.ends} times, alerted {self.alerts} times"
        return f"{self.place}: {self.op.phase}, {dict(self.sent)}, {told}"

    @property
    def told(self) -> bool:
        """Whether people were told as they should be: of the end once, by an alert if it is bad.

        The bot may fall between Slack's answer and its own note of it; then it tells once more.
        """
        unnoted = self.place.startswith(f"after chat.post while {self.op.phase} ")
        good = self.op.phase in ("done", "proven")
        if not self.op.final:
            return (self.ends, self.alerts) == (0, 1)
        return self.ends in ((1, 2) if unnoted else (1,)) and self.alerts == (not good)


Deed = Callable[["Walk"], Awaitable[object]]


@dataclass(kw_only=True)
class Walk:
    """The way of an operation: ``ask`` in peace, and all that people do then, as ``go``.

    ``go`` must be such that people would do it again when they see that the bot has fallen.
    """

    story: Story
    ask: Deed
    go: Deed
    since: datetime = START

    async def newest(self) -> AnyOperation | None:
        """The operation of this time, or None while none was accepted."""
        found = await self.story.bot.operations.recent(1)
        return found[0] if found and found[0].created_at >= self.since else None

    async def places(self) -> list[str]:
        """Go the whole way once; returns each place to fall."""
        hurry(self.story)
        await self._begin()
        life = Life(self.story)
        with life.lived():
            await self.go(self)
        found = []
        for _, row in groupby(life.passed, key=lambda passed: passed.world):
            first, *rest = row
            found.append(first.place)
            if rest and rest[-1].at > first.at:
                found.append(rest[-1].place)
        return found

    async def falls(self, places: Iterable[str]) -> AsyncIterator[Fell]:
        """Fall at each of these places."""
        for place in places:
            yield await self.fall(place)

    async def fall(self, place: str) -> Fell:
        """Fall there, start anew, and go on to the end."""
        story, calls = self.story, self.story.aura.calls[-1].n
        await self._begin()
        life = Life(story, ends_at=place)
        # a person who waits for what the fallen bot was to show waits in vain
        with life.lived(), suppress(asyncio.CancelledError, LookupError, AssertionError):
            await self.go(self)
        await life.bury()
        story.clock.at += LATER
        await lapse(story, LATER)
        await story.restart()
        await story.settle()
        await self.go(self)
        op = await self.newest()
        assert op is not None, place
        alert = views.alert(op, link=None, now=at(op))
        return Fell(
            place=place,
            op=op,
            sent=Counter(_named(c) for c in story.aura.calls if c.n > calls and _counts(c)),
            ends=_told(story, op, views.ending(op, now=at(op)).text) if op.final else 0,
            alerts=_told(story, op, alert.text),
        )

    async def _begin(self) -> None:
        self.story.clock.at += LATER
        self.since = self.story.clock.now()
        await self.ask(self)


def _asks_for_change(call: Call) -> bool:
    """Whether a call is to change something; of the console's only the last one is."""
    changes = call.path.startswith("/v1/") and "/import" not in call.path
    return call.method != "GET" and (changes or call.path.endswith("/upload-complete"))


def _changes(call: Call) -> bool:
    """Whether Aura changed something for a call; what it refused it did not."""
    return _asks_for_change(call) and call.status < 300


def _counts(call: Call) -> bool:
    """Whether a call may be sent once only; what is refused of these may be asked for again."""
    again = call.method == "DELETE" or call.path.endswith("/snapshots")
    return _changes(call) if again else _asks_for_change(call)


def _named(call: Call) -> str:
    return "delete" if call.method == "DELETE" else call.path.rpartition("/")[2]


def _messages(story: Story) -> list[Any]:
    return [m for c in story.slack.world.channels.values() for m in c.messages.values()]


def _told(story: Story, op: AnyOperation, text: str) -> int:
    return sum(m.text == text and op.id in str(m.blocks) for m in _messages(story))
