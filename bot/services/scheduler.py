"""The scheduler: begins what has fallen due, each slot once, whoever looks and however often.

The id of what begins is made of schedule, instance and slot, so that the store refuses a second
one; only then does the cursor move. Between the two a crash costs nothing. One replica at a time
goes a round, under a lease, so that each slot has one record in the audit log as well.

What is owed stands in one line, what has waited for longest first, and begins no faster than its
share of the rate limit allows. A slot for which there is no room waits: nothing is recorded, and
its cursor stays where it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from bot.core.audit import AuditRecord, Verdict
from bot.core.base import InstanceId
from bot.core.errors import (
    AuraError,
    AuraThrottled,
    AuraUnavailable,
    ChatFailed,
    ChatUnavailable,
    NoRoom,
    StoreUnavailable,
)
from bot.core.schedules import MOST_COUNTED, Owed, Pause, Schedule, Work, free_at, owed, takes
from bot.ports.plans import Cursors
from bot.services.fleet import Fleet
from bot.services.leasing import alone
from bot.services.slots import Known, Slots
from bot.services.world import World
from bot.views import schedules as views
from bot.views.kit import Message

log = structlog.get_logger(__name__)

#: Seconds between two looks at the schedules; one replica does each.
EVERY = 30.0
#: Missed slots are told once; so long, in seconds, is that remembered.
TOLD = 35 * 24 * 3600.0

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """A slot that is owed: of a schedule, on an instance, which was last seen to at ``since``."""

    schedule: Schedule
    instance_id: InstanceId
    owed: Owed
    since: datetime

    @property
    def key(self) -> tuple[str, InstanceId]:
        """What it is of, whatever the slot."""
        return self.schedule.id, self.instance_id


class Scheduler:
    """Looks at every schedule and begins what is owed."""

    def __init__(self, world: World, fleet: Fleet, slots: Slots) -> None:
        self._world = world
        self._fleet = fleet
        self._slots = slots
        #: When the last attempt came to nothing; such a slot lets the others go first.
        self._shy: dict[tuple[str, InstanceId], datetime] = {}
        self._whole = True

    @property
    def does(self) -> frozenset[Work]:
        """What can begin by itself here."""
        return self._slots.does

    async def all(self) -> tuple[Schedule, ...]:
        """Return every schedule: those of the file, then those that people added."""
        return (*self._world.estate.schedules(), *await self._world.schedules.all())

    async def __call__(self, *, forced: bool = False) -> int:
        """Look once, unless another replica has just done it, or is at it; returns how many began.

        A round in which nothing unforeseen happened is heard of. What fails for no known reason
        is logged, and keeps no other schedule from beginning.
        """
        if not forced and not await self._world.seen.first("scheduler", ttl=EVERY - 5):
            return 0
        holder = self._world.new_id("work")
        return await alone(self._world.leases, "scheduler", holder, self._round()) or 0

    async def _round(self) -> int:
        self._whole, begun = True, 0
        pauses = await self._world.schedules.pauses()
        schedules = [s for s in await self.all() if s.timing.cron and s.work in self._slots.does]
        if schedules:
            try:
                known = {instance.id: instance for instance in await self._fleet.known()}
            except AuraError as absent:  # what is owed stays so
                log.warning("every slot waits", why=absent.summary)
            else:
                duties = await self._owed(schedules, known, pauses)
                await self._tell_missed(duties)
                begun = await self._work(duties, known)
        await self._remind(pauses)
        if self._whole:
            await self._world.watch.heard("scheduler", self._world.clock.now())
        return begun

    async def skip(self, schedule: Schedule) -> None:
        """Let everything pass that has fallen due until now."""
        for schedule_id, instance_id in await self._world.schedules.cursors():
            if schedule_id == schedule.id:
                await self._world.schedules.move(schedule_id, instance_id, self._world.clock.now())

    async def _owed(
        self, schedules: Iterable[Schedule], known: Known, pauses: Mapping[str, Pause]
    ) -> list[Duty]:
        """Return what is owed, what has waited for longest first."""
        found: list[Duty] = []
        cursors = await self._world.schedules.cursors()
        for schedule in schedules:
            try:
                found += await self._owed_of(schedule, known, cursors, paused=schedule.id in pauses)
            except StoreUnavailable:
                raise
            except Exception:
                self._failed(schedule)
        self._shy = {d.key: self._shy[d.key] for d in found if d.key in self._shy}
        return sorted(found, key=lambda d: (self._shy.get(d.key, _LONG_AGO), d.since))

    async def _owed_of(
        self, schedule: Schedule, known: Known, cursors: Cursors, *, paused: bool
    ) -> list[Duty]:
        found, now = list[Duty](), self._world.clock.now()
        freeze = self._slots.freeze(schedule)
        for instance_id in self._slots.scope(schedule, known.values()):
            since = cursors.get((schedule.id, instance_id))
            if since is None:  # what was not watched before owes nothing of the past
                since = schedule.created_at or now
                await self._world.schedules.move(schedule.id, instance_id, since)
            due = owed(schedule.timing, since=since, now=now)
            if due is None:
                continue
            if freeze is not None and not paused:
                await self._slots.hold(schedule, instance_id, freeze)
            if freeze is not None or paused:
                await self._world.schedules.move(schedule.id, instance_id, due.slot)
                continue
            duty = Duty(schedule=schedule, instance_id=instance_id, owed=due, since=since)
            found.append(duty)
        return found

    async def _work(self, duties: Iterable[Duty], known: Known) -> int:
        """Begin as many as the line allows; returns how many began."""
        rate, now = self._world.estate.watching.begins, self._world.clock.now()
        free, full = await self._free(now, rate), set[Work]()
        begun = answers = silent = 0
        for duty in duties:
            work = duty.schedule.work
            if free - now >= timedelta(seconds=EVERY) or (silent > 1 and not answers):
                break  # the rest comes next
            if work in full:
                continue
            try:
                self._shy[duty.key] = now
                begun += await self._see_to(duty, known)
            except NoRoom as wait:
                log.info("slots wait for room", work=work, why=wait.summary)
                del self._shy[duty.key]
                full.add(work)
                continue
            except (AuraThrottled, ChatUnavailable) as absent:
                log.warning("every slot waits", why=absent.summary)
                break
            except AuraUnavailable as absent:
                log.warning("a slot waits", schedule=duty.schedule.id, why=absent.summary)
                silent += 1
            except StoreUnavailable:
                raise
            except Exception:
                self._failed(duty.schedule)
            else:
                del self._shy[duty.key]
                answers += 1
            free += takes(work, per_minute=rate)
        return begun

    async def _see_to(self, duty: Duty, known: Known) -> int:
        found = await self._slots.begin(duty.schedule, duty.instance_id, known, duty.owed.slot)
        await self._world.schedules.move(*duty.key, duty.owed.slot)
        return len(found.begun)

    def _failed(self, schedule: Schedule) -> None:
        """Log the present exception; the round is not heard of, so that somebody is told."""
        self._whole = False
        log.exception("scheduler failed", schedule=schedule.id, reference=self._world.new_id("ref"))

    async def _free(self, now: datetime, rate: int) -> datetime:
        """Return when the line is free of what schedules began lately."""
        most = max(takes(work, per_minute=rate) for work in Work)
        lately = await self._world.operations.since(now - most - timedelta(seconds=EVERY))
        begun = [
            (Work(op.kind), op.created_at)
            for op in lately
            if op.origin.schedule is not None and op.created_at <= now
        ]
        return max(now, free_at(begun, per_minute=rate) or now)

    async def _tell_missed(self, duties: Iterable[Duty]) -> None:
        """Keep and tell how many slots passed unseen, once of each schedule and slot."""
        counts, told = dict[tuple[Schedule, datetime], int](), dict[str, int]()
        for duty in duties:
            if duty.owed.missed:
                slot = (duty.schedule, duty.owed.slot)
                counts[slot] = counts.get(slot, 0) + duty.owed.missed
        for (schedule, at), count in counts.items():
            if await self._world.seen.first(f"missed:{schedule.id}:{at.isoformat()}", ttl=TOLD):
                await self._world.audit.append(
                    AuditRecord(
                        at=self._world.clock.now(),
                        action="schedule.missed",
                        verdict=Verdict.DONE,
                        environment=schedule.environment,
                        why=f"{schedule.id}: {count} before that of {at:%Y-%m-%d %H:%M} UTC",
                    )
                )
                told[schedule.environment] = told.get(schedule.environment, 0) + count
        for name, count in told.items():
            await self._tell(name, views.missed(count, at_least=count >= MOST_COUNTED))

    async def _remind(self, pauses: Mapping[str, Pause]) -> None:
        """Say once a day what rests, in one message for each environment."""
        now, due = self._world.clock.now(), dict[str, list[tuple[Schedule, Pause]]]()
        for schedule in await self.all() if pauses else ():
            pause = pauses.get(schedule.id)
            if pause is not None and pause.reminds(now):
                kept = pause.model_copy(update={"reminded_at": now})
                await self._world.schedules.pause(schedule.id, kept)
                due.setdefault(schedule.environment, []).append((schedule, pause))
        for name, resting in due.items():
            await self._tell(name, views.reminder(resting, now=now))

    async def _tell(self, name: str, message: Message) -> None:
        environment = self._world.estate.environment(name)
        if environment is None:
            return
        try:
            await self._world.chat.post(environment.alert_channel, message)
        except ChatFailed as refusal:
            log.error("a schedule's word is not told", why=refusal.summary)
