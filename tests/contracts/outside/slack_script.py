"""One script of SDK calls, for any Slack; what came of each step, in words that can be compared."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from tests.contracts.outside.slack_scenes import BUTTON, Scene

UNKNOWN_CHANNEL = "C0NOSUCHONE"
UNKNOWN_TS = "1700000000.000001"
METADATA = {"event_type": "operation", "event_payload": {"id": "rst-1"}}
See = Callable[[AsyncSlackResponse], object]
Outcomes = dict[str, object]


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "block_id": "says", "text": {"type": "mrkdwn", "text": text}}


def modal(title: str = "Restore", **more: object) -> dict[str, object]:
    return {"type": "modal", "title": plain(title), "blocks": [section("Sure?"), BUTTON], **more}


def home(text: str, **more: object) -> dict[str, object]:
    return {"type": "home", "blocks": [section(text)], **more}


async def outcome(call: Awaitable[AsyncSlackResponse], see: See | None = None) -> object:
    """`ok`, or what `see` makes of the answer; else the error, with the scopes if it is of them."""
    try:
        answer = await call
    except SlackApiError as error:
        refused = error.response
        code = str(refused["error"])
        return (code, refused["needed"], refused["provided"]) if code == "missing_scope" else code
    return see(answer) if see else "ok"


async def play(scene: Scene) -> Outcomes:
    """Run every step, in order."""
    return {
        **await who_and_where(scene),
        **await messages(scene),
        **await refusals(scene),
        **await modals(scene),
        **await homes(scene),
        **await triggers_that_are_too_old(scene),
    }


async def who_and_where(scene: Scene) -> Outcomes:
    web = scene.web
    said: Outcomes = {
        "auth.test": await outcome(web.auth_test(), lambda a: a["user_id"] == scene.bot_user),
        "users.info": await outcome(
            web.users_info(user=scene.person),
            lambda a: {key: a["user"][key] for key in ("name", "real_name", "deleted", "is_bot")},
        ),
        "users.info of the bot": await outcome(
            web.users_info(user=scene.bot_user), lambda a: a["user"]["is_bot"]
        ),
        "users.info of nobody": await outcome(web.users_info(user="U0NOBODY")),
        "conversations.info": await outcome(
            web.conversations_info(channel=scene.channel),
            lambda a: {
                key: a["channel"][key]
                for key in ("name", "is_channel", "is_archived", "is_private", "is_im")
            },
        ),
        "conversations.info of nothing": await outcome(
            web.conversations_info(channel=UNKNOWN_CHANNEL)
        ),
    }
    whole = (await web.conversations_list())["channels"]
    pages, cursor = [], ""
    while True:
        page = await web.conversations_list(limit=1, cursor=cursor)
        pages += page["channels"]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    said["conversations.list"] = {"ops-production", "ops-development"} <= {c["name"] for c in whole}
    said["conversations.list by pages"] = [c["id"] for c in pages] == [c["id"] for c in whole]
    return said


async def messages(scene: Scene) -> Outcomes:
    web, channel = scene.web, scene.channel
    blocks = [section("*Restore*"), BUTTON]
    root = await web.chat_postMessage(
        channel=channel, text="Card", blocks=blocks, metadata=METADATA
    )
    ts = root["ts"]
    reply = await web.chat_postMessage(channel=channel, text="Reply", thread_ts=ts)

    async def thread() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await web.conversations_replies(channel=channel, ts=ts))[
            "messages"
        ]
        return found

    def shown(message: dict[str, Any]) -> dict[str, object]:
        kinds = [block["type"] for block in message.get("blocks", [])]
        return {"text": message["text"], "blocks": kinds, "by": message["user"] == scene.bot_user}

    said: Outcomes = {
        "postMessage": shown(root["message"]),
        "postMessage: metadata": (await thread())[0].get("metadata"),
        "postMessage in a thread": reply["message"]["thread_ts"] == ts,
        "replies": [shown(each) for each in await thread()],
        "replies: the root counts them": (await thread())[0]["reply_count"],
        "replies: a root is in its thread": (await thread())[0].get("thread_ts") == ts,
        "replies by a reply's ts": await outcome(
            web.conversations_replies(channel=channel, ts=reply["ts"]), lambda a: len(a["messages"])
        ),
        "replies of nothing": await outcome(
            web.conversations_replies(channel=channel, ts=UNKNOWN_TS), lambda a: a["messages"]
        ),
        "postMessage under a root that is not there": await outcome(
            web.chat_postMessage(channel=channel, text="Lost", thread_ts=UNKNOWN_TS)
        ),
        "postMessage under a reply": await outcome(
            web.chat_postMessage(channel=channel, text="Deeper", thread_ts=reply["ts"])
        ),
        "update with blocks": await outcome(
            web.chat_update(channel=channel, ts=ts, text="Two", blocks=[section("Two")]),
            lambda a: (a["ts"] == ts, a["text"], shown(a["message"])),
        ),
        "update with text alone": await outcome(
            web.chat_update(channel=channel, ts=ts, text="Three"), lambda a: shown(a["message"])
        ),
        "update with nothing": await outcome(web.chat_update(channel=channel, ts=ts)),
        "permalink": await outcome(
            web.chat_getPermalink(channel=channel, message_ts=ts),
            lambda a: a["permalink"].endswith(f"/archives/{channel}/p{ts.replace('.', '')}"),
        ),
        "permalink of a reply": await outcome(
            web.chat_getPermalink(channel=channel, message_ts=reply["ts"]),
            lambda a: a["permalink"].partition("?")[2] == f"thread_ts={ts}&cid={channel}",
        ),
        "ephemeral": await outcome(
            web.chat_postEphemeral(channel=channel, user=scene.person, text="Psst"),
            lambda a: "message_ts" in a and "ts" not in a,
        ),
        "history leaves the ephemeral out": "Psst"
        not in {m["text"] for m in (await web.conversations_history(channel=channel))["messages"]},
        "delete": await outcome(
            web.chat_delete(channel=channel, ts=reply["ts"]), lambda a: a["ts"] == reply["ts"]
        ),
        "delete again": await outcome(web.chat_delete(channel=channel, ts=reply["ts"])),
        "update of what is deleted": await outcome(
            web.chat_update(channel=channel, ts=reply["ts"], text="Zombie")
        ),
    }
    return said


async def refusals(scene: Scene) -> Outcomes:
    web, narrow, channel = scene.web, scene.narrow, scene.channel
    post = web.chat_postMessage
    return {
        "no such channel": await outcome(post(channel=UNKNOWN_CHANNEL, text="Hello")),
        "no such message to update": await outcome(
            web.chat_update(channel=channel, ts=UNKNOWN_TS, text="x")
        ),
        "no such message to delete": await outcome(web.chat_delete(channel=channel, ts=UNKNOWN_TS)),
        "no such message to link": await outcome(
            web.chat_getPermalink(channel=channel, message_ts=UNKNOWN_TS)
        ),
        "no such channel to link": await outcome(
            web.chat_getPermalink(channel=UNKNOWN_CHANNEL, message_ts=UNKNOWN_TS)
        ),
        "an empty message": await outcome(post(channel=channel, text="")),
        "a message with no blocks": await outcome(post(channel=channel, text="", blocks=[])),
        "blocks that are no JSON": await outcome(post(channel=channel, text="x", blocks="[{")),
        "a block that is too long": await outcome(
            post(channel=channel, text="x", blocks=[section("x" * 3001)])
        ),
        "a block nobody knows": await outcome(
            post(channel=channel, text="x", blocks=[{"type": "heading"}])
        ),
        "ephemeral to somebody who is not there": await outcome(
            web.chat_postEphemeral(channel=scene.quiet_channel, user=scene.person, text="Psst")
        ),
        "ephemeral to nobody": await outcome(
            web.chat_postEphemeral(channel=channel, user="U0NOBODY", text="Psst")
        ),
        "an empty ephemeral": await outcome(
            web.chat_postEphemeral(channel=channel, user=scene.person, text="")
        ),
        "no scope to post": await outcome(narrow.chat_postMessage(channel=channel, text="x")),
        "no scope to update": await outcome(
            narrow.chat_update(channel=channel, ts=UNKNOWN_TS, text="x")
        ),
        "no scope to whisper": await outcome(
            narrow.chat_postEphemeral(channel=channel, user=scene.person, text="x")
        ),
        "no scope for people": await outcome(narrow.users_info(user=scene.person)),
        "no scope for history": await outcome(
            narrow.conversations_replies(channel=channel, ts=UNKNOWN_TS)
        ),
        "no scope for private channels": await outcome(
            narrow.conversations_list(types="private_channel")
        ),
        "a token nobody gave out": await outcome(scene.stranger.auth_test()),
    }


async def modals(scene: Scene) -> Outcomes:
    web, pull = scene.web, scene.pull
    trigger = await pull()
    opened = await web.views_open(trigger_id=trigger, view=modal(external_id="draft-1"))
    first = opened["view"]
    said: Outcomes = {
        "open": {key: first[key] for key in ("type", "external_id", "previous_view_id")},
        "open: a view is its own root": first["root_view_id"] == first["id"],
        "open with a used trigger": await outcome(web.views_open(trigger_id=trigger, view=modal())),
        "open with no trigger at all": await outcome(
            web.views_open(trigger_id="12.34", view=modal())
        ),
        "open what is no modal": await outcome(
            web.views_open(trigger_id=await pull(), view=home("Home"))
        ),
        "open with a title too long": await outcome(
            web.views_open(trigger_id=await pull(), view=modal("T" * 40, private_metadata="long"))
        ),
    }
    first = (await web.views_open(trigger_id=await pull(), view=modal()))["view"]
    changed = await web.views_update(view_id=first["id"], hash=first["hash"], view=modal("Two"))
    said |= {
        "update changes the hash": changed["view"]["hash"] != first["hash"],
        "update with an old hash": await outcome(
            web.views_update(view_id=first["id"], hash=first["hash"], view=modal("Three"))
        ),
        "update without a hash": await outcome(
            web.views_update(view_id=first["id"], view=modal("Four", external_id="draft-2")),
            lambda a: a["view"]["title"]["text"],
        ),
        "update by external id": await outcome(
            web.views_update(external_id="draft-2", view=modal("Five", external_id="draft-2")),
            lambda a: a["view"]["id"] == first["id"],
        ),
        "update of no view": await outcome(web.views_update(view_id="V0NONE", view=modal())),
        "push with the external id of a view that is there": await outcome(
            web.views_push(
                trigger_id=await pull(view_id=first["id"]), view=modal(external_id="draft-2")
            )
        ),
        "push from outside any view": await outcome(
            web.views_push(trigger_id=await pull(), view=modal())
        ),
    }
    inside = await pull(view_id=first["id"])
    second = (await web.views_push(trigger_id=inside, view=modal("Second")))["view"]
    said["push: it knows what is below"] = second["previous_view_id"] == first["id"]
    said["push: it knows the root"] = second["root_view_id"] == first["id"]
    third = await web.views_push(trigger_id=await pull(view_id=second["id"]), view=modal("Third"))
    fourth = await pull(view_id=third["view"]["id"])
    said["push a fourth"] = await outcome(web.views_push(trigger_id=fourth, view=modal("Fourth")))
    return said


async def homes(scene: Scene) -> Outcomes:
    web, person = scene.web, scene.person
    published = await web.views_publish(user_id=person, view=home("One"))
    view = published["view"]
    again = await web.views_publish(user_id=person, hash=view["hash"], view=home("Two"))
    return {
        "publish": view["type"],
        "publish again: the same view": again["view"]["id"] == view["id"],
        "publish with an old hash": await outcome(
            web.views_publish(user_id=person, hash=view["hash"], view=home("Three"))
        ),
        "publish without a hash": await outcome(web.views_publish(user_id=person, view=home("4"))),
        "publish to nobody": await outcome(
            web.views_publish(user_id="U0NOBODY", view=home("Five"))
        ),
        "publish a modal": await outcome(web.views_publish(user_id=person, view=modal())),
    }


async def triggers_that_are_too_old(scene: Scene) -> Outcomes:
    trigger = await scene.pull()
    await scene.outlive_triggers()
    return {
        "open after three seconds": await outcome(
            scene.web.views_open(trigger_id=trigger, view=modal())
        )
    }
