"""The Slack app's manifest: what the app asks for is what the code uses, and here it stands once.

Each scope is there for a method that the adapters of Slack call or an event that `handlers` hears;
a test compares them (https://docs.slack.dev/reference/app-manifest).
"""

import json
from typing import Any

from bot.views.ids import Callback

#: Scope -> what it is for. Which method needs which stands on each method's page under
#: https://docs.slack.dev/reference/methods
SCOPES = {
    "app_mentions:read": "hear `@Savepoint …` in threads, where slash commands do not exist",
    "channels:read": "see that a public channel is not archived or shared with other organisations",
    "chat:write": "post and edit its own messages, in channels where it is a member",
    "commands": "the command /aura and the two shortcuts",
    "groups:read": "the same look at private channels as at public ones",
    "usergroups:read": "read who is in the user groups that approve",
    "users:read": "see that an approver is no guest, bot, deactivated or external person",
}
EVENTS = ("app_home_opened", "app_mention")
#: Where Slack sends everything in HTTP mode.
PATH = "/slack/events"


#: The step that a workflow can have, as its event and its manifest name it. The parameters have the
#: shape of the manifest's version 2 (https://github.com/slackapi/manifest-schema).
STEP = "take_snapshot"
STEPS = {
    STEP: {
        "title": "Take a snapshot and wait",
        "description": "Takes a snapshot of a Neo4j Aura instance, and goes on when it is complete",
        "input_parameters": {
            "properties": {
                "instance": {
                    "title": "Instance",
                    "description": "Its name, alias or id",
                    "type": "string",
                },
                "note": {
                    "title": "Note",
                    "description": "Stays with the snapshot",
                    "type": "string",
                },
            },
            "required": ["instance"],
        },
        "output_parameters": {
            "properties": {
                "snapshot": {"title": "Snapshot", "description": "Its id", "type": "string"},
            },
            "required": ["snapshot"],
        },
    }
}


def manifest(http: str | None = None, *, workflow: bool = False) -> dict[str, Any]:
    """Return the manifest for Socket Mode, or with ``http`` (https://host) for HTTP mode.

    ``workflow`` adds the step for Workflow Builder, which wants a paid plan of Slack's
    (https://docs.slack.dev/workflows/creating-custom-steps-workflow-builder).
    """
    url = {"request_url": f"{http.rstrip('/')}{PATH}"} if http else {}
    command = {
        "command": "/aura",
        "description": "Back up and restore Neo4j Aura instances",
        "usage_hint": "help | instance list | snapshot list <instance> | restore <instance>",
        "should_escape": True,
    }
    if http:
        command["url"] = url["request_url"]
        url["message_menu_options_url"] = url["request_url"]
    made: dict[str, Any] = {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Savepoint",
            "description": "Backs up and restores Neo4j Aura, behind a typed word and an approver",
            "background_color": "#014063",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Savepoint", "always_online": True},
            "shortcuts": [
                {
                    "name": "Restore an instance",
                    "type": "global",
                    "callback_id": str(Callback.RESTORE_SHORTCUT),
                    "description": "Ask for a restore from a snapshot",
                },
                {
                    "name": "Restore from here",
                    "type": "message",
                    "callback_id": str(Callback.THREAD_SHORTCUT),
                    "description": "Ask for a restore and report in this thread",
                },
            ],
            "slash_commands": [command],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {
                **({"request_url": url["request_url"]} if http else {}),
                "bot_events": list(EVENTS),
            },
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not http,
            "token_rotation_enabled": False,
        },
    }
    if workflow:
        made["functions"] = STEPS
        settings = made["settings"]
        settings |= {"function_runtime": "remote", "org_deploy_enabled": True}
        settings["event_subscriptions"]["bot_events"].append("function_executed")
    return made


def as_yaml(value: dict[str, Any]) -> str:
    """Render a manifest as YAML; every text is quoted as JSON quotes, which YAML reads too."""
    return "\n".join(_block(value, "")) + "\n"


def _block(value: dict[str, Any], margin: str) -> list[str]:
    lines = []
    for key, inner in value.items():
        match inner:
            case dict():
                lines += [f"{margin}{key}:", *_block(inner, f"{margin}  ")]
            case list():
                lines.append(f"{margin}{key}:")
                for each in inner:
                    lines += _item(each, f"{margin}  ")
            case _:
                lines.append(f"{margin}{key}: {json.dumps(inner, ensure_ascii=False)}")
    return lines


def _item(value: dict[str, Any] | str, margin: str) -> list[str]:
    if isinstance(value, str):
        return [f"{margin}- {json.dumps(value, ensure_ascii=False)}"]
    first, *rest = _block(value, f"{margin}  ")
    return [f"{margin}- {first.lstrip()}", *rest]
