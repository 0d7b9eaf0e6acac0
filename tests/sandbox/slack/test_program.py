"""The double as a program of its own, and an app made from its manifest."""

import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.cast import App, Command, Shortcut


async def test_the_program_prints_its_settings_and_ends_on_sigterm() -> None:
    program = await create_subprocess_exec(
        sys.executable, "-m", "sandbox.slack", "--port", "0", stdout=PIPE
    )
    assert program.stdout is not None
    lines = [(await program.stdout.readline()).decode().strip() for _ in range(4)]
    settings = dict(line.split("=", 1) for line in lines)
    web = AsyncWebClient(token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"])
    assert (await web.auth_test())["ok"]
    assert settings["SLACK_APP_TOKEN"].startswith("xapp-")
    assert settings["SLACK_SIGNING_SECRET"]
    program.send_signal(signal.SIGTERM)
    assert await program.wait() == 0


def test_an_app_is_made_from_its_manifest() -> None:
    app = App.from_manifest(
        {
            "features": {
                "slash_commands": [{"command": "/aura", "description": "d", "should_escape": True}],
                "shortcuts": [
                    {"type": "global", "callback_id": "r", "name": "n", "description": "d"}
                ],
            },
            "oauth_config": {"scopes": {"bot": ["commands"]}},
            "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
        }
    )
    assert app.commands == (Command("/aura", "d"),)
    assert app.shortcuts == (Shortcut("global", "r", "n"),)
    assert (app.scopes, app.events) == (("commands",), ("app_mention",))
