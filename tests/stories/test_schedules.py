"""What begins by itself: once per slot, quietly, and never anything that overwrites."""

from datetime import datetime

import pytest

from bot.core.base import InstanceId
from bot.core.schedules import After, Timing, Work
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.planning import added, looks, snapshots, wants
from tests.stories.props import change_world

NIGHTLY = Timing(cron="0 9 * * *")


async def test_a_schedule_takes_its_snapshot_at_its_time_and_keeps_silent(story: Story) -> None:
    await added(story, 'snapshot --cron "0 10 * * *" --zone Europe/Berlin')
    assert "first 2026-11-22 10:00 Europe/Berlin (in 1 h 19 min)" in story.requester.whisper
    before = len(story.messages())

    assert await looks(story, hours=1) == 0  # 09:41 in Berlin
    assert await looks(story, minutes=20) == 1
    await story.advance(minutes=10)

    (op,) = await snapshots(story)
    assert op.phase == "done"
    assert op.instance_id == aura.ORDERS_PROD
    assert op.requester.user_id == slack.BOT
    assert story.writes == [f"snapshots {aura.ORDERS_PROD}"]
    assert len(story.messages()) == before  # nobody waits for it, so nobody is told
    assert "snapshot.take allowed" in await story.audit()


async def test_each_slot_begins_once_however_often_somebody_looks(story: Story) -> None:
    await added(story)
    for _ in range(3):
        await looks(story, minutes=30)
    assert await looks(story, minutes=5) == 0
    await looks(story, hours=24)
    assert len(await snapshots(story)) == 2


class Forgetful:
    """A store that dies each time before it hears how far a schedule has come."""

    def __init__(self, story: Story) -> None:
        self._kept = story.bot.house.world.schedules

    def __getattr__(self, name: str) -> object:
        return getattr(self._kept, name)

    async def move(self, schedule_id: str, instance_id: InstanceId, slot: datetime) -> None:
        pass


async def test_a_crash_between_beginning_and_remembering_begins_nothing_twice(
    story: Story,
) -> None:
    await added(story)
    change_world(story, schedules=Forgetful(story))
    for _ in range(3):
        await looks(story, hours=2)
    assert len(await snapshots(story)) == 1
    assert len(story.writes) == 1


async def test_after_downtime_only_the_latest_slot_runs_and_the_rest_is_reported(
    story: Story,
) -> None:
    await added(story)
    await looks(story, days=4)
    assert len(await snapshots(story)) == 1
    told = story.requester.channel(slack.OPS_ALERTS)[-1]
    assert "While I was away or had no room, 3 scheduled runs were missed" in str(told)
    kept = [r.why for r in await story.records() if r.action == "schedule.missed"]
    assert [why.partition(": ")[2] for why in kept] == ["3 before that of 2026-11-25 09:00 UTC"]
    await looks(story, minutes=5)
    assert len(story.requester.channel(slack.OPS_ALERTS)) == 1


async def test_a_refused_snapshot_is_audited_and_not_tried_over_and_over(story: Story) -> None:
    await added(story)
    story.aura.world.instances[aura.ORDERS_PROD].become(story.clock.now(), "paused")
    for _ in range(3):
        await looks(story, hours=1)
    assert await snapshots(story) == []
    assert (await story.audit()).count("schedule.snapshot denied") == 1


async def test_a_slot_waits_while_aura_is_away(story: Story) -> None:
    await added(story)
    story.aura.faults.set("unavailable", on=True)
    assert await looks(story, hours=2) == 0
    assert await snapshots(story) == []
    assert "schedule.snapshot denied" not in await story.audit()
    story.aura.faults.clear()
    assert await looks(story, minutes=5) == 1


async def test_a_scheduled_snapshot_that_fails_calls_somebody(story: Story) -> None:
    await added(story)
    await looks(story, hours=2)
    (op,) = await snapshots(story)
    assert op.snapshot_id is not None
    log = story.aura.world.instances[aura.ORDERS_PROD].snapshots(story.clock.now())
    log.settle(op.snapshot_id, "Failed")
    await story.advance(hours=1)
    assert (await snapshots(story))[0].phase == "failed"
    assert op.id in str(story.requester.channel(slack.OPS_ALERTS)[-1])


async def test_the_schedules_of_the_file_are_shown_and_read_only(story: Story) -> None:
    wants(story, snapshots=(NIGHTLY,))
    await story.requester.types("/aura schedule list")
    assert "`production-snapshot-1` · *snapshot* of every instance" in story.requester.whisper
    assert "in the file" in story.requester.whisper
    await story.requester.types("/aura schedule remove production-snapshot-1")
    assert "stands in the configuration file" in story.requester.whisper

    await looks(story)
    await looks(story, hours=2)
    taken = {op.instance_id for op in await snapshots(story)}
    assert taken == {aura.ORDERS_PROD, aura.CATALOG_PROD}


async def test_a_schedule_rests_reminds_and_goes_on_without_making_up(story: Story) -> None:
    schedule_id = await added(story)
    await story.requester.types(f'/aura schedule pause {schedule_id} --reason "a migration"')
    assert "rests" in story.requester.whisper
    await story.requester.types(f"/aura schedule pause {schedule_id}")
    assert "rests already" in story.requester.whisper

    await looks(story, days=1, hours=1)
    (reminder,) = story.requester.channel(slack.OPS_ALERTS)
    assert "still rests" in str(reminder)
    assert "a migration" in str(reminder)
    await looks(story, hours=1)
    assert len(story.requester.channel(slack.OPS_ALERTS)) == 1
    await story.requester.types("/aura schedule list")
    assert "at rest since 1 d 2 h ago" in story.requester.whisper

    await story.requester.types(f"/aura schedule resume {schedule_id}")
    assert "goes on" in story.requester.whisper
    await looks(story, hours=1)
    assert await snapshots(story) == []
    assert await looks(story, days=1) == 1
    await story.requester.types(f"/aura schedule resume {schedule_id}")
    assert "does not rest" in story.requester.whisper


async def test_a_removed_schedule_begins_nothing_more(story: Story) -> None:
    schedule_id = await added(story)
    await story.requester.types(f"/aura schedule remove {schedule_id}")
    assert "is gone" in story.requester.whisper
    assert await looks(story, days=2) == 0
    await story.requester.types("/aura schedule list")
    assert "Nothing begins by itself yet" in story.requester.whisper


async def test_a_schedule_can_be_run_besides_its_times(story: Story) -> None:
    schedule_id = await added(story)
    await story.requester.types(f"/aura schedule run {schedule_id}")
    assert "1 job began" in story.requester.whisper
    await looks(story, hours=2)
    assert len(await snapshots(story)) == 2  # the slot of its own came as well


async def test_a_deploy_begins_what_is_scheduled_for_it(story: Story) -> None:
    wants(story, snapshots=(Timing(after=After.DEPLOY),))
    await story.requester.types("/aura schedule deployed orders-prod --note v2.3")
    assert "1 job began by `production-snapshot-1`" in story.requester.whisper
    assert [op.instance_id for op in await snapshots(story)] == [aura.ORDERS_PROD]
    await story.requester.types("/aura schedule deployed orders-staging")
    assert "Nothing is scheduled to follow a deploy here" in story.requester.whisper


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("add orders-prod snapshot", "When should it begin?"),
        ('add orders-prod snapshot --cron "61 * * * *"', "is no cron time"),
        ('add orders-prod snapshot --cron "*/5 * * * *"', "more often than once an hour"),
        ('add orders-prod snapshot --cron "0 3 * * *" --zone Mars', "is no time zone"),
        ('add orders-prod restore --cron "0 3 * * *"', "snapshot, export, drill"),
        ('add orders-prod snapshot --cron "0 3 * * *" --after deploy', "exclude each other"),
        ("add orders-prod snapshot --after lunch", "--after wants deploy"),
        ('add nowhere snapshot --cron "0 3 * * *"', "there is no instance “nowhere”"),
        ("pause sch-nothing", "there is no schedule “sch-nothing”"),
        ("resume sch-nothing", "there is no schedule “sch-nothing”"),
        ("run sch-nothing", "there is no schedule “sch-nothing”"),
        ("deployed nowhere", "there is no instance “nowhere”"),
    ],
)
async def test_what_cannot_be_scheduled_is_answered_with_the_reason(
    story: Story, typed: str, told: str
) -> None:
    await story.requester.types(f"/aura schedule {typed}")
    assert told.lower() in story.requester.whisper.lower()
    assert await story.bot.house.world.schedules.all() == ()


@pytest.mark.parametrize("verb", ["pause", "resume", "remove", "run"])
async def test_whoever_is_no_operator_changes_no_schedule(story: Story, verb: str) -> None:
    wants(story, snapshots=(NIGHTLY,))
    await story.guest.types(f"/aura schedule {verb} production-snapshot-1")
    assert "your account is a guest" in story.guest.whisper
    assert f"schedule.{verb} denied" in await story.audit()


def test_nothing_that_a_schedule_begins_can_overwrite() -> None:
    assert {work.value for work in Work} == {"snapshot", "export", "drill"}
