"""A freeze holds exports and drills, never a snapshot, and everybody who decides reads of it."""

from bot.core.schedules import After, Timing
from tests.stories.harness import Story
from tests.stories.planning import added, began, frozen, has, looks, wants

NIGHTLY = Timing(cron="0 9 * * *")
DEPLOYS = Timing(after=After.DEPLOY)


async def test_a_freeze_holds_exports_and_drills_and_never_a_snapshot(story: Story) -> None:
    has(story, 1)
    wants(
        story,
        snapshots=(NIGHTLY,),
        exports=(NIGHTLY,),
        drills=(NIGHTLY,),
        freezes=(frozen(story),),
    )
    await looks(story)
    assert await looks(story, hours=2) == 1
    [op] = await began(story)
    assert op.kind == "snapshot"
    held = [r.why for r in await story.records() if r.action.startswith("schedule.")]
    assert sorted(held) == [
        "production-drill-3: the freeze “year end” is on",
        "production-export-2: the freeze “year end” is on",
    ]
    await looks(story, hours=2)
    assert len(held) == 2  # once a slot, and the slot is over


async def test_after_a_freeze_the_next_slot_begins_as_ever(story: Story) -> None:
    has(story, 1)
    wants(story, drills=(NIGHTLY,), freezes=(frozen(story),))
    await looks(story)
    assert await looks(story, hours=2) == 0
    wants(story, drills=(NIGHTLY,))
    assert await looks(story, hours=2) == 0
    assert await looks(story, hours=24) == 1


async def test_a_deploy_begins_its_snapshot_in_a_freeze_and_says_what_is_held(
    story: Story,
) -> None:
    wants(story, snapshots=(DEPLOYS,), drills=(DEPLOYS,), freezes=(frozen(story),))
    await story.requester.types("/aura schedule deployed orders-prod")
    assert "1 job began" in story.requester.whisper
    assert "The freeze “year end” is on" in story.requester.whisper
    assert [op.kind for op in await began(story)] == ["snapshot"]


async def test_whoever_runs_a_schedule_in_a_freeze_gets_it_and_reads_of_the_freeze(
    story: Story,
) -> None:
    wants(story, freezes=(frozen(story),))
    schedule_id = await added(story, 'drill --cron "0 3 * * *"')
    await story.requester.types(f"/aura schedule run {schedule_id}")
    assert "1 job began" in story.requester.whisper
    assert "The freeze “year end” is on" in story.requester.whisper
    assert [op.kind for op in await began(story)] == ["drill"]
