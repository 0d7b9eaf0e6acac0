"""(watch) What the watch and the scheduler ask of Aura, against the fewest calls possible.

The lookout, the scheduler and what begins a snapshot run as they are; Aura is a count of calls,
their memory a dictionary, and the clock jumps through two days, five minutes at a time.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.goals import Part, Row
from benchmarks.plans import Plans
from bot.config.watch import WatchTable
from bot.core.base import ChannelId, InstanceId, ProjectId, SnapshotId
from bot.core.environments import Environment, Estate, Watch
from bot.core.housekeeping import Bearings
from bot.core.instances import Instance, InstanceSummary, Project
from bot.core.protection import Protection
from bot.core.retention import Witness
from bot.core.schedules import Timing, Work
from bot.core.sightings import Sighting
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import FACTS, facts
from bot.services.fleet import Fleet
from bot.services.gate import Gate
from bot.services.lookout import Lookout
from bot.services.scheduler import EVERY, Scheduler
from bot.services.slots import Slots
from bot.services.snapshots import Snapshots

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS, NIGHTS = 48, 2
STEP = timedelta(minutes=5)
PROJECT = ProjectId("5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01")
#: What is wanted, and tiers that give it: hourly snapshots with a full one a day, or daily ones.
WANTED = Protection(
    snapshots=(Timing(cron="0 3 * * *"),), in_place_hours=26, off_instance_hours=8 * 24
)
TIERS = ("business-critical", "professional-db")
PER_MINUTE = 125


@dataclass
class Count:
    """An Aura that has what a fleet of its tiers would have, and counts who asks."""

    size: int
    now: datetime = BEGIN
    calls: dict[str, int] = field(default_factory=dict)
    whose: str = ""
    """What stands before the name of a call that is not the watch's."""

    def _asked(self, what: str) -> None:
        self.calls[self.whose + what] = self.calls.get(self.whose + what, 0) + 1

    async def projects(self, *, background: bool = False) -> tuple[Project, ...]:
        self._asked("projects")
        return (Project(id=PROJECT, name="Commerce"),)

    def _summary(self, number: int) -> InstanceSummary:
        return InstanceSummary(
            id=InstanceId(f"{number:08x}"),
            name=f"graph-{number:04}",
            project_id=PROJECT,
            created_at=BEGIN - timedelta(days=60),
        )

    async def instances(self, *, background: bool = False) -> tuple[InstanceSummary, ...]:
        self._asked("list")
        return tuple(self._summary(number) for number in range(self.size))

    async def instance(self, instance_id: InstanceId, *, background: bool = False) -> Instance:
        self._asked("state")
        number = int(instance_id, 16)
        known = self._summary(number).model_dump()
        return Instance(**known, status="running", tier=TIERS[number % len(TIERS)])

    async def snapshots(
        self, instance_id: InstanceId, day: date, *, background: bool = False
    ) -> tuple[Snapshot, ...]:
        self._asked("snapshots")
        number = int(instance_id, 16)
        every = FACTS[TIERS[number % len(TIERS)]].any_hours or 24
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        first = midnight + timedelta(minutes=number * 37 % 1440)
        grid = [first + hours * HOUR for hours in range(-24, 24, every)]
        return tuple(
            self._snapshot(instance_id, at, full=at == first)
            for at in grid
            if at.date() == day and at + timedelta(minutes=10) <= self.now
        )

    async def snapshot(
        self, instance_id: InstanceId, snapshot_id: SnapshotId, *, background: bool = False
    ) -> Snapshot:
        self._asked("edges")
        return self._snapshot(instance_id, datetime.fromisoformat(snapshot_id), full=True)

    def _snapshot(self, instance_id: InstanceId, at: datetime, *, full: bool) -> Snapshot:
        return Snapshot(
            id=SnapshotId(at.isoformat()),
            instance_id=instance_id,
            status="Completed",
            profile="Scheduled",
            taken_at=at,
            exportable=Exportable.of(full),
        )


@dataclass
class Memory:
    """What the lookout remembers, without a store: its cost is not what is measured."""

    held: dict[str, Witness] = field(default_factory=dict)
    known: dict[InstanceId, Sighting] = field(default_factory=dict)
    stands: Bearings = field(default_factory=Bearings)

    async def sightings(self) -> tuple[Sighting, ...]:
        return tuple(self.known.values())

    async def bearings(self) -> Bearings:
        return self.stands

    async def heard(self, name: str, at: datetime) -> None:
        """Nobody listens."""

    async def save(self, *sightings: Sighting) -> None:
        """The lookout hands back what it knows."""

    async def counted(self, instance_id: InstanceId, days: Mapping[date, int]) -> None:
        """What a report tells is not measured here."""

    async def witnesses(self) -> tuple[Witness, ...]:
        return tuple(self.held.values())

    async def witness(self, witness: Witness) -> None:
        self.held[witness.key] = witness

    async def dismiss(self, key: str) -> None:
        self.held.pop(key, None)


@dataclass
class Bare:
    """Of the world only what the lookout and the scheduler touch."""

    estate: Estate
    aura: Count
    watch: Memory
    plans: Plans = field(default_factory=Plans)

    def __getattr__(self, name: str) -> Plans:
        return self.plans

    @property
    def clock(self) -> "Bare":
        return self

    def now(self) -> datetime:
        return self.aura.now

    def new_id(self, prefix: str) -> str:
        return prefix


def floor() -> float:
    """Return the fewest snapshot lists per instance and hour: one for each stretch in which the
    newest snapshot, read as late as possible, still proves the strictest clock fresh.
    """
    goal, found = WANTED.in_place_hours or 1, []
    for tier in TIERS:
        every = FACTS[tier].any_hours or goal
        found.append(1 / (every * max(1, goal // every)))
    return sum(found) / len(found)


async def _watch(size: int) -> tuple[Count, float, timedelta]:
    """Watch a fleet through two days; returns what it cost, seconds of ours, and the poll."""
    home = Environment(
        name="production",
        channel=ChannelId("C1"),
        alert_channel=ChannelId("C2"),
        projects=(PROJECT,),
    )
    rules = WatchTable().rules(per_minute=PER_MINUTE, made={})
    # a step here is as many rounds of the scheduler as fit into it
    rules = rules.model_copy(update={"begins": rules.begins * int(STEP.total_seconds() / EVERY)})
    estate = Estate(
        environments=(home,),
        watches={"production": Watch(protection=WANTED)},
        watching=rules,
    )
    count = Count(size)
    world: Any = Bare(estate, count, Memory())
    lookout, memory, fleet = Lookout(world), world.watch, Fleet(world)
    begin = {Work.SNAPSHOT: Snapshots(world, Gate(world), fleet).begin}
    scheduler = Scheduler(world, fleet, Slots(world, fleet, begin))
    began, warm = time.perf_counter(), BEGIN + 2 * HOUR
    while count.now < BEGIN + HOURS * HOUR + 2 * HOUR:
        if count.now == warm:  # what a start costs comes once, and is not counted
            count.calls = {}
        looked = await lookout(memory.known, memory.stands, seconds=STEP.total_seconds())
        memory.known, memory.stands = dict(looked.sights), looked.bearings
        count.whose = "scheduler: "
        await scheduler(forced=True)
        count.whose, count.now = "", count.now + STEP
    for sight in memory.known.values():
        read = sight.clocks(WANTED, facts(sight.tier), now=count.now, vault_at=count.now)
        assert None not in {reading.age for reading in read}, "a clock was unknown"
    assert len(world.plans.begun) == NIGHTS * size, "a slot was lost, or began twice"
    return count, time.perf_counter() - began, rules.apart(size)


async def measure(folder: Path) -> Part:
    """Watch fleets of three sizes."""
    rows, notes = [], []
    for size in (10, 100, 1000):
        count, seconds, apart = await _watch(size)
        per = {what: n / size / HOURS for what, n in count.calls.items()}
        fewest, polls = floor(), HOUR / apart
        ratio = per.get("snapshots", 0.0) / fewest
        rows += [
            Row(
                what=f"{size} instances: snapshot lists per instance and hour",
                value=f"{per.get('snapshots', 0.0):.4f}",
                floor=f"{fewest:.4f}",
                ratio=ratio,
                goal="snapshot lists ratio",
                measured=ratio,
            ),
            Row(
                what="… looks at its state",
                value=f"{per.get('state', 0.0):.2f}",
                floor=f"{polls:.2f}",
                ratio=per.get("state", 0.0) / polls,
                goal="state looks ratio",
                measured=per.get("state", 0.0) / polls,
            ),
            Row(
                what="… lists of the fleet, and witnesses of retention",
                value=f"{per.get('list', 0.0) + per.get('edges', 0.0):.4f}",
            ),
            Row(
                what="… what the scheduler asks itself, to begin a snapshot a night",
                value=f"{sum(n for what, n in per.items() if ':' in what):.4f}",
                floor=f"{NIGHTS / HOURS:.4f}",
                ratio=sum(n for what, n in per.items() if ":" in what) * HOURS / NIGHTS,
            ),
            Row(
                what="… calls a minute in all, of the share of 62",
                value=f"{sum(count.calls.values()) / HOURS / 60:.1f}",
                goal="watch calls a minute",
                measured=sum(count.calls.values()) / HOURS / 60,
            ),
        ]
        minutes = apart.total_seconds() / 60
        notes.append(
            f"{size} instances: what happens behind our back is seen within {minutes:.0f} "
            f"minutes; computing {seconds / HOURS * 1000:.0f} ms per hour watched."
        )
    text = (
        f"{HOURS} hours each, looked at every {STEP.seconds // 60} minutes where the bot looks "
        "twice a minute, after 2 that are not counted; half the instances with hourly "
        "snapshots and a full one a day, half with daily ones; wanted: 26 h in place, 8 days off "
        "the instance. Credentials allow 125 calls a minute, of which the watch uses half at most."
    )
    least = (
        "The floor of lists: one each time the newest snapshot, read at the last moment, would no "
        "longer prove the strictest clock fresh. The floor of looks at the state: one a poll. The "
        "scheduler's floor: one look at an instance before each snapshot; what the run asks after "
        "that is counted in `tests/stories/test_scheduled_calls.py`."
    )
    return Part(title="The watch's calls to Aura", rows=rows, notes=[text, least, *notes])
