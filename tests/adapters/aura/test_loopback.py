"""Over a real socket: what only a real connection can show."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from socket import socket

import pytest
from aiohttp import web

from bot.core.base import OperationId
from bot.core.errors import AuraUnavailable, AuraUnreachable
from tests.adapters.aura.stage import INSTANCE, ORDERS, PERMIT, MovingClock, a_client

Answer = Callable[[web.BaseRequest], web.StreamResponse]


@asynccontextmanager
async def served(answer: Answer) -> AsyncIterator[tuple[str, list[str]]]:
    """Serve Aura on a free port; yields its address and what it was asked for."""
    asked: list[str] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(f"{request.method} {request.path}")
        if request.path == "/oauth/token":
            return web.json_response({"access_token": "t", "expires_in": 3600})
        return answer(request)

    server = web.Server(handle)
    runner = web.ServerRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        [(host, port)] = runner.addresses
        yield f"http://{host}:{port}", asked
    finally:
        await runner.cleanup()


def drop(request: web.BaseRequest) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def test_a_restore_travels_over_a_real_connection(clock: MovingClock) -> None:
    def accept(request: web.BaseRequest) -> web.StreamResponse:
        return web.json_response({"data": {**INSTANCE, "status": "restoring"}}, status=202)

    async with served(accept) as (url, asked), a_client(None, clock, url=url) as client:
        assert (await client.overwrite_in_place(PERMIT)).status == "restoring"
    assert len(asked) == 2


async def test_an_answer_dropped_after_acceptance_is_an_open_outcome(clock: MovingClock) -> None:
    async with served(drop) as (url, asked), a_client(None, clock, url=url) as client:
        with pytest.raises(AuraUnavailable) as caught:
            await client.overwrite_in_place(PERMIT)
    assert not caught.value.definite
    assert len(asked) == 2


async def test_a_refused_connection_is_a_definite_no(clock: MovingClock) -> None:
    with socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        async with a_client(None, clock, url=url) as client:
            with pytest.raises(AuraUnreachable):
                await client.take_snapshot(ORDERS)


async def test_a_redirect_is_not_followed(clock: MovingClock) -> None:
    def elsewhere(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=308, headers={"Location": "/v1/tenants"})

    async with served(elsewhere) as (url, asked), a_client(None, clock, url=url) as client:
        with pytest.raises(Exception, match="another address"):
            await client.instance(ORDERS)
    assert asked == ["POST /oauth/token", f"GET /v1/instances/{ORDERS}"]


async def test_time_lost_while_connecting_counts_as_well(clock: MovingClock) -> None:
    """The last look at the clock is when the first byte of the call would be written."""

    class Stalling(MovingClock):
        looks = 0

        def monotonic(self) -> float:
            if permits:
                self.looks += 1
                if self.looks > 1:  # the first look after the permit still finds all well
                    self.pass_by(10)
            return super().monotonic()

    permits: list[OperationId] = []

    async def consume(operation_id: OperationId) -> bool:
        permits.append(operation_id)
        return True

    stalling = Stalling()
    async with (
        served(drop) as (url, asked),
        a_client(None, stalling, url=url, consume=consume) as client,
    ):
        with pytest.raises(AuraUnreachable, match="nothing was sent") as caught:
            await client.overwrite_in_place(PERMIT)
    assert caught.value.definite
    assert (asked, len(permits)) == (["POST /oauth/token"], 1)
