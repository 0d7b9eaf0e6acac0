"""Scenarios that play by themselves on the sandbox's page, one at a time.

    GET  /sandbox/scenarios          what there is to play, and what plays now
    POST /sandbox/scenarios/start    {"name", "pace"?}   ends what plays; pace 0.25 to 50, 1 is calm
    POST /sandbox/scenarios/pause
    POST /sandbox/scenarios/resume
    POST /sandbox/scenarios/next     go on to the next step now
    POST /sandbox/scenarios/stop     end it, and take its caption away

The GET answers
`{"scenarios": [{"name", "title", "about"}], "playing": null | {"name", "title", "paused",
"state": "playing" | "done" | "failed", "n", "caption", "look", "as", "channel", "thread",
"typing", "press", "field"}}`; what the last ones mean stands with `Cue`. A change is announced on
`/sandbox/events` like every other. A POST answers `{"ok": true}` or `{"ok": false, "error"}`, and
takes `application/json` only: a foreign web page can send that nowhere unasked.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Literal

from aiohttp import web

from sandbox.scenarios.plays import PLAYS, Play
from sandbox.scenarios.stage import Stage, StageError
from sandbox.slack.wire import Payload

__all__ = ["Scenarios", "Stage", "nothing_to_play"]

_log = logging.getLogger(__name__)
_PACES = (0.25, 50.0)
_TROUBLE = "Something went wrong in this scenario. Play it again."


def nothing_to_play() -> list[web.RouteDef]:
    """The routes of a double that stands alone: there is no stage, and the page may ask."""

    async def empty(_request: web.Request) -> web.Response:
        return web.json_response({"scenarios": [], "playing": None})

    return [web.get("/sandbox/scenarios", empty)]


class Scenarios:
    """Serves `/sandbox/scenarios` for one stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._plays = {p.name: p for p in PLAYS if stage.crash is not None or not p.kills}
        self._play: Play | None = None
        self._task: asyncio.Task[None] | None = None
        self._state: Literal["playing", "done", "failed"] = "done"

    def routes(self) -> list[web.RouteDef]:
        """The routes to mount."""
        base = "/sandbox/scenarios"
        return [
            web.get(base, self._list),
            web.post(f"{base}/start", _taking(self._start)),
            web.post(f"{base}/pause", _taking(self._on_stage(self._stage.pause))),
            web.post(f"{base}/resume", _taking(self._on_stage(self._stage.resume))),
            web.post(f"{base}/next", _taking(self._on_stage(self._stage.skip))),
            web.post(f"{base}/stop", _taking(self._stop)),
        ]

    async def stop(self) -> None:
        """End what plays, and leave nothing broken."""
        self._play = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._stage.changed()

    async def _list(self, _request: web.Request) -> web.Response:
        listed = [
            {"name": p.name, "title": p.title, "about": p.about} for p in self._plays.values()
        ]
        return web.json_response({"scenarios": listed, "playing": self._playing()})

    def _playing(self) -> Payload | None:
        if self._play is None:
            return None
        cue = self._stage.cue
        return {
            "name": self._play.name,
            "title": self._play.title,
            "state": self._state,
            "paused": self._stage.paused,
            "n": cue.n,
            "caption": cue.caption,
            "look": cue.look,
            "as": cue.person,
            "channel": cue.channel,
            "thread": cue.thread,
            "typing": cue.typing,
            "press": cue.press,
            "field": cue.field,
        }

    async def _start(self, body: Payload) -> None:
        play = self._plays.get(str(body.get("name")))
        pace = body.get("pace", 1.0)
        if play is None:
            raise ValueError(f"there is no scenario {body.get('name')}")
        if isinstance(pace, bool) or not isinstance(pace, int | float):
            raise ValueError("pace must be a number")
        await self.stop()
        self._stage.pace = min(max(float(pace), _PACES[0]), _PACES[1])
        self._play, self._state = play, "playing"
        self._task = asyncio.create_task(self._act(play))

    async def _stop(self, _body: Payload) -> None:
        await self.stop()

    def _on_stage(self, act: Callable[[], None]) -> Callable[[Payload], Awaitable[None]]:
        async def done(_body: Payload) -> None:
            if self._play is None or self._state != "playing":
                raise ValueError("nothing is playing")
            act()

        return done

    async def _act(self, play: Play) -> None:
        stage = self._stage
        try:
            await stage.tidy()
            await play.run(stage)
            self._state = "done"
        except StageError as trouble:
            self._fail(str(trouble))
        except Exception:  # a visitor may have changed anything meanwhile
            _log.exception("scenario %s failed", play.name)
            self._fail(_TROUBLE)
        finally:
            stage.curtain()

    def _fail(self, words: str) -> None:
        self._state = "failed"
        self._stage.tell(words)


def _taking(
    act: Callable[[Payload], Awaitable[None]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            body = json.loads(await request.text() or "{}")
            await act(body if isinstance(body, dict) else {})
        except ValueError as refusal:
            return web.json_response({"ok": False, "error": str(refusal)})
        return web.json_response({"ok": True})

    return handle
