"""Slack does not take an answer: another way is tried, and nobody's request is lost by it."""

from dataclasses import replace

from bot.core.errors import ChatFailed, ChatUnavailable
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import Cued, approved, until

TOKEN = slack.App().bot_token


def refuse(story: Story, *calls: str, trouble: ChatFailed | None = None) -> None:
    """Let calls to Slack of these names fail from now on."""

    async def hook(called: str) -> None:
        if called in calls:
            raise trouble or ChatFailed(f"Slack refused {called}", code="not_in_channel")

    story.change_world(chat=Cued(story.bot.house.world.chat, before=hook))


async def test_answer_that_cannot_stand_where_it_was_asked_comes_directly(story: Story) -> None:
    refuse(story, "respond", "whisper")

    await story.requester.types("/aura help")
    assert "/aura restore" in story.requester.dm.text
    await story.requester.says("<@U0SAVEBOT1> instance list", "ops-production")
    assert "orders-prod" in story.requester.dm.text


async def test_answer_that_can_stand_nowhere_breaks_nothing(story: Story) -> None:
    refuse(story, "respond", "whisper", "dm")
    await story.requester.types("/aura help")
    assert story.messages() == []

    gate = await story.requested()
    await story.requester.clicks("Approve", in_=gate)
    assert (await story.operation()).phase == "awaiting_approval"


async def test_form_that_slack_cannot_open_now_is_owned_up_to(story: Story) -> None:
    refuse(story, "open_view", trouble=ChatUnavailable("Slack did not answer", code="timeout"))

    await story.requester.types("/aura restore orders-prod")

    assert "Slack did not answer" in story.requester.whisper


async def test_form_that_slack_does_not_take_is_owned_up_to(story: Story) -> None:
    refuse(story, "update_view", trouble=ChatFailed("Slack refused it", code="invalid_arguments"))

    await story.requester.types("/aura restore orders-prod")

    assert "Slack refused it" in story.requester.whisper


async def test_request_stands_though_slack_takes_no_card_at_that_moment(story: Story) -> None:
    real = story.bot.house.world.chat
    await story.requester.types("/aura restore orders-prod")
    down = ChatUnavailable("Slack did not answer", code="timeout", retry_after=5.0)
    refuse(story, "post", trouble=down)
    with story.clock.stopped():
        errors = await story.requester.person.submits(
            story.requester.modal,
            {
                "Reason": "Bad deploy",
                story.requester.fields("word")[0]: "RESTORE",
                story.requester.fields("suffix")[0]: "7a11",
            },
        )
    await story.bot.tasks.drain()
    assert errors == {}
    assert "waits for approval" in story.requester.modal.text

    story.change_world(chat=real)
    await story.restart()
    await story.settle()
    await story.approved()
    await story.advance(minutes=10)
    assert story.restores == 1


async def test_what_happened_while_the_token_was_revoked_is_told_with_the_new_one(
    story: Story,
) -> None:
    await approved(story)
    await until(story, "restoring")
    told = len(story.requester.thread())
    story.slack.dead_tokens[TOKEN] = "token_revoked"
    await until(story, "done")
    assert len(story.requester.thread()) == told

    del story.slack.dead_tokens[TOKEN]
    await story.restart()
    await story.settle()
    said = "\n".join(str(each) for each in story.requester.thread()[told:])
    assert "is restored" in said
    assert "is running again" in said
    assert "Restored orders-prod" in str(story.requester.card())
    assert story.requester.gate().buttons == ()


async def test_home_is_not_built_for_the_messages_tab(story: Story) -> None:
    await story.requester.opens_home()
    opened = story.slack.sent[-1]
    published = [c for c in story.slack.calls if c.method == "views.publish"]
    event = {**opened.payload["event"], "tab": "messages"}
    payload = {**opened.payload, "event": event, "event_id": "Ev0MESSAGES"}

    await story.slack.send_again(replace(opened, payload=payload))
    await story.settle()

    assert [c for c in story.slack.calls if c.method == "views.publish"] == published


async def test_link_button_is_acknowledged_and_changes_nothing(story: Story) -> None:
    await story.requested()
    before = story.messages()

    await story.approver.clicks("Open the request", in_=story.approver.dm)

    assert story.messages() == before
    assert story.slack.person(slack.APPROVER_ONE).notices == []


async def test_slack_that_is_down_for_a_while_is_told_everything_afterwards(story: Story) -> None:
    await approved(story)
    story.slack.faults.set("unavailable", on=True)
    await story.advance(minutes=5)
    story.slack.faults.set("unavailable", on=False)
    await story.advance(hours=1)
    assert (await story.operation()).phase == "done"
    assert "Restored orders-prod" in str(story.requester.card())


async def test_a_message_whose_answer_was_lost_is_said_again_rather_than_never(
    story: Story,
) -> None:
    await approved(story)
    told = len(story.requester.thread())

    async def lose_the_first(called: str) -> None:
        if called == "post" and not lost:
            lost.append(called)
            story.slack.faults.set("drop_answer", count=1)

    lost: list[str] = []
    story.change_world(chat=Cued(story.bot.house.world.chat, before=lose_the_first))
    await story.advance(hours=1)
    assert (await story.operation()).phase == "done"
    said = [message.text for message in story.requester.thread()[told:]]
    assert len(said) == len(set(said)) + 1  # Slack has no key by which it knew the second one
    assert "Restored orders-prod" in str(story.requester.card())
    assert story.restores == 1
