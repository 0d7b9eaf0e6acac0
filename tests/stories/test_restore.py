"""A restore from the command to its end, and back again."""
# ruff: noqa: E501 -- what people read stands here as they read it

from inline_snapshot import snapshot

from bot.core.base import UserId
from bot.core.people import Group
from sandbox.slack import cast as slack
from tests.stories.harness import Story


async def test_request_stands_before_the_approvers_in_card_thread_and_direct_message(
    story: Story,
) -> None:
    await story.requester.types("/aura restore orders-prod")
    await story.requester.sends(reason="Bad deploy at 07:30", suffix="7a11")

    op = await story.operation()
    assert op.plan.seal[:12] in str(story.approver.card())
    assert await story.read(story.approver.card()) == snapshot("""\
# ⏳ Waiting for approval: restore of orders-prod
@Requester asks to restore *orders-prod* `0d5e7a11`. Nothing has been changed.
The approvers decide in the thread until 08:11 UTC; without a decision the request expires.
Data flows *from* snapshot `3613ab02-7c87-4afd-bbb9-192f8226134a` of 2026-11-22 07:29 UTC *to* *orders-prod* `0d5e7a11`, whose present data is lost.
Lost is all that was written after the snapshot: *12 min* when this was asked, and whatever is written until the restore begins.
How much was written since the snapshot: *unknown*, since no way into the graph is configured.
*Instance*: *orders-prod* `0d5e7a11`
*Environment*: production
*Project*: Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01`
*Tier and size*: AuraDB Business Critical · 8GB memory · 16GB storage
*Status when asked*: running
*Snapshot*: `3613ab02-7c87-4afd-bbb9-192f8226134a`: 2026-11-22 07:29 UTC · scheduled
*Snapshot's age when asked*: 12 min
*Requested by*: @Requester
*Approvals*: 0 of 1
*Plan seal*: `(seal)`
*Reason*
> Bad deploy at 07:30
✓ Requested · 2026-11-22 07:41 UTC
▶ Waiting for approval (0 of 1) · since 07:41 UTC
○ Safety snapshot
○ Restore call recorded
○ Accepted by Aura
○ Running again
○ Confirmed
Reference `(id)` · asked just now, as of 2026-11-22 07:41 UTC\
""")
    assert await story.read(story.approver.gate()) == snapshot("""\
@Requester asks to restore *orders-prod* `0d5e7a11`. Nothing has been changed.
Please decide until 08:11 UTC; without a decision the request expires.
Environment *production* · project Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01` · AuraDB Business Critical · 8GB memory · 16GB storage
Data flows *from* snapshot `3613ab02-7c87-4afd-bbb9-192f8226134a` of 2026-11-22 07:29 UTC *to* *orders-prod* `0d5e7a11`, whose present data is lost.
Lost is all that was written after the snapshot: *12 min* when this was asked, and whatever is written until the restore begins.
How much was written since the snapshot: *unknown*, since no way into the graph is configured.
*Reason*
> Bad deploy at 07:30
Approvals: 0 of 1; 1 more needed. The requester cannot approve; one denial is enough to stop it.
[Approve] [Deny…] [Cancel request]\
""")
    [invitation] = story.approver.person.sees("dm")
    assert await story.read(invitation) == snapshot("""\
@Requester asks you to decide about a restore of *orders-prod* `0d5e7a11` in production until 2026-11-22 08:11 UTC.
Environment *production* · project Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01` · AuraDB Business Critical · 8GB memory · 16GB storage
Data flows *from* snapshot `3613ab02-7c87-4afd-bbb9-192f8226134a` of 2026-11-22 07:29 UTC *to* *orders-prod* `0d5e7a11`, whose present data is lost.
Lost is all that was written after the snapshot: *12 min* when this was asked, and whatever is written until the restore begins.
How much was written since the snapshot: *unknown*, since no way into the graph is configured.
*Reason*
> Bad deploy at 07:30
Approve or deny in the thread in #ops-production. Approvals so far: 0 of 1. Without a decision nothing happens.
[Open the request]\
""")
    assert await story.read(story.requester.modal) == snapshot("""\
Restore an instance
✅ Your request `(id)` to restore *orders-prod* `0d5e7a11` waits for approval until 2026-11-22 08:11 UTC.
Follow it in its thread. Nothing changes until somebody approves it.\
""")
    assert story.writes == []


async def test_restore_runs_once_approved_and_ends_with_the_way_back(story: Story) -> None:
    await story.requested()
    await story.advance(minutes=2)
    await story.approved()
    await story.advance(minutes=10)

    op = await story.operation()
    assert op.phase == "done"
    assert await story.read(story.approver.card()) == snapshot("""\
# ✅ Restored orders-prod
*orders-prod* `0d5e7a11` is restored. It holds the data of 2026-11-22 07:29 UTC. What was written later is gone from it.
Please check your application. The way back is the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`, taken just before.
Data flowed *from* snapshot `3613ab02-7c87-4afd-bbb9-192f8226134a` of 2026-11-22 07:29 UTC *to* *orders-prod* `0d5e7a11`; what it held before is gone.
How much was written since the snapshot: *unknown*, since no way into the graph is configured.
*Instance*: *orders-prod* `0d5e7a11`
*Environment*: production
*Project*: Commerce `5d0e7a3e-4b1c-4c57-9a52-6f0f5d1caa01`
*Tier and size*: AuraDB Business Critical · 8GB memory · 16GB storage
*Status when asked*: running
*Snapshot*: `3613ab02-7c87-4afd-bbb9-192f8226134a`: 2026-11-22 07:29 UTC · scheduled
*Snapshot's age when asked*: 12 min
*Requested by*: @Requester
*Approvals*: 1 of 1: @Approver One
*Plan seal*: `(seal)`
*Reason*
> Bad deploy at 07:30
✓ Requested · 2026-11-22 07:41 UTC
✓ Approved (1 of 1) · 07:43 UTC · after 2 min
✓ Safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65` · 07:44 UTC · after 1 min 4 s
✓ Restore call recorded · 07:44 UTC · after 0 s
✓ Accepted by Aura · 07:44 UTC · after 0 s
✓ Running again · 07:47 UTC · after 3 min 1 s
✓ Confirmed · 07:47 UTC · after 10 s
[Evidence…]
Reference `(id)` · took 6 min 16 s in all\
""")
    assert [await story.read(line) for line in story.approver.thread()[:-1]] == snapshot(
        [
            "✅ Approved by @Approver One at 07:43 UTC (1 of 1).",
            "✅ @Approver One approved at 2026-11-22 07:43 UTC, which makes 1 of 1. After one more check the safety snapshot begins.",
            "📸 Aura is taking the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65` of *orders-prod* `0d5e7a11`. The restore waits for it; nothing has been changed yet.",
            "✅ The safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65` is complete: there is a way back.",
            "▶ The restore of *orders-prod* `0d5e7a11` begins now. It goes offline, and its present data is replaced. It is too late to cancel.",
            "▶ Aura accepted the restore of *orders-prod* `0d5e7a11`. Aura's request id: `(request)`. I tell you here when it runs again.",
            "✅ *orders-prod* `0d5e7a11` is running again. One more reading confirms it.",
        ]
    )
    assert await story.read(story.approver.thread()[-1]) == snapshot("""\
✅ *orders-prod* `0d5e7a11` is restored. It holds the data of 2026-11-22 07:29 UTC. What was written later is gone from it.
Please check your application. The way back is the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`, taken just before.
Requested by @Requester, approved by @Approver One. It took 6 min 16 s from request to end. Asked 07:41 UTC, done 07:47 UTC.
*Undo* asks to restore the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`: a new request with the same gates.
[Undo…]
[Evidence…]
Reference `(id)` · plan `(seal)` · Aura's request id `(request)`\
""")
    assert not story.approver.thread()[-1].edited  # the end is news, not an edit


async def test_aura_is_asked_for_the_safety_snapshot_and_only_then_for_the_restore(
    story: Story,
) -> None:
    await story.requested()
    await story.approved()
    await story.advance(minutes=10)

    assert story.writes == ["snapshots 0d5e7a11", "restore 0d5e7a11"]
    op = await story.operation()
    [restore] = story.aura.restores
    log = story.aura.world.instances[restore.instance_id].log
    safety = log.get(str(op.safety_snapshot), story.clock.now())
    assert safety is not None
    assert safety.done_at <= restore.at
    assert restore.snapshot_id == op.plan.snapshot.id != op.safety_snapshot


async def test_audit_log_tells_the_restore_in_order_under_the_seal_of_its_plan(
    story: Story,
) -> None:
    await story.requested()
    await story.approved()
    await story.advance(minutes=10)

    assert await story.audit() == snapshot(
        [
            "restore.request allowed",
            "restore.approve allowed",
            "snapshot.accepted done",
            "restore.send done",
            "restore.accepted done",
            "restore.done done",
            "restore.evidence done",
        ]
    )
    op = await story.operation()
    entries = await story.records()
    assert {record.plan for record in entries} == {op.plan.seal}
    assert {record.operation_id for record in entries} == {op.id}
    [accepted] = [r for r in entries if r.action == "restore.accepted"]
    assert accepted.aura_request_id == story.aura.restores[0].request_id
    assert accepted.approvers == op.approvers


async def test_guests_and_former_colleagues_take_no_approvers_invitation(story: Story) -> None:

    for number in range(10):
        guest = slack.Person(f"U0A{number:07}", f"guest.{number}", f"Guest {number}", "", "guest")
        story.slack.workspace.add_person(guest)
    for number in range(11):
        one = slack.Person(f"U0B{number:07}", f"one.{number}", f"One {number}", "")
        story.slack.workspace.add_person(one)
    story.slack.workspace.deactivate("U0B0000000")
    named = [p for p in story.slack.world.people if p.startswith(("U0A", "U0B"))]
    people = (*named, slack.APPROVER_ONE, slack.APPROVER_TWO)
    story.change_environment(approvers=Group(users=tuple(UserId(each) for each in people)))
    await story.requested()

    invited = {
        p
        for p in people
        for m in story.slack.person(p).sees("dm")
        if "asks you to decide" in m.text
    }
    assert invited == {slack.APPROVER_ONE, slack.APPROVER_TWO} | {f"U0B{n:07}" for n in range(1, 9)}
    assert str(story.approver.thread()[-1]) == snapshot(
        "I have written to 10 of the 23 people on the list of approvers. "
        "The others may decide as well, with the buttons above."
    )
    lines = len(story.approver.thread())
    await story.restart()
    await story.settle()
    assert len(story.approver.thread()) == lines
    await story.approved()
    assert (await story.operation()).approvers[0].user_id == slack.APPROVER_ONE


async def test_every_approver_gets_a_link_and_later_hears_that_nothing_is_left_to_decide(
    story: Story,
) -> None:
    await story.requested()
    approvers = (story.approver, story.second_approver)
    for approver in approvers:
        [invitation] = approver.person.sees("dm")
        assert invitation.buttons == ("Open the request",)
        [link] = [b["elements"][0]["url"] for b in invitation.blocks if b["type"] == "actions"]
        assert link.endswith(f"p{story.approver.card().ts.replace('.', '')}")
    assert story.requester.person.sees("dm") == []

    await story.second_approver.denies("Not during the sale")

    for approver in approvers:
        [told] = approver.person.sees("dm")
        assert told.buttons == ()
        assert await story.read(told) == snapshot("""\
You were asked about the restore of *orders-prod* `0d5e7a11`; nothing is left to decide.
⛔ @Approver Two denied the restore of *orders-prod* `0d5e7a11`.
> Not during the sale
Nothing in the instance was changed.
Open the request\
""")
    assert story.approver.gate().buttons == ()


async def test_undo_opens_the_form_with_the_safety_snapshot_and_passes_the_same_gates(
    story: Story,
) -> None:
    await story.requested()
    await story.approved()
    await story.advance(minutes=10)
    first = await story.operation()

    await story.requester.clicks("Undo…")

    assert f"*from* snapshot `{first.safety_snapshot}`" in str(story.requester.modal)
    assert await story.requester.sends(reason="Undo", word="undo", suffix="7a11") != {}
    assert await story.requester.sends(reason="The deploy was fine", suffix="7a11") == {}
    await story.requester.clicks("Approve", in_=story.approver.gate())
    assert "somebody else must decide" in story.requester.whisper
    assert story.restores == 1

    await story.approved()
    await story.advance(minutes=10)

    second = await story.operation()
    assert second.phase == "done"
    assert second.plan.snapshot.id == first.safety_snapshot
    assert [r.snapshot_id for r in story.aura.restores] == [
        first.plan.snapshot.id,
        first.safety_snapshot,
    ]


async def test_undo_is_refused_to_those_who_may_not_ask(story: Story) -> None:
    await story.requested()
    await story.approved()
    await story.advance(minutes=10)

    await story.guest.clicks("Undo…", in_=story.approver.thread()[-1])

    assert "your account is a guest" in str(story.guest.modal)
    assert (await story.audit())[-1] == "restore.request denied"
