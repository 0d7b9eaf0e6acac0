"""Slots: begins one slot of a schedule on one instance, or says why that could not be.

What begins has an id made of schedule, instance and slot, so that the store refuses a second one.
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
    ChatUnavailable,
    NoRoom,
    NotAllowed,
    StoreUnavailable,
)
from bot.core.instances import InstanceSummary
from bot.core.protection import Freeze
from bot.core.schedules import Schedule, Work, run_key
from bot.services import outcomes
from bot.services.fleet import Fleet
from bot.services.world import World

log = structlog.get_logger(__name__)

#: What says nothing about the slot itself: it is still owed.
ABSENT = (AuraThrottled, AuraUnavailable, ChatUnavailable, StoreUnavailable, NoRoom)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is to begin: ``key`` names it, and is the same at every attempt."""

    schedule: Schedule
    instance: InstanceSummary
    environment: Environment
    slot: datetime
    key: str


#: Begins a run and returns its operation; raises AlreadyDecided when it had begun before, and
#: NoRoom while it has to wait for others.
Begin = Callable[[Run], Awaitable[OperationId]]
Known = Mapping[InstanceId, InstanceSummary]


class Started(Frozen):
    """What came of slots: the operations that began, and why others did not."""

    begun: tuple[OperationId, ...] = ()
    refused: tuple[tuple[InstanceId, str], ...] = ()
    despite: str = ""
    """The name of the freeze in which it began, since somebody asked for it."""

    def __add__(self, other: "Started") -> "Started":
        """Return what came of both."""
        return Started(
            begun=(*self.begun, *other.begun),
            refused=(*self.refused, *other.refused),
            despite=self.despite or other.despite,
        )


class Slots:
    """Begins what schedules ask for."""

    def __init__(self, world: World, fleet: Fleet, begin: Mapping[Work, Begin]) -> None:
        self._world = world
        self._fleet = fleet
        self._begin = begin

    @property
    def does(self) -> frozenset[Work]:
        """What can begin by itself here."""
        return frozenset(self._begin)

    def scope(self, schedule: Schedule, instances: Iterable[InstanceSummary]) -> list[InstanceId]:
        """Return what a schedule is of: its instance, or those of its environment."""
        if schedule.instance_id is not None:
            return [schedule.instance_id]
        homes = ((instance.id, self._fleet.environment(instance)) for instance in instances)
        return [i for i, home in homes if home is not None and home.name == schedule.environment]

    def freeze(self, schedule: Schedule) -> Freeze | None:
        """Return the freeze that holds a schedule's work now, or None; a snapshot is never held."""
        if schedule.work is Work.SNAPSHOT:
            return None
        return self._world.estate.freeze(schedule.environment, self._world.clock.now())

    async def hold(self, schedule: Schedule, instance_id: InstanceId, freeze: Freeze) -> Started:
        """Record that nothing begins, since a freeze is on; nobody is called for that."""
        why = f"the freeze “{freeze.name}” is on"
        await self._keep(schedule, instance_id, why)
        return Started(refused=((instance_id, why),))

    async def at_once(
        self, schedule: Schedule, *, only: InstanceSummary | None = None, explicit: bool = False
    ) -> Started:
        """Begin a schedule's work besides its slots, on its instances or one of them.

        ``explicit`` says that a person wants just this, whatever freeze is on.
        """
        found, slot = Started(), self._world.clock.now()
        fleet = [only] if only else await self._fleet.summaries()
        known = {instance.id: instance for instance in fleet}
        for instance_id in self.scope(schedule, known.values()):
            try:
                found += await self.begin(schedule, instance_id, known, slot, explicit=explicit)
            except StoreUnavailable:
                raise
            except ABSENT as absent:
                found += Started(refused=((instance_id, absent.summary),))
        return found

    async def begin(
        self,
        schedule: Schedule,
        instance_id: InstanceId,
        known: Known,
        slot: datetime,
        *,
        explicit: bool = False,
    ) -> Started:
        """Begin one run; a refusal is recorded. Raises what is ABSENT: then nothing is.

        ``known`` spares a call for the instances that it names.
        """
        freeze, instance = self.freeze(schedule), None
        if freeze is not None and not explicit:
            return await self.hold(schedule, instance_id, freeze)
        try:
            instance = known.get(instance_id) or await self._world.aura.instance(
                instance_id, background=True
            )
            run = Run(
                schedule=schedule,
                instance=instance,
                environment=self._home(schedule, instance),
                slot=slot,
                key=run_key(schedule.id, instance_id, slot),
            )
            begun = await self._begin[schedule.work](run)
            return Started(begun=(begun,), despite=freeze.name if freeze else "")
        except AlreadyDecided:
            log.info("began before", instance=instance_id)
            return Started()
        except ABSENT:
            raise
        except BotError as refusal:
            log.warning("a slot was refused", why=refusal.summary)
            await self._keep(schedule, instance_id, refusal.summary)
            name = instance.name if instance else instance_id
            await outcomes.refused(self._world, schedule, instance_id, name, refusal.summary)
            return Started(refused=((instance_id, refusal.summary),))

    def _home(self, schedule: Schedule, instance: InstanceSummary) -> Environment:
        home = self._fleet.environment(instance)
        if home is None or home.name != schedule.environment:
            raise NotAllowed(f"“{instance.name}” is not in {schedule.environment} any more")
        return home

    async def _keep(self, schedule: Schedule, instance_id: InstanceId, why: str) -> None:
        await self._world.audit.append(
            AuditRecord(
                at=self._world.clock.now(),
                action=f"schedule.{schedule.work}",
                verdict=Verdict.DENIED,
                instance_id=instance_id,
                environment=schedule.environment,
                why=f"{schedule.id}: {why}",
            )
        )
