"""The Web API answers as Slack does, above all when it refuses."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import (
    APPROVER_ONE,
    APPROVER_TWO,
    BOT,
    DB_APPROVERS,
    DEACTIVATED,
    EXTERNAL,
    GENERAL,
    GUEST,
    OLD_MIGRATION,
    OPS_ALERTS,
    OPS_PRODUCTION,
    PARTNER_BRIDGE,
    REQUESTER,
    Person,
)
from sandbox.slack.double import SlackDouble
from sandbox.slack.webapi import FORM_ONLY
from sandbox.slack.wire import Payload


async def refused(call: Awaitable[object]) -> Payload:
    """The body with which a call was refused."""
    with pytest.raises(SlackApiError) as caught:
        await call
    body: Payload = caught.value.response.data
    return body


async def error(call: Awaitable[object]) -> str:
    return str((await refused(call))["error"])


async def test_auth_test_says_who_and_with_which_scopes(web: AsyncWebClient) -> None:
    found = await web.auth_test()
    assert (found["user_id"], found["team_id"]) == (BOT, "T0SANDBOX1")
    assert "chat:write" in found.headers["x-oauth-scopes"].split(",")


async def test_tokens_are_checked(double: SlackDouble, web: AsyncWebClient) -> None:
    stranger = AsyncWebClient(token="xoxb-other", base_url=web.base_url)
    assert await error(stranger.auth_test()) == "invalid_auth"
    async with aiohttp.ClientSession() as session:
        answer = await session.post(f"{double.base_url}/api/auth.test")
        assert await answer.json() == {"ok": False, "error": "not_authed"}
        answer = await session.post(
            f"{double.base_url}/api/auth.test",
            data={"token": double.settings()["SLACK_BOT_TOKEN"]},
        )
        assert (await answer.json())["ok"]
    assert (
        await error(web.apps_connections_open(app_token=str(web.token))) == "not_allowed_token_type"
    )
    double.dead_tokens[str(web.token)] = "token_revoked"
    assert await error(web.auth_test()) == "token_revoked"


async def test_an_unknown_method_is_named(web: AsyncWebClient) -> None:
    assert await error(web.api_call("poems.write")) == "unknown_method"


@pytest.mark.parametrize("method", sorted(FORM_ONLY))
async def test_a_method_that_reads_overlooks_a_body_of_json(
    web: AsyncWebClient, method: str
) -> None:
    everything = {
        "channel": "C404", "user": "U404", "usergroup": "S404", "ts": "1.0", "message_ts": "1.0",
        "cursor": "not one", "types": "im", "include_disabled": "true",
    }  # fmt: skip
    asked = web.api_call(method, json=everything)
    if method in ("conversations.list", "usergroups.list", "users.list"):
        assert (await asked)["ok"]
        return
    body = await refused(asked)
    assert body["error"] == "invalid_arguments"
    assert "missing required field" in body["response_metadata"]["messages"][0]


async def test_a_missing_scope_is_named_with_those_provided(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    double.scopes = ("commands", "channels:read")
    body = await refused(web.chat_postMessage(channel=OPS_PRODUCTION, text="hello"))
    assert body["error"] == "missing_scope"
    assert (body["needed"], body["provided"]) == ("chat:write", "commands,channels:read")
    alerts = await refused(web.conversations_info(channel=OPS_ALERTS))
    assert alerts["needed"] == "groups:read"


Ask = Callable[[AsyncWebClient], Awaitable[object]]
POSTS: list[tuple[str, Ask]] = [
    ("channel_not_found", lambda web: web.chat_postMessage(channel="C404", text="a")),
    ("channel_not_found", lambda web: web.chat_postMessage(channel=DEACTIVATED, text="a")),
    ("not_in_channel", lambda web: web.chat_postMessage(channel=GENERAL, text="a")),
    ("is_archived", lambda web: web.chat_postMessage(channel=OLD_MIGRATION, text="a")),
    ("no_text", lambda web: web.api_call("chat.postMessage", json={"channel": OPS_PRODUCTION})),
    (
        "invalid_blocks_format",
        lambda web: web.chat_postMessage(channel=OPS_PRODUCTION, text="a", blocks="{"),
    ),
    (
        "markdown_text_conflict",
        lambda web: web.chat_postMessage(channel=OPS_PRODUCTION, text="a", markdown_text="b"),
    ),
    (
        "msg_too_long",
        lambda web: web.chat_postMessage(channel=OPS_PRODUCTION, markdown_text="x" * 12_001),
    ),
    (
        "too_many_attachments",
        lambda web: web.chat_postMessage(
            channel=OPS_PRODUCTION, text="a", attachments=[{"text": "a"}] * 101
        ),
    ),
    (
        "invalid_attachments",
        lambda web: web.chat_postMessage(
            channel=OPS_PRODUCTION, text="a", attachments=[{"blocks": [{"type": "sheet"}]}]
        ),
    ),
    (
        "invalid_metadata_format",
        lambda web: web.chat_postMessage(channel=OPS_PRODUCTION, text="a", metadata={"event": 1}),
    ),
    (
        "user_not_in_channel",
        lambda web: web.chat_postEphemeral(channel=OPS_ALERTS, user=GUEST, text="a"),
    ),
    ("message_not_found", lambda web: web.chat_update(channel=OPS_PRODUCTION, ts="1.0", text="a")),
    ("message_not_found", lambda web: web.chat_delete(channel=OPS_PRODUCTION, ts="1.0")),
    (
        "message_not_found",
        lambda web: web.chat_getPermalink(channel=OPS_PRODUCTION, message_ts="1.0"),
    ),
    ("user_not_found", lambda web: web.users_info(user="U404")),
    ("no_such_subteam", lambda web: web.usergroups_users_list(usergroup="S404")),
    ("invalid_arguments", lambda web: web.api_call("users.info")),
    ("missing_scope", lambda web: web.conversations_history(channel=OPS_PRODUCTION)),
    ("missing_scope", lambda web: web.conversations_join(channel=GENERAL)),
    ("missing_scope", lambda web: web.conversations_open(users=REQUESTER)),
]


@pytest.mark.parametrize(("code", "ask"), POSTS)
async def test_a_call_that_cannot_be_done_is_refused_by_name(
    code: str, ask: Ask, web: AsyncWebClient
) -> None:
    assert await error(ask(web)) == code


async def test_invalid_blocks_are_pointed_at(web: AsyncWebClient) -> None:
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    body = await refused(
        web.chat_postMessage(channel=OPS_PRODUCTION, text="a", blocks=[{"type": "divider"}, long])
    )
    assert body["error"] == "invalid_blocks"
    assert body["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]


async def test_a_message_is_edited_by_the_rules_of_chat_update(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    divider = {"type": "divider"}
    ts = (await web.chat_postMessage(channel=OPS_PRODUCTION, text="one", blocks=[divider]))["ts"]
    message = double.world.channels[OPS_PRODUCTION].messages[ts]

    await web.chat_update(channel=OPS_PRODUCTION, ts=ts, text="two")
    assert (message.text, message.blocks, message.edited) == ("two", [], True)
    await web.chat_update(channel=OPS_PRODUCTION, ts=ts, text="two", blocks=[divider])
    assert len(message.blocks) == 1
    about = {"event_type": "op", "event_payload": {"id": "1"}}
    bare = {"channel": OPS_PRODUCTION, "ts": ts}
    await web.api_call("chat.update", json={**bare, "metadata": about})
    assert len(message.blocks) == 1
    assert message.metadata == about
    assert await error(web.api_call("chat.update", json=bare)) == "no_text"
    long = web.chat_update(channel=OPS_PRODUCTION, ts=ts, text="x" * 4001)
    assert await error(long) == "msg_too_long"


async def test_only_own_messages_are_edited_or_deleted(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    theirs = await double.person(REQUESTER).says("mine", "ops-production")
    edit = web.chat_update(channel=OPS_PRODUCTION, ts=theirs.ts, text="yours")
    assert await error(edit) == "cant_update_message"
    removal = web.chat_delete(channel=OPS_PRODUCTION, ts=theirs.ts)
    assert await error(removal) == "cant_delete_message"


async def test_a_whisper_cannot_be_edited_and_nobody_else_sees_it(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    sent = await web.chat_postEphemeral(channel=OPS_PRODUCTION, user=REQUESTER, text="psst")
    edit = web.chat_update(channel=OPS_PRODUCTION, ts=sent["message_ts"], text="loud")
    assert await error(edit) == "message_not_found"
    assert [str(w) for w in double.person(REQUESTER).whispers] == ["psst"]
    assert double.person(APPROVER_ONE).sees("ops-production") == []


async def test_a_reply_belongs_to_a_root_and_not_to_a_reply(web: AsyncWebClient) -> None:
    root = (await web.chat_postMessage(channel=OPS_PRODUCTION, text="root"))["ts"]
    reply = await web.chat_postMessage(channel=OPS_PRODUCTION, text="reply", thread_ts=root)
    deeper = web.chat_postMessage(channel=OPS_PRODUCTION, text="no", thread_ts=reply["ts"])
    assert await error(deeper) == "cannot_reply_to_message"


async def test_a_deleted_root_leaves_its_thread(double: SlackDouble, web: AsyncWebClient) -> None:
    double.scopes += ("channels:history",)
    root = (await web.chat_postMessage(channel=OPS_PRODUCTION, text="root"))["ts"]
    await web.chat_postMessage(channel=OPS_PRODUCTION, text="reply", thread_ts=root)
    person = double.person(REQUESTER)
    person.deletes(person.sees("ops-production")[0])

    thread = await web.conversations_replies(channel=OPS_PRODUCTION, ts=root)
    said = [each["text"] for each in thread["messages"]]
    assert said == ["This message was deleted.", "reply"]
    gone = web.chat_update(channel=OPS_PRODUCTION, ts=root, text="a")
    assert await error(gone) == "message_not_found"


async def test_a_user_id_stands_for_the_direct_messages(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    sent = await web.chat_postMessage(channel=REQUESTER, text="for you")
    assert sent["channel"] == "D0REQUEST1"
    assert [str(m) for m in double.person(REQUESTER).sees("dm")] == ["for you"]
    assert double.person(REQUESTER).unread("dm") == (1, 1)
    double.scopes += ("im:write",)
    assert (await web.conversations_open(users=REQUESTER))["channel"]["id"] == "D0REQUEST1"
    assert await error(web.conversations_open(users=DEACTIVATED)) == "user_disabled"


async def test_people_are_told_apart_by_their_flags(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    double.world.people |= {
        "U1": Person("U1", "visitor", "Visitor", kind="single_channel_guest"),
        "U2": Person("U2", "newcomer", "Newcomer", kind="invited"),
    }

    async def flags(user: str) -> set[str]:
        found = (await web.users_info(user=user))["user"]
        return {key for key, value in found.items() if value is True} - {"is_email_confirmed"}

    assert await flags(REQUESTER) == set()
    assert await flags(GUEST) == {"is_restricted"}
    assert await flags("U1") == {"is_restricted", "is_ultra_restricted"}
    assert await flags("U2") == {"is_invited_user"}
    assert await flags(EXTERNAL) == {"is_stranger"}
    assert await flags(DEACTIVATED) == {"deleted"}
    assert await flags(BOT) == {"is_bot"}
    assert (await web.users_info(user=EXTERNAL))["user"]["team_id"] != "T0SANDBOX1"


async def test_groups_channels_and_members_are_listed(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    users = (await web.usergroups_users_list(usergroup=DB_APPROVERS))["users"]
    assert users == [APPROVER_ONE, APPROVER_TWO]
    assert [g["handle"] for g in (await web.usergroups_list())["usergroups"]] == ["db-approvers"]
    listed = await web.conversations_list(types="public_channel", exclude_archived=True, limit=2)
    following = listed["response_metadata"]["next_cursor"]
    rest = await web.conversations_list(
        types="public_channel", exclude_archived=True, limit=9, cursor=following
    )
    names = [c["name"] for c in [*listed["channels"], *rest["channels"]]]
    assert names == [
        *("ops-production", "ops-staging", "ops-development", "general", "partner-bridge"),
    ]
    assert GUEST in (await web.conversations_members(channel=OPS_PRODUCTION))["members"]
    shared = (await web.conversations_info(channel=PARTNER_BRIDGE))["channel"]
    own = (await web.conversations_info(channel=OPS_PRODUCTION, include_num_members=True))[
        "channel"
    ]
    assert (shared["is_ext_shared"], own["is_ext_shared"], own["num_members"]) == (True, False, 5)
    double.workspace.disable_group(DB_APPROVERS)
    assert (await web.usergroups_list())["usergroups"] == []
    gone = web.usergroups_users_list(usergroup=DB_APPROVERS)
    assert await error(gone) == "no_such_subteam"


async def test_somebody_deactivated_keeps_their_direct_messages_and_takes_nothing_else(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    double.scopes += ("im:write",)
    double.workspace.deactivate(APPROVER_ONE)
    assert (await web.chat_postMessage(channel=APPROVER_ONE, text="a"))["ok"]
    assert await error(web.conversations_open(users=APPROVER_ONE)) == "user_disabled"
    whisper = web.chat_postEphemeral(channel=OPS_PRODUCTION, user=APPROVER_ONE, text="a")
    assert await error(whisper) == "user_not_in_channel"
    home = {"type": "home", "blocks": [{"type": "divider"}]}
    for nobody in (APPROVER_ONE, DEACTIVATED, BOT, "U404"):
        body = await refused(web.views_publish(user_id=nobody, view=home))
        assert body["error"] == "invalid_arguments"
        assert body["response_metadata"]["messages"] == ["invalid `user_id`"]


async def test_every_call_is_kept_with_its_outcome(
    double: SlackDouble, web: AsyncWebClient
) -> None:
    await web.chat_postMessage(channel=OPS_PRODUCTION, text="a")
    await error(web.chat_postMessage(channel="C404", text="a"))
    assert [(c.method, c.ok, c.error, c.status) for c in double.calls] == [
        ("chat.postMessage", True, "", 200),
        ("chat.postMessage", False, "channel_not_found", 200),
    ]
    assert "token" not in double.calls[0].args
