"""Asking for a restore: what the form demands, and what it refuses kindly."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.core.base import InstanceId, SnapshotId
from bot.core.people import Group
from bot.core.snapshots import Snapshot
from sandbox.aura import Call
from sandbox.aura import fleet as aura
from tests.stories.harness import Story
from tests.stories.props import Cued


async def nothing_happened(story: Story) -> None:
    assert await story.bot.operations.recent(1) == ()
    assert story.writes == []
    assert story.approver.channel() == []


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("word", {"word": "restore"}, "in capital letters"),
        ("word", {"word": "RESTOER"}, "type the word RESTORE"),
        ("suffix", {"suffix": "5711"}, "not the last 4 characters"),
        ("reason", {"reason": "  \n "}, "say why"),
    ],
)
async def test_wrong_entry_is_a_field_error_and_nothing_happens(
    story: Story, field: str, typed: dict[str, str], said: str
) -> None:
    await story.requester.types("/aura restore orders-prod")
    right = {"word": "RESTORE", "suffix": "7a11", "reason": "Bad deploy"}

    errors = await story.requester.sends(**{**right, **typed})

    assert list(errors) == [field]
    assert said in errors[field]
    await nothing_happened(story)

    assert await story.requester.sends(**right) == {}
    assert len(await story.bot.operations.recent(2)) == 1


async def test_picker_reaches_more_than_a_hundred_snapshots_day_by_day(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    modal = story.requester.modal

    newest = await story.requester.person.suggestions(modal, "Snapshot", "")
    sunday = await story.requester.person.suggestions(modal, "Snapshot", "2026-11-16")

    assert len(newest) == 100
    assert newest[0].startswith("07:29 UTC · 12 min ago")
    assert len(sunday) > 20
    assert not set(sunday) & set(newest)


async def test_typing_into_the_picker_asks_aura_but_once_a_minute(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    person, modal = story.requester.person, story.requester.modal
    await person.suggestions(modal, "Snapshot", "2")
    before = len(story.aura.calls)

    for typed in ("20", "202", "2026"):
        assert len(await person.suggestions(modal, "Snapshot", typed)) == 100
    assert len(story.aura.calls) == before

    listed = len(snapshot_calls(story))
    story.clock.at += timedelta(seconds=61)
    await person.suggestions(modal, "Snapshot", "2026")
    assert len(snapshot_calls(story)) == listed + 14


async def test_picker_offers_nothing_to_who_may_not_ask_any_more(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    person, modal = story.requester.person, story.requester.modal
    story.change_environment(operators=Group())
    story.clock.at += timedelta(seconds=31)

    assert await person.suggestions(modal, "Snapshot", "") == []


def snapshot_calls(story: Story) -> list[Call]:
    return [c for c in story.aura.calls if "/snapshots?" in c.path]


async def test_another_snapshot_changes_the_facts_and_keeps_what_was_typed(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    person, modal = story.requester.person, story.requester.modal
    older = story.snapshots()[0]
    assert older not in modal.text
    await person.fills(modal, {"Reason": "Bad deploy on Monday"})

    await story.requester.picks("Snapshot", older)

    assert f"*from* snapshot `{older}`" in story.requester.modal.text
    assert "Lost is all that was written since: *3 d 2 h*" in story.requester.modal.text
    assert await story.requester.sends(suffix="7a11") == {}
    op = await story.operation()
    assert op.plan.reason == "Bad deploy on Monday"
    assert op.plan.snapshot.id == older


async def test_request_for_facts_that_are_not_shown_yet_is_held_back(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    person, modal = story.requester.person, story.requester.modal
    await person.fills(modal, {"Snapshot": story.snapshots()[0]})  # and the bot has not heard

    errors = await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert list(errors) == ["snapshot"]
    assert "not shown yet" in errors["snapshot"]
    await nothing_happened(story)


async def test_of_two_quick_choices_the_one_that_is_shown_is_the_one_that_counts(
    story: Story,
) -> None:
    await story.requester.types("/aura restore orders-prod")
    person, modal = story.requester.person, story.requester.modal
    first, second = story.snapshots()[:2]

    await person.picks(modal, "Snapshot", first)
    await person.picks(modal, "Snapshot", second)  # before the facts of the first are there
    await story.settle()

    errors = await story.requester.sends(reason="Bad deploy", suffix="7a11")
    if errors:
        assert list(errors) == ["snapshot"]
        await nothing_happened(story)
    else:
        op = await story.operation()
        assert f"snapshot `{op.plan.snapshot.id}`" in story.approver.gate().text


@pytest.mark.parametrize(
    ("made_of", "said"),
    [
        (lambda story: story.snapshots(aura.CATALOG_PROD)[0], "“orders-prod” has no snapshot"),
        (lambda _: "11111111-2222-4333-8444-555555555555", "“orders-prod” has no snapshot"),
        (lambda story: failed(story), "is Failed, not Completed"),
    ],
    ids=["of another instance", "unknown", "not completed"],
)
async def test_unfit_snapshot_is_refused_in_the_form(
    story: Story, made_of: Callable[[Story], str], said: str
) -> None:
    await story.requester.types(f"/aura restore orders-prod {made_of(story)}")

    modal = story.requester.modal
    assert said in modal.text
    assert "Nothing was asked for, and nothing was changed." in modal.text
    assert not modal.given["submit"]
    await nothing_happened(story)


async def test_snapshot_that_fell_from_grace_meanwhile_is_refused(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    await story.requester.picks("Snapshot", story.snapshots()[0])
    failed(story)

    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "is Failed, not Completed" in story.requester.modal.text
    await nothing_happened(story)


def failed(story: Story) -> str:
    snapshot = story.snapshots()[0]
    story.aura.set_snapshot_status(aura.ORDERS_PROD, snapshot, "Failed")
    return snapshot


@pytest.mark.parametrize(
    ("instance", "status", "obstacle"),
    [
        (aura.SANDBOX_FREE, None, "would push out the one to be restored"),
        (aura.ORDERS_STAGING, None, "a paused instance can take no snapshot"),
        (aura.ORDERS_PROD, "loading failed", "failed to load"),
    ],
)
async def test_waiver_is_demanded_shown_first_and_kept(
    story: Story, instance: str, status: str | None, obstacle: str
) -> None:
    if status:
        story.aura.set_status(instance, status)
    await story.requester.types(f"/aura restore {instance}")
    assert obstacle in story.requester.modal.text
    entries = {"reason": "Bad deploy", "suffix": instance[-4:]}

    errors = await story.requester.sends(**entries)

    assert list(errors) == ["waiver"]
    await nothing_happened(story)

    assert await story.requester.sends(**entries, waiver="It holds nothing to lose") == {}

    op = await story.operation()
    card = story.approver.card(op.channel)
    for message in (card, story.approver.gate(op.channel), story.approver.dm):
        first = message.text.splitlines()[0]
        assert first.startswith("⚠ *No safety snapshot:*")
        assert obstacle in first
        assert "> It holds nothing to lose" in message.text
    [asked] = await story.records()
    assert "without a safety snapshot: It holds nothing to lose" in asked.why

    await story.approver.clicks("Approve", in_=story.approver.gate(op.channel))
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "done"
    assert story.writes == [f"restore {instance}"]
    assert "restore.waive done" in await story.audit()
    assert "Undo…" not in story.approver.thread(op.channel)[-1].buttons


async def test_waiver_that_the_form_did_not_show_is_not_assumed(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.aura.set_status(aura.ORDERS_PROD, "paused")

    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}

    assert "No safety snapshot is possible here" in story.requester.modal.text
    await nothing_happened(story)


async def test_busy_instance_is_refused(story: Story) -> None:
    await story.requester.types("/aura restore search-staging")

    assert "Aura is busy with “search-staging” (updating)" in story.requester.modal.text
    await nothing_happened(story)


async def test_instance_that_is_being_deleted_is_refused(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.aura.set_status(aura.ORDERS_PROD, "destroying")
    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "“orders-prod” is being deleted" in story.requester.modal.text
    await nothing_happened(story)


async def test_ambiguous_name_is_refused_with_both_ids(story: Story) -> None:
    await story.requester.types("/aura restore sandbox")

    modal = story.requester.modal.text
    assert "2 instances are called “sandbox”" in modal
    assert aura.SANDBOX_FREE in modal
    assert aura.SANDBOX_PAID in modal
    await nothing_happened(story)


async def test_instance_of_no_environment_is_refused(story: Story) -> None:
    story.change_environment(instances=())

    await story.requester.types("/aura restore orders-prod")

    assert "belongs to no environment" in story.requester.modal.text
    await nothing_happened(story)


async def test_request_is_refused_where_the_bot_cannot_report(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.slack.workspace.archive("C0PRODUCT1")
    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "I am not in #ops-production" in story.requester.modal.text
    assert await story.audit() == ["restore.request denied"]
    await nothing_happened(story)


async def test_request_is_refused_where_the_channel_does_not_exist(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.change_environment(channel="C0NOTHING1")
    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "where production reports" in story.requester.modal.text
    assert await story.bot.operations.recent(1) == ()


async def test_snapshot_that_says_it_is_of_another_instance_is_refused(story: Story) -> None:
    await story.requester.types("/aura restore orders-prod")
    story.change_world(aura=Mixed(story.bot.house.world.aura))
    await story.requester.sends(reason="Bad deploy", suffix="7a11")

    assert "belongs to another instance" in story.requester.modal.text
    await nothing_happened(story)


class Mixed(Cued):
    """An Aura that mixes up instances."""

    async def snapshot(self, instance_id: InstanceId, snapshot_id: SnapshotId) -> Snapshot:
        found: Snapshot = await self._port.snapshot(instance_id, snapshot_id)
        return found.model_copy(update={"instance_id": aura.CATALOG_PROD})


async def test_a_reason_with_half_a_character_is_kept_without_it(story: Story) -> None:
    await story.requested(reason="Bad deploy \ud83d at 07:30")
    assert (await story.operation()).plan.reason == "Bad deploy ? at 07:30"


async def test_form_can_be_opened_by_mention_and_by_choosing_the_instance(story: Story) -> None:
    await story.requester.says("<@U0SAVEBOT1> restore orders-prod", "ops-production")
    await story.requester.clicks("Open the form", in_=story.requester.person.whispers[-1])

    assert await story.requester.sends(reason="Bad deploy", suffix="7a11") == {}
    assert (await story.operation()).instance_id == aura.ORDERS_PROD
