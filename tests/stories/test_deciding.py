"""Deciding about a restore: yes, no, not any more, and too late."""

import asyncio
from datetime import timedelta

from inline_snapshot import snapshot

from tests.stories.harness import Story


async def test_two_approvals_are_needed_where_the_quorum_is_two(story: Story) -> None:
    story.change_environment(quorum=2)
    gate = await story.requested()

    await story.approver.clicks("Approve", in_=gate)

    op = await story.operation()
    assert op.phase == "awaiting_approval"
    assert "Approvals: 1 of 2: @Approver One; 1 more needed." in story.approver.gate().text
    assert "👍 @Approver One approved" in story.approver.thread()[-1].text

    await story.approver.clicks("Approve", in_=story.approver.gate())
    assert "You have already approved this restore" in story.approver.whisper
    assert (await story.operation()).phase == "awaiting_approval"

    await story.second_approver.clicks("Approve", in_=story.approver.gate())
    await story.advance(minutes=10)
    op = await story.operation()
    assert op.phase == "done"
    assert "approved by @Approver One and @Approver Two" in story.approver.thread()[-1].text
    assert await story.audit() == snapshot(
        [
            "restore.request allowed",
            "restore.approve allowed",
            "restore.approve denied",
            "restore.approve allowed",
            "snapshot.accepted done",
            "restore.send done",
            "restore.accepted done",
            "restore.done done",
            "restore.evidence done",
        ]
    )


async def test_one_denial_with_a_reason_ends_it_even_after_an_approval(story: Story) -> None:
    story.change_environment(quorum=2)
    await story.requested()
    await story.approved()

    assert list((await story.second_approver.denies("  ")).values()) == [
        "Please say why, in a few words: the approvers and the audit log need it."
    ]
    assert (await story.operation()).phase == "awaiting_approval"

    assert await story.second_approver.denies("Not during the sale") == {}

    op = await story.operation()
    assert op.phase == "denied"
    assert story.writes == []
    assert await story.read(story.approver.thread()[-1]) == snapshot("""\
⛔ @Approver Two denied the restore of *orders-prod* `0d5e7a11`.
> Not during the sale
Nothing in the instance was changed.
Please talk to them first. If it is still needed, ask again: `/aura restore 0d5e7a11`.
Requested by @Requester, approved by @Approver One so far. It took 0 s from request to end.
[Evidence…]
Reference `(id)` · plan `(seal)`\
""")
    assert story.approver.gate().buttons == ()
    denied = (await story.records())[-1]
    assert (denied.action, denied.why) == ("restore.deny", "Not during the sale")


async def test_denial_form_that_is_sent_too_late_says_who_was_faster(story: Story) -> None:
    gate = await story.requested()
    await story.second_approver.clicks("Deny…", in_=gate)
    await story.approved()

    await story.second_approver.person.submits(
        story.second_approver.modal, {"Reason": "Not during the sale"}
    )
    await story.settle()

    assert "@Approver One has already approved this restore" in story.second_approver.dm.text
    assert (await story.operation()).phase != "denied"


async def test_two_approvers_press_at_the_same_moment_and_one_of_them_wins(story: Story) -> None:
    gate = await story.requested()

    await asyncio.gather(
        story.approver.person.clicks("Approve", gate),
        story.second_approver.person.clicks("Approve", gate),
    )
    await story.settle()

    op = await story.operation()
    assert len(op.approvers) == 1
    actors = (story.approver, story.second_approver)
    [loser] = [a for a in actors if a.person.whispers]
    assert f"<@{op.approvers[0].user_id}>" in str(loser.person.whispers[0].blocks)
    assert "has already approved this restore" in loser.whisper
    await story.advance(minutes=10)
    assert story.restores == 1


async def test_approval_and_denial_at_the_same_moment_leave_one_decision(story: Story) -> None:
    gate = await story.requested()
    await story.second_approver.clicks("Deny…", in_=gate)

    await asyncio.gather(
        story.approver.person.clicks("Approve", gate),
        story.second_approver.person.submits(story.second_approver.modal, {"Reason": "No"}),
    )
    await story.advance(minutes=10)

    op = await story.operation()
    assert (op.phase, story.restores) in [("done", 1), ("denied", 0)]
    loser = story.second_approver.dm.text if op.phase == "done" else story.approver.whisper
    assert "has already" in loser


async def test_silence_expires_after_half_an_hour(story: Story) -> None:
    await story.requested()
    await story.advance(minutes=29, seconds=59)
    assert (await story.operation()).phase == "awaiting_approval"

    await story.advance(seconds=1)

    assert (await story.operation()).phase == "expired"
    assert "expired at 08:11 UTC with 0 of 1 approvals" in story.approver.thread()[-1].text
    assert story.approver.gate().buttons == ()
    await story.advance(hours=1)
    assert story.writes == []


async def test_approval_in_the_very_moment_of_expiry_is_too_late(story: Story) -> None:
    gate = await story.requested()
    story.clock.at += timedelta(minutes=30)  # and no bell has rung yet

    await story.approver.clicks("Approve", in_=gate)

    assert "The time to approve this restore is over" in story.approver.whisper
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "expired"
    assert story.writes == []


async def test_approved_restore_that_cannot_begin_within_ten_minutes_expires(story: Story) -> None:
    await story.requested()
    story.aura.faults.unavailable.always()
    await story.approved()
    await story.advance(minutes=9)
    assert (await story.operation()).phase == "approved"

    await story.advance(minutes=1)
    story.aura.faults.unavailable.off()
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "expired"
    assert "could not begin within 10 min" in story.approver.thread()[-1].text
    assert story.restores == 0


async def test_requester_may_cancel_and_nobody_else(story: Story) -> None:
    gate = await story.requested()

    await story.approver.clicks("Cancel request", in_=gate)
    assert "@Requester asked for this, so only they can cancel it" in story.approver.whisper
    assert (await story.operation()).phase == "awaiting_approval"

    await story.requester.clicks("Cancel request", in_=gate)
    assert (await story.operation()).phase == "cancelled"
    assert story.approver.gate().buttons == ()
    assert await story.audit() == [
        "restore.request allowed",
        "restore.cancel denied",
        "restore.cancel allowed",
    ]
    await story.advance(hours=1)
    assert story.writes == []


async def test_cancel_is_still_safe_while_the_safety_snapshot_runs(story: Story) -> None:
    await story.requested()
    await story.approved()
    assert (await story.operation()).phase == "snapshotting"

    await story.requester.clicks("Cancel", in_=story.requester.thread()[0])

    assert (await story.operation()).phase == "cancelled"
    await story.advance(minutes=10)
    assert story.restores == 0


async def test_cancel_is_refused_once_the_call_was_sent(story: Story) -> None:
    await story.requested()
    await story.approved()
    await story.advance(minutes=2)
    op = await story.operation()
    assert op.phase == "restoring"
    assert story.requester.thread()[0].buttons == ()

    await story.requester.types(f"/aura job cancel {op.id}")

    assert "The restore has begun, and Aura has no call to stop one" in story.requester.whisper
    assert (await story.audit())[-1] == "restore.cancel denied"
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "done"

    await story.requester.types(f"/aura job cancel {op.id}")
    assert "It has already ended: done" in story.requester.whisper


async def test_second_request_names_the_holder_and_works_after_its_end(story: Story) -> None:
    await story.requested()
    holder = await story.operation()

    await story.second_approver.types("/aura restore orders-prod")
    assert await story.second_approver.sends(reason="Me too", suffix="7a11") == {}

    assert f"another operation, {holder.id}," in story.second_approver.modal.text.lower()
    assert (await story.operation()).id == holder.id

    await story.approver.denies("One at a time")
    await story.second_approver.types("/aura restore orders-prod")
    assert await story.second_approver.sends(reason="Me too", suffix="7a11") == {}
    assert (await story.operation()).id != holder.id
    assert (await story.operation()).phase == "awaiting_approval"


async def test_jobs_can_be_listed_and_shown(story: Story) -> None:
    await story.requested()
    op = await story.operation()

    await story.approver.denies("Not now")
    await story.requested()
    again = await story.operation()

    await story.requester.types("/aura job list")
    assert op.id in story.requester.whisper
    assert again.id in story.requester.whisper
    await story.requester.types(f"/aura job show {op.id}")
    assert "orders-prod" in story.requester.whisper
    await story.requester.types("/aura job show rst-nothing")
    assert "There is no job “rst-nothing”" in story.requester.whisper
    await story.guest.types("/aura job list")
    assert op.id not in story.guest.whisper
    await story.guest.types(f"/aura job show {op.id}")
    assert "your account is a guest" in story.guest.whisper
