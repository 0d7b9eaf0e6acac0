"""What leaves in logs, and what must never (promise P12)."""

import io
import json
import logging
import traceback
from pathlib import Path
from typing import Any

import pytest
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.adapters.aura.auth import Credential, Ticket
from bot.adapters.aura.client import AuraClient
from bot.adapters.clock import SystemClock
from bot.adapters.redis import RedisOperations, connect
from bot.adapters.slack import SlackDirectory
from bot.adapters.slack_door import SlackDoor
from bot.config import Settings, load
from bot.core.errors import BotError
from bot.errands import diagnose
from sandbox.town import Town


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_json_with_its_operation_time_and_level() -> None:
    out = io.StringIO()
    log.set_up(stream=out)
    with structlog.contextvars.bound_contextvars(operation="rst-1"):
        structlog.get_logger("bot.services.runner").info("moved", phase="ready", seconds=3)
    (line,) = lines(out)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "moved", "phase": "ready", "seconds": 3, "operation": "rst-1", "level": "info",
        "logger": "bot.services.runner",
    }  # fmt: skip


def test_libraries_speak_from_warning_up_and_with_the_operation_too() -> None:
    out = io.StringIO()
    log.set_up(stream=out)
    with structlog.contextvars.bound_contextvars(operation="rst-1"):
        logging.getLogger("slack_bolt").info("chatter")
        logging.getLogger("slack_bolt").warning("lost %s of %s", 1, 2)
        logging.getLogger("bot.adapters.embedded").info("adopting")
    assert [(line["event"], line["operation"]) for line in lines(out)] == [
        ("lost 1 of 2", "rst-1"),
        ("adopting", "rst-1"),
    ]


def test_a_terminal_gets_lines_for_people() -> None:
    out = Terminal()
    log.set_up(stream=out)
    structlog.get_logger("bot").info("serving", port=8080)
    assert "serving" in out.getvalue()
    assert not out.getvalue().startswith("{")


def test_a_record_that_cannot_be_rendered_is_named_and_not_shown() -> None:
    out = io.StringIO()
    logging.getLogger().handlers.clear()  # pytest's own handler would raise instead
    log.set_up(stream=out)
    logging.getLogger("bot").warning("%d", "swordfish")
    (line,) = lines(out)
    assert line["event"] == "log record lost"
    assert line["why"] == "TypeError"
    assert "swordfish" not in out.getvalue()


def test_a_stream_that_is_closed_stops_nobody() -> None:
    out = io.StringIO()
    log.set_up(stream=out)
    out.close()
    logging.getLogger("bot").warning("nobody reads this")


def test_setting_up_again_speaks_once_and_knows_the_new_secrets() -> None:
    first, second = io.StringIO(), io.StringIO()
    log.set_up(stream=first)
    early = structlog.get_logger("bot")
    log.set_up(["swordfish"], stream=second)
    early.info("it is swordfish")
    assert first.getvalue() == ""
    assert [line["event"] for line in lines(second)] == ["it is [redacted]"]


# The canary: invented secrets go in everywhere, and none may come out anywhere.

CANARIES = {
    "SLACK_BOT_TOKEN": "xoxb-canary-bot",
    "SLACK_APP_TOKEN": "xapp-canary-app",
    "SLACK_SIGNING_SECRET": "canary-signing-secret",
    "AURA_CLIENT_SECRET": "canary-client-secret",
}
PASSWORD = "canary-redis-password"
STRANGERS = (  # nobody told the log about these
    "xoxe.xoxb-1-canary-rotated",
    "wss://wss.slack.com/link/?ticket=canary-ticket&app_id=A1",
    "https://hooks.slack.com/commands/T1/1/canary-response",
    "Bearer eyJcanaryheader.canarybody.canarysign",
)


@pytest.fixture
def settings(place: Town, env: dict[str, str], tmp_path: Path) -> Settings:
    url = env["REDIS_URL"].removeprefix("unix://")
    return load({**env, **CANARIES, "REDIS_URL": f"unix://:{PASSWORD}@{url}"})


def hatched(text: str) -> list[str]:
    return [line for line in text.splitlines() if "canary" in line]


def seeded(text: str) -> list[str]:
    return [text.format(secret=secret) for secret in (*CANARIES.values(), PASSWORD, *STRANGERS)]


@pytest.mark.parametrize("terminal", [False, True], ids=["json", "terminal"])
def test_no_seeded_secret_comes_out_of_any_field_message_or_traceback(
    settings: Settings, terminal: bool
) -> None:
    out = Terminal() if terminal else io.StringIO()
    log.set_up(settings.secrets(), stream=out)
    ours, theirs = structlog.get_logger("bot.x"), logging.getLogger("slack_sdk.x")
    for text in seeded("it is {secret} here"):
        ours.info(text, field=text, nested={"a": [text], text: text}, error=ValueError(text))
        ours.info("positional %s", text)
        theirs.warning("%s and %r", text, {"authorization": text})
        theirs.warning("context", extra={"stranger": text}, stack_info=True)
        try:
            raise ValueError(text) from RuntimeError(text)
        except ValueError:
            ours.exception("failed")
            theirs.exception("failed")
    assert out.getvalue().count("failed") >= 2 * len(seeded("{secret}"))
    assert hatched(out.getvalue()) == []


async def test_no_seeded_secret_shows_in_what_objects_say_of_themselves(
    settings: Settings,
) -> None:
    clock = SystemClock()
    token = settings.slack_bot_token
    client = AsyncWebClient(token=token.get_secret_value(), base_url=settings.slack_api_url)
    door = SlackDoor(client, clock, lambda *_: None)
    store = settings.redis_url
    assert store is not None
    async with (
        connect(store.get_secret_value()) as redis,
        AuraClient(
            settings.credentials,
            url=settings.aura_api_url,
            clock=clock,
            allowance=Unlimited(),
            consume=never,
        ) as aura,
    ):
        shown: list[object] = [
            settings, *settings.credentials, settings.redis_url, client, door,
            SlackDirectory(door, clock), aura, Ticket(token=token, ends=clock.now()),
            RedisOperations(redis),
        ]  # fmt: skip
        texts = [text for each in shown for text in (repr(each), str(each), f"{each}")]
    assert [text for text in texts if "canary" in text] == []


async def test_no_seeded_secret_stands_in_an_error(settings: Settings) -> None:
    clock = SystemClock()
    store = settings.redis_url
    assert store is not None
    client = AsyncWebClient(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url
    )
    door = SlackDoor(client, clock, lambda *_: None)
    app_token = settings.slack_app_token
    assert app_token is not None
    raised: list[BotError] = []
    async with (
        connect(store.get_secret_value()) as redis,
        AuraClient(
            settings.credentials,
            url=settings.aura_api_url,
            clock=clock,
            allowance=Unlimited(),
            consume=never,
        ) as aura,
    ):
        for asked in (
            door.identify(),
            door.open_socket(app_token.get_secret_value()),
            aura.instances(),
            RedisOperations(redis).open(),
        ):
            with pytest.raises(BotError) as failure:
                await asked
            raised.append(failure.value)
    for error in raised:
        text = "".join(traceback.format_exception(error))
        assert hatched(f"{error.summary} {error.hint} {error!r} {text}") == []


async def test_no_seeded_secret_stands_in_the_doctors_report(settings: Settings) -> None:
    findings = await diagnose(settings)
    assert [f for f in findings if f.level == "wrong"]
    assert hatched(repr(findings)) == []


class Unlimited:
    async def take(self, credential: Credential, *, background: bool, patience: float) -> None:
        return None


async def never(operation_id: str) -> bool:
    return False
