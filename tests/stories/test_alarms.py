"""Alerts that people keep reading: once, in one thread, within a budget, and theirs to take."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core.alerts import AlertRules, QuietHours
from bot.core.base import UserId
from bot.core.errors import ChatFailed, ChatUnavailable, StoreUnavailable
from bot.core.people import Group
from bot.services.attention import tomorrow
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import Cued
from tests.stories.watching import alert, heads, look, passes, thread, watched

NIGHT = QuietHours(start=time(7), end=time(9), zone="UTC")  # a story begins at 07:41


async def paused(story: Story, *instances: str, rules: AlertRules | None = None) -> None:
    """Let instances be paused from the console, and the watch see it."""
    watched(story, rules=rules)
    await look(story)
    for instance in instances or (aura.ORDERS_PROD,):
        story.aura.set_status(instance, "paused")
    await passes(story, minutes=5)


def keep_buttons(story: Story) -> None:
    """Let Slack show what stands there, whatever happens: as for who clicks at the same moment."""

    async def before(name: str) -> None:
        if name == "edit":
            raise ChatUnavailable("Slack does not answer", code="timeout")

    story.change_world(chat=Cued(story.bot.house.world.chat, before=before))


async def test_an_open_alert_calls_again_after_its_time_and_not_between(story: Story) -> None:
    await paused(story, rules=AlertRules(escalate_hours=2))
    [head] = heads(story)
    assert f"For <@{slack.REQUESTER}>" in str(head.blocks)
    await passes(story, hours=1)
    assert thread(story, head) == []
    await passes(story, hours=1, minutes=2)
    [line] = thread(story, head)
    assert "Open for 2 h" in line
    assert "@Requester" in line


async def test_quiet_hours_hold_back_what_is_not_critical_and_let_it_out_after(
    story: Story,
) -> None:
    await paused(story, rules=AlertRules(quiet=NIGHT))
    assert heads(story) == []
    [held] = await story.bot.house.watch.held("production")
    assert "orders-prod is paused" in held.alert.condition.what
    story.aura.set_status(aura.CATALOG_PROD, "restoring", for_seconds=900)
    await passes(story, minutes=5)
    assert ["catalog-prod" in str(h) for h in heads(story)] == [True]  # critical: told at once
    await passes(story, hours=1, minutes=15)
    assert len(heads(story)) == 2
    assert await story.bot.house.watch.held("production") == ()


async def test_what_ends_before_anybody_was_told_is_never_told(story: Story) -> None:
    await paused(story, rules=AlertRules(quiet=NIGHT))
    story.aura.set_status(aura.ORDERS_PROD, "running")
    await passes(story, hours=3)
    assert story.messages() == []
    assert await story.bot.house.watch.open_alerts() == ()


async def test_beyond_the_budget_alerts_are_held_listed_and_told_when_there_is_room(
    story: Story,
) -> None:
    both = (aura.ORDERS_PROD, aura.CATALOG_PROD)
    await paused(story, *both, rules=AlertRules(per_hour=1))
    assert len(heads(story)) == 1
    [held] = await story.bot.house.watch.held()
    assert held.alert.told_at is None
    await passes(story, minutes=50)
    assert len(heads(story)) == 1
    await passes(story, minutes=15)
    assert len(heads(story)) == 2
    assert await story.bot.house.watch.held() == ()


async def test_acknowledging_stops_the_calls_and_shows_who(story: Story) -> None:
    await paused(story, rules=AlertRules(escalate_hours=1))
    [head] = heads(story)
    await story.approver.clicks("Acknowledge", in_=head)
    [head] = heads(story)
    assert "Acknowledged by\n@Approver One" in str(head).replace("*", "").replace(": ", "\n")
    assert "Acknowledge" not in head.buttons
    await passes(story, hours=3)
    assert thread(story, head) == []
    assert "alert.acknowledge allowed" in await story.audit()


async def test_of_two_who_acknowledge_at_once_the_second_is_told_so(story: Story) -> None:
    await paused(story)
    [head] = heads(story)
    keep_buttons(story)
    await story.approver.clicks("Acknowledge", in_=head)
    await story.second_approver.clicks("Acknowledge", in_=head)
    assert "has acknowledged this already" in story.second_approver.whisper
    first = (await alert(story)).alert.acknowledged_by
    assert first is not None
    assert first.user_id == slack.APPROVER_ONE


async def test_who_takes_an_alert_is_the_one_called(story: Story) -> None:
    await paused(story)
    [head] = heads(story)
    await story.requester.clicks("Assign to me", in_=head)
    assert "is yours" in story.requester.whisper
    [head] = heads(story)
    assert "Sees to it" in str(head)
    await story.requester.clicks("Assign to me", in_=head)
    assert "this is yours already" in story.requester.whisper.lower()
    story.aura.set_status(aura.ORDERS_PROD, "destroying")  # worse than what was taken
    await passes(story, minutes=5)
    [line] = thread(story, head)
    assert "@Requester" in line
    assert "@Approver" not in line


async def test_a_snoozed_alert_is_silent_until_then_and_calls_again(story: Story) -> None:
    await paused(story, rules=AlertRules(escalate_hours=1))
    [head] = heads(story)
    await story.approver.clicks("Snooze 8 h", in_=head)
    assert "is silent until" in story.approver.whisper
    await story.approver.clicks("Snooze 1 h", in_=head)
    assert "silent for at least as long" in story.approver.whisper
    await passes(story, hours=7)
    assert thread(story, head) == []
    await passes(story, hours=1, minutes=5)
    [line] = thread(story, head)
    assert "Open for 8 h" in line


async def test_until_tomorrow_is_the_end_of_quiet_hours_or_the_morning(story: Story) -> None:
    evening = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert tomorrow(evening, None) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    berlin = QuietHours(start=time(20), end=time(7), zone="Europe/Berlin")
    assert tomorrow(evening, berlin) == datetime(2026, 11, 24, 6, tzinfo=UTC)
    await paused(story)
    await story.approver.clicks("Until tomorrow", in_=heads(story)[0])
    until = (await alert(story)).alert.snoozed_until
    assert until == datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize("label", ["Acknowledge", "Assign to me", "Snooze 1 h"])
async def test_who_is_no_operator_changes_nothing(story: Story, label: str) -> None:
    await paused(story)
    story.change_environment(operators=Group(users=(UserId(slack.REQUESTER),)))
    before = await alert(story)
    await story.approver.clicks(label, in_=heads(story)[0])
    assert "you may not" in story.approver.whisper.lower()
    assert await alert(story) == before
    assert any(line.startswith("alert.") and "denied" in line for line in await story.audit())


async def test_a_button_of_an_alert_that_is_over_says_so(story: Story) -> None:
    await paused(story)
    [head] = heads(story)
    chat = story.bot.house.world.chat
    keep_buttons(story)
    story.aura.set_status(aura.ORDERS_PROD, "running")
    await passes(story, minutes=6)
    await story.approver.clicks("Snooze 1 h", in_=head)
    story.change_world(chat=chat)
    assert "This alert is over" in story.approver.whisper
    await passes(story, hours=1, minutes=5)
    assert await story.bot.house.world.alerts.all() == ()
    [past] = await story.bot.house.watch.past_alerts(since=story.clock.now() - timedelta(hours=3))
    assert past.alert.condition.instance_id == aura.ORDERS_PROD


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_at_the_post_loses_no_alert_and_tells_it_at_most_twice(
    story: Story, when: str
) -> None:
    watched(story)
    await look(story)
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    chat, left = story.bot.house.world.chat, [True]

    async def crash(name: str) -> None:
        if name == "post" and left:
            left.pop()
            raise RuntimeError("killed")

    story.change_world(chat=Cued(chat, **{when: crash}))
    story.clock.at += timedelta(minutes=6)
    with pytest.raises(RuntimeError):
        await look(story)
    story.change_world(chat=chat)
    await passes(story, minutes=10)
    assert len(heads(story)) == (1 if when == "before" else 2)
    assert await story.bot.house.watch.held() == ()


async def test_while_slack_is_away_alerts_wait_and_then_tell_the_present_state(
    story: Story,
) -> None:
    watched(story)
    await look(story)
    chat = story.bot.house.world.chat

    async def away(name: str) -> None:
        raise ChatUnavailable("Slack does not answer", code="timeout")

    story.change_world(chat=Cued(chat, before=away))
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await passes(story, hours=9)
    story.aura.set_status(aura.ORDERS_PROD, "running")
    await passes(story, minutes=6)
    story.change_world(chat=chat)
    await look(story)
    [head] = heads(story)
    assert "Over: Changed without me" in str(head)
    [line] = thread(story, head)
    assert "All clear" in line


async def test_an_alert_whose_channel_refuses_it_goes_where_it_is_heard(story: Story) -> None:
    chat = story.bot.house.world.chat

    class Refusing:
        async def post(self, channel: str, *args: object, **more: object) -> object:
            if channel == slack.OPS_ALERTS:
                raise ChatFailed("archived", code="is_archived")
            return await chat.post(channel, *args, **more)  # type: ignore[arg-type]

        def __getattr__(self, name: str) -> object:
            return getattr(chat, name)

    story.change_world(chat=Refusing())
    await paused(story)
    assert len(heads(story, slack.OPS_PRODUCTION)) == 1


async def test_no_button_does_anything_that_cannot_be_recorded(story: Story) -> None:
    await paused(story)
    [head] = heads(story)
    before, audit = await alert(story), story.bot.house.world.audit

    async def full(name: str) -> None:
        if name == "append":
            raise StoreUnavailable("the store does not answer")

    story.change_world(audit=Cued(audit, before=full))
    for label in ("Acknowledge", "Assign to me", "Snooze 1 h"):
        await story.approver.clicks(label, in_=head)
        assert "the store does not answer" in story.approver.whisper.lower()
    story.change_world(audit=audit)
    assert await alert(story) == before


async def test_a_store_that_is_away_stops_a_pass_and_its_ping_and_loses_nothing(
    story: Story,
) -> None:
    heard: list[str] = []

    async def ping() -> None:
        heard.append("well")

    watched(story)
    await look(story)
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    story.clock.at += timedelta(minutes=6)
    alerts = story.bot.house.world.alerts

    async def away(name: str) -> None:
        raise StoreUnavailable("the store does not answer")

    story.change_world(alerts=Cued(alerts, before=away), ping=ping)
    with pytest.raises(StoreUnavailable):
        await look(story)
    assert (heads(story), heard) == ([], [])
    story.change_world(alerts=alerts)
    await look(story)
    assert (len(heads(story)), heard) == (1, ["well"])
