"""The same SDK script has the same outcome at the sandbox's Slack and at `emulate`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.contracts.outside.slack_scenes import emulated, our_double
from tests.contracts.outside.slack_script import Outcomes, play

METHODS = "https://docs.slack.dev/reference/methods"


@dataclass(frozen=True)
class Difference:
    """A step at which the two part, who of them does as Slack does, and how one knows."""

    double: object
    emulate: object
    right: Literal["double", "nobody knows"]
    why: str


DIFFERENCES = {
    "a block that is too long": Difference(
        "invalid_blocks",
        "ok",
        "double",
        "emulate validates no blocks; a section takes 3000 characters "
        "(https://docs.slack.dev/reference/block-kit/blocks/section-block)",
    ),
    "a block nobody knows": Difference(
        "invalid_blocks", "ok", "double", "emulate validates no blocks"
    ),
    "blocks that are no JSON": Difference(
        "invalid_blocks_format",
        "invalid_blocks",
        "double",
        f"{METHODS}/chat.postMessage keeps invalid_blocks_format for what is no valid JSON",
    ),
    "open with a title too long": Difference(
        "invalid_arguments",
        "ok",
        "double",
        "emulate validates no views; a title takes 24 characters "
        "(https://docs.slack.dev/reference/views/modal-views)",
    ),
    "open what is no modal": Difference(
        "invalid_arguments",
        "invalid_view",
        "double",
        f"{METHODS}/views.open lists invalid_arguments, and no invalid_view",
    ),
    "publish a modal": Difference(
        "invalid_arguments",
        "invalid_view",
        "double",
        f"{METHODS}/views.publish lists invalid_arguments, and no invalid_view",
    ),
    "publish to nobody": Difference(
        "invalid_arguments",
        "user_not_found",
        "double",
        f"{METHODS}/views.publish shows invalid_arguments for such a user_id, and lists no "
        "user_not_found",
    ),
    "push from outside any view": Difference(
        "invalid_trigger_id",
        "view_not_found",
        "double",
        f"{METHODS}/views.push wants a trigger from within the modal; it lists invalid_trigger_id, "
        "and no view_not_found",
    ),
    "replies: a root is in its thread": Difference(
        True,
        False,
        "double",
        "a root with replies carries its own ts as thread_ts "
        "(https://docs.slack.dev/messaging/retrieving-messages)",
    ),
    "replies of nothing": Difference(
        "thread_not_found",
        [],
        "double",
        f"{METHODS}/conversations.replies lists thread_not_found",
    ),
    "ephemeral to nobody": Difference(
        "user_not_in_channel",
        "user_not_found",
        "double",
        f"{METHODS}/chat.postEphemeral lists user_not_in_channel, and no user_not_found",
    ),
    "a token nobody gave out": Difference(
        "invalid_auth", "ok", "double", "emulate takes it for the first user's"
    ),
    "postMessage under a reply": Difference(
        "cannot_reply_to_message",
        "ok",
        "nobody knows",
        f"{METHODS}/chat.postMessage says to avoid the ts of a reply and not what comes of it; "
        "the double is strict, so that the bot does avoid it",
    ),
}


@pytest.fixture
async def ours() -> Outcomes:
    async with our_double() as scene:
        return await play(scene)


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing:UserWarning")
async def test_the_double_and_emulate_answer_alike(ours: Outcomes, tmp_path: Path) -> None:
    async with emulated(tmp_path) as scene:
        theirs = await play(scene)
    assert len(ours) > 60
    parted = {step: (ours[step], theirs[step]) for step in ours if ours[step] != theirs[step]}
    assert parted == {step: (each.double, each.emulate) for step, each in DIFFERENCES.items()}
