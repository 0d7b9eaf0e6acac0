"""No key of the double's payloads and answers is invented: Slack's published samples know them all.

The samples are not ours to copy. Point SLACK_SAMPLES at `json-logs/samples` of a copy of
https://github.com/slackapi/java-slack-sdk and everything is compared again. `slack_keys.txt` has
the keys of the double that were, in November 2026 (with commit 86ff7ca), and it is held to in any
case: whoever changes a key compares anew and writes the list with
`python -m tests.contracts.outside.slack_recording`.

Keys that Slack sends and the double leaves out, found in the same comparison: those of enterprise
organisations, files, canvases, huddles, workflow functions and attachments; `blocks` of what a
person writes (Slack sends it as rich text beside `text`); the deprecated `authed_users`; `email`
and further pictures of people; `properties` of channels.
"""

import json
import os
from pathlib import Path

import pytest

from tests.contracts.outside.slack_recording import keys, listed, sent

SAMPLES = os.environ.get("SLACK_SAMPLES", "")

COMPARED = Path(__file__).with_name("slack_keys.txt")
#: What the double sends although Slack has no sample for it.
NO_SAMPLE = {
    "shortcut": "https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload"
}
#: Keys, by how their path ends, that no sample has and that are right all the same.
NOT_IN_THE_SAMPLES = {
    ".blocks": "the samples leave the content of views out",
    "state.values": "the samples leave out what was typed",
    ".parent_conversation": "always null where Slack's pages show it, and nulls left no trace",
    ".auto_type": "null unless a group fills itself, and nulls left no trace",
    ".is_stranger": "a sample of users.info has it, and users.list shows the same object",
    ".is_user_deleted": "samples of conversations.list have it for the same conversation",
    "response_urls": "https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload",
}


async def test_every_key_that_is_sent_was_compared() -> None:
    assert listed(await sent()) == COMPARED.read_text()


@pytest.mark.skipif(
    not SAMPLES, reason="set SLACK_SAMPLES to json-logs/samples of slackapi/java-slack-sdk"
)
async def test_slack_knows_every_key() -> None:
    unknown = {
        f"{name}: {key}"
        for name, ours in (await sent()).items()
        if name not in NO_SAMPLE
        for key in ours - set(keys(json.loads((Path(SAMPLES) / f"{name}.json").read_text())))
    }
    excused = {
        each: ending
        for each in unknown
        for ending in NOT_IN_THE_SAMPLES
        if each.endswith((ending, f" {ending}"))
    }
    assert unknown - set(excused) == set()
    assert set(excused.values()) == set(NOT_IN_THE_SAMPLES)
