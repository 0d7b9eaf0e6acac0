"""Schedules as people handle them: list, add, pause, resume, remove, run, and tell of a deploy."""

from bot.core.audit import AuditRecord, Verdict
from bot.core.base import InstanceId
from bot.core.environments import Environment
from bot.core.errors import AlreadyDecided, BadCommand, NotAllowed, UnknownSchedule
from bot.core.instances import InstanceSummary
from bot.core.people import Person
from bot.core.policy import Role
from bot.core.schedules import After, Pause, Schedule, Timing, Work
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.scheduler import Scheduler
from bot.services.slots import Slots, Started
from bot.services.world import World
from bot.views.schedules import ScheduleRow


class Schedules:
    """The use cases around schedules. Changes are audited, refusals too."""

    def __init__(
        self, world: World, gate: Gate, fleet: Fleet, scheduler: Scheduler, slots: Slots
    ) -> None:
        self._world = world
        self._gate = gate
        self._fleet = fleet
        self._scheduler = scheduler
        self._slots = slots

    async def list(self, person: Person) -> tuple[ScheduleRow, ...]:
        """Return the schedules of the environments that this person may look at."""
        await self._gate.require(person, Role.VIEWER, None, action="schedule.view")
        summaries = {i.id: i for i in await self._fleet.summaries()}
        pauses, cursors = (
            await self._world.schedules.pauses(),
            await self._world.schedules.cursors(),
        )
        now, rows = self._world.clock.now(), []
        for schedule in await self._scheduler.all():
            environment = self._world.estate.environment(schedule.environment)
            if not await self._gate.allows(person, Role.VIEWER, environment):
                continue
            slots = [slot for (name, _), slot in cursors.items() if name == schedule.id]
            rows.append(
                ScheduleRow(
                    schedule=schedule,
                    instance=summaries.get(schedule.instance_id or InstanceId("")),
                    pause=pauses.get(schedule.id),
                    next_at=schedule.timing.next(now),
                    last_at=max(slots, default=None),
                )
            )
        return tuple(rows)

    async def add(
        self, person: Person, word: str, work: Work, timing: Timing
    ) -> tuple[Schedule, InstanceSummary]:
        """Let work on an instance begin by itself from now on.

        Raises NotAllowed, UnknownInstance, or BadCommand where nothing can do such work here.
        """
        await self._gate.require(person, Role.VIEWER, None, action="schedule.add")
        instance = await self._fleet.find(word)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action="schedule.add", instance=instance
        )
        if environment is None:  # pragma: no cover - the policy refuses this before
            raise NotAllowed("the instance belongs to no environment")
        if work not in self._scheduler.does:
            raise BadCommand(
                f"nothing here can {work} by itself yet",
                hint="`savepoint check` says what is missing in the configuration.",
            )
        schedule = Schedule(
            id=self._world.new_id("sch"),
            environment=environment.name,
            work=work,
            timing=timing,
            instance_id=instance.id,
            by=person,
            created_at=self._world.clock.now(),
        )
        await self._keep(person, "schedule.add", schedule, why=f"{work} {timing.words}")
        await self._world.schedules.save(schedule)
        return schedule, instance

    async def pause(self, person: Person, schedule_id: str, reason: str) -> Schedule:
        """Let a schedule rest; it reminds of that once a day."""
        schedule = await self._mine(person, schedule_id, "schedule.pause")
        if schedule.id in await self._world.schedules.pauses():
            raise AlreadyDecided("this schedule rests already")
        await self._keep(person, "schedule.pause", schedule, why=reason)
        pause = Pause(by=person, at=self._world.clock.now(), reason=reason)
        await self._world.schedules.pause(schedule.id, pause)
        return schedule

    async def resume(self, person: Person, schedule_id: str) -> Schedule:
        """Let a schedule go on; what fell due while it rested is not made up for."""
        schedule = await self._mine(person, schedule_id, "schedule.resume")
        if schedule.id not in await self._world.schedules.pauses():
            raise AlreadyDecided("this schedule does not rest")
        await self._keep(person, "schedule.resume", schedule)
        await self._scheduler.skip(schedule)
        await self._world.schedules.pause(schedule.id, None)
        return schedule

    async def remove(self, person: Person, schedule_id: str) -> Schedule:
        """End a schedule that somebody added; one of the file can only rest."""
        schedule = await self._mine(person, schedule_id, "schedule.remove")
        if schedule.fixed:
            raise BadCommand(
                "this schedule stands in the configuration file, and is read-only here",
                hint="Remove it there, or let it rest with `/aura schedule pause`.",
            )
        await self._keep(person, "schedule.remove", schedule)
        await self._world.schedules.remove(schedule.id)
        return schedule

    async def run(self, person: Person, schedule_id: str) -> tuple[Schedule, Started]:
        """Begin a schedule's work now, besides its own slots, and even during a freeze."""
        schedule = await self._mine(person, schedule_id, "schedule.run")
        await self._keep(person, "schedule.run", schedule)
        return schedule, await self._slots.at_once(schedule, explicit=True)

    async def deployed(
        self, person: Person, word: str, note: str
    ) -> tuple[tuple[Schedule, ...], Started]:
        """Begin what is to follow a deploy to this instance; returns by what, and what began.

        A freeze holds exports and drills here too: a deploy is no wish for just those.
        """
        await self._gate.require(person, Role.VIEWER, None, action="schedule.deployed")
        instance = await self._fleet.find(word)
        environment = self._fleet.environment(instance)
        await self._gate.require(
            person, Role.OPERATOR, environment, action="schedule.deployed", instance=instance
        )
        pauses = await self._world.schedules.pauses()
        found = tuple(
            schedule
            for schedule in await self._scheduler.all()
            if schedule.timing.after is After.DEPLOY
            and environment is not None
            and schedule.environment == environment.name
            and schedule.instance_id in (None, instance.id)
            and schedule.id not in pauses
        )
        started = Started()
        for schedule in found:
            await self._keep(person, "schedule.deployed", schedule, why=note)
            started += await self._slots.at_once(schedule, only=instance)
        return found, started

    async def _mine(self, person: Person, schedule_id: str, action: str) -> Schedule:
        """Return a schedule that this person may change; raises UnknownSchedule or NotAllowed."""
        await self._gate.require(person, Role.VIEWER, None, action=action)
        for schedule in await self._scheduler.all():
            if schedule.id == schedule_id.strip():
                environment = self._environment(schedule)
                await self._gate.require(person, Role.OPERATOR, environment, action=action)
                return schedule
        raise UnknownSchedule(
            f"there is no schedule “{schedule_id.strip()[:40]}”",
            hint="`/aura schedule list` shows them with their ids.",
        )

    def _environment(self, schedule: Schedule) -> Environment | None:
        return self._world.estate.environment(schedule.environment)

    async def _keep(self, person: Person, action: str, schedule: Schedule, why: str = "") -> None:
        await self._world.audit.append(
            AuditRecord(
                at=self._world.clock.now(),
                action=action,
                verdict=Verdict.ALLOWED,
                actor=person,
                requester=person,
                instance_id=schedule.instance_id,
                environment=schedule.environment,
                why=f"{schedule.id}: {why}" if why else schedule.id,
            )
        )
