"""Secrets stay inside, whatever goes wrong: a canary in each of them (promise P12)."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import approved, before_aura, drop_restore, until


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Everything that is logged from here on, by whomever and at whatever level."""
    caplog.set_level(logging.INFO)
    lines: list[str] = []

    def keep(_: object, __: str, event: structlog.types.EventDict) -> str:
        lines.append(json.dumps(event, default=str))
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(processors=[structlog.processors.format_exc_info, keep])
    yield lines
    structlog.configure(processors=before)


async def _everything_fails(story: Story) -> None:
    """A restore with a lost answer, a refused credential, a silent Slack and a broken Aura."""
    await approved(story)

    def all_at_once() -> None:
        story.aura.set_status(aura.ORDERS_PROD, "running")
        story.slack.faults.set("ratelimit", on=True)

    drop_restore(story, all_at_once)
    await until(story, "stuck")
    story.slack.faults.set("ratelimit", on=False)
    await story.settle()
    await story.approver.clicks("It did not run", in_=story.approver.card(slack.OPS_ALERTS))
    story.slack.faults.set("ratelimit", count=3)
    await story.requester.types("/aura instance show orders-prod")
    story.slack.faults.set("ratelimit", on=False)
    story.aura.faults.throttle.next(2)
    await story.requester.types("/aura snapshot list orders-prod")
    await story.requester.types("/aura snapshot take orders-prod --note canary")
    await story.advance(minutes=3)

    await approved(story)
    before_aura(story, "overwrite_in_place", story.aura.expire_tokens)
    await until(story, "failed")
    await story.requester.types("/aura instance list")
    story.aura.gate._clients.clear()
    story.aura.expire_tokens()
    await story.requester.types("/aura instance list")
    await story.requester.opens_home()
    story.slack.dead_tokens[slack.App().bot_token] = "token_revoked"
    await story.requester.types("/aura help", slack.GENERAL)
    await story.requester.opens_home()
    await story.aura.stop()
    await story.requester.types("/aura instance list", slack.GENERAL)


async def test_no_secret_leaves_through_a_whole_failing_story(
    story: Story, logged: list[str], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    issued: set[str] = set()
    issue = story.aura.gate.issue

    def watched(*args: object) -> object:
        answer = issue(*args)  # type: ignore[arg-type]
        if isinstance(answer.body, dict) and "access_token" in answer.body:
            issued.add(str(answer.body["access_token"]))
        return answer

    story.aura.gate.issue = watched  # type: ignore[method-assign,assignment]
    await _everything_fails(story)
    app = slack.App()
    secrets = {aura.CLIENT_SECRET, app.bot_token, app.app_token, app.signing_secret, *issued}
    assert len(issued) >= 2

    places = {
        "a call to Slack": [json.dumps(call.args, default=str) for call in story.slack.calls],
        "a whisper": [json.dumps(m.blocks) + m.text for m in story.requester.person.whispers],
        "the audit log": [
            e.record.model_dump_json() async for e in story.bot.house.world.audit.read()
        ],
        "our log": logged,
        "a library's log": [r.getMessage() + str(r.exc_info) for r in caplog.records],
        "the operations": [op.model_dump_json() for op in await story.bot.operations.recent()],
        "the settings": [repr(story.bot.settings), str(story.bot.settings)],
    }
    for place, texts in places.items():
        assert texts, place
        for secret in secrets:
            assert not [text for text in texts if secret in text], f"a secret in {place}"
