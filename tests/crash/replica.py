"""A bot in a process of its own: the production `serve`, with faster clocks and places to fall."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any

from redis.asyncio import Redis

from bot import app
from bot.adapters import redis as stored
from bot.adapters.queue import DocketQueue
from bot.config import load
from bot.core.errors import BotError
from bot.services.house import House, furnish
from bot.services.world import World
from tests.crash.boundaries import Fall, Probe
from tests.crash.processes import stopped

#: What a dead replica was at goes on after half of this.
REDELIVERY = timedelta(seconds=2)
PLENTY = {"chat.update": (10_000, 60.0), "chat.postMessage": (10_000, 1.0)}


@dataclass(frozen=True, kw_only=True)
class Orders:
    """What a replica is started with."""

    env: Mapping[str, str]
    fall: Fall | None = None
    trace: Path | None = None


def run(tell: Connection, orders: Orders) -> None:
    """Serve until SIGTERM; tells its port, or the plain error that kept it from serving."""
    _hurry(Probe(fall=orders.fall, trace=orders.trace))
    sys.exit(asyncio.run(_serve(tell, orders)))


async def _serve(tell: Connection, orders: Orders) -> int:
    try:
        await app.serve(load(orders.env), stop=stopped(), ready=tell.send)
    except BotError as refusal:
        tell.send(f"{refusal.summary} | {refusal.hint}")
        return 1
    return 0


def _hurry(probe: Probe) -> None:
    """Put boundaries and short waits where `bot.app` wires things up."""

    def furnished(world: World) -> House:
        return furnish(probe.world(world))

    real = stored.RedisPermits

    def permits(redis: Redis) -> Any:
        return probe.port("permits", real(redis))

    _replace(
        app,
        furnish=furnished,
        PATIENCE=timedelta(seconds=2),
        DocketQueue=partial(DocketQueue, redelivery=REDELIVERY),
        BUDGETS=PLENTY,
    )
    _replace(stored, RedisPermits=permits, RedisCards=partial(stored.RedisCards, hold=2.0))


def _replace(module: ModuleType, **names: object) -> None:
    """Put other things under these names, which ``module`` must have, or nothing were replaced."""
    missing = names.keys() - vars(module).keys()
    assert not missing, f"{module.__name__} has no {missing}"
    vars(module).update(names)
