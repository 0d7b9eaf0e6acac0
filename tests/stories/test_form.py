"""The form of a restore, when Slack, Aura or the person do not wait for us."""

import asyncio
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.base import UserId
from bot.core.errors import NotRestorable
from bot.core.people import Group
from bot.core.snapshots import OFFER_DAYS
from bot.ports import Draft
from bot.services.restores import RestoreForm
from bot.views.pickers import READING
from handlers import listener
from handlers.asking import PAINTED
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.directory import Nameless
from tests.stories.harness import Story
from tests.stories.props import Cued


async def test_shortcut_lets_the_person_choose_among_what_they_may_ask_for(story: Story) -> None:
    story.change_environment("development", operators=Group(users=(UserId(slack.GUEST),)))
    await story.requester.person.uses_shortcut("restore_shortcut")
    await story.settle()

    place = story.requester.modal
    offered = await story.requester.person.suggestions(place, "Type a name or an id", "")
    assert [o.split(" · ")[0] for o in offered] == [
        *("catalog-prod", "orders-prod", "orders-staging", "search-staging")
    ]
    await story.requester.picks("Type a name or an id", aura.ORDERS_PROD)

    assert "Restore *orders-prod* `0d5e7a11` in place." in story.requester.modal.text
    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}
    assert (await story.operation()).instance_id == aura.ORDERS_PROD


async def test_guest_is_offered_no_instance(story: Story) -> None:
    await story.guest.person.uses_shortcut("restore_shortcut")
    await story.settle()

    offered = await story.guest.person.suggestions(story.guest.modal, "Type a name or an id", "")

    assert offered == []


async def test_message_shortcut_reports_into_the_thread_of_that_message(story: Story) -> None:
    said = await story.requester.person.says("Orders are wrong!", slack.OPS_PRODUCTION)
    await story.requester.person.uses_message_shortcut("thread_shortcut", said)
    await story.settle()
    await story.requester.picks("Type a name or an id", aura.ORDERS_PROD)
    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}

    assert story.approver.gate().thread_ts == said.ts
    await story.approved()
    await story.advance(minutes=10)
    assert "is restored" in story.requester.person.sees(slack.OPS_PRODUCTION, said.ts)[-1].text


async def test_form_that_was_closed_is_not_missed_and_the_request_is_confirmed_apart(
    story: Story,
) -> None:
    await story.requester.types("/aura restore orders-prod")
    with story.clock.stopped():
        form = story.requester.modal
        await story.requester.person.submits(
            form, {"Reason": "Bad deploy", **typed(story, word="RESTORE", suffix="7a11")}
        )
        await story.requester.person.closes(story.requester.modal)
    await story.settle()

    assert "Your request to restore *orders-prod*" in story.requester.dm.text
    assert (await story.operation()).phase == "awaiting_approval"


async def test_outcome_waits_until_slack_shows_that_the_request_is_sent(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    sent_at = story.clock.now()

    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}

    assert story.clock.now() - sent_at == timedelta(seconds=PAINTED)
    assert "waits for approval" in story.requester.modal.text


async def test_refusal_reaches_a_person_who_closed_the_form(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.aura.set_status(aura.ORDERS_PROD, "updating")
    with story.clock.stopped():
        await story.requester.person.submits(
            story.requester.modal,
            {"Reason": "Bad deploy", **typed(story, word="RESTORE", suffix="7a11")},
        )
        await story.requester.person.closes(story.requester.modal)
    await story.settle()

    assert "Aura is busy with “orders-prod” (updating)" in story.requester.dm.text
    assert await story.bot.operations.recent(1) == ()


async def test_form_closed_before_its_facts_are_there_is_left_alone(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    before = story.requester.person.whispers
    modal = story.requester.modal

    async def close(call: str) -> None:
        if call == "instance" and story.requester.person.modal:
            await story.requester.person.closes(modal)

    story.change_world(aura=Cued(story.bot.house.world.aura, before=close))
    await story.requester.picks("Snapshot", option(story.snapshots()[0]))

    assert story.requester.person.modal is None
    assert story.requester.person.whispers == before
    assert story.requester.person.sees("dm") == []


async def test_choice_that_fails_says_why_in_the_form(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    wanted = story.snapshots()[0]
    await story.requester.person.fills(story.requester.modal, {"Snapshot": wanted})
    story.aura.forget_snapshot(aura.ORDERS_PROD, wanted)

    await story.requester.picks("Snapshot", option(wanted))

    assert f"“orders-prod” has no snapshot “{wanted}”" in story.requester.modal.text


async def test_of_two_choices_the_one_that_is_shown_later_does_not_undo_the_newer(
    story: Story,
) -> None:
    await story.requester.types("/aura restore orders-prod")
    old, new = story.snapshots()[:2]
    await story.requester.picks("Snapshot", old)
    late = story.slack.sent[-1]
    await story.requester.picks("Snapshot", new)

    payload = {**late.payload, "trigger_id": "another"}  # as if it had taken that long
    await story.slack.send_again(replace(late, payload=payload))
    await story.settle()

    assert f"*from* snapshot `{new}`" in story.requester.modal.text
    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}
    assert (await story.operation()).plan.snapshot.id == new


async def test_form_older_than_an_hour_is_refused_where_it_is_sent(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.change_world(drafts=NoDrafts())

    errors = await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert list(errors.values()) == [
        "This form is older than an hour. Close it and type `/aura restore` again."
    ]
    person, modal = story.requester.person, story.requester.modal
    assert await person.suggestions(modal, "Snapshot", "2026") == []
    assert await story.bot.operations.recent(1) == ()


async def test_rule_that_came_after_the_form_was_opened_holds_for_it_too(story: Story) -> None:
    story.change_environment(confirm_instance_suffix=False)
    await story.requester.types("/aura restore orders-prod")
    assert story.requester.fields("suffix") == []
    story.change_environment(confirm_instance_suffix=True)

    assert await story.requester.sends(reason="Bad deploy") == {}

    assert "These are not the last 4 characters" in story.requester.modal.text
    assert await story.bot.operations.recent(1) == ()


async def test_form_in_which_nothing_is_chosen_asks_for_nothing(story: Story) -> None:
    await story.requester.person.uses_shortcut("restore_shortcut")
    await story.settle()
    draft = await story.bot.house.world.drafts.get(story.requester.modal.given["private_metadata"])
    assert draft is not None
    restores, form = story.bot.house.restores, RestoreForm(word="RESTORE", reason="Bad deploy")

    assert await restores.offer(draft) == ()
    assert restores.faults(draft, form) == {"word": "Choose an instance and a snapshot first."}
    with pytest.raises(NotRestorable, match="no snapshot is chosen yet"):
        await restores.request(draft, form)


async def test_fault_that_nobody_foresaw_gets_a_reference_number(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.change_world(drafts=NoDrafts(ZeroDivisionError("unforeseen")))

    [said] = (await story.requester.sends(reason="Bad deploy", suffix="7a11")).values()
    assert said.startswith("Something went wrong that I did not expect. Reference: ref-")

    await story.requester.types("/aura restore orders-prod")
    assert "Something went wrong that I did not expect" in story.requester.whisper
    assert "Reference: `ref-" in story.requester.whisper
    assert "unforeseen" not in story.requester.whisper


async def test_form_that_somebody_else_opened_cannot_be_sent(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    word = story.requester.fields("word")[0]
    await story.requester.sends(reason="Bad deploy", suffix="7a11", word="restore")
    held_back = story.slack.sent[-1]
    payload = deepcopy(held_back.payload)
    payload["view"]["state"]["values"][word]["value"]["value"] = "RESTORE"

    theirs = {**payload, "user": {"id": slack.APPROVER_TWO, "team_id": slack.TEAM_ID}}
    await story.slack.send_again(replace(held_back, payload=theirs))
    await story.settle()
    assert await story.bot.operations.recent(1) == ()
    assert await story.audit() == []

    await story.slack.send_again(replace(held_back, payload=payload))
    await story.settle()
    assert (await story.operation()).requester.user_id == slack.REQUESTER


async def test_click_whose_trigger_is_over_asks_for_another_one(story: Story) -> None:
    gate = await story.requested()
    await story.guest.clicks("Deny…", in_=gate)
    click = story.slack.sent[-1]
    who = {"id": slack.APPROVER_ONE, "team_id": slack.TEAM_ID}
    late = {**click.payload, "user": who, "trigger_id": "12345.over"}

    await story.slack.send_again(replace(click, payload=late))
    await story.settle()

    assert "I was too slow, and Slack did not open the form any more" in story.approver.whisper
    assert "Please try again" in story.approver.whisper


async def test_bots_are_not_answered(story: Story) -> None:
    await story.requester.says("<@U0SAVEBOT1> help", "ops-production")
    said = story.slack.sent[-1]
    event = {**said.payload["event"], "bot_id": "B0OTHER001"}
    by_a_bot = {**said.payload, "event": event, "event_id": "Ev0ANOTHER"}
    before = len(story.messages())

    await story.slack.send_again(replace(said, payload=by_a_bot))
    await story.settle()

    assert len(story.messages()) == before


async def test_mention_is_answered_when_slack_does_not_tell_the_bot_its_own_name(
    story: Story,
) -> None:
    story.change_world(directory=Nameless(story.bot.house.world.directory))

    await story.requester.says("<@U0SAVEBOT1> help", "ops-production")

    assert "Slack did not answer" in story.requester.whisper


class NoDrafts:
    """Drafts that are gone, or cannot be read."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self._trouble = trouble

    async def get(self, draft_id: str) -> Draft | None:
        if self._trouble:
            raise self._trouble
        return None

    async def save(self, draft: Draft) -> None:
        await self.get(draft.id)


def option(value: str) -> dict[str, object]:
    """An option as Slack keeps it, though it is offered no more."""
    return {"text": {"type": "plain_text", "text": "as it was"}, "value": value}


def typed(story: Story, **words: str) -> dict[str, str]:
    """What stands in fields, by their block ids."""
    return {story.requester.fields(name)[0]: word for name, word in words.items()}


async def test_keystrokes_that_come_while_aura_is_read_wait_for_the_same_answers(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    await story.requester.types("/aura restore orders-prod")
    open_, asked = asyncio.Event(), []

    async def slow(name: str) -> None:
        if name == "snapshots":
            asked.append(name)
            await open_.wait()

    story.change_world(aura=Cued(story.bot.house.world.aura, before=slow))
    monkeypatch.setattr(listener, "PATIENCE", 0.05)
    person, modal = story.requester.person, story.requester.modal
    for typed in ("2", "20", "202"):
        said = await person.suggestions(modal, "Snapshot", typed)
        assert said == ["Still reading from Aura: type again in a moment"]
    assert len(asked) == OFFER_DAYS
    await person.picks(modal, "Snapshot", READING)

    open_.set()
    await story.settle()
    assert str(story.requester.modal) == str(modal)  # that choice chose nothing
    assert len(await person.suggestions(modal, "Snapshot", "2026")) > 1
    assert len(asked) == OFFER_DAYS
