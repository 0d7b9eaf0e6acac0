"""The scheduler: begins what has fallen due, each slot once, whoever looks and however often.

The id of what begins is made of schedule, instance and slot, so that the store refuses a second
one; only then does the cursor move. Between the two a crash costs nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.core.audit import AuditRecord, Verdict
from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.environments import Environment
from bot.core.errors import (
    AlreadyDecided,
    AuraThrottled,
    AuraUnavailable,
    BotError,
    ChatFailed,
    ChatUnavailable,
)
from bot.core.instances import InstanceSummary
from bot.core.schedules import (
    MOST_COUNTED,
    Owed,
    Pause,
    Schedule,
    Work,
    jitter,
    owed,
    run_key,
    spread,
)
from bot.services import outcomes
from bot.services.fleet import Fleet
from bot.services.world import World
from bot.views import schedules as views
from bot.views.kit import Message

log = structlog.get_logger(__name__)

#: Seconds between two looks at the schedules; one replica does each.
EVERY = 30.0
#: About so many calls of Aura does one run need: for spreading the runs of a fleet.
CALLS = 12
#: And so many a minute are allowed at least to one with billing
#: (https://neo4j.com/docs/aura/api/overview/).
PER_MINUTE = 125


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is to begin: ``key`` names it, and is the same at every attempt."""

    schedule: Schedule
    instance: InstanceSummary
    environment: Environment
    slot: datetime
    key: str


#: Begins a run and returns its operation; raises AlreadyDecided when it had begun before.
Begin = Callable[[Run], Awaitable[OperationId]]


class Started(Frozen):
    """What came of a slot: the operations that began, and why others did not."""

    begun: tuple[OperationId, ...] = ()
    refused: tuple[tuple[InstanceId, str], ...] = ()
    waits: bool = False
    """Whether the slot is still owed, since Aura or Slack did not answer."""


class Scheduler:
    """Looks at every schedule and begins what is owed."""

    def __init__(self, world: World, fleet: Fleet, begin: Mapping[Work, Begin]) -> None:
        self._world = world
        self._fleet = fleet
        self._begin = begin

    @property
    def does(self) -> frozenset[Work]:
        """What can begin by itself here."""
        return frozenset(self._begin)

    async def all(self) -> tuple[Schedule, ...]:
        """Return every schedule: those of the file, then those that people added."""
        return (*self._world.estate.schedules(), *await self._world.schedules.all())

    async def __call__(self, *, forced: bool = False) -> int:
        """Look once, unless another replica has just done it; returns how many runs began."""
        if not forced and not await self._world.seen.first("scheduler", ttl=EVERY - 5):
            return 0
        await self._world.watch.heard("scheduler", self._world.clock.now())
        schedules = [s for s in await self.all() if s.timing.cron and s.work in self._begin]
        pauses = await self._world.schedules.pauses()
        if not schedules:
            return 0
        cursors = await self._world.schedules.cursors()
        fleet = await self._fleet.summaries()
        begun, missed = 0, dict[str, int]()
        for schedule in schedules:
            scope = self._scope(schedule, fleet)
            apart = spread(len(scope), calls=CALLS, per_minute=PER_MINUTE)
            for instance in scope:
                since = cursors.get((schedule.id, instance.id))
                if since is None:  # what was not watched before owes nothing of the past
                    since = schedule.created_at or self._world.clock.now()
                    await self._world.schedules.move(schedule.id, instance.id, since)
                late = jitter(schedule.id, instance.id, apart)
                due = owed(schedule.timing, since=since, now=self._world.clock.now() - late)
                if due is None:
                    continue
                if schedule.id in pauses:
                    await self._world.schedules.move(schedule.id, instance.id, due.slot)
                    continue
                found = await self._one(schedule, instance, due)
                begun += len(found.begun)
                if due.missed and not found.waits:
                    where = schedule.environment
                    missed[where] = missed.get(where, 0) + due.missed
        for name, count in missed.items():
            told = views.missed(count, at_least=count >= MOST_COUNTED)
            await self._tell(name, told)
        await self._remind(pauses)
        return begun

    async def begin(
        self, schedule: Schedule, due: Owed, *, only: InstanceId | None = None
    ) -> Started:
        """Begin a slot of a schedule on its instances, or on one of them, at once."""
        begun: tuple[OperationId, ...] = ()
        refused: tuple[tuple[InstanceId, str], ...] = ()
        for instance in self._scope(schedule, await self._fleet.summaries()):
            if only in (None, instance.id):
                found = await self._one(schedule, instance, due, extra=True)
                begun, refused = (*begun, *found.begun), (*refused, *found.refused)
        return Started(begun=begun, refused=refused)

    async def skip(self, schedule: Schedule) -> None:
        """Let everything pass that has fallen due until now."""
        for instance in self._scope(schedule, await self._fleet.summaries()):
            await self._world.schedules.move(schedule.id, instance.id, self._world.clock.now())

    async def _one(
        self, schedule: Schedule, instance: InstanceSummary, due: Owed, *, extra: bool = False
    ) -> Started:
        environment = self._world.estate.environment(schedule.environment)
        if environment is None:
            return Started()
        wanted = self._world.estate.watch(environment.name).protection
        freeze = None if extra else wanted.frozen(self._world.clock.now())
        if freeze is not None and schedule.work is not Work.SNAPSHOT:
            await self._keep(
                schedule, instance, Verdict.DENIED, f"the freeze “{freeze.name}” is on"
            )
            await self._world.schedules.move(schedule.id, instance.id, due.slot)
            return Started(refused=((instance.id, f"the freeze “{freeze.name}” is on"),))
        run = Run(
            schedule=schedule,
            instance=instance,
            environment=environment,
            slot=due.slot,
            key=run_key(schedule.id, instance.id, due.slot),
        )
        started = Started()
        try:
            started = Started(begun=(await self._begin[schedule.work](run),))
        except AlreadyDecided:
            log.info("began before", schedule=schedule.id, instance=instance.id)
        except (AuraUnavailable, AuraThrottled, ChatUnavailable) as absent:
            log.warning("a slot waits", schedule=schedule.id, why=absent.summary)
            return Started(refused=((instance.id, absent.summary),), waits=True)
        except BotError as refusal:
            log.warning("a slot was refused", schedule=schedule.id, why=refusal.summary)
            await self._keep(schedule, instance, Verdict.DENIED, refusal.summary)
            await outcomes.refused(self._world, schedule, instance, refusal.summary)
            started = Started(refused=((instance.id, refusal.summary),))
        if not extra:
            await self._world.schedules.move(schedule.id, instance.id, due.slot)
        return started

    def _scope(self, schedule: Schedule, fleet: Iterable[InstanceSummary]) -> list[InstanceSummary]:
        return [
            instance
            for instance in fleet
            if schedule.instance_id in (None, instance.id)
            and (home := self._fleet.environment(instance)) is not None
            and home.name == schedule.environment
        ]

    async def _remind(self, pauses: Mapping[str, Pause]) -> None:
        now = self._world.clock.now()
        for schedule in await self.all():
            pause = pauses.get(schedule.id)
            if pause is not None and pause.reminds(now):
                kept = pause.model_copy(update={"reminded_at": now})
                await self._world.schedules.pause(schedule.id, kept)
                await self._tell(schedule.environment, views.reminder(schedule, pause, now=now))

    async def _tell(self, name: str, message: Message) -> None:
        environment = self._world.estate.environment(name)
        if environment is None:
            return
        try:
            await self._world.chat.post(environment.alert_channel, message)
        except ChatFailed as refusal:
            log.error("a schedule's word is not told", why=refusal.summary)

    async def _keep(
        self, schedule: Schedule, instance: InstanceSummary, verdict: Verdict, why: str
    ) -> None:
        await self._world.audit.append(
            AuditRecord(
                at=self._world.clock.now(),
                action=f"schedule.{schedule.work}",
                verdict=verdict,
                instance_id=instance.id,
                environment=schedule.environment,
                why=f"{schedule.id}: {why}",
            )
        )
