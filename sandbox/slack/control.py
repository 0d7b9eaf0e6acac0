"""The control interface: what the page (or a script) sees and does as a person.

`GET /sandbox/state`, `/sandbox/events`, `/sandbox/timeline`, `/sandbox/faults`, and
`POST /sandbox/act`, `/sandbox/faults`. Refusals answer `ok: false` with status 200;
`noticed` is true when the same words stand among the person's notices.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from sandbox.slack.acts import Acts
from sandbox.slack.api import Api
from sandbox.slack.faults import FaultPanel
from sandbox.slack.forms import Forms
from sandbox.slack.snapshot import seen_by
from sandbox.slack.timeline import Timeline
from sandbox.slack.wire import Payload, SlackSaysError
from sandbox.slack.workspace import Workspace

KEEP_ALIVE_SECONDS = 15.0


class Control:
    """Serves `/sandbox/…`."""

    def __init__(
        self,
        api: Api,
        *,
        acts: Acts,
        forms: Forms,
        workspace: Workspace,
        timeline: Timeline,
        panels: Mapping[str, FaultPanel],
        speed: float,
    ) -> None:
        self._api = api
        self._acts = acts
        self._forms = forms
        self._workspace = workspace
        self._timeline = timeline
        self._panels = panels
        self._speed = speed
        self._stopping = False

    def routes(self) -> list[web.RouteDef]:
        """The routes to mount."""
        return [
            web.get("/sandbox/state", self._state),
            web.get("/sandbox/events", self._events),
            web.post("/sandbox/act", self._act),
            web.get("/sandbox/timeline", self._entries),
            web.get("/sandbox/faults", self._faults),
            web.post("/sandbox/faults", self._set_fault),
        ]

    def stop(self) -> None:
        """Let every listener go, so that the server can end."""
        self._stopping = True
        self._api.world.changed()

    async def _state(self, request: web.Request) -> web.Response:
        user = request.query.get("as") or self._api.world.cast.people[0].id
        if user not in self._api.world.people:
            return web.json_response({"ok": False, "error": f"nobody is called {user}"})
        return web.json_response(seen_by(self._api, user, speed=self._speed))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        changed = asyncio.Event()
        changed.set()
        world = self._api.world
        world.watchers.add(changed)
        try:
            while not self._stopping:
                said = b": still here\n\n"
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), KEEP_ALIVE_SECONDS)
                    changed.clear()
                    said = f"data: {json.dumps({'rev': world.rev})}\n\n".encode()
                await response.write(said)
        except ConnectionResetError:
            pass
        finally:
            world.watchers.discard(changed)
        return response

    async def _act(self, request: web.Request) -> web.Response:
        body = await _body(request)
        user = str(body.get("as", ""))
        told = len(self._api.world.notices)
        try:
            act = self._kinds().get(str(body.get("kind")))
            if act is None:
                raise SlackSaysError(f"there is no way to {body.get('kind')}")
            done = await act(user, body)
        except SlackSaysError as refusal:
            noticed = any(n.text == str(refusal) for n in self._api.world.notices[told:])
            return web.json_response({"ok": False, "error": str(refusal), "noticed": noticed})
        except KeyError as missing:
            return web.json_response({"ok": False, "error": f"there is no {missing}"})
        return web.json_response({"ok": True, **(done or {})})

    def _kinds(self) -> dict[str, Callable[[str, Payload], Awaitable[Payload | None]]]:
        return {
            "command": self._command,
            "say": self._say,
            "press": self._press,
            "submit": self._submit,
            "close": self._close,
            "suggest": self._suggest,
            "home": self._home,
            "shortcut": self._shortcut,
            "message_shortcut": self._message_shortcut,
            "read": self._read,
            "rename": self._rename,
            "delete": self._delete,
        }

    async def _command(self, user: str, body: Payload) -> None:
        await self._acts.command(
            user, body["channel"], body["text"], thread_ts=body.get("thread_ts")
        )

    async def _say(self, user: str, body: Payload) -> Payload:
        message = await self._acts.say(
            user, body["channel"], body["text"], thread_ts=body.get("thread_ts")
        )
        return {"ts": message.ts}

    async def _press(self, user: str, body: Payload) -> None:
        at = body["block_id"], body["action_id"]
        if "view_id" not in body:
            await self._forms.press_in_message(user, body["channel"], body["ts"], *at, body)
            return
        view = self._forms.view(user, body["view_id"])
        self._forms.fill(view, body.get("state") or {})
        await self._forms.press_in_view(user, view.id, *at, body)

    async def _submit(self, user: str, body: Payload) -> Payload:
        errors = await self._forms.submit(user, body["view_id"], body.get("state") or {})
        return {"errors": errors} if errors else {}

    async def _close(self, user: str, body: Payload) -> None:
        await self._forms.close(user, body["view_id"], all_=bool(body.get("all")))

    async def _suggest(self, user: str, body: Payload) -> Payload:
        return await self._forms.suggest(
            user,
            view_id=body.get("view_id", ""),
            channel_id=body.get("channel", ""),
            ts=body.get("ts", ""),
            block_id=body["block_id"],
            action_id=body["action_id"],
            typed=body["value"],
        )

    async def _home(self, user: str, _body: Payload) -> None:
        await self._acts.open_home(user)

    async def _shortcut(self, user: str, body: Payload) -> None:
        await self._acts.shortcut(user, body["callback_id"])

    async def _message_shortcut(self, user: str, body: Payload) -> None:
        await self._acts.message_shortcut(user, body["callback_id"], body["channel"], body["ts"])

    async def _read(self, user: str, body: Payload) -> None:
        self._api.world.read(user, self._api.world.channels[body["channel"]])

    async def _rename(self, _user: str, body: Payload) -> None:
        self._workspace.rename(body["user"], body["name"])

    async def _delete(self, user: str, body: Payload) -> None:
        self._acts.delete(user, body["channel"], body["ts"])

    async def _entries(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        entries = self._timeline.after(int(after) if after.isdigit() else 0)
        return web.json_response({"entries": [entry.render() for entry in entries]})

    async def _faults(self, _request: web.Request) -> web.Response:
        return web.json_response({name: panel.render() for name, panel in self._panels.items()})

    async def _set_fault(self, request: web.Request) -> web.Response:
        body = await _body(request)
        count = body.get("count")
        try:
            panel = self._panels[str(body.get("service"))]
            panel.set(
                str(body.get("name")),
                on=bool(body["on"]) if "on" in body else None,
                count=None if count is None else int(count),
            )
        except (KeyError, TypeError, ValueError) as wrong:
            return web.json_response({"ok": False, "error": f"there is no such fault: {wrong}"})
        self._api.world.changed()
        return web.json_response({"ok": True})


async def _body(request: web.Request) -> Payload:
    """The JSON object sent; an empty one stands for anything else.

    Only `application/json` is read: a foreign web page can send that nowhere unasked.
    """
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
