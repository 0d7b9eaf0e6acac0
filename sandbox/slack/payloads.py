"""The payloads of interactions and events, key for key as Slack sends them.

Sources: https://docs.slack.dev/reference/interaction-payloads and
https://docs.slack.dev/apis/events-api
"""

from sandbox.slack.api import Api
from sandbox.slack.cast import Command
from sandbox.slack.inputs import Typed, stateful, value_key
from sandbox.slack.views import View
from sandbox.slack.wire import Payload
from sandbox.slack.world import Channel, Message

TOKEN = "sandbox-verification-token"  # deprecated by Slack, still sent, never to be trusted


def _common(api: Api, kind: str, user: str, trigger_id: str | None) -> Payload:
    world = api.world
    person = world.people[user]
    found: Payload = {
        "type": kind,
        "team": {"id": world.cast.team_id, "domain": world.cast.team_domain},
        "user": {
            "id": user,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id,
        },
        "api_app_id": world.app.id,
        "token": TOKEN,
        "is_enterprise_install": False,
        "enterprise": None,
    }
    if trigger_id is not None:
        found["trigger_id"] = trigger_id
    return found


def command(api: Api, declared: Command, *, user: str, channel: Channel, text: str) -> Payload:
    """A slash command; every value is a string."""
    world = api.world
    private = {"private": "privategroup", "app": "directmessage"}
    return {
        "token": TOKEN,
        "team_id": world.cast.team_id,
        "team_domain": world.cast.team_domain,
        "channel_id": channel.id,
        "channel_name": private.get(channel.kind, channel.name),
        "user_id": user,
        "user_name": world.people[user].name,
        "command": declared.command,
        "text": text,
        "api_app_id": world.app.id,
        "is_enterprise_install": "false",
        "response_url": api.tickets.response_url(user, channel.id),
        "trigger_id": api.tickets.trigger(user),
    }


def action(api: Api, block: Payload, element: Payload, chosen: Payload) -> Payload:
    """One entry of `actions`: what was pressed or chosen."""
    found: Payload = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        "action_ts": api.world.new_ts(),
    }
    if element["type"] == "button":
        found |= {key: element[key] for key in ("text", "value", "style") if key in element}
    elif element["type"] == "overflow":
        found["selected_option"] = chosen.get("selected_option")
    elif stateful(element):
        found[value_key(element)] = chosen.get(value_key(element))
    return found


def message_action(
    api: Api, *, user: str, message: Message, pressed: Payload, values: Typed
) -> Payload:
    """`block_actions` from a message."""
    channel = api.world.channels[message.channel]
    container: Payload = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    found = _common(api, "block_actions", user, api.tickets.trigger(user))
    found |= {
        "container": container,
        "channel": _channel(channel),
        "state": {"values": values},
        "response_url": api.tickets.response_url(
            user, message.channel, message_ts=message.ts, thread_ts=message.thread_ts
        ),
        "actions": [pressed],
    }
    if message.ephemeral_to is None:  # Slack does not send the content of ephemeral messages
        found["message"] = api.message_object(message)
    return found


def _channel(channel: Channel) -> Payload:
    names = {"private": "privategroup", "app": "directmessage"}
    return {"id": channel.id, "name": names.get(channel.kind, channel.name)}


def view_action(api: Api, view: View, pressed: Payload) -> Payload:
    """`block_actions` from a modal or the Home tab."""
    return _common(api, "block_actions", view.user, api.tickets.trigger(view.user, view.id)) | {
        "container": {"type": "view", "view_id": view.id},
        "view": api.views.render(view),
        "actions": [pressed],
    }


def submission(api: Api, view: View) -> Payload:
    """`view_submission`, with a response URL for each select that asked for one."""
    urls = []
    for block, element in view.elements():
        if element.get("response_url_enabled"):
            state = view.state()["values"][block["block_id"]][element["action_id"]]
            channel = state[value_key(element)]
            if channel in api.world.channels:
                urls.append(
                    {
                        "block_id": block["block_id"],
                        "action_id": element["action_id"],
                        "channel_id": channel,
                        "response_url": api.tickets.response_url(view.user, channel),
                    }
                )
    return _common(api, "view_submission", view.user, api.tickets.trigger(view.user, view.id)) | {
        "view": api.views.render(view),
        "response_urls": urls,
    }


def closed(api: Api, view: View, *, is_cleared: bool) -> Payload:
    """`view_closed`."""
    return _common(api, "view_closed", view.user, None) | {
        "view": api.views.render(view),
        "is_cleared": is_cleared,
    }


def suggestion(
    api: Api,
    user: str,
    place: View | Message,
    *,
    block_id: str,
    action_id: str,
    value: str,
) -> Payload:
    """`block_suggestion`: somebody types into an external select."""
    found = _common(api, "block_suggestion", user, None)
    found |= {"action_id": action_id, "block_id": block_id, "value": value}
    if isinstance(place, View):
        return found | {
            "container": {"type": "view", "view_id": place.id},
            "view": api.views.render(place),
        }
    return found | {
        "container": {
            "type": "message",
            "message_ts": place.ts,
            "channel_id": place.channel,
            "is_ephemeral": place.ephemeral_to is not None,
        },
        "channel": _channel(api.world.channels[place.channel]),
        "message": api.message_object(place),
    }


def global_shortcut(api: Api, user: str, callback_id: str) -> Payload:
    """`shortcut`: no channel and no response URL."""
    return _common(api, "shortcut", user, api.tickets.trigger(user)) | {
        "action_ts": api.world.new_ts(),
        "callback_id": callback_id,
    }


def message_shortcut(api: Api, user: str, callback_id: str, message: Message) -> Payload:
    """`message_action`: a shortcut on one message, which comes along whole."""
    common = _common(api, "message_action", user, api.tickets.trigger(user))
    del common["api_app_id"], common["user"]["username"]
    return common | {
        "action_ts": api.world.new_ts(),
        "callback_id": callback_id,
        "channel": _channel(api.world.channels[message.channel]),
        "message_ts": message.ts,
        "message": api.message_object(message),
        "response_url": api.tickets.response_url(
            user, message.channel, message_ts=None, thread_ts=message.thread_ts
        ),
    }


def event(api: Api, inner: Payload) -> Payload:
    """`event_callback` around one event."""
    world = api.world
    channel = world.channels.get(str(inner.get("channel", "")))
    return {
        "token": TOKEN,
        "team_id": world.cast.team_id,
        "api_app_id": world.app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": world.new_id("Ev"),
        "event_time": int(world.now().timestamp()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": world.cast.team_id,
                "user_id": world.app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": bool(channel and world.is_ext_shared(channel)),
        "event_context": world.new_id("4-"),
    }
