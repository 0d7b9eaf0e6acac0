"""Ninety days in minutes: two replicas on one store, woken where something happens.

Slack is the double over HTTP, the store a real Valkey, Aura the double behind the bot's own guard
and wire. Time stands still but for three things: it goes to the next bell, to the next moment at
which work falls due or somebody meddles, and to the next of the daily looks.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import Savepoint, assemble
from bot.config import load
from bot.core.environments import Estate
from bot.core.errors import BotError
from bot.core.operations import AnyOperation
from bot.services.house import House, furnish
from sandbox.aura import AuraDouble
from sandbox.aura import fleet as aura
from sandbox.slack import SlackDouble
from sandbox.town import EVIDENCE_KEY
from tests.quarter import fleet
from tests.quarter.almanac import CLOSING, DAY, OPENING
from tests.quarter.wire import Wire
from tests.quarter.witness import Witness
from tests.stories.harness import PLENTY, StoryClock, StoryQueue

#: When the schedules are looked at after a slot, and again as long as something begins.
SLOT_LOOKS = (timedelta(seconds=30), timedelta(minutes=3))
AGAIN = timedelta(minutes=1)
#: The times of the day at which everything looks, whatever happens; of 200 instances, each time.
DAILY = (timedelta(hours=17),)

Deed = Callable[["Quarter"], Awaitable[None] | None]


class KilledError(BaseException):
    """The process of a replica ends here."""


@dataclass
class Quarter:
    """The bot's two replicas, both doubles, and what is wrong with them at the moment."""

    clock: StoryClock
    queue: StoryQueue
    aura: AuraDouble
    slack: SlackDouble
    witness: Witness
    replicas: list[Savepoint] = field(default_factory=list)
    down: bool = False
    """No replica runs."""
    hanging: bool = False
    """Nobody answers bells."""
    silent: bool = False
    """The scheduler makes no rounds."""
    killed: int = 0
    """How often a replica ended in the middle of its work."""
    _turn: int = 0

    async def live(self, deeds: Iterable[tuple[datetime, Deed]], looks: Iterable[datetime]) -> None:
        """Live through the quarter; ``looks`` are moments at which everything looks besides."""
        stops: list[tuple[datetime, int, Deed]] = [(at, 0, deed) for at, deed in deeds]
        daily = [OPENING + n * DAY + at for n in range(90) for at in DAILY]
        stops += [(at, 1, _round) for at in {OPENING, *daily, *looks}]
        for environment in fleet.ENVIRONMENTS:
            for rhythm in environment.work.values():
                stops += [(s + late, 2, _begin) for s in rhythm.slots() for late in SLOT_LOOKS]
        for at, _, deed in sorted(stops, key=lambda stop: stop[:2]):
            await self._until(min(at, CLOSING))
            if self.down and deed in (_round, _begin):
                continue
            done = deed(self)
            if done is not None:
                await done
        await self._until(CLOSING)

    async def _until(self, at: datetime) -> None:
        """Let time pass, from bell to bell."""
        await self.settle()
        while not self._deaf and (bell := self.queue.next_at()) is not None and bell <= at:
            self.clock.at = max(self.clock.at, bell)
            await self.settle()
        self.clock.at = max(self.clock.at, at)
        await self.settle()

    @property
    def _deaf(self) -> bool:
        return self.down or self.hanging

    async def settle(self) -> None:
        """Let everything happen that needs no time to pass; each bell is for another replica."""
        while not self._deaf:
            operation_id = self.queue.take()
            if operation_id is not None:
                await self.house.runner.tick(operation_id)
                await asyncio.gather(*(r.house.hauls.idle() for r in self.replicas))
            elif not await self._posted():
                return

    async def _posted(self) -> bool:
        office, moved = self.house.post_office, False
        while not await office.deliver():
            moved = True
        while not await office.revise():
            moved = True
        return moved

    @property
    def house(self) -> House:
        """The house of one replica, each in turn."""
        self._turn += 1
        return self.replicas[self._turn % len(self.replicas)].house

    async def begin(self) -> None:
        """Let both replicas look at the schedules at once, until nothing more begins."""
        while not self.silent:
            rounds = (replica.house.scheduler(forced=True) for replica in self.replicas)
            found = await asyncio.gather(*rounds, return_exceptions=True)
            for replica, outcome in zip(self.replicas, found, strict=True):
                if isinstance(outcome, KilledError):
                    self.killed += 1
                    await self.restart(replica)
                elif isinstance(outcome, BaseException) and not isinstance(outcome, BotError):
                    raise outcome  # a BotError the loop of a running bot logs, and goes on
            if not any(isinstance(outcome, int) and outcome for outcome in found):
                break
            await self._until(self.clock.at + AGAIN)

    async def look(self) -> None:
        """Let everything look that looks by itself."""
        await self.begin()
        await self.settle()
        for each in (self.house.watch, self.house.digests, self.house.reaper, self.house.sweep):
            await each(forced=True)
        await self.house.exports.expire()
        await self.settle()

    async def restart(self, *replicas: Savepoint) -> None:
        """Start processes anew on what stands in the store; bells that were lost are rung again."""
        for replica in replicas or self.replicas:
            await replica.house.hauls.close()
            self._furnish(replica, operations=replica.operations)
            await replica.house.sweep(forced=True)

    def kill_first(self, *, creates: int) -> None:
        """Let the first replica end right after the store took so many operations more."""
        [first, *_] = self.replicas
        self._furnish(first, operations=_Mortal(first.operations, creates))

    def edit(self, change: Callable[[Estate], Estate]) -> None:
        """Go on with an edited configuration, as restarts one after the other would."""
        for replica in self.replicas:
            self._furnish(replica, estate=change(replica.house.world.estate))

    @staticmethod
    def _furnish(replica: Savepoint, **ports: object) -> None:
        house = furnish(replace(replica.house.world, **ports))  # type: ignore[arg-type]
        for name in house.__dataclass_fields__:
            object.__setattr__(replica.house, name, getattr(house, name))

    async def operations(self) -> list[AnyOperation]:
        """Every operation of the quarter, oldest first."""
        found = await self.replicas[0].operations.since(OPENING - DAY)
        return sorted(found, key=lambda op: (op.created_at, op.id))

    async def lag(self) -> float:
        """Seconds that the oldest due bell has waited."""
        first = self.queue.next_at()
        return 0.0 if first is None else max(0.0, (self.clock.at - first).total_seconds())


async def _round(quarter: Quarter) -> None:
    await quarter.look()


async def _begin(quarter: Quarter) -> None:
    await quarter.begin()


class _Mortal:
    """Operations whose process ends right after one was created: the store has it, nobody else."""

    def __init__(self, kept: object, creates: int) -> None:
        self._kept = kept
        self._left = creates

    def __getattr__(self, name: str) -> object:
        return getattr(self._kept, name)

    async def create(self, op: AnyOperation) -> None:
        await self._kept.create(op)  # type: ignore[attr-defined]
        self._left -= 1
        if self._left == 0:
            raise KilledError


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[Quarter]:
    """Set everything up on an empty store, for the first moment of the quarter."""
    clock = StoryClock(at=OPENING)
    config, vault = folder / "savepoint.toml", folder / "vault"
    vault.mkdir()
    async with (
        AuraDouble(now=clock.now, speed=20, requests_per_minute=None, seed=fleet.seed()) as service,
        SlackDouble(now=clock.now, limits=False) as double,
    ):
        config.write_text(fleet.configuration(service.url, vault))
        settings = load(
            {
                **double.settings(),
                "AURA_API_URL": service.url,
                "AURA_CLIENT_ID": aura.CLIENT_ID,
                "AURA_CLIENT_SECRET": aura.CLIENT_SECRET,
                "REDIS_URL": url,
                "SAVEPOINT_CONFIG": str(config),
                "SAVEPOINT_EVIDENCE_KEY": EVIDENCE_KEY,
            }
        )
        quarter = Quarter(clock, StoryQueue(clock), service, double, Witness(service))
        ports = {"queue": quarter.queue, "clock": clock, "lag": quarter.lag, "budgets": PLENTY}
        async with (
            assemble(settings, url, transport=Wire(service), **ports) as one,  # type: ignore[arg-type]
            assemble(settings, url, transport=Wire(service), **ports) as two,  # type: ignore[arg-type]
        ):
            quarter.replicas += [one, two]
            yield quarter
