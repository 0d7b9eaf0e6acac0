"""Control of the double from another process: read its record, throw its switches.

    GET  /sandbox/aura/calls?after=N      the calls whose number is above N
    GET  /sandbox/aura/restores           the accepted restores and overwrites
    GET  /sandbox/aura/counts             how often each kind of call came
    GET  /sandbox/aura/instances          id, name and status of each instance
    GET  /sandbox/aura/export?instance_id=…&snapshot_id=…
                                          the file that the console's Export button downloads
    GET  /sandbox/aura/faults             the switches
    POST /sandbox/aura/faults             {"name", "on" | "count"}
    POST /sandbox/aura/expire-tokens
    POST /sandbox/aura/status             {"instance_id", "status", "for_seconds"?}
    POST /sandbox/aura/snapshot-status    {"instance_id", "snapshot_id", "status"}
    POST /sandbox/aura/forget-snapshot    {"instance_id", "snapshot_id"}

A POST answers `{"ok": true}` or, with status 400, `{"ok": false, "error": "…"}`.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.aura.calls import Call
from sandbox.aura.times import stamp
from sandbox.aura.world import Restore

if TYPE_CHECKING:
    from sandbox.aura.double import AuraDouble

_Body = dict[str, object]


def control_routes(double: "AuraDouble") -> list[web.RouteDef]:
    """The control interface of one double."""

    async def calls(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdecimal():
            return _failed("after must be a number")
        return web.json_response([_shown(c) for c in double.calls if c.n > int(after)])

    async def restores(_request: web.Request) -> web.Response:
        return web.json_response([_shown(r) for r in double.restores])

    async def counts(_request: web.Request) -> web.Response:
        return web.json_response(dict(double.record.counts))

    async def instances(_request: web.Request) -> web.Response:
        known = {i.id: i.name for i in double.world.instances.values()}
        return web.json_response(
            [{"id": i, "name": name, "status": double.status_of(i)} for i, name in known.items()]
        )

    async def export(request: web.Request) -> web.Response:
        wanted = request.query.get("instance_id", ""), request.query.get("snapshot_id", "")
        try:
            content = double.export(*wanted)
        except KeyError as error:
            return _failed(f"unknown or missing: {error.args[0]}")
        except ValueError as error:
            return _failed(str(error))
        name = f"neo4j-{wanted[1]}.backup"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=content, headers=headers)

    async def faults(_request: web.Request) -> web.Response:
        return web.json_response(double.faults.render())

    def set_fault(body: _Body) -> None:
        on, count = body.get("on"), body.get("count")
        if on is not None and not isinstance(on, bool):
            raise ValueError("on must be true or false")
        if count is not None and (isinstance(count, bool) or not isinstance(count, int)):
            raise ValueError("count must be a whole number")
        double.faults.set(_text(body, "name"), on=on, count=count)

    def expire_tokens(_body: _Body) -> None:
        double.expire_tokens()

    def set_status(body: _Body) -> None:
        seconds = body.get("for_seconds")
        if seconds is not None and not isinstance(seconds, int | float):
            raise ValueError("for_seconds must be a number")
        double.set_status(_text(body, "instance_id"), _text(body, "status"), for_seconds=seconds)

    def set_snapshot_status(body: _Body) -> None:
        names = ("instance_id", "snapshot_id", "status")
        double.set_snapshot_status(*(_text(body, name) for name in names))

    def forget_snapshot(body: _Body) -> None:
        double.forget_snapshot(_text(body, "instance_id"), _text(body, "snapshot_id"))

    base = "/sandbox/aura/"
    return [
        web.get(base + "calls", calls),
        web.get(base + "restores", restores),
        web.get(base + "counts", counts),
        web.get(base + "instances", instances),
        web.get(base + "export", export),
        web.get(base + "faults", faults),
        web.post(base + "faults", _acting(set_fault)),
        web.post(base + "expire-tokens", _acting(expire_tokens)),
        web.post(base + "status", _acting(set_status)),
        web.post(base + "snapshot-status", _acting(set_snapshot_status)),
        web.post(base + "forget-snapshot", _acting(forget_snapshot)),
    ]


def _acting(act: Callable[[_Body], None]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            body = json.loads(await request.text() or "{}")
            if not isinstance(body, dict):
                return _failed("the body must be an object")
            act(body)
        except KeyError as error:
            return _failed(f"unknown or missing: {error.args[0]}")
        except ValueError as error:
            return _failed(str(error))
        return web.json_response({"ok": True})

    return handle


def _text(body: _Body, key: str) -> str:
    value = body[key]
    if not isinstance(value, str):
        raise ValueError(f"{key} must be a string")
    return value


def _failed(error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error}, status=400)


def _shown(entry: Call | Restore) -> dict[str, object]:
    return {**asdict(entry), "at": stamp(entry.at)}
