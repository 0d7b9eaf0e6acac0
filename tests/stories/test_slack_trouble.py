"""Slack is away, or people change what was posted: the work goes on, the words follow later."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.errors import ChatUnavailable
from bot.ports import Chat, MessageRef
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import approved, before_aura, change_world, until


@dataclass
class Allowance:
    """A budget of edits that a story hands out one by one; new messages are free."""

    left: int = 0

    async def take(self, name: str) -> float:
        if name != "chat.update":
            return 0.0
        if not self.left:
            return 30.0
        self.left -= 1
        return 0.0


class NoNewMessages:
    """A Slack that takes edits, while new messages are told to wait."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    async def post(self, *_: object, **__: object) -> MessageRef:
        raise ChatUnavailable("wait", code="ratelimited", retry_after=30.0)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._chat, name)


def _edits(story: Story) -> list[str]:
    return [str(c.args["ts"]) for c in story.slack.calls if c.method == "chat.update" and c.ok]


async def test_slack_away_for_an_hour_stops_no_restore_and_hears_all_of_it_later(
    story: Story,
) -> None:
    await approved(story)
    before_aura(story, "overwrite_in_place", lambda: story.slack.faults.set("ratelimit", on=True))
    await story.advance(hours=1)
    assert (await story.operation()).phase == "done"
    told = len(story.requester.thread())

    story.slack.faults.set("ratelimit", on=False)
    await story.settle()
    end, meanwhile = [str(m) for m in story.requester.thread()[told:]]
    assert "is restored" in end
    words = ("4 things", "a way back", "begins now", "accepted the restore", "is running again")
    assert sorted(words, key=meanwhile.index) == list(words)
    assert "Restored orders-prod" in str(story.requester.card())


async def test_slack_away_when_people_must_be_checked_delays_the_restore(story: Story) -> None:
    await approved(story)
    story.slack.faults.set("ratelimit", on=True)
    await story.advance(minutes=8)
    assert (await story.operation()).phase == "ready"
    assert story.restores == 0

    story.slack.faults.set("ratelimit", on=False)
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "done"


async def test_slack_away_for_too_long_when_people_must_be_checked_ends_the_approval(
    story: Story,
) -> None:
    await approved(story)
    story.slack.faults.set("ratelimit", on=True)
    await story.advance(hours=1)
    story.slack.faults.set("ratelimit", on=False)
    await story.settle()

    assert (await story.operation()).phase == "expired"
    assert story.restores == 0
    assert "the approval expired" in str(story.requester.thread()[-1])


async def test_a_card_that_somebody_deletes_is_posted_anew(story: Story) -> None:
    await approved(story)
    old = story.requester.card()
    story.requester.person.deletes(old)
    await story.advance(minutes=10)

    new = story.requester.card()
    assert new.ts != old.ts
    assert "Restored orders-prod" in str(new)
    roots = [m for m in story.requester.channel() if m.thread_ts in (None, m.ts)]
    assert [str(root) for root in roots if root.ts != new.ts] == [""]  # the grave of the old one


async def test_a_card_that_slack_lets_nobody_edit_any_more_is_posted_anew(story: Story) -> None:
    await story.requested()
    old = story.requester.card()
    story.slack.workspace.close_edits(timedelta(minutes=1))
    await story.advance(minutes=2)
    await story.approved()
    await story.advance(minutes=10)

    assert story.requester.card().ts != old.ts
    assert "Restored orders-prod" in str(story.requester.card())
    assert story.restores == 1


async def test_while_administrators_suspend_all_posting_everything_waits_to_be_told(
    story: Story,
) -> None:
    await approved(story)
    told = len(story.requester.thread())
    story.slack.workspace.suspend()
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "done"
    assert len(story.requester.thread()) == told

    story.slack.workspace.suspend(suspended=False)
    await story.advance(minutes=1)
    assert "Restored orders-prod" in str(story.requester.card())
    assert len(story.requester.thread()) > told


async def test_buttons_that_somebody_deletes_are_posted_anew(story: Story) -> None:
    estate = story.bot.house.world.estate
    environments = tuple(e.model_copy(update={"quorum": 2}) for e in estate.environments)
    story.change_estate(estate.model_copy(update={"environments": environments}))
    gate = await story.requested()
    await story.approver.person.clicks("Approve", gate)
    story.requester.person.deletes(gate)
    await story.settle()

    await story.second_approver.clicks("Approve")
    assert (await until(story, "done")).approvers[1].user_id == slack.APPROVER_TWO


@pytest.mark.parametrize("why", ["left", "archived", "frozen"])
async def test_where_the_bot_cannot_report_nothing_begins(story: Story, why: str) -> None:
    if why == "left":
        story.slack.workspace.leave(slack.OPS_PRODUCTION, slack.BOT)
    elif why == "archived":
        story.slack.workspace.archive(slack.OPS_PRODUCTION)
    else:
        story.slack.workspace.freeze(slack.OPS_PRODUCTION)
    await story.requester.types("/aura snapshot take orders-prod", slack.GENERAL)

    assert "I am not in" in story.requester.whisper
    assert "Nothing has changed" in story.requester.whisper
    assert await story.audit() == ["snapshot.take denied"]
    assert not [c for c in story.aura.calls if c.method == "POST" and "/v1/" in c.path]

    await story.requester.types("/aura restore orders-prod", slack.GENERAL)
    await story.requester.sends(reason="Bad deploy", suffix=aura.ORDERS_PROD[-4:])
    assert await story.bot.operations.recent() == ()


async def test_a_request_that_slack_lets_nobody_see_is_told_to_who_made_it_and_expires(
    story: Story,
) -> None:
    story.slack.workspace.restrict(slack.OPS_PRODUCTION)
    await story.requester.types("/aura restore orders-prod")
    await story.requester.sends(reason="Bad deploy", suffix=aura.ORDERS_PROD[-4:])
    (told,) = story.requester.channel("dm")
    assert str(told).split(". ") == snapshot(
        [
            "Nobody sees your request to restore *orders-prod* `0d5e7a11`: "
            "Slack does not let me post in #ops-production",
            "Nothing has been changed",
            "Without a decision it expires at 2026-11-22 08:11 UTC; "
            "ask again once somebody has let me post there.",
        ]
    )
    await story.restart()
    await story.settle()
    assert len(story.requester.channel("dm")) == 1

    await story.advance(hours=1)
    assert (await story.operation()).phase == "expired"
    assert "expired" in str(story.requester.channel("dm")[-1])
    assert story.restores == 0


@pytest.mark.parametrize("how", ["archive", "freeze", "restrict"])
async def test_a_channel_that_takes_no_more_sends_the_end_to_the_requester(
    story: Story, how: str
) -> None:
    await approved(story)
    getattr(story.slack.workspace, how)(slack.OPS_PRODUCTION)
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "done"
    (end,) = story.requester.channel("dm")
    assert "is restored" in str(end)
    assert end.buttons == ("Undo…", "Evidence…")


async def test_with_both_channels_gone_an_alert_reaches_the_requester(story: Story) -> None:
    await approved(story)
    story.slack.workspace.archive(slack.OPS_PRODUCTION)
    story.slack.workspace.archive(slack.OPS_ALERTS)
    story.aura.faults.restore_fails.next()
    await story.advance(minutes=10)

    alert, end = story.requester.channel("dm")
    assert "Restore of orders-prod failed" in str(alert)
    assert "failed" in str(end)


async def test_an_alert_goes_out_though_the_requester_has_left(story: Story) -> None:
    await approved(story)
    await until(story, "restoring")
    story.slack.workspace.archive(slack.OPS_PRODUCTION)
    story.slack.workspace.deactivate(slack.REQUESTER)
    story.aura.set_status(aura.ORDERS_PROD, "loading failed")
    await story.advance(minutes=10)

    assert "Restore of orders-prod failed" in str(story.approver.card(slack.OPS_ALERTS))
    before = len(story.slack.calls)
    await story.restart()
    await story.settle()
    assert len(story.slack.calls) == before  # all is told that can be


async def test_with_edits_used_up_ends_come_first_and_each_edit_shows_the_newest(
    story: Story,
) -> None:
    allowance = Allowance()
    change_world(story, budget=allowance)
    gate = await story.requested()
    asked = story.requester.card()
    await story.requester.types("/aura snapshot take catalog-prod")
    (taken,) = [m for m in story.requester.channel() if "asks for a snapshot" in str(m)]
    await story.advance(minutes=5)  # the snapshot is complete, the restore still waits
    await story.approver.clicks("Approve", in_=gate)
    assert _edits(story) == []

    allowance.left = 1
    await story.settle()
    assert _edits(story) == [taken.ts]

    await story.advance(minutes=10)
    allowance.left = 10
    await story.settle()
    (restored,) = [m for m in story.requester.channel() if m.ts == asked.ts]
    assert "Restored orders-prod" in str(restored)
    assert _edits(story).count(asked.ts) == 1


async def test_the_card_shows_the_end_though_new_messages_must_wait(story: Story) -> None:
    await story.requested()
    asked, op = story.requester.card(), await story.operation()
    told = len(story.requester.thread())
    change_world(story, chat=NoNewMessages(story.bot.house.world.chat))
    await story.requester.types(f"/aura job cancel {op.id}")
    (card,) = [m for m in story.requester.channel() if m.ts == asked.ts]
    assert "ancelled" in str(card)
    assert str(card) != str(asked)
    assert len(story.requester.person.sees(slack.OPS_PRODUCTION, asked.ts)) == told + 1


async def test_the_end_is_a_new_message_and_decided_messages_lose_their_buttons(
    story: Story,
) -> None:
    gate = await story.requested()
    assert set(gate.buttons) >= {"Approve", "Deny…"}
    await story.approved()
    await story.advance(minutes=10)

    assert story.approver.gate().ts == gate.ts
    assert story.approver.gate().buttons == ()
    end = story.requester.thread()[-1]
    assert "Requested by @Requester, approved by @Approver One" in str(end)
    assert end.ts not in _edits(story)


async def test_a_command_is_answered_in_a_channel_without_the_bot(story: Story) -> None:
    await story.requester.types("/aura help", slack.GENERAL)

    (whisper,) = story.requester.person.whispers
    assert whisper.channel == slack.GENERAL
    assert "What you can type" in str(whisper)
