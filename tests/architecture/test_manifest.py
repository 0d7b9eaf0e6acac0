"""The manifest asks for exactly what the code uses: scopes, events, shortcuts, the command."""

import ast
import re
from pathlib import Path

import pytest
import yaml

import handlers
from bot.manifest import EVENTS, PATH, SCOPES, as_yaml, manifest
from bot.views.ids import Callback
from handlers import ROUTES

#: Method -> scopes, from "Required scopes" on https://docs.slack.dev/reference/methods/<method>.
#: conversations.info needs the scope of each kind of channel that is asked about.
NEEDED: dict[str, set[str]] = {
    "apps.connections.open": set(),  # an app-level scope: connections:write
    "auth.test": set(),
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history"},
    "functions.completeError": set(),
    "functions.completeSuccess": set(),
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
#: Event -> scopes (https://docs.slack.dev/reference/events); commands and shortcuts need one too.
HEARD = {"app_home_opened": set[str](), "app_mention": {"app_mentions:read"}}
METHOD = re.compile(r"[a-z]+(\.[a-z]+)+", re.IGNORECASE)


def called() -> set[str]:
    """Return every Web API method that the adapters name, as words of their code."""
    sources = [Path(f"bot/adapters/{name}.py") for name in ("slack", "slack_door")]
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in sources]
    words = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {word for word in words if METHOD.fullmatch(word) and not word.startswith("bot.")}


def test_every_method_that_is_called_has_its_scopes_listed_here() -> None:
    assert called() - NEEDED.keys() == set(), "look the method's scopes up and add them"
    assert {"chat.postMessage", "chat.update", "users.info", "views.open"} <= called()


def test_the_manifest_asks_for_the_scopes_that_are_needed_and_no_others() -> None:
    by_methods = {scope for method in called() for scope in NEEDED[method]}
    by_events = {scope for event in EVENTS for scope in HEARD[event]}
    assert by_methods | by_events | {"commands"} == set(SCOPES)


def test_the_command_the_events_and_the_shortcuts_are_those_that_have_listeners() -> None:
    source = Path(handlers.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'app\.command\("(/\w+)"\)', source)) == {
        command["command"] for command in manifest()["features"]["slash_commands"]
    }
    assert set(re.findall(r'app\.event\("(\w+)"\)', source)) == set(EVENTS)
    shortcuts = {each["callback_id"] for each in manifest()["features"]["shortcuts"]}
    assert shortcuts == set(handlers.ROUTES.shortcuts)
    assert shortcuts == {Callback.RESTORE_SHORTCUT, Callback.THREAD_SHORTCUT}


def test_the_published_manifest_is_current() -> None:
    published = Path("manifest.yml").read_text(encoding="utf-8")
    assert published == as_yaml(manifest()), "run: savepoint manifest > manifest.yml"


@pytest.mark.parametrize("http", [None, "https://savepoint.example.com"])
def test_what_is_printed_reads_back_as_what_was_meant(http: str | None) -> None:
    assert yaml.safe_load(as_yaml(manifest(http))) == manifest(http)


def test_socket_mode_has_no_addresses() -> None:
    assert "https://" not in as_yaml(manifest())
    assert manifest()["settings"]["socket_mode_enabled"] is True


def test_http_mode_sends_everything_to_the_one_route_that_there_is() -> None:
    made = manifest("https://savepoint.example.com/")
    url = f"https://savepoint.example.com{PATH}"
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == url
    assert settings["interactivity"]["request_url"] == url
    assert settings["interactivity"]["message_menu_options_url"] == url
    assert made["features"]["slash_commands"][0]["url"] == url


def test_slacks_limits_are_kept() -> None:
    """Lengths: https://docs.slack.dev/reference/app-manifest"""
    made = manifest()
    shown = made["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    for shortcut in made["features"]["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
    (command,) = made["features"]["slash_commands"]
    assert command["should_escape"] is True
    assert len(command["usage_hint"]) <= 1000


def test_only_who_wants_it_gets_the_step_for_workflows() -> None:
    """A custom step wants a paid plan: https://docs.slack.dev/workflows"""
    assert "functions" not in manifest()
    made = manifest(workflow=True)
    assert set(made["functions"]) == set(ROUTES.steps)
    assert made["settings"]["function_runtime"] == "remote"
    assert made["settings"]["org_deploy_enabled"] is True
    assert "function_executed" in made["settings"]["event_subscriptions"]["bot_events"]
    assert "function_executed" not in manifest()["settings"]["event_subscriptions"]["bot_events"]
