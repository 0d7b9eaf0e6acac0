"""A freeze holds exports and drills, never a snapshot, and everybody who decides reads of it."""

from bot.core.schedules import After, Timing
from sandbox.aura import fleet as aura
from tests.stories import clones, test_overwrite
from tests.stories.harness import Story
from tests.stories.planning import added, began, frozen, has, looks, wants

NIGHTLY = Timing(cron="0 9 * * *")
DEPLOYS = Timing(after=After.DEPLOY)
ON = "The freeze “year end” is on"


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
    assert ON in story.requester.whisper
    assert [op.kind for op in await began(story)] == ["snapshot"]


async def test_whoever_runs_a_schedule_in_a_freeze_gets_it_and_reads_of_the_freeze(
    story: Story,
) -> None:
    wants(story, freezes=(frozen(story),))
    schedule_id = await added(story, 'drill --cron "0 3 * * *"')
    await story.requester.types(f"/aura schedule run {schedule_id}")
    assert "1 job began" in story.requester.whisper
    assert ON in story.requester.whisper
    assert [op.kind for op in await began(story)] == ["drill"]


async def test_who_asks_for_a_restore_and_who_decides_read_of_the_freeze(story: Story) -> None:
    wants(story, freezes=(frozen(story),))
    await story.requester.types(f"/aura restore {aura.ORDERS_PROD}")
    assert f"{ON}* until 2027-01-20 07:41 UTC" in str(story.requester.modal)
    await story.requested()
    assert ON in str(story.approver.gate())
    assert ON in str(story.approver.card())
    assert ON in str(story.approver.dm)
    await story.approver.clicks("Approve")
    await story.advance(hours=1)
    assert (await story.operation()).phase == "done"  # it holds nothing of what people decide


async def test_who_decides_about_an_overwrite_reads_of_the_freeze_of_the_target(
    story: Story,
) -> None:
    wants(story, freezes=(frozen(story),))
    await test_overwrite.asked(story)
    assert ON in str(story.approver.gate())
    assert ON in str(story.approver.card())


async def test_who_loads_a_file_reads_of_the_freeze(story: Story) -> None:
    wants(story, freezes=(frozen(story),))
    await story.requester.types("/aura upload orders-prod sample.backup")
    assert ON in str(story.requester.modal)
    errors = await story.requester.sends(reason="Back to the file", suffix=aura.ORDERS_PROD[-4:])
    assert errors == {}
    assert ON in str(story.approver.gate())


async def test_who_asks_for_a_clone_reads_of_the_freeze(story: Story) -> None:
    wants(story, freezes=(frozen(story),))
    await story.requester.types("/aura clone orders-prod")
    assert ON in str(story.requester.modal)
    await clones.asked(story)
    assert ON in str(story.approver.card())


async def test_without_a_freeze_nobody_reads_of_one(story: Story) -> None:
    await story.requested()
    assert "freeze" not in str(story.approver.gate()).lower()
    assert "freeze" not in (await story.operation()).plan.model_dump_json()
