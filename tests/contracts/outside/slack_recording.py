"""Everything the double sends and answers, once, beside the name of Slack's sample for it.

Slack's samples are the `json-logs/samples` of https://github.com/slackapi/java-slack-sdk: the keys
seen in logs, with the values taken out.
"""

import asyncio
import textwrap
from collections import defaultdict
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import (
    APPROVER_TWO,
    DB_APPROVERS,
    OPS_ALERTS,
    OPS_PRODUCTION,
    PARTNER_BRIDGE,
    REQUESTER,
    App,
    Cast,
)
from sandbox.slack.double import SlackDouble
from tests.contracts.outside.slack_scenes import BUTTON
from tests.contracts.outside.slack_script import METADATA, home, modal, section
from tests.contracts.outside.test_slack_socket_mode import connected
from tests.sandbox.slack.conftest import Clock

Sample = tuple[str, Any]
EVENTS = (
    *("app_home_opened", "app_mention", "message.channels"),
    *("subteam_members_changed", "channel_id_changed"),
)
#: What an interaction or a command is called among the samples; Slack has none for the others.
BACKEND = {
    "block_actions": "app-backend/interactive-components/BlockActionPayload",
    "message_action": "app-backend/interactive-components/MessageShortcutPayload",
    "view_submission": "app-backend/views/ViewSubmissionPayload",
    "view_closed": "app-backend/views/ViewClosedPayload",
}
COMMAND = "app-backend/slash-commands/SlashCommandPayload"
#: Content that is the app's own, not Slack's: compared by its type rules, not by samples.
CONTENT = ("blocks", "values", "metadata", "event_payload")


def keys(value: Any, below: str = "") -> Iterator[str]:
    """Every key as a dotted path; what stands in lists counts together, content is not entered."""
    if isinstance(value, list):
        for each in value:
            yield from keys(each, below)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield f"{below}{key}"
            if key not in CONTENT:
                yield from keys(inner, f"{below}{key}.")


async def record() -> list[Sample]:
    """Drive a double through all it can do; returns sample names with what was sent for each."""
    cast = Cast(app=App(events=EVENTS))
    async with SlackDouble(now=Clock(), cast=cast) as double:
        settings = double.settings()
        web = AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
        async with AsyncExitStack() as stack:
            await connected(double, "aiohttp", stack)
            answers = [*await _calls(double, web), *await _acts(double, web)]
        return [*answers, *(_named(each.kind, each.payload) for each in double.sent)]


async def sent() -> dict[str, set[str]]:
    """The keys that the double sends, by the name of the sample."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, payload in await record():
        found[name] |= set(keys(payload))
    return dict(found)


def listed(found: dict[str, set[str]]) -> str:
    """The keys as a text: one paragraph for each sample."""
    return (
        "\n\n".join(
            f"{name}\n{textwrap.fill(' '.join(sorted(found[name])), 100, break_on_hyphens=False)}"
            for name in sorted(found)
        )
        + "\n"
    )


def _named(kind: str, payload: Any) -> Sample:
    if kind == "slash_commands":
        return COMMAND, payload
    if kind == "events_api":
        words = payload["event"]["type"].split("_")
        return f"events/{''.join(word.title() for word in words)}Payload", payload
    return BACKEND.get(payload["type"], payload["type"]), payload


async def _calls(double: SlackDouble, web: AsyncWebClient) -> list[Sample]:
    """One answer of each method that the double has, with as much in it as there can be."""
    double.scopes = (*double.scopes, "channels:history", "channels:join", "im:write", "im:read")
    card: dict[str, Any] = {
        "text": "Card",
        "blocks": [section("Card"), BUTTON],
        "metadata": METADATA,
    }
    root = await web.chat_postMessage(channel=OPS_PRODUCTION, **card)
    reply = await web.chat_postMessage(channel=OPS_PRODUCTION, text="R", thread_ts=root["ts"])
    at = {"channel": OPS_PRODUCTION, "ts": root["ts"]}
    published = await web.views_publish(user_id=REQUESTER, view=home("Home"))
    answers = {
        "auth.test": await web.auth_test(),
        "apps.connections.open": await web.apps_connections_open(
            app_token=double.settings()["SLACK_APP_TOKEN"]
        ),
        "chat.postMessage": root,
        "chat.update": await web.chat_update(**at, **card),
        "chat.getPermalink": await web.chat_getPermalink(
            channel=OPS_PRODUCTION, message_ts=root["ts"]
        ),
        "chat.postEphemeral": await web.chat_postEphemeral(
            channel=OPS_PRODUCTION, user=REQUESTER, text="Psst", blocks=[BUTTON]
        ),
        "conversations.info": await web.conversations_info(
            channel=PARTNER_BRIDGE, include_num_members=True
        ),
        "conversations.list": await web.conversations_list(types="public_channel,im"),
        "conversations.members": await web.conversations_members(channel=OPS_PRODUCTION),
        "conversations.join": await web.conversations_join(channel=OPS_PRODUCTION),
        "conversations.open": await web.conversations_open(users=REQUESTER, return_im=True),
        "conversations.replies": await web.conversations_replies(**at),
        "conversations.history": await web.conversations_history(channel=OPS_PRODUCTION),
        "chat.delete": await web.chat_delete(channel=OPS_PRODUCTION, ts=reply["ts"]),
        "usergroups.list": await web.usergroups_list(include_users=True),
        "usergroups.users.list": await web.usergroups_users_list(usergroup=DB_APPROVERS),
        "users.info": await web.users_info(user=REQUESTER),
        "users.list": await web.users_list(),
        "views.publish": published,
    }
    return [(f"api/{method}", answer.data) for method, answer in answers.items()]


async def _acts(double: SlackDouble, web: AsyncWebClient) -> list[Sample]:
    """Everything a person does that the app hears of; returns what came of its modals."""
    answers: list[Sample] = []
    requester = double.person(REQUESTER)
    root = await web.chat_postMessage(channel=OPS_PRODUCTION, text="Card", blocks=[BUTTON])
    thread = {"channel": OPS_PRODUCTION, "thread_ts": root["ts"]}
    await web.chat_postMessage(**thread, text="Reply", blocks=[BUTTON])
    for place in requester.sees("ops-production"):
        if place.buttons:
            await requester.clicks("Go on", place)
    await requester.opens_home()
    said = await requester.says("@Savepoint help", "ops-production", root["ts"])
    await requester.uses_message_shortcut("thread_shortcut", said)
    await requester.uses_shortcut("restore_shortcut")
    view = modal(notify_on_close=True, submit={"type": "plain_text", "text": "Go"})
    for submitted in (True, False):
        await requester.types("/aura restore", "ops-production")
        opened = await web.views_open(trigger_id=_trigger(double), view=view)
        updated = await web.views_update(view_id=opened["view"]["id"], view=view)
        await requester.clicks("Go on")
        pushed = await web.views_push(trigger_id=_trigger(double), view=view)
        answers += [("api/views.open", opened.data), ("api/views.update", updated.data)]
        answers += [("api/views.push", pushed.data)]
        assert requester.modal is not None
        if submitted:
            await requester.submits(requester.modal)
        else:
            await requester.closes(requester.modal)
    await double.workspace.edit_group(DB_APPROVERS, [APPROVER_TWO, REQUESTER])
    await double.workspace.change_channel_id(OPS_ALERTS, "C0NEW00001")
    return answers


def _trigger(double: SlackDouble) -> str:
    return str(double.sent[-1].payload["trigger_id"])


if __name__ == "__main__":
    Path(__file__).with_name("slack_keys.txt").write_text(listed(asyncio.run(sent())))
