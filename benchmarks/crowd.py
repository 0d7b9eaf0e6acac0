"""(b, c) A thousand operations at once on one process, and what Slack sees of it.

The operations are in the store, approved, when the bot starts; its sweep wakes all of them. Aura
is sped up, since its own minutes cost us nothing; Slack grants what Slack grants.
"""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from redis.asyncio import Redis
from redis.exceptions import RedisError

from benchmarks.bots import Bot, serving
from benchmarks.figures import percentile
from benchmarks.goals import Part, Row
from benchmarks.processes import computed, python, resident, running, told
from benchmarks.seed import Calendar, seed
from benchmarks.setting import KEYS, RATE, cast, configure, fleet
from benchmarks.telling import Telling
from bot.adapters.embedded import EmbeddedStore
from bot.adapters.redis import RedisCards, RedisOperations, connect
from bot.adapters.redis.operations import OPEN
from sandbox.slack import SlackDouble
from sandbox.slack.timeline import Call

OPERATIONS = 1000
SNAPSHOTS = 100
#: So many restores have their messages in Slack when they begin: about 4 each, all to be edited.
TOLD = 150
CHANNELS = 100
SPEED = 30.0
RUNNER = {"poll_least": 1.0, "poll_most": 10.0, "settle": 1.0}
#: Seconds for all to reach their end, and how long Slack is watched in any case.
MOST, WATCHED = 240.0, 75.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was seen of one run."""

    seconds: float
    left: int
    peak: float
    computed: float
    redis: Counter[str]
    aura: Counter[str]
    restored: Counter[str]
    """How many restores Aura accepted, by instance."""
    slack: Sequence[Call]
    phases: Counter[str]
    telling: Telling


async def measure_embedded(folder: Path) -> Part:
    """Measure on the embedded Valkey, which the bot starts itself."""
    calendar, data = Calendar(), folder / "data"
    async with _aura() as aura, _slack(calendar) as slack:
        async with EmbeddedStore(data) as store:
            settings = await _prepare(folder, aura, slack, store.url)
        calendar.catch_up()
        seen = await _run(folder, aura, slack, settings, f"unix://{data / 'valkey.sock'}")
    return _part("embedded Valkey", seen)


async def measure_debian(folder: Path) -> Part:
    """Measure on Debian's Redis, where it is installed."""
    binary = shutil.which("redis-server")
    if binary is None:
        note = "not measured: install it with `apt-get install redis-server`"
        return Part(title=_title("Debian's Redis"), rows=[], notes=[note])
    socket = folder / "redis.sock"
    options = {"port": "0", "unixsocket": f"{socket}", "dir": f"{folder}", "save": ""}
    options |= {"appendonly": "yes", "appendfsync": "always"}
    command = [binary, *(word for name, value in options.items() for word in (f"--{name}", value))]
    calendar, url = Calendar(), f"unix://{socket}"
    async with (
        _aura() as aura,
        _slack(calendar) as slack,
        running(command, env={}, log=folder / "redis.log"),
    ):
        await _answers(url)
        settings = await _prepare(folder, aura, slack, url)
        calendar.catch_up()
        seen = await _run(folder, aura, slack, {**settings, "REDIS_URL": url}, url)
    return _part("Debian's Redis", seen)


@asynccontextmanager
async def _aura() -> AsyncIterator[str]:
    arguments = (f"{OPERATIONS}", f"{len(KEYS)}", f"{SPEED}")
    async with python("-m", "benchmarks.aura", *arguments, env={}) as process:
        yield (await told(process, 1))["AURA_API_URL"]


def _slack(calendar: Calendar) -> SlackDouble:
    return SlackDouble(now=calendar, cast=cast(CHANNELS))


async def _prepare(folder: Path, aura: str, slack: SlackDouble, url: str) -> dict[str, str]:
    seeds = fleet(OPERATIONS, len(KEYS)).seeds
    settings = {
        "AURA_API_URL": aura,
        **configure(folder, seeds, channels=CHANNELS, credentials=len(KEYS), runner=RUNNER),
    }
    instances = [each.id for each in seeds]
    await seed(
        settings,
        url,
        slack,
        restores=instances[SNAPSHOTS:],
        snapshots=instances[:SNAPSHOTS],
        told=TOLD,
    )
    return settings


async def _run(
    folder: Path, aura: str, slack: SlackDouble, settings: dict[str, str], url: str
) -> Seen:
    before = Counter(await _asked(aura, "counts"))
    earlier = len(slack.calls)
    began = time.perf_counter()
    async with serving({**settings, **slack.settings()}, folder) as bot:
        redis = connect(url)
        try:
            await redis.config_resetstat()
            peak, left, seconds = await _watch(redis, bot, began)
            commands = await _commands(redis)
            counts = Counter(await _asked(aura, "counts")) - before
            busy = computed(bot.pid)
            while time.perf_counter() - began < WATCHED:
                peak = max(peak, resident(bot.pid))
                await asyncio.sleep(0.5)
            ops = await RedisOperations(redis).recent(2 * OPERATIONS)
            cards = {op.id: await RedisCards(redis).get(op.id) for op in ops}
        finally:
            await redis.aclose()
    calls = slack.calls[earlier:]
    restored = Counter(str(each["instance_id"]) for each in await _asked(aura, "restores"))
    return Seen(
        seconds=seconds,
        left=left,
        peak=peak,
        computed=busy,
        redis=commands,
        aura=counts,
        restored=restored,
        slack=calls,
        phases=Counter(f"{op.kind} {op.phase}" for op in ops),
        telling=Telling.of(ops, cards, calls),
    )


async def _watch(redis: Redis, bot: Bot, began: float) -> tuple[float, int, float]:
    """Wait until no operation is open; return the peak of the memory, what is left, and seconds."""
    peak = 0.0
    while True:
        peak = max(peak, resident(bot.pid))
        left = int(await redis.hlen(OPEN))
        seconds = time.perf_counter() - began
        if not left or seconds > MOST:
            return peak, left, seconds
        await asyncio.sleep(0.5)


async def _commands(redis: Redis) -> Counter[str]:
    stats = await redis.info("commandstats")
    calls = {str(key).removeprefix("cmdstat_"): value["calls"] for key, value in stats.items()}
    calls.pop("hlen", None)  # ours: see _watch
    return Counter(calls)


async def _answers(url: str) -> None:
    redis = connect(url)
    try:
        for _ in range(200):
            try:
                await redis.ping()
                return
            except RedisError:
                await asyncio.sleep(0.05)
        raise RuntimeError("redis-server does not answer")
    finally:
        await redis.aclose()


async def _asked(aura: str, what: str) -> Any:
    async with aiohttp.ClientSession() as http, http.get(f"{aura}/sandbox/aura/{what}") as answer:
        return await answer.json()


def _title(store: str) -> str:
    return f"{OPERATIONS} operations at once, on {store}"


def _part(store: str, seen: Seen) -> Part:
    calls = Counter(call.method for call in seen.slack)
    refused = sum(call.status == 429 for call in seen.slack)
    telling = seen.telling
    twice = sum(count > 1 for count in seen.restored.values())
    rows = [
        Row(
            what="operations that did not reach an end",
            value=f"{seen.left} of {OPERATIONS}, after {seen.seconds:.0f} s",
            goal="operations not ended",
            measured=seen.left,
        ),
        Row(
            what="operations that did not end in `done`",
            value=f"{OPERATIONS - sum(n for p, n in seen.phases.items() if p.endswith(' done'))}",
            goal="operations not done",
            measured=OPERATIONS - sum(n for p, n in seen.phases.items() if p.endswith(" done")),
        ),
        Row(
            what="restores that Aura accepted, per restore that was asked for",
            value=f"{seen.restored.total()} of {OPERATIONS - SNAPSHOTS}; {twice} twice",
            goal="restores sent twice",
            measured=twice,
        ),
        Row(
            what="resident memory of the bot at its peak, MB",
            value=f"{seen.peak:.0f}",
            goal="resident memory MB",
            measured=seen.peak,
        ),
        _each("computing per operation, ms", seen.computed * 1000),
        _each("Aura calls per operation", seen.aura.total()),
        _each("Redis commands per operation, those inside scripts too", seen.redis.total()),
        _each("… of them scripts and pipelines from the bot", seen.redis["evalsha"]),
        _each("Slack calls per operation while they ran and were told", calls.total()),
        Row(
            what="`chat.update` calls in any 60 s, at most",
            value=f"{telling.most_edits}",
            goal="edits in any 60 s",
            measured=telling.most_edits,
        ),
        Row(
            what="edits to a state that is not final while a final one waited",
            value=f"{telling.overtaking} of {telling.edits} ({telling.final_edits} were final)",
            goal="edits before a waiting final one",
            measured=telling.overtaking,
        ),
    ]
    notes = [
        f"{OPERATIONS - SNAPSHOTS} restores and {SNAPSHOTS} snapshots on as many instances, in "
        f"{CHANNELS} channels; Aura {SPEED:g} times faster than by its own figures, watched every "
        f"{RUNNER['poll_least']:g} to {RUNNER['poll_most']:g} s. "
        f"{TOLD} restores have their messages in Slack when they begin, all to be edited. "
        "Operations end in the store; their messages follow at the rate that Slack grants.",
        f"Aura's limit is raised to {len(KEYS)} times {RATE} a minute, as if there were "
        f"{len(KEYS) * RATE // 125} credentials of 125: with one, Aura itself would need hours.",
        "Ends: " + ", ".join(f"{n} {phase}" for phase, n in sorted(seen.phases.items())) + ".",
        "Aura: " + _most(seen.aura) + ".",
        "Redis: " + _most(seen.redis) + ".",
        f"Slack: {_most(calls)}; {refused} of all calls were told to wait.",
        f"Messages about an end: {len(telling.delays)} posted within the time"
        + (f", p50 {percentile(telling.delays, 0.5):.0f} s after it." if telling.delays else "."),
    ]
    return Part(title=_title(store), rows=rows, notes=notes)


def _each(what: str, total: float) -> Row:
    return Row(what=what, value=f"{total / OPERATIONS:.1f}")


def _most(calls: Counter[str]) -> str:
    return ", ".join(f"{name} {count / OPERATIONS:.1f}" for name, count in calls.most_common(9))
