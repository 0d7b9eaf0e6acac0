"""Socket Mode: the WebSocket end that Slack holds.

Each envelope goes to exactly one of the open connections and must be acknowledged with its
`envelope_id`. Connections are replaced from time to time: Slack says `disconnect` and why.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import json
from collections.abc import Callable

from aiohttp import WSMsgType, web

from sandbox.slack.wire import Envelope, Payload, Reply, SlackError
from sandbox.slack.world import World

CONNECTIONS_MAX = 10
GRACE_SECONDS = 10.0


class SocketMode:
    """All open connections of the app."""

    def __init__(self, world: World, *, changed: Callable[[], None]) -> None:
        self._world = world
        self._changed = changed
        self._tickets: set[str] = set()
        self._open: dict[web.WebSocketResponse, asyncio.Transport | None] = {}
        self._leaving: set[web.WebSocketResponse] = set()
        self._silent: set[web.WebSocketResponse] = set()
        self._waiting: dict[str, list[asyncio.Future[Payload]]] = {}
        self._turn = 0
        self._closing: set[asyncio.Task[None]] = set()
        self.opened = 0

    @property
    def connections(self) -> int:
        """How many connections stand."""
        return len(self._open)

    def new_url(self) -> str:
        """A WebSocket address that works once."""
        ticket = self._world.new_id("link")
        self._tickets.add(ticket)
        base = self._world.base_url.replace("http", "ws", 1)
        return f"{base}/link/?ticket={ticket}&app_id={self._world.app.id}"

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from its hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="this address was used before, or never given out")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self._open) >= CONNECTIONS_MAX:
            await socket.send_json(self._disconnect("too_many_websockets"))
            await socket.close()
            return socket
        self._open[socket] = request.transport
        self.opened += 1
        self._changed()
        try:
            await socket.send_json(self._hello())
            async for frame in socket:
                if socket in self._silent:
                    continue
                if frame.type is WSMsgType.PING:
                    await socket.pong(frame.data)
                elif frame.type is WSMsgType.TEXT:
                    self._acknowledged(frame.data)
        finally:
            del self._open[socket]
            self._leaving.discard(socket)
            self._silent.discard(socket)
            self._changed()
        return socket

    async def deliver(self, envelope: Envelope, *, within: float) -> Reply:
        """Send an envelope to one connection and wait for its acknowledgement."""
        socket = self._next_socket()
        if socket is None:
            return Reply(acked=False, failure="dispatch_failed")
        frame: Payload = {
            "envelope_id": envelope.id,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.accepts_response,
        }
        if envelope.kind == "events_api":
            frame["retry_attempt"] = envelope.retry_attempt
            frame["retry_reason"] = envelope.retry_reason
        acked: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(envelope.id, []).append(acked)
        try:
            if socket not in self._silent:
                await socket.send_json(frame)
            payload = await asyncio.wait_for(acked, within)
        except TimeoutError:
            return Reply(acked=False, failure="operation_timeout")
        except ConnectionError:
            return Reply(acked=False, failure="dispatch_failed")
        finally:
            self._waiting[envelope.id].remove(acked)
            if not self._waiting[envelope.id]:
                del self._waiting[envelope.id]
        return Reply(acked=True, payload=payload if envelope.accepts_response else {})

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go, and why; those that stay are closed after ten seconds."""
        for socket in set(self._open) - self._silent:
            with contextlib.suppress(ConnectionError):
                await socket.send_json(self._disconnect(reason))
            self._leaving.add(socket)
            task = asyncio.create_task(self._close_later(socket))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def drop(self) -> None:
        """Cut every connection without a word."""
        for transport in list(self._open.values()):
            if transport is not None:
                transport.abort()

    def fall_silent(self) -> None:
        """Leave every connection open, and neither hear nor say anything on it any more."""
        self._silent |= set(self._open)

    async def close(self) -> None:
        """End all connections and what waits on them."""
        for task in list(self._closing):
            task.cancel()
        for socket in list(self._open):
            await socket.close()

    async def _close_later(self, socket: web.WebSocketResponse) -> None:
        await asyncio.sleep(GRACE_SECONDS)
        await socket.close()

    def _next_socket(self) -> web.WebSocketResponse | None:
        standing = [s for s in self._open if not s.closed]
        fresh = [s for s in standing if s not in self._leaving] or standing
        if not fresh:
            return None
        self._turn += 1
        return fresh[self._turn % len(fresh)]

    def _acknowledged(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        payload = frame.get("payload")
        if isinstance(payload, str):
            payload = {"text": payload}
        for acked in self._waiting.get(str(frame.get("envelope_id")), []):
            if not acked.done():
                acked.set_result(payload or {})

    def _hello(self) -> Payload:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "debug_info": {
                "host": "sandbox-applink",
                "build_number": 1,
                "approximate_connection_time": 3600,
            },
            "connection_info": {"app_id": self._world.app.id},
        }

    def _disconnect(self, reason: str) -> Payload:
        if reason not in ("warning", "refresh_requested", "link_disabled", "too_many_websockets"):
            raise SlackError("invalid_arguments")
        return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox-applink"}}
