"""The rounds of the scheduler: one line, fair, once, and heard of only when all went well."""

from collections import Counter

from bot.core.base import InstanceId, OperationId
from bot.core.errors import NoRoom
from bot.core.operations import Drill
from bot.core.schedules import CALLS, After, Timing, Work
from bot.services.scheduler import Scheduler
from bot.services.slots import Run, Slots
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.services.trial import creations
from tests.stories.drilling import ORDERS, counted, ended
from tests.stories.harness import Story
from tests.stories.planning import added, began, has, hurried, looks, rounds, wants
from tests.stories.props import Cued, change_world
from tests.stories.watching import heads, watched

DAILY = Timing(cron="0 9 * * *")
HOURLY = Timing(cron="0 * * * *")
DEPLOYS = Timing(after=After.DEPLOY)


async def test_ten_instances_get_their_drill_once_each_though_one_may_run(story: Story) -> None:
    ids = has(story, 10)
    rules = story.bot.house.world.scratch.model_copy(update={"most": 1})
    story.change_world(scratch=rules)
    wants(story, drills=(DAILY,))
    await looks(story)
    await story.advance(hours=1, minutes=20)
    drills: list[Drill] = []
    for _ in range(120):
        await rounds(story, minutes=1)
        assert len(await story.bot.house.world.ledger.living()) <= 1
        drills = [op for op in await began(story) if isinstance(op, Drill)]
        if len(drills) == len(ids) and drills[-1].final:
            break
    assert Counter(op.instance_id for op in drills) == dict.fromkeys(ids, 1)
    assert len(creations(story)) == len(ids)
    assert {op.phase for op in drills} == {"not_proven"}  # nothing is in these graphs
    audit = Counter(await story.audit())
    assert audit["drill.start allowed"] == len(ids)
    assert audit["schedule.drill denied"] == 0


async def test_who_waits_for_longest_comes_first_however_little_room_there_is(
    story: Story,
) -> None:
    ids, room, served = has(story, 3), [1], list[InstanceId]()

    async def begin(run: Run) -> OperationId:
        if not room:
            raise NoRoom("there is no room")
        room.pop()
        served.append(run.instance.id)
        return OperationId(f"drl-{run.key}")

    wants(story, drills=(HOURLY,))
    house = story.bot.house
    slots = Slots(house.world, house.fleet, {Work.DRILL: begin})
    scheduler = Scheduler(house.world, house.fleet, slots)
    await scheduler(forced=True)
    for _ in range(6):
        await story.advance(hours=1)
        room[:] = [1]
        await scheduler(forced=True)
    assert Counter(served) == dict.fromkeys(ids, 2)


async def test_a_fleet_begins_no_faster_than_its_share_of_the_rate_limit(story: Story) -> None:
    ids = has(story, 12)
    wants(story, snapshots=(DAILY, DAILY))
    hurried(story, begins=40)
    await looks(story)
    await story.advance(hours=1, minutes=19)
    assert await rounds(story, minutes=7) == 2 * len(ids)
    starts = [op.created_at for op in await began(story)]
    fastest = max(sum(0 <= (at - s).total_seconds() < 180 for s in starts) for at in starts)
    assert fastest * CALLS[Work.SNAPSHOT] <= 3.5 * 40  # of three minutes and half of one ahead
    assert Counter(op.instance_id for op in await began(story)) == dict.fromkeys(ids, 2)


async def test_a_fault_at_one_schedule_stops_no_other_and_is_told(story: Story) -> None:
    async def fails(name: str) -> None:
        if name == "me" and broken:
            raise ZeroDivisionError("nobody foresaw this")

    broken = False
    watched(story)
    await added(story, 'snapshot --cron "0 8 * * *"')
    change_world(story, directory=Cued(story.bot.house.world.directory, before=fails))
    heard = story.bot.house.world.watch.last_heard
    await looks(story, minutes=1)
    await story.bot.house.watch(forced=True)
    at = (await heard())["scheduler"]

    broken = True
    for _ in range(40):
        await looks(story, minutes=1)
        await story.bot.house.watch(forced=True)
    assert (await heard())["scheduler"] < at + (story.clock.now() - at) / 2
    [head] = [m for m in heads(story) if "scheduler" in str(m).lower()]
    assert "nothing was heard of the scheduler since" in str(head).lower()
    assert await began(story) == []

    broken = False
    assert await looks(story, minutes=1) == 1  # the slot is still owed
    assert (await heard())["scheduler"] == story.clock.now()


async def test_what_fails_for_one_instance_lets_the_others_begin(story: Story) -> None:
    ids = has(story, 4)

    async def begin(run: Run) -> OperationId:
        if run.instance.id == ids[0]:
            raise ZeroDivisionError("nobody foresaw this")
        served.append(run.instance.id)
        return OperationId(f"snp-{run.key}")

    served: list[InstanceId] = []
    hurried(story)
    wants(story, snapshots=(DAILY,))
    house = story.bot.house
    slots = Slots(house.world, house.fleet, {Work.SNAPSHOT: begin})
    scheduler = Scheduler(house.world, house.fleet, slots)
    await scheduler(forced=True)
    await story.advance(hours=2)
    for _ in range(3):
        await scheduler(forced=True)
    assert served == [*ids[1:]]
    assert (await house.world.watch.last_heard())["scheduler"] < story.clock.now()


async def test_what_only_follows_deploys_reminds_of_its_rest_too(story: Story) -> None:
    wants(story, snapshots=(DEPLOYS,), exports=(DEPLOYS,))
    for name in ("production-snapshot-1", "production-export-2"):
        await story.requester.types(f"/aura schedule pause {name} --reason moving")
    await looks(story, hours=23)
    assert story.requester.channel(slack.OPS_ALERTS) == []
    await looks(story, hours=2)
    [told] = story.requester.channel(slack.OPS_ALERTS)  # both in one
    assert "production-snapshot-1 still rests" in str(told).replace("`", "")
    assert "production-export-2 still rests" in str(told).replace("`", "")
    await looks(story, hours=1)
    assert len(story.requester.channel(slack.OPS_ALERTS)) == 1


async def test_a_drill_begins_by_its_time_and_proves(story: Story) -> None:
    await counted(story)
    await added(story, 'drill --cron "0 8 * * *"')
    await looks(story)
    assert await looks(story, minutes=20) == 1
    op = await ended(story)
    assert (op.phase, op.instance_id) == ("proven", ORDERS)
    [drilled] = await began(story)
    assert drilled.id == op.id
    assert story.restores == 0


async def test_a_drill_that_somebody_runs_by_its_schedule_proves(story: Story) -> None:
    await counted(story)
    schedule_id = await added(story, 'drill --cron "0 3 * * *"')
    await story.requester.types(f"/aura schedule run {schedule_id}")
    assert "1 job began" in story.requester.whisper
    assert (await ended(story)).phase == "proven"


async def test_a_drill_that_follows_a_deploy_proves(story: Story) -> None:
    await counted(story)
    await added(story, "drill --after deploy")
    await story.requester.types("/aura schedule deployed orders-prod --note v2.3")
    assert "1 job began" in story.requester.whisper
    assert (await ended(story)).phase == "proven"


async def test_a_schedule_of_what_has_gone_says_so_once_a_slot(story: Story) -> None:
    await added(story)
    del story.aura.world.instances[aura.ORDERS_PROD]
    for _ in range(3):
        await looks(story, hours=1)
    assert (await story.audit()).count("schedule.snapshot denied") == 1
    schedule_id = (await story.bot.house.world.schedules.all())[0].id
    await story.requester.types(f"/aura schedule run {schedule_id}")
    assert "0 jobs began" in story.requester.whisper
    assert "Aura knows no such instance" in story.requester.whisper


async def test_what_moved_to_another_environment_is_refused_by_its_old_schedule(
    story: Story,
) -> None:
    await added(story)
    story.change_environment(instances=(), projects=())
    await looks(story, hours=2)
    assert await began(story) == []
    assert "schedule.snapshot denied" in await story.audit()
