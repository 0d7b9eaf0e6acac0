"""The bot's manifest keeps Slack's rules, and the rules refuse what Slack refuses."""

import json
import os
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bot.manifest import manifest
from tests.contracts.manifest_rules import faults

HOST = "https://savepoint.example.com"
#: Where a copy of `schemas/manifest.schema.2.0.0.json` of github.com/slackapi/manifest-schema is;
#: it is on neither PyPI nor npm.
SCHEMA = os.environ.get("SLACK_MANIFEST_SCHEMA", "")

REFUSED: list[tuple[str, object]] = [
    ("display_information.name", "n" * 36),
    ("display_information.name", ""),
    ("display_information.description", "d" * 141),
    ("display_information.long_description", "d" * 174),
    ("display_information.background_color", "#0140631"),
    ("features.bot_user.display_name", "n" * 81),
    ("features.shortcuts.0.name", "n" * 25),
    ("features.shortcuts.0.callback_id", "c" * 256),
    ("features.shortcuts.1.description", "d" * 151),
    ("features.shortcuts.1.type", "channel"),
    ("features.shortcuts", []),
    ("features.slash_commands.0.command", "aura"),
    ("features.slash_commands.0.command", "/" + "a" * 32),
    ("features.slash_commands.0.description", "d" * 2001),
    ("features.slash_commands.0.usage_hint", "h" * 1001),
    ("features.slash_commands.0.usage_hint", ""),
    ("features.slash_commands.0.should_escape", "yes"),
    ("features.slash_commands.0.autocomplete", True),
    ("oauth_config.scopes.bot.0", "s" * 51),
    ("oauth_config.scopes.workspace", []),
    ("settings.interactivity.is_enabled", None),
    ("settings.interactivity.request_url", "savepoint.example.com"),
    ("settings.event_subscriptions.bot_events.0", "e" * 51),
    ("settings.event_subscriptions.bot_events", ["app_mention"] * 2),
    ("settings.socket_mode", True),
    ("colour", "#fff"),
]
AT_THE_LIMIT: list[tuple[str, object]] = [
    ("display_information.name", "n" * 35),
    ("display_information.description", "d" * 140),
    ("display_information.long_description", "d" * 175),
    ("features.bot_user.display_name", "n" * 80),
    ("features.shortcuts.0.name", "n" * 24),
    ("features.shortcuts.0.callback_id", "c" * 255),
    ("features.shortcuts.1.description", "d" * 150),
    ("features.slash_commands.0.command", "/" + "a" * 31),
    ("features.slash_commands.0.usage_hint", "h" * 1000),
]
#: What Slack's schema lets pass and the rules do not: the app would be made, and not work.
MEANINGLESS: list[tuple[str, object]] = [
    ("oauth_config.scopes.bot", ["chat:write", "app_mentions:read"]),
    ("oauth_config.scopes.bot", ["commands"]),
    ("oauth_config.scopes.bot", ["commands", "commands", "app_mentions:read"]),
    ("features.slash_commands.0.url", f"{HOST}/slack/events"),
    ("settings.interactivity.request_url", f"{HOST}/slack/events"),
    ("settings.socket_mode_enabled", False),
    ("features.bot_user", None),
]


#: The same of the variant with a step for Workflow Builder.
STEP = "functions.take_snapshot"
REFUSED_STEPS: list[tuple[str, object]] = [
    (f"{STEP}.title", None),
    (f"{STEP}.title", "t" * 256),
    (f"{STEP}.input_parameters", None),
    (f"{STEP}.input_parameters.properties", None),
    (f"{STEP}.input_parameters.properties.note.kind", "text"),
    ("settings.function_runtime", "slack"),
    ("settings.function_runtime", None),
    ("settings.org_deploy_enabled", False),
    ("settings.event_subscriptions.bot_events", ["app_mention"]),
]


def changed(path: str, new: object, *, workflow: bool = False) -> dict[str, Any]:
    """The manifest with one thing put in, or taken out (None)."""
    copy = deepcopy(manifest(workflow=workflow))
    inner: Any = copy
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in way:
        inner = inner[part]
    if new is None:
        del inner[last]
    else:
        inner[last] = new
    return copy


@pytest.mark.parametrize("workflow", [False, True])
@pytest.mark.parametrize("http", [None, HOST])
def test_the_manifest_keeps_the_rules(http: str | None, workflow: bool) -> None:
    assert faults(manifest(http, workflow=workflow)) == []


@pytest.mark.parametrize(("path", "new"), REFUSED_STEPS)
def test_the_rules_refuse_a_step_that_could_not_run(path: str, new: object) -> None:
    assert faults(changed(path, new, workflow=True)) != []


@pytest.mark.parametrize(("path", "new"), REFUSED + MEANINGLESS)
def test_the_rules_refuse(path: str, new: object) -> None:
    assert faults(changed(path, new)) != []


@pytest.mark.parametrize(("path", "new"), AT_THE_LIMIT)
def test_the_rules_take_what_is_just_at_the_limit(path: str, new: object) -> None:
    assert faults(changed(path, new)) == []


@pytest.mark.skipif(
    not SCHEMA,
    reason="set SLACK_MANIFEST_SCHEMA to manifest.schema.2.0.0.json of slackapi/manifest-schema",
)
def test_slacks_schema_and_the_rules_are_of_one_mind() -> None:
    slack = Draft7Validator(json.loads(Path(SCHEMA).read_text()))
    steps = [manifest(workflow=True), manifest(HOST, workflow=True)]
    sound = [
        manifest(),
        manifest(HOST),
        *steps,
        *(changed(*each) for each in AT_THE_LIMIT + MEANINGLESS),
    ]
    assert [m for m in sound if not slack.is_valid(m)] == []
    assert [each for each in REFUSED if slack.is_valid(changed(*each))] == []
