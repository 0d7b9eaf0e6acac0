"""How the bot says that it is well: what `/readyz` asks, and what `/metrics` shows."""

from collections.abc import Awaitable, Callable

import structlog

from bot.adapters.aura.client import AuraClient
from bot.adapters.metrics import Metrics
from bot.adapters.queue import DocketQueue
from bot.adapters.redis import RedisOperations
from bot.adapters.slack_door import SlackDoor
from bot.adapters.socket import SocketMode
from bot.core.errors import BotError, ChatFailed
from bot.ports import WatchLog

log = structlog.get_logger(__name__)


def checks(
    operations: RedisOperations,
    client: AuraClient,
    door: SlackDoor,
    socket: SocketMode | None,
) -> dict[str, Callable[[], Awaitable[str | None]]]:
    """Return what must work, each with a look that says in one clause what is wrong, or None."""

    async def redis() -> str | None:
        try:
            await operations.open()
        except BotError as trouble:
            return trouble.summary
        return None

    async def slack() -> str | None:
        if socket is not None and not await socket.hears():
            return socket.locked_out or "the Slack socket is not open"
        if door.locked_out is None:
            return None
        try:  # a workspace may have let us in again, and nobody has called since
            await door.identify()
        except ChatFailed as trouble:
            return trouble.summary
        return None

    async def aura() -> str | None:
        try:
            await client.sign_in()
        except BotError as trouble:
            return trouble.summary
        return None

    return {"redis": redis, "slack": slack, "aura": aura}


async def page(
    metrics: Metrics, operations: RedisOperations, queue: DocketQueue, watch: WatchLog
) -> bytes:
    """Return the metrics; without the store, those that do not need it."""
    try:
        phases, lag = await operations.count_by_phase(), await queue.lag()
        vitals = await watch.vitals()
    except BotError as trouble:
        log.warning("metrics without the store", why=trouble.summary)
        return metrics.page(phases=None, lag=None)
    return metrics.page(phases=phases, lag=lag, vitals=vitals)
