"""A real Bolt app lives in the double: commands, modals, buttons, mentions and the Home tab."""

import pytest
from inline_snapshot import snapshot
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import APPROVER_ONE, OPS_PRODUCTION, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import Payload, SlackSaysError
from tests.sandbox.slack.conftest import Bot, opened, settled


def modal(*blocks: Payload, **more: object) -> Payload:
    return {
        "type": "modal",
        "callback_id": "restore",
        "title": {"type": "plain_text", "text": "Restore"},
        "submit": {"type": "plain_text", "text": "Ask"},
        "blocks": [*blocks],
        **more,
    }


def typed(block_id: str, **more: object) -> Payload:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": "Type RESTORE"},
        "element": {"type": "plain_text_input", "action_id": "word", **more},
    }


def approval() -> list[Payload]:
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"<@{REQUESTER}> asks"}},
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "approve",
                    "value": "op-1",
                    "style": "primary",
                    "text": {"type": "plain_text", "text": "Approve"},
                },
            ],
        },
    ]


async def test_a_command_is_answered_with_a_whisper(double: SlackDouble, bot: Bot) -> None:
    @bot.app.command("/aura")
    async def aura(ack: AsyncAck, body: Payload) -> None:
        await ack(f"You said {body['text']}")

    requester = double.person(REQUESTER)
    await requester.types("/aura help <now> @approver.one #ops-alerts", "#ops-production")

    assert [str(w) for w in requester.whispers] == snapshot(
        ["You said help <now> @Approver One #ops-alerts"]
    )
    assert double.sent[-1].payload["text"] == snapshot(
        "help &lt;now&gt; <@U0APPROVE1|approver.one> <#C0ALERTS01|>"
    )
    assert double.person(APPROVER_ONE).whispers == []


async def test_an_answer_for_the_channel_shows_the_command_too(
    double: SlackDouble, bot: Bot
) -> None:
    @bot.app.command("/aura")
    async def aura(ack: AsyncAck) -> None:
        await ack(text="Six instances.", response_type="in_channel")

    await double.person(REQUESTER).types("/aura instance list", "ops-production")

    seen = double.person(APPROVER_ONE).sees("ops-production")
    assert [(each.author, each.text) for each in seen] == snapshot(
        [("Requester", "/aura instance list"), ("Savepoint", "Six instances.")]
    )


async def test_a_command_without_an_ack_fails_before_the_persons_eyes(
    double: SlackDouble, bot: Bot
) -> None:
    @bot.app.command("/aura")
    async def aura() -> None:
        """Never acknowledges."""

    double.ack_seconds = 0.05
    requester = double.person(REQUESTER)
    with pytest.raises(SlackSaysError, match="operation_timeout"):
        await requester.types("/aura help", "ops-production")
    assert requester.notices == snapshot(['/aura failed with the error "operation_timeout"'])


async def test_a_modal_is_opened_corrected_and_closed(double: SlackDouble, bot: Bot) -> None:
    @bot.app.command("/aura")
    async def aura(ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(typed("gate")))

    @bot.app.view("restore")
    async def restore(ack: AsyncAck, view: Payload) -> None:
        if view["state"]["values"]["gate"]["word"]["value"] != "RESTORE":
            await ack(response_action="errors", errors={"gate": "Type RESTORE in capitals."})
        else:
            await ack(response_action="clear")

    requester = double.person(REQUESTER)
    await requester.types("/aura restore", "ops-production")
    view = await opened(double, requester.id)
    assert str(view) == snapshot("""\
Restore
Type RESTORE […]\
""")

    assert await requester.submits(view, {}) == {"gate": "Please complete this required field."}
    wrong = await requester.submits(view, {"Type RESTORE": "restore"})
    assert wrong == {"gate": "Type RESTORE in capitals."}
    assert requester.modal is not None
    assert requester.modal.errors == wrong
    assert await requester.submits(view, {"word": "RESTORE"}) == {}
    assert requester.modal is None


async def test_a_button_in_a_thread_carries_its_thread(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    pressed: list[Payload] = []

    @bot.app.action("approve")
    async def approve(ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        await ack()
        pressed.append(body)
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], text="Approved"
        )

    card = await web.chat_postMessage(channel=OPS_PRODUCTION, text="Card")
    await web.chat_postMessage(
        channel=OPS_PRODUCTION, thread_ts=card["ts"], text="Approve?", blocks=approval()
    )
    approver = double.person(APPROVER_ONE)
    assert str(approver.sees("ops-production")[-1]) == snapshot("""\
@Requester asks
[Approve]\
""")
    await approver.clicks("Approve")
    await settled(double, "chat.update")

    assert pressed[0]["container"]["thread_ts"] == card["ts"]
    assert pressed[0]["actions"][0]["value"] == "op-1"
    assert [str(m) for m in approver.sees("ops-production")] == ["Card", "Approved"]


async def test_a_mention_in_a_thread_reaches_the_bot(double: SlackDouble, bot: Bot) -> None:
    heard: list[Payload] = []

    @bot.app.event("app_mention")
    async def mentioned(event: Payload) -> None:
        heard.append(event)

    requester = double.person(REQUESTER)
    root = await requester.says("Deploying in 5", "ops-production")
    await requester.says("@Savepoint snapshot take orders", "ops-production", root.ts)

    assert heard[0]["text"] == "<@U0SAVEBOT1> snapshot take orders"
    assert heard[0]["thread_ts"] == root.ts


async def test_the_home_tab_is_published_when_it_is_opened(double: SlackDouble, bot: Bot) -> None:
    @bot.app.event("app_home_opened")
    async def home(event: Payload, client: AsyncWebClient) -> None:
        blocks = [{"type": "header", "text": {"type": "plain_text", "text": "Instances"}}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    requester = double.person(REQUESTER)
    await requester.opens_home()
    await settled(double, "views.publish")
    assert str(requester.home) == "# Instances"
