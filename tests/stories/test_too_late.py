"""What cannot be taken back any more, what is not there, and buttons that were made up."""

from dataclasses import replace

from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Actor, Story
from tests.stories.props import approved, drop_restore, stuck, until


async def test_snapshot_that_aura_takes_already_cannot_be_cancelled(story: Story) -> None:
    await story.requester.types("/aura snapshot take orders-prod")
    [op] = await story.bot.operations.recent(1)

    await story.requester.types(f"/aura job cancel {op.id}")

    assert "Aura is already taking the snapshot" in story.requester.whisper
    assert "Nothing is at risk" in story.requester.whisper


async def test_snapshot_that_aura_does_not_take_yet_can_be_cancelled(story: Story) -> None:
    story.aura.set_status("0d5e7a11", "updating", for_seconds=60)
    await story.requester.types("/aura snapshot take orders-prod")
    [op] = await story.bot.operations.recent(1)

    await story.requester.types(f"/aura job cancel {op.id}")

    [op] = await story.bot.operations.recent(1)
    assert op.phase == "cancelled"
    assert op.id in story.requester.whisper
    await story.advance(minutes=5)
    assert "snapshots 0d5e7a11" not in story.writes[1:]


async def test_stuck_restore_cannot_be_cancelled_but_settled(story: Story) -> None:
    op = await stuck(story)

    await story.requester.types(f"/aura job cancel {op.id}")

    assert "Nobody knows yet whether the restore ran" in story.requester.whisper
    assert "presses “It ran” or “It did not run”" in story.requester.whisper


async def test_denial_of_what_has_ended_says_how_it_ended(story: Story) -> None:
    gate = await story.requested()
    await story.second_approver.clicks("Deny…", in_=gate)
    await story.requester.clicks("Cancel request", in_=gate)

    await story.second_approver.person.submits(story.second_approver.modal, {"Reason": "No"})
    await story.settle()
    assert "This restore is already cancelled" in story.second_approver.dm.text

    await press(story, story.approver, "deny", (await story.operation()).id)
    assert story.approver.person.modal is None
    assert "This restore is already cancelled" in story.approver.whisper


async def test_an_approver_is_not_told_that_what_was_cancelled_is_approved(story: Story) -> None:
    op = await approved(story)
    await story.requester.types(f"/aura job cancel {op.id}")

    await press(story, story.second_approver, "deny", op.id)
    assert "This restore is already cancelled" in story.second_approver.whisper
    assert "restore.deny denied" in await story.audit()


async def test_cancelling_without_a_safety_snapshot_is_not_told_of_one(story: Story) -> None:
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await story.requested(waiver="It is paused")
    await story.approved()
    op = await until(story, "restoring")

    await story.requester.types(f"/aura job cancel {op.id}")
    assert "Aura has no call to stop one" in story.requester.whisper
    assert "safety snapshot" not in story.requester.whisper


async def test_cancelling_while_nobody_knows_does_not_claim_that_it_began(story: Story) -> None:
    await approved(story)
    drop_restore(story, story.aura.faults.unavailable.always)
    op = await until(story, "uncertain")

    await story.requester.types(f"/aura job cancel {op.id}")
    assert "Nobody knows yet whether the restore ran" in story.requester.whisper
    assert "I am looking" in story.requester.whisper


async def test_denial_after_a_denial_names_who_was_faster(story: Story) -> None:
    gate = await story.requested()
    await story.second_approver.clicks("Deny…", in_=gate)
    await story.approver.denies("Not now")

    await story.second_approver.person.submits(story.second_approver.modal, {"Reason": "No"})
    await story.settle()

    assert "@Approver One has already denied this restore" in story.second_approver.dm.text


async def test_undo_of_a_restore_that_never_ran_finds_nothing_to_go_back_to(story: Story) -> None:
    await story.requested()
    await story.approver.denies("Not now")

    await press(story, story.approver, "undo", (await story.operation()).id)

    assert "This restore has no safety snapshot to go back to" in story.approver.whisper


async def test_decision_about_something_else_than_a_restore_is_refused(story: Story) -> None:
    await story.guest.clicks("Approve", in_=await story.requested())
    await press(story, story.approver, "approve", "rst-made-up")
    assert "There is no request “rst-made-up”" in story.approver.whisper

    await story.requester.types("/aura snapshot take catalog-prod")
    [snapshot, restore] = await story.bot.operations.recent(2)
    await press(story, story.approver, "approve", snapshot.id)
    assert f"There is no request “{snapshot.id}”" in story.approver.whisper
    assert (await story.bot.operations.get(restore.id)) == restore


async def press(story: Story, actor: Actor, action: str, value: str) -> None:
    """Send a click on a button that no message shows."""
    click = next(e for e in reversed(story.slack.sent) if e.payload.get("type") == "block_actions")
    who = {"id": actor.person.id, "team_id": slack.TEAM_ID}
    pressed = {**click.payload["actions"][0], "action_id": action, "value": value}
    payload = {
        **click.payload,
        "user": who,
        "actions": [pressed],
        "trigger_id": story.slack.world.new_id("made-up-"),
    }
    await story.slack.send_again(replace(click, payload=payload))
    await story.settle()
