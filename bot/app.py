"""Composition root: settings -> adapters -> services -> Bolt; and a graceful stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters import delivery, health
from bot.adapters import redis as stored
from bot.adapters.aura.bucket import Buckets
from bot.adapters.aura.client import AuraClient
from bot.adapters.bolt import listening
from bot.adapters.clock import SystemClock, new_id
from bot.adapters.embedded import EmbeddedStore
from bot.adapters.graph import AuraMetrics, QueryApi
from bot.adapters.metrics import Metrics
from bot.adapters.periodic import every, walk
from bot.adapters.ping import HttpPing
from bot.adapters.queue import DocketQueue
from bot.adapters.slack import SlackChat, SlackDirectory
from bot.adapters.slack_door import SlackDoor
from bot.adapters.socket import SocketMode
from bot.adapters.tls import trusted
from bot.adapters.web import WebServer
from bot.config import Settings
from bot.core.base import OperationId
from bot.ports import Clock, Queue
from bot.services import digests, reaper, scheduler, sweep, vaults, watch
from bot.services.house import House, furnish
from bot.services.world import Pace, World
from handlers import ROUTES, files, register
from handlers.edge import Tasks
from handlers.pipeline import Pipeline

log = structlog.get_logger(__name__)

#: Units and seconds of what all replicas share: Slack allows about 50 edits a minute and
#: workspace, and one new message a second and channel
#: (https://docs.slack.dev/apis/web-api/rate-limits). A minute and two seconds for edits, since
#: it is at Slack that they are counted, and one may travel longer than the next.
BUDGETS = {"chat.update": (40, 62.0), "chat.postMessage": (1, 1.0)}
#: Tasks that post new messages side by side, so that a slow channel does not hold up the others.
POSTERS = 6
#: How long telling one operation may take before another replica tells it again.
PATIENCE = timedelta(seconds=45)
#: Seconds between two looks at the tokens; one that ends within a minute is renewed.
RENEW = 30.0
#: Seconds between two looks at the socket.
WATCH = 5.0
#: Seconds that work may take to end when the bot is told to stop; Docker kills after 10 unless
#: told otherwise, Kubernetes after 30.
GRACE = 15.0

#: Seconds between two, and what is done.
Round = tuple[float, Callable[[], Awaitable[object]]]


@dataclass(frozen=True, kw_only=True)
class Savepoint:
    """The assembled bot."""

    settings: Settings
    house: House
    bolt: AsyncApp
    tasks: Tasks
    client: AsyncWebClient
    door: SlackDoor
    aura: AuraClient
    operations: stored.RedisOperations
    metrics: Metrics
    clock: Clock


@asynccontextmanager
async def store_url(settings: Settings) -> AsyncIterator[str]:
    """Give the address of the store; without `REDIS_URL`, start the embedded one."""
    if settings.redis_url is not None:
        yield settings.redis_url.get_secret_value()
        return
    async with EmbeddedStore(settings.data) as embedded:
        yield embedded.url


@asynccontextmanager
async def assemble(
    settings: Settings,
    url: str,
    *,
    queue: Queue,
    clock: Clock | None = None,
    budgets: dict[str, tuple[int, float]] | None = None,
    lag: Callable[[], Awaitable[float]] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Savepoint]:
    """Build everything on a store and a queue; nothing runs by itself yet.

    ``transport`` stands in for the network to Aura's API.
    """
    clock = clock or SystemClock()
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        redis = stored.connect(url)
        stack.push_async_callback(redis.aclose)
        permits = stored.RedisPermits(redis)
        ledger = stored.RedisLedger(redis)
        aura = await stack.enter_async_context(
            AuraClient(
                settings.credentials,
                url=settings.aura_api_url,
                clock=clock,
                allowance=Buckets(redis, clock=clock),
                consume=permits.consume,
                observe=metrics.aura,
                ledger=ledger,
                transport=transport,
            )
        )
        gauging = AuraMetrics(aura=settings.aura_api_url, clock=clock)
        http = await stack.enter_async_context(httpx.AsyncClient(verify=trusted(), timeout=10))
        client = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(),
            base_url=settings.slack_api_url,
            timeout=10,
        )
        budget = stored.RedisBudget(redis, budgets or BUDGETS)
        door = SlackDoor(client, clock, metrics.slack)
        operations = stored.RedisOperations(redis)
        world = World(
            estate=settings.estate,
            clock=clock,
            new_id=new_id,
            aura=aura,
            chat=SlackChat(door, budget, clock, http),
            directory=SlackDirectory(door, clock),
            operations=operations,
            queue=queue,
            audit=stored.RedisAuditLog(redis),
            cards=stored.RedisCards(redis),
            drafts=stored.RedisDrafts(redis),
            catalogue=stored.RedisCatalogue(redis),
            schedules=stored.RedisSchedules(redis),
            addresses=stored.RedisAddresses(redis, public=settings.public_url),
            seen=stored.RedisSeen(redis),
            budget=budget,
            posts=stored.RedisOutbox(redis, "posts", patience=PATIENCE),
            edits=stored.RedisOutbox(redis, "edits", patience=PATIENCE),
            meter=metrics,
            ledger=ledger,
            secrets=stored.RedisSecrets(redis, key=settings.slack_bot_token),
            passwords=settings.passwords.port(),
            drills=stored.RedisLastDrills(redis),
            records=stored.RedisRecords(redis),
            evidence_key=settings.evidence_key,
            scratch=settings.scratch,
            graph=await stack.enter_async_context(QueryApi()),
            gauging=await stack.enter_async_context(gauging),
            fingerprints=stored.RedisFingerprints(redis),
            leases=stored.RedisLeases(redis),
            keep=settings.vault.table.keep if settings.vault else {},
            export=settings.export,
            accesses=settings.accesses,
            checks=settings.checks,
            imports=await stack.enter_async_context(settings.upload.open(clock, permits.consume)),
            sendings=stored.RedisSendings(redis),
            readings=stored.RedisReadings(redis),
            vault=settings.vault.open(clock=clock, new_id=new_id) if settings.vault else None,
            vault_url=settings.vault.table.url if settings.vault else "",
            files=settings.upload.files(),
            watch=stored.RedisWatchLog(redis),
            alerts=stored.RedisAlerts(redis),
            lag=lag,
            ping=HttpPing(http, settings.ping_url) if settings.ping_url else None,
            pace=Pace(**settings.runner.model_dump()),
        )
        house = furnish(world)
        bolt = listening(client, settings.slack_signing_secret)
        yield Savepoint(
            settings=settings,
            house=house,
            bolt=bolt,
            tasks=register(bolt, house),
            client=client,
            door=door,
            aura=aura,
            operations=operations,
            metrics=metrics,
            clock=clock,
        )


async def serve(
    settings: Settings, *, stop: asyncio.Event, ready: Callable[[int], None] | None = None
) -> None:
    """Run the bot until ``stop`` is set; ``ready`` is told the health port once it serves.

    At the stop no new event is taken, what was begun is finished or left to the store, and the
    embedded store goes last. Raises BotError when the start is impossible; Slack or Aura being
    away is no such reason: accepted operations go on, and the socket is tried again.
    """
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(store_url(settings))
        house: list[House] = []

        async def tick(operation_id: OperationId) -> None:
            await house[0].runner.tick(operation_id)

        queue = await stack.enter_async_context(DocketQueue(url, tick))
        bot = await stack.enter_async_context(assemble(settings, url, queue=queue, lag=queue.lag))
        house.append(bot.house)
        socket = _socket(bot)
        server = WebServer(
            host=settings.host,
            port=settings.port,
            ready=health.checks(bot.operations, bot.aura, bot.door, socket),
            metrics=lambda: health.page(bot.metrics, bot.operations, queue, bot.house.world.watch),
            events=None if socket else bot.bolt,
            more=[
                *Pipeline(bot.house, ROUTES.commands, settings.robots).routes(),
                *files.routes(bot.house),
                *delivery.routes(lambda: bot.house.deliveries),
            ],
        )
        await stack.enter_async_context(server)
        await bot.house.sweep(forced=True)
        if socket:
            await socket.begin()
            stack.push_async_callback(socket.close)
        worker = asyncio.create_task(queue.run())
        loops = [asyncio.create_task(work) for work in _loops(bot, socket, stop)]
        log.info("serving", port=server.port, mode="socket" if socket else "http")
        if ready:
            ready(server.port)
        try:
            await stop.wait()
        finally:
            log.info("stopping")
            stop.set()
            if socket:
                await socket.close()
            await _end(bot.tasks, worker, loops)
            await bot.house.hauls.close()


async def _end(tasks: Tasks, worker: asyncio.Task[None], loops: list[asyncio.Task[None]]) -> None:
    """Let everything come to its end; what takes too long is cut off, and the store remembers."""
    worker.cancel()
    draining = asyncio.create_task(tasks.drain())
    _, late = await asyncio.wait([draining, worker, *loops], timeout=GRACE)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    log.info("stopped", cut_off=len(late))


def _socket(bot: Savepoint) -> SocketMode | None:
    token = bot.settings.slack_app_token
    if token is None:
        return None
    secret = token.get_secret_value()
    return SocketMode(bot.bolt, secret, bot.client, bot.clock, bot.metrics.slack)


def _loops(
    bot: Savepoint, socket: SocketMode | None, stop: asyncio.Event
) -> list[Coroutine[None, None, None]]:
    house, clock = bot.house, bot.clock
    rounds: dict[str, Round] = {
        "sweep": (sweep.EVERY, house.sweep),
        "scheduler": (scheduler.EVERY, house.scheduler),
        "reaper": (reaper.EVERY, house.reaper),
        "watch": (watch.EVERY, house.watch),
        "digests": (digests.EVERY, house.digests),
        "vault": (vaults.EVERY, house.vaults.tidy),
        "sign in": (RENEW, bot.aura.sign_in),
    }
    if socket:
        rounds["socket watch"] = (WATCH, socket.watch)
    walks = [house.post_office.deliver] * POSTERS + [house.post_office.revise]
    return [walk(step, clock=clock, stop=stop) for step in walks] + [
        every(seconds, work, name=name, clock=clock, stop=stop)
        for name, (seconds, work) in rounds.items()
    ]
