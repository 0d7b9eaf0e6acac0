"""A stand-in for the sandbox's server: canned state over the real control interface.

`python -m tests.browser.mock_state` serves it for work on the page.
"""

import asyncio
import json
from copy import deepcopy
from datetime import UTC, datetime

from aiohttp import web

from sandbox import page
from tests.browser import canned
from tests.browser.canned import Json


class World:
    """What the page is told, and every act it sent."""

    def __init__(self) -> None:
        self.rev = 1
        self.acts: list[Json] = []
        self.messages = {canned.OPS: canned.conversation(), canned.STAGING: [], canned.DM: []}
        self.channels = [canned.CHANNEL_DEFAULTS | c for c in canned.CHANNELS]
        self.views: dict[str, list[Json]] = {}
        self.home: Json | None = None
        self.notices: list[Json] = []
        self.errors: dict[str, str] = {}
        self.faults: Json = {
            "aura": {
                "slow": {"label": "slow", "on": False, "count": None},
                "unavailable": {"label": "503", "on": True, "count": None},
                "throttle": {"label": "429", "on": False, "count": None},
                "brand_new": {"label": "A fault the page has no words for", "on": False},
            },
            "slack": {
                "redeliver": {"label": "twice", "on": False, "count": None},
                "disconnect": {"label": "refresh", "on": False, "count": None},
            },
        }
        self.entries: list[Json] = []
        self._listeners: list[asyncio.Queue[int]] = []
        self.record("slack", "in (bot received)", "slash_commands /aura", detail={"text": "help"})
        self.record("aura", "out (bot called)", "GET /v1/instances")
        self.record("slack", "out (bot called)", "chat.postMessage", status="ratelimited")

    def change(self) -> None:
        """Tell every open page that something is new."""
        self.rev += 1
        for listener in self._listeners:
            listener.put_nowait(self.rev)

    def record(
        self, service: str, direction: str, what: str, *, status: str = "ok", detail: object = None
    ) -> None:
        self.entries.append(
            {
                "n": len(self.entries) + 1,
                "at": datetime.fromtimestamp(canned.NOW, UTC).isoformat(),
                "service": service,
                "direction": direction,
                "what": what,
                "status": status,
                "detail": detail or {},
            }
        )

    def show(self, user: str, view: Json, *, of: str | None = None) -> None:
        """Open a view for somebody, or put it in the place of the open one named `of`."""
        stack = self.views.setdefault(user, [])
        view = deepcopy(view) | {"id": of or f"V{len(stack)}-{user}", "hash": f"h{self.rev}"}
        if of:
            stack[-1] = view
        else:
            stack.append(view)
        self.change()

    def state(self, me: str) -> Json:
        return {
            "rev": self.rev,
            "now": datetime.fromtimestamp(canned.NOW, UTC).isoformat(),
            "speed": 20,
            "me": me,
            "team": {"id": "T1", "name": "Northwind"},
            "people": [p | {"title": canned.TITLES[p["id"]]} for p in canned.PEOPLE],
            "channels": self.channels,
            "messages": self.messages,
            "views": self.views.get(me, []),
            "home": self.home,
            "usergroups": [{"id": "S1", "handle": "db-approvers", "users": ["U2", "U3"]}],
            "commands": [
                {
                    "command": "/aura",
                    "usage_hint": "restore <instance> | snapshot list <instance> | help",
                    "description": "Back up and restore Aura instances",
                }
            ],
            "shortcuts": [
                {"type": "global", "callback_id": "restore", "name": "Restore an instance"},
                {"type": "message", "callback_id": "about", "name": "About this operation"},
            ],
            "notices": self.notices,
        }

    def act(self, body: Json) -> Json:
        """Record the act and answer roughly as the real double would."""
        self.acts.append(body)
        match body["kind"]:
            case "command":
                self.show(body["as"], canned.restore_form())
            case "say" if body["text"] == "refused":
                return {"ok": False, "error": "not_in_channel"}
            case "say":
                more = {k: body[k] for k in ("thread_ts",) if k in body}
                at = f"{canned.NOW + len(self.acts)}.000200"
                said = canned.message(at, body["as"], body["text"], **more)
                self.messages[body["channel"]].append(said)
            case "submit" if self.errors:
                return {"ok": True, "errors": self.errors}
            case "submit" | "close":
                self.views[body["as"]] = [] if body.get("all") else self.views[body["as"]][:-1]
            case "suggest":
                typed = body["value"].lower()
                groups = [
                    g | {"options": [o for o in g["options"] if typed in o["text"]["text"].lower()]}
                    for g in canned.SNAPSHOTS
                ]
                return {"ok": True, "option_groups": [g for g in groups if g["options"]]}
            case "home":
                self.home = canned.HOME
            case "read":
                for channel in self.channels:
                    if channel["id"] == body["channel"]:
                        channel.update(unread=0, mentions=0)
        self.change()
        return {"ok": True}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/sandbox/state", self._state),
            web.get("/sandbox/events", self._events),
            web.get("/sandbox/scenarios", self._scenarios),
            web.post("/sandbox/act", self._act),
            web.get("/sandbox/timeline", self._timeline),
            web.get("/sandbox/faults", self._faults),
            web.post("/sandbox/faults", self._set_fault),
        ]

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self.state(request.query.get("as") or canned.REQUESTER))

    async def _scenarios(self, _request: web.Request) -> web.Response:
        return web.json_response(canned.SCENARIOS)

    async def _act(self, request: web.Request) -> web.Response:
        return web.json_response(self.act(await request.json()))

    async def _timeline(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        return web.json_response({"entries": [e for e in self.entries if e["n"] > after]})

    async def _faults(self, _request: web.Request) -> web.Response:
        return web.json_response(self.faults)

    async def _set_fault(self, request: web.Request) -> web.Response:
        body = await request.json()
        fault = self.faults[body.pop("service")][body.pop("name")]
        fault.update(on=body.get("on", bool(body.get("count"))), count=body.get("count") or None)
        self.change()
        return web.json_response({"ok": True})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        queue: asyncio.Queue[int] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            while True:
                word = json.dumps({"rev": await queue.get()})
                await response.write(f"data: {word}\n\n".encode())
        except ConnectionError:
            return response  # the page was closed
        finally:
            self._listeners.remove(queue)


def application(world: World) -> web.Application:
    """The page and the canned control interface, as one aiohttp application."""
    app = web.Application()
    app.add_routes([*page.routes(), *world.routes()])
    return app


if __name__ == "__main__":
    web.run_app(application(World()), host="127.0.0.1", port=8499)
