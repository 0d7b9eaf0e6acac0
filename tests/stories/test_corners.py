"""Rare turns: one call to Slack fails, two workers meet, a bell or a mark is lost."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.base import OperationId, TeamId, UserId
from bot.core.errors import (
    BadCommand,
    BotError,
    ChatFailed,
    ChatUnavailable,
    IllegalTransition,
    NotAllowed,
)
from bot.core.operations import Origin
from bot.core.people import Group, Person
from bot.services.steps.snapshot import begun
from handlers import home
from handlers.edge import Context
from handlers.payloads import Click
from sandbox.aura import Durations
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import (
    Cued,
    approved,
    before_aura,
    change_world,
    grow,
    sent_restores,
    until,
)

NOBODYS = OperationId("rst-nobodys")


def fail(story: Story, port: str, name: str, *errors: Exception) -> list[Exception]:
    """Let the next calls of this name fail with these errors; returns those still to come."""
    left = list(errors)

    async def before(called: str) -> None:
        if called == name and left:
            raise left.pop(0)

    change_world(story, **{port: Cued(getattr(story.bot.house.world, port), before=before)})
    return left


async def test_an_address_that_slack_withholds_is_asked_for_again(story: Story) -> None:
    left = fail(story, "chat", "permalink", ChatUnavailable("busy", code="ratelimited"))
    await story.requester.types("/aura snapshot take orders-prod")
    await story.advance(minutes=2)
    assert left == []
    op = (await story.bot.operations.recent(1))[0]
    assert (await story.bot.house.world.cards.get(op.id)).link is not None


@pytest.mark.parametrize(
    ("error", "invited"),
    [
        (ChatFailed("no", code="cannot_dm_bot"), 2),
        (ChatUnavailable("busy", code="ratelimited"), 2),
    ],
)
async def test_an_invitation_that_fails_holds_nobody_else_up(
    story: Story, error: Exception, invited: int
) -> None:
    fail(story, "chat", "dm", error)
    await story.requested()
    await story.advance(minutes=1)
    approvers = (story.approver, story.second_approver)
    assert sum(len(each.channel("dm")) for each in approvers) == invited
    assert story.approver.gate().buttons


@pytest.mark.parametrize("code", ["missing_scope", "ratelimited"])
async def test_people_that_cannot_be_read_get_no_invitation_but_the_card_stands(
    story: Story, code: str
) -> None:
    absent = code == "ratelimited"
    error = ChatUnavailable("x", code=code) if absent else ChatFailed("x", code=code)
    left = [error]
    posted = False

    async def after(called: str) -> None:
        nonlocal posted
        posted = posted or called == "post"

    async def before(called: str) -> None:
        if posted and called == "members" and left:
            raise left.pop()

    world = story.bot.house.world
    change_world(
        story, chat=Cued(world.chat, after=after), directory=Cued(world.directory, before=before)
    )
    await story.requested()
    assert left == []
    assert story.approver.gate().buttons
    if absent:
        assert len(story.approver.channel("dm")) == 1


async def test_an_approver_who_cannot_be_read_keeps_no_other_from_being_invited(
    story: Story,
) -> None:
    named = Group(users=(UserId("U0000NOBODY"), UserId(slack.APPROVER_ONE)))
    story.change_environment(approvers=named)
    await story.requested()
    assert len(story.approver.channel("dm")) == 1


@pytest.mark.parametrize(
    "error",
    [ChatFailed("no", code="msg_too_long"), ChatUnavailable("busy", code="ratelimited")],
)
async def test_an_edit_that_fails_does_not_keep_the_next_from_showing(
    story: Story, error: Exception
) -> None:
    left = fail(story, "chat", "edit", error)
    await approved(story)
    await until(story, "done")
    assert left == []
    assert "Restored orders-prod" in str(story.requester.card())


async def test_an_alert_that_reaches_nobody_is_not_tried_for_ever(story: Story) -> None:
    await approved(story)
    await until(story, "restoring")
    for channel in (slack.OPS_PRODUCTION, slack.OPS_ALERTS):
        story.slack.workspace.archive(channel)
    story.slack.workspace.deactivate(slack.REQUESTER)
    story.aura.set_status(aura.ORDERS_PROD, "loading failed")
    op = await until(story, "failed")
    assert (await story.bot.house.world.cards.get(op.id)).settled


@pytest.mark.parametrize(
    ("error", "echoed"),
    [
        (ChatFailed("no", code="missing_scope"), 0),
        (ChatUnavailable("busy", code="ratelimited"), 1),
    ],
)
async def test_an_end_is_echoed_only_where_slack_says_who_reads(
    story: Story, error: Exception, echoed: int
) -> None:
    await story.requester.says("<@U0SAVEBOT1> restore orders-prod", "ops-staging")
    await story.requester.clicks("Open the form", in_=story.requester.person.whispers[-1])
    await story.requester.sends(reason="Bad deploy", suffix="7a11")
    left = fail(story, "directory", "channel", error)
    await story.requester.clicks("Cancel request", in_=story.approver.gate())
    await story.advance(minutes=1)
    assert left == []
    said = [m for m in story.requester.channel(slack.OPS_STAGING) if m.author == "Savepoint"]
    thread = [
        m
        for root in story.requester.channel(slack.OPS_STAGING)
        for m in story.requester.person.sees(slack.OPS_STAGING, root.ts)
    ]
    told = {m.ts for m in (*said, *thread) if "cancelled the restore" in str(m)}
    assert len(told) == echoed


async def test_what_is_not_there_any_more_is_passed_over(story: Story) -> None:
    house = story.bot.house
    assert (await house.announcer.post(NOBODYS)).root is None
    assert await house.announcer.edit(NOBODYS) is False
    await house.runner.tick(NOBODYS)
    for outbox in (house.world.posts, house.world.edits):
        await outbox.mark(NOBODYS, final=False)
    await story.settle()
    assert [call.method for call in story.slack.calls if call.method.startswith("chat.")] == []


async def test_what_could_not_be_posted_is_found_by_the_sweep(story: Story) -> None:
    left = fail(story, "cards", "get", *[IllegalTransition("odd")] * 2)
    await story.requester.types("/aura snapshot take orders-prod")
    assert left == []
    assert await story.bot.house.sweep() == 1
    assert await story.bot.house.sweep() == 0  # another replica has just done it
    await story.settle()
    assert "snapshot of orders-prod" in str(story.requester.card())


async def test_an_end_whose_mark_was_lost_is_told_after_the_sweep(story: Story) -> None:
    await approved(story)
    story.slack.faults.set("ratelimit", on=True)
    await story.advance(minutes=1)
    op = await story.operation()
    world = story.bot.house.world
    moved = await world.operations.get(op.id)
    assert moved is not None
    await story.bot.operations._redis.delete("sp:outbox:posts", "sp:outbox:edits")
    story.slack.faults.set("ratelimit", on=False)
    await until(story, "done")
    redis = story.bot.operations._redis
    card = await world.cards.get(op.id)
    await world.cards.save(op.id, card.model_copy(update={"settled": False, "ended": None}))
    await redis.delete("sp:outbox:posts", "sp:outbox:edits")
    assert await story.bot.house.sweep(forced=True) == 1
    await story.settle()
    assert "is restored" in str(story.requester.thread()[-1])
    assert await story.bot.house.sweep(forced=True) == 0


async def test_two_workers_at_one_operation_make_one_move(story: Story) -> None:
    op = await approved(story)
    story.clock.at = story.clock.at.replace(hour=8)
    tick = story.bot.house.runner.tick
    await asyncio.gather(tick(op.id), tick(op.id), tick(op.id))
    await story.advance(minutes=10)

    done = await story.operation()
    assert done.phase == "done"
    kinds = [recorded.event.kind for recorded in done.history]
    assert len(kinds) == len(set(kinds))
    assert len(sent_restores(story)) == 1


async def test_a_restore_that_never_waits_still_goes_on_in_short_ticks(story: Story) -> None:
    story.aura.pace.durations = Durations(snapshot=0, restore=0)
    change_world(story, pace=replace(story.bot.house.world.pace, settle=0.0))
    await story.requested()
    await story.approved()
    await story.advance(minutes=2)
    assert (await story.operation()).phase == "done"


async def test_a_permit_that_was_used_before_sends_nothing(story: Story) -> None:
    op = await approved(story)
    await story.bot.operations._redis.set(f"sp:permit:{op.id}", "another call")
    await until(story, "stuck")
    assert sent_restores(story) == []
    assert story.approver.card(slack.OPS_ALERTS).buttons == ("It ran", "It did not run")


async def test_a_guard_that_refuses_ends_the_operation(story: Story) -> None:
    await approved(story)
    fail(story, "aura", "snapshot", NotAllowed("the guard lets nothing out", hint="Look."))
    await until(story, "failed")
    assert "The guard lets nothing out" in str(story.requester.thread()[-1])


async def test_a_fault_with_no_way_out_waits_until_it_is_mended(story: Story) -> None:
    await story.requested()
    left = fail(story, "audit", "append", *[ZeroDivisionError("canary")] * 12)
    await story.advance(hours=1)
    assert (await story.operation()).phase == "awaiting_approval"
    left.clear()
    await story.restart()
    await story.advance(minutes=1)
    assert (await story.operation()).phase == "expired"


async def test_an_instance_without_snapshots_says_so(story: Story) -> None:
    await story.advance(days=10)
    await story.requester.types("/aura instance show orders-staging")
    assert "no snapshot" in story.requester.whisper.lower()
    await story.requester.types("/aura snapshot show orders-staging latest")
    assert "has no completed snapshot in the last 7 days" in story.requester.whisper
    assert "--days 30" in story.requester.whisper


async def test_aura_away_is_not_taken_for_a_missing_snapshot(story: Story) -> None:
    before_aura(story, "snapshot", story.aura.faults.unavailable.always)
    await story.requester.types("/aura snapshot show orders-prod 00000000-dead-beef")
    assert "Aura did not answer properly (502)" in story.requester.whisper


async def test_an_instance_of_no_environment_can_be_seen_and_not_touched(story: Story) -> None:
    grow(story, 1)
    await story.requester.types("/aura instance show graph-0000")
    assert "belongs to no environment" in story.requester.whisper
    await story.requester.types("/aura snapshot take graph-0000")
    assert "nobody may change it" in story.requester.whisper


async def test_a_forged_page_of_the_home_tab_is_refused(story: Story) -> None:
    person = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.REQUESTER))
    click = Click(
        person=person, action_id="home_page", value="-1", origin=Origin(), key="k", trigger_id="t"
    )
    with pytest.raises(BadCommand):
        await home.turn_page(Context(person=person, house=story.bot.house), click)


def test_a_snapshot_that_was_never_begun_cannot_be_watched() -> None:
    with pytest.raises(BotError):
        begun(None)


async def test_an_end_is_not_put_away_before_it_is_told(story: Story) -> None:
    await approved(story)
    before_aura(story, "overwrite_in_place", lambda: story.slack.faults.set("ratelimit", on=True))
    op = await until(story, "done")
    story.slack.faults.set("ratelimit", on=False)
    while await story.bot.house.announcer.edit(op.id):
        pass  # the edits are faster than the posts
    assert not (await story.bot.house.world.cards.get(op.id)).settled

    await story.settle()
    *_, end, late = [str(line) for line in story.requester.thread()]
    assert "is restored" in end
    assert late.startswith("Told late, 4 things")
    assert (await story.bot.house.world.cards.get(op.id)).settled
