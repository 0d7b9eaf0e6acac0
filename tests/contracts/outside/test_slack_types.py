"""Slack's own types accept every message, view, call and manifest that the bot produces."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.manifest import manifest
from bot.views.kit import Message
from sandbox.aura import fleet as aura
from sandbox.slack.timeline import Call
from tests.contracts.outside import slack_types as types
from tests.contracts.outside.npm import HERE
from tests.contracts.outside.slack_types import Claim, complaints
from tests.stories.harness import Story, stage
from tests.views.every_view import every

HOST = "https://savepoint.example.com"
SAID = "Ördérs & <b>bold</b> *42* `code`"

#: What is sent and `@slack/types` 3.2.0 or `@slack/web-api` 8.2.0 does not know: a block's type, or
#: a method with an argument; each with the reason why it is right all the same. The charts of
#: `data_visualization` would be the first block here.
GAPS: dict[tuple[str, ...], str] = {
    ("auth.test", "team_id"): "Bolt for Python adds the team of the request to its own calls",
    (
        "data_visualization",
    ): "newer than the types; https://docs.slack.dev/reference/block-kit/blocks",
}

READS = ("conversations.", "users.", "usergroups.")
STRINGS = ("blocks", "view", "metadata")
"""Arguments that may travel as a JSON string."""


def shown() -> Iterator[Claim]:
    """Every message and view there is."""
    for n, (name, each) in enumerate(every(SAID)):
        if isinstance(each, Message):
            yield types.blocks(f"{n} {name}", _known(each.blocks))
        else:
            yield types.view(f"{n} {name}", {**each, "blocks": _known(each["blocks"])})


def _known(blocks: Any) -> list[Any]:
    return [block for block in blocks if (block["type"],) not in GAPS]


def test_every_message_and_view_is_one_to_slacks_types(tmp_path: Path) -> None:
    claims = list(shown())
    assert len(claims) > 100
    assert complaints(claims, tmp_path) == {}


def test_every_manifest_is_one_to_slacks_types(tmp_path: Path) -> None:
    claims = [
        types.manifest("Socket Mode", manifest()),
        types.manifest("HTTP mode", manifest(HOST)),
        types.manifest("with a step", _heard(manifest(workflow=True))),
        types.manifest("with a step, HTTP mode", _heard(manifest(HOST, workflow=True))),
    ]
    assert complaints(claims, tmp_path) == {}


def _heard(made: dict[str, Any]) -> dict[str, Any]:
    """A manifest without the one event of steps, which the types do not know."""
    made["settings"]["event_subscriptions"]["bot_events"].remove("function_executed")
    return made


def test_no_gap_of_the_types_is_listed_in_vain(tmp_path: Path) -> None:
    claims = [
        types.blocks(gap[0], [{"type": gap[0]}])
        if len(gap) == 1
        else types.call(".".join(gap), gap[0], {gap[1]: "T1"})
        for gap in GAPS
    ]
    assert set(complaints(claims, tmp_path)) == {claim.name for claim in claims}


async def test_every_call_of_a_whole_story_is_one_to_slacks_types(
    valkey_url: str, tmp_path: Path
) -> None:
    async with stage(valkey_url, tmp_path) as story:
        await _tell(story)
        calls = story.slack.calls
    made = {call.method for call in calls}
    assert made >= {
        *("chat.postMessage", "chat.update", "chat.postEphemeral"),
        *("views.open", "views.update", "views.publish", "conversations.info", "users.info"),
    }
    claims = [claim for n, call in enumerate(calls) for claim in _claims(f"{n}", call)]
    assert complaints(claims, tmp_path) == {}


async def _tell(story: Story) -> None:
    """One restore done, one denied, and everything else a person sees on the way."""
    await story.requester.types("/aura help")
    await story.requester.types("/aura instance list")
    await story.requester.types(f"/aura snapshot list {aura.ORDERS_PROD}")
    await story.requester.types(f"/aura snapshot take {aura.ORDERS_PROD} --note release")
    await story.advance(minutes=10)
    await story.requested()
    await story.requester.opens_home()
    await story.requester.clicks("Approve", in_=story.approver.gate())
    await story.approved()
    await story.advance(minutes=10)
    await story.requester.types("/aura job list")
    await story.requested()
    await story.approver.denies("Not now")
    await story.requester.types("/aura restore no-such-instance")


def _claims(number: str, call: Call) -> Iterator[Claim]:
    """What is said of one call: its arguments, and every block in it."""
    given = {
        key: _decoded(key, value, call.method)
        for key, value in call.args.items()
        if (call.method, key) not in GAPS
    }
    name = f"{number} {call.method}"
    if call.method != "apps.connections.open":  # takes no argument but the token
        yield types.call(name, call.method, given)
    if "blocks" in given:
        yield types.blocks(f"{name} blocks", _known(given["blocks"]))
    if "view" in given:
        yield types.view(f"{name} view", given["view"])


def _decoded(key: str, value: object, method: str) -> Any:
    """An argument as the types have it: in a query everything is text, and JSON may be."""
    in_query = method.startswith(READS) and str(value) in ("true", "false")
    is_number = method.startswith(READS) and key == "limit"
    if isinstance(value, str) and (key in STRINGS or in_query or is_number):
        return json.loads(value)
    return value


def _with(value: Any, path: str, new: object) -> Any:
    """A copy of `value` in which what stands at `path` is `new`, or nothing if that is None."""
    copy = deepcopy(value)
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    inner = copy
    for part in way:
        inner = inner[part]
    if new is None:
        del inner[last]
    else:
        inner[last] = new
    return copy


def _broken() -> Iterator[Claim]:
    """What the types must refuse, each broken in one place."""
    text = {"type": "plain_text", "text": "t"}
    button = {"type": "button", "action_id": "a", "text": text}
    sane: list[dict[str, Any]] = [
        {"type": "header", "text": text},
        {"type": "actions", "elements": [button]},
        {"type": "image", "image_url": "https://example.com/i.png", "alt_text": "a"},
    ]
    for name, path, new in (
        ("mrkdwn in a header", "0/text/type", "mrkdwn"),
        ("a key nobody knows", "0/colour", "red"),
        ("a block nobody knows", "0/type", "heading"),
        ("a style nobody knows", "1/elements/0/style", "warning"),
        ("a button without words", "1/elements/0/text", None),
        ("a picture without words", "2/alt_text", None),
    ):
        yield types.blocks(name, _with(sane, path, new))
    modal = {"type": "modal", "title": text, "blocks": sane}
    yield types.view("a modal without a title", _with(modal, "title", None))
    yield types.view("a wrong block in a modal", _with(modal, "blocks/0/text/type", "mrkdwn"))
    yield types.view("a key nobody knows in a modal", _with(modal, "size", "large"))
    for http in (None, HOST):
        for what, where, wrong in (
            ("a scope misspelt", "oauth_config/scopes/bot/0", "app_mention:read"),
            ("an event misspelt", "settings/event_subscriptions/bot_events/0", "app_home_open"),
            ("a wrong key", "settings/socket_mode", True),
            ("a wrong key in a command", "features/slash_commands/0/escape", True),
            ("no name", "display_information/name", None),
            ("a shortcut of no kind", "features/shortcuts/0/type", "channel"),
        ):
            yield types.manifest(f"{what}, {http}", _with(manifest(http), where, wrong))
    post = {"channel": "C1", "text": "t"}
    yield types.call("a wrong argument", "chat.postMessage", {**post, "thread": "1.2"})
    yield types.call("no channel", "chat.update", {"ts": "1.2", "text": "t"})
    yield types.call("no trigger", "views.open", {"view": modal})


def test_the_types_refuse_what_is_wrong(tmp_path: Path) -> None:
    broken = list(_broken())
    refused = complaints(broken, tmp_path)
    assert set(refused) == {claim.name for claim in broken}


@pytest.mark.parametrize("program", ["slack-types", "emulate"])
def test_a_lock_of_npm_holds_hashes_and_no_addresses(program: str) -> None:
    lock = (HERE / program / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    assert "http" not in lock
    assert all("integrity" in each for name, each in packages.items() if name)
