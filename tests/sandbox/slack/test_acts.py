"""What people may do in the workspace, and what Slack tells them when they may not."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from sandbox.slack.acts import NO_ANSWER
from sandbox.slack.cast import (
    APPROVER_ONE,
    APPROVER_TWO,
    BOT,
    DB_APPROVERS,
    DEACTIVATED,
    EXTERNAL,
    GUEST,
    OLD_MIGRATION,
    OPS_ALERTS,
    OPS_PRODUCTION,
    REQUESTER,
)
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import Payload, SlackSaysError
from tests.sandbox.slack.conftest import Bot, Clock, eventually
from tests.sandbox.slack.test_bolt import approval


@pytest.mark.parametrize(
    ("user", "text", "channel", "told"),
    [
        (REQUESTER, "/nope", "ops-production", "/nope is not a valid command."),
        (EXTERNAL, "/aura help", "partner-bridge", "/aura is not a valid command."),
        (GUEST, "/aura help", "ops-alerts", "You are not in #ops-alerts."),
        (REQUESTER, "/aura help", "old-migration", "#old-migration is archived."),
    ],
)
async def test_a_command_that_cannot_be_typed_is_told_so(
    double: SlackDouble, user: str, text: str, channel: str, told: str
) -> None:
    with pytest.raises(SlackSaysError):
        await double.person(user).types(text, channel)
    assert double.person(user).notices == [told]
    assert double.sent == []


async def test_commands_do_not_exist_in_threads(double: SlackDouble) -> None:
    requester = double.person(REQUESTER)
    root = await requester.says("hello", "ops-production")
    with pytest.raises(SlackSaysError, match=r"/aura is not supported in threads\. Sorry!"):
        await requester.types("/aura help", "ops-production", root.ts)


async def test_nobody_types_to_an_app_that_is_only_read(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    requester = double.person(REQUESTER)
    double.world.cast.app = replace(double.world.app, messages_read_only=True)
    turned_off = r"Sending messages to this app has been turned off\."
    with pytest.raises(SlackSaysError, match=turned_off):
        await requester.says("hello", "dm")
    with pytest.raises(SlackSaysError, match=turned_off):
        await requester.types("/aura help", "dm")
    assert double.sent == []
    await web.chat_postMessage(channel=REQUESTER, text="hello")
    assert [str(m) for m in requester.sees("dm")] == ["hello"]

    double.world.cast.app = replace(double.world.app, messages_tab=False, home_tab=False)
    with pytest.raises(SlackApiError, match="messages_tab_disabled"):
        await web.chat_postMessage(channel=REQUESTER, text="hello")
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    with pytest.raises(SlackApiError, match="not_enabled"):
        await web.views_publish(user_id=REQUESTER, view=home)


@pytest.mark.parametrize("user", [DEACTIVATED, BOT])
async def test_nobody_acts_as_a_bot_or_somebody_gone(double: SlackDouble, user: str) -> None:
    with pytest.raises(SlackSaysError, match="nobody can act"):
        await double.person(user).types("/aura help", "ops-production")


async def test_names_become_ids_and_marks_are_escaped(double: SlackDouble) -> None:
    said = await double.person(REQUESTER).says(
        "@Approver One see #ops-staging & https://example.com/?a=1&b=2 <!channel> @db-approvers",
        "ops-production",
    )
    stored = double.world.channels[OPS_PRODUCTION].messages[said.ts].text
    assert stored == snapshot(
        "<@U0APPROVE1> see <#C0STAGING1|ops-staging> &amp; <https://example.com/?a=1&amp;b=2>"
        " &lt;!channel&gt; <!subteam^S0APPROVER>"
    )
    assert str(said) == snapshot(
        "@Approver One see #ops-staging & https://example.com/?a=1&b=2 <!channel> @db-approvers"
    )


async def test_those_who_are_called_see_it(double: SlackDouble) -> None:
    await double.person(REQUESTER).says("hello", "ops-production")
    await double.person(REQUESTER).says("@db-approvers please", "ops-production")
    await double.person(REQUESTER).says("@Approver One too", "ops-production")
    assert double.person(APPROVER_ONE).unread("ops-production") == (3, 2)
    assert double.person(APPROVER_TWO).unread("ops-production") == (3, 1)
    assert double.person(REQUESTER).unread("ops-production") == (0, 0)
    double.person(APPROVER_ONE).reads("ops-production")
    assert double.person(APPROVER_ONE).unread("ops-production") == (0, 0)


async def test_a_mention_where_the_bot_is_not_reaches_nobody(double: SlackDouble) -> None:
    requester = double.person(REQUESTER)
    await requester.says("@Savepoint help", "general")
    assert double.sent == []
    assert requester.notices == ["Savepoint is not in #general."]


async def test_an_external_person_can_press_a_button(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    pressed: list[Payload] = []

    @bot.app.action("approve")
    async def approve(ack: AsyncAck, body: Payload) -> None:
        await ack()
        pressed.append(body)

    await web.chat_postMessage(channel=OPS_PRODUCTION, text="Card", blocks=approval())
    double.workspace.join(OPS_PRODUCTION, EXTERNAL)
    await double.person(EXTERNAL).clicks("Approve")
    assert pressed[0]["user"]["team_id"] == "T0PARTNER1"
    assert pressed[0]["team"]["id"] == "T0SANDBOX1"
    info = await web.conversations_info(channel=OPS_PRODUCTION)
    assert info["channel"]["is_ext_shared"]


async def test_a_button_nobody_answers_shows_a_failure(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    @bot.app.action("approve")
    async def approve() -> None:
        """Never acknowledges."""

    double.ack_seconds = 0.05
    await web.chat_postMessage(channel=OPS_PRODUCTION, text="Card", blocks=approval())
    with pytest.raises(SlackSaysError):
        await double.person(REQUESTER).clicks("Approve")
    assert double.person(REQUESTER).notices == [NO_ANSWER]


async def test_a_button_that_is_gone_cannot_be_pressed(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    sent = await web.chat_postMessage(channel=OPS_PRODUCTION, text="Card", blocks=approval())
    person = double.person(REQUESTER)
    card = person.sees("ops-production")[0]
    await web.chat_update(channel=OPS_PRODUCTION, ts=sent["ts"], text="Approved")
    with pytest.raises(LookupError, match="no button 'Approve'"):
        await person.clicks("Approve", card)


async def test_shortcuts_carry_what_slack_sends(double: SlackDouble, bot: Bot) -> None:
    bodies: list[Payload] = []

    @bot.app.shortcut("restore_shortcut")
    @bot.app.shortcut("thread_shortcut")
    async def used(ack: AsyncAck, body: Payload) -> None:
        await ack()
        bodies.append(body)

    requester = double.person(REQUESTER)
    await requester.uses_shortcut("restore_shortcut")
    said = await requester.says("hello", "ops-production")
    await requester.uses_message_shortcut("thread_shortcut", said)
    assert "channel" not in bodies[0]
    assert "response_url" not in bodies[0]
    assert bodies[1]["message"]["text"] == "hello"
    with pytest.raises(SlackSaysError):
        await requester.uses_shortcut("thread_shortcut")
    with pytest.raises(SlackSaysError):
        await double.person(EXTERNAL).uses_shortcut("restore_shortcut")


def listens(double: SlackDouble, event: str) -> None:
    """Subscribe the app to one more event."""
    cast = double.world.cast
    cast.app = replace(cast.app, events=(*cast.app.events, event))


async def test_an_edited_group_is_announced(double: SlackDouble, bot: Bot) -> None:
    heard: list[Payload] = []

    listens(double, "subteam_members_changed")

    @bot.app.event("subteam_members_changed")
    async def changed(event: Payload) -> None:
        heard.append(event)

    await double.workspace.edit_group(DB_APPROVERS, [APPROVER_TWO, REQUESTER])
    assert heard[0]["added_users"] == [REQUESTER]
    assert heard[0]["removed_users"] == [APPROVER_ONE]


async def test_a_channel_may_get_another_id(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    heard: list[Payload] = []

    listens(double, "channel_id_changed")

    @bot.app.event("channel_id_changed")
    async def changed(event: Payload) -> None:
        heard.append(event)

    await web.chat_postMessage(channel=OPS_ALERTS, text="a")
    await double.workspace.change_channel_id(OPS_ALERTS, "C0NEW00001")
    assert heard[0]["new_channel_id"] == "C0NEW00001"
    assert [str(m) for m in double.person(REQUESTER).sees("ops-alerts")] == ["a"]
    await web.chat_postMessage(channel="C0NEW00001", text="b")


async def test_a_renamed_person_keeps_their_id(double: SlackDouble, web: AsyncWebClient) -> None:
    double.workspace.rename(REQUESTER, "Approver One")
    assert (await web.users_info(user=REQUESTER))["user"]["real_name"] == "Approver One"
    assert double.person(REQUESTER).id == REQUESTER


async def test_an_archived_channel_takes_no_more_messages(double: SlackDouble) -> None:
    double.workspace.archive(OLD_MIGRATION, archived=False)
    await double.person(REQUESTER).says("back", "old-migration")
    double.workspace.archive(OLD_MIGRATION)
    with pytest.raises(SlackSaysError, match="archived"):
        await double.person(REQUESTER).says("gone", "old-migration")


async def response_url(double: SlackDouble, bot: Bot) -> AsyncWebhookClient:
    @bot.app.command("/aura")
    async def aura(ack: AsyncAck) -> None:
        await ack()

    await double.person(REQUESTER).types("/aura help", "ops-production")
    return AsyncWebhookClient(double.sent[-1].payload["response_url"])


async def test_a_response_url_works_five_times(double: SlackDouble, bot: Bot) -> None:
    url = await response_url(double, bot)
    answers = [await url.send(text=f"{n}") for n in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [404]
    assert '"used_url"' in answers[-1].body
    assert len(double.person(REQUESTER).whispers) == 5


async def test_a_response_url_lives_for_thirty_minutes(
    double: SlackDouble, bot: Bot, clock: Clock
) -> None:
    url = await response_url(double, bot)
    clock.advance(minutes=30)
    assert (await url.send(text="just in time")).status_code == 200
    clock.advance(seconds=1)
    assert '"expired_url"' in (await url.send(text="late")).body


async def test_a_response_url_answers_the_channel_replaces_and_deletes(
    double: SlackDouble, bot: Bot
) -> None:
    url = await response_url(double, bot)
    requester, approver = double.person(REQUESTER), double.person(APPROVER_ONE)
    await url.send(text="for all", response_type="in_channel")
    assert [str(m) for m in approver.sees("ops-production")] == ["for all"]
    await url.send(text="mended", replace_original=True)
    assert [str(m) for m in approver.sees("ops-production")] == ["mended"]
    assert (await url.send(text="")).status_code == 400
    await url.send(delete_original=True)
    assert requester.sees("ops-production") == []


async def test_a_response_url_reaches_a_thread_only_by_all_that_slack_asks_for(
    double: SlackDouble, bot: Bot
) -> None:
    url = await response_url(double, bot)
    requester = double.person(REQUESTER)
    root = await requester.says("root", "ops-production")
    there = {"thread_ts": root.ts}
    await url.send_dict({"text": "beside", "response_type": "in_channel", **there})
    await url.send_dict({"text": "whispered", "replace_original": False, **there})
    full = {"response_type": "in_channel", "replace_original": False}
    await url.send_dict({"text": "inside", **full, **there})
    assert [str(m) for m in requester.sees("ops-production", root.ts)] == ["root", "inside"]


async def test_a_button_on_a_whisper_replaces_the_whisper(
    double: SlackDouble, bot: Bot, web: AsyncWebClient
) -> None:
    @bot.app.action("approve")
    async def approve(ack: AsyncAck, body: Payload) -> None:
        await ack()
        assert body["container"]["is_ephemeral"]
        await AsyncWebhookClient(body["response_url"]).send(text="Done", replace_original=True)

    await web.chat_postEphemeral(
        channel=OPS_PRODUCTION, user=REQUESTER, text="Sure?", blocks=approval()
    )
    requester = double.person(REQUESTER)
    await requester.clicks("Approve")
    await eventually(double, lambda: str(requester.whispers[0]) == "Done")
