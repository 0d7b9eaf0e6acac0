"""The same services from other places: mentions, shortcuts, the Home tab."""

from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.slack.sightings import Seen
from tests.stories.harness import Story
from tests.stories.props import approved, grow, until

BOT = f"<@{slack.BOT}>"
PICKER = "Type a name or an id"


async def _thread(story: Story, channel: str = slack.OPS_PRODUCTION) -> Seen:
    return await story.requester.person.says("the deploy went wrong", channel)


async def test_a_mention_in_a_thread_is_answered_there(story: Story) -> None:
    root = await _thread(story)
    await story.requester.says(f"{BOT} instance show orders-prod", root.channel, root.ts)

    (whisper,) = story.requester.person.whispers
    assert whisper.thread_ts == root.ts
    assert "orders-prod" in str(whisper)


async def test_a_restore_by_mention_goes_on_in_the_modal_and_ends_in_that_thread(
    story: Story,
) -> None:
    root = await _thread(story, slack.OPS_STAGING)
    await story.requester.says(f"{BOT} restore orders-prod latest", root.channel, root.ts)
    (door,) = story.requester.person.whispers
    await story.requester.clicks(door.buttons[0], in_=door)
    errors = await story.requester.sends(reason="Bad deploy", suffix=aura.ORDERS_PROD[-4:])
    assert errors == {}
    await story.approver.clicks("Approve", in_=story.approver.gate())
    op = await until(story, "done")
    await story.bot.house.world.posts.mark(op.id, final=True)  # looked over once more
    await story.settle()

    told = story.requester.person.sees(root.channel, root.ts)
    ends = [m for m in told if not m.ephemeral and "is restored" in str(m)]
    assert len(ends) == 1


async def test_a_mistyped_mention_is_answered_too(story: Story) -> None:
    root = await _thread(story)
    await story.requester.says(f"{BOT} restroe orders-prod", root.channel, root.ts)
    assert "Did you mean" in str(story.requester.person.whispers[-1])


async def test_the_global_shortcut_lets_one_pick_the_instance(story: Story) -> None:
    await story.requester.person.uses_shortcut("restore_shortcut")
    await story.settle()
    options = await story.requester.person.suggestions(story.requester.modal, PICKER, "orders")
    assert len(options) == 2
    assert any("orders-prod" in option for option in options)
    await story.requester.picks(PICKER, aura.ORDERS_PROD)
    assert await story.requester.sends(reason="Bad deploy", suffix=aura.ORDERS_PROD[-4:]) == {}
    assert (await story.operation()).instance_id == aura.ORDERS_PROD


async def test_the_message_shortcut_keeps_the_thread(story: Story) -> None:
    root = await _thread(story, slack.OPS_STAGING)
    await story.requester.person.uses_message_shortcut("thread_shortcut", root)
    await story.settle()
    await story.requester.picks(PICKER, aura.ORDERS_PROD)
    await story.requester.sends(reason="Bad deploy", suffix=aura.ORDERS_PROD[-4:])

    op = await story.operation()
    assert (op.origin.channel, op.origin.thread_ts) == (root.channel, root.ts)


async def test_home_shows_the_fleet_and_what_runs(story: Story) -> None:
    op = await approved(story)
    home = str(await story.requester.opens_home())
    assert "orders-prod" in home
    assert "newest snapshot" in home
    assert f"`{op.id}` for @Requester stands at *snapshotting*" in home
    assert "Waiting for your decision" not in home


async def test_home_shows_what_waits_only_to_those_who_can_decide(story: Story) -> None:
    await story.requested()
    waiting = "@Requester asks to restore"
    assert waiting in str(await story.approver.opens_home())
    assert waiting not in str(await story.requester.opens_home())


async def test_home_says_so_when_aura_tells_nothing(story: Story) -> None:
    story.aura.faults.unavailable.always()
    home = str(await story.requester.opens_home())
    assert "Signing in to Aura did not work" in home
    assert "`/aura job list` shows what runs and waits" in home


async def test_home_turns_its_pages(story: Story) -> None:
    grow(story, 45)
    first = await story.requester.opens_home()
    assert "1 to 20 of" in str(first)
    await story.requester.clicks("Next", in_=first)
    second = story.requester.person.home
    assert second is not None
    assert "21 to 40 of" in str(second)
    await story.requester.clicks("Previous", in_=second)
    again = story.requester.person.home
    assert "1 to 20 of" in str(again)


async def test_home_shows_a_guest_nothing(story: Story) -> None:
    await approved(story)
    home = str(await story.guest.opens_home())
    for word in ("orders", "catalog", "rst-", "Restore…"):
        assert word not in home


async def test_home_takes_snapshots_and_opens_the_restore_modal(story: Story) -> None:
    home = await story.requester.opens_home()
    await story.requester.person.clicks("Take snapshot", home, nth=2)
    await story.settle()
    assert "I am asking Aura for a snapshot of" in story.requester.whisper

    await story.requester.clicks("Restore an instance…", in_=home)
    assert "Restore an instance" in story.requester.modal.title
    await story.requester.person.closes(story.requester.modal)
    await story.requester.person.clicks("Restore…", home, nth=3)
    await story.settle()
    assert "orders-prod" in str(story.requester.modal)


async def test_a_mention_with_an_endless_snapshot_is_answered(story: Story) -> None:
    await story.requester.says(f"<@U0SAVEBOT1> restore orders-prod {'x' * 3000}", "ops-production")
    assert "longer than 200 characters" in story.requester.whisper


async def test_nothing_about_an_instance_is_posted_where_another_company_reads(
    story: Story,
) -> None:
    await story.requester.types("/aura snapshot take orders-prod", slack.PARTNER_BRIDGE)
    await story.requester.says("<@U0SAVEBOT1> restore orders-prod", "partner-bridge")
    await story.requester.clicks("Open the form", in_=story.requester.person.whispers[-1])
    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}
    await story.requester.clicks("Cancel request", in_=story.approver.gate())
    await story.advance(minutes=5)
    assert (await story.operation()).phase == "cancelled"
    bridge = [m for m in story.external.channel(slack.PARTNER_BRIDGE) if m.author == "Savepoint"]
    assert bridge == []
    assert "snapshot" in str(story.approver.channel(slack.OPS_PRODUCTION)[0])
