"""The small web server: what it answers, and what it does when a check misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bot.adapters import web
from bot.adapters.web import CannotListen, Checks, WebServer


async def fine() -> str | None:
    return None


async def broken() -> str | None:
    return "it is broken"


async def buggy() -> str | None:
    raise RuntimeError("a bug")


async def endless() -> str | None:
    await asyncio.Event().wait()
    return None


async def page() -> bytes:
    return b"savepoint_up 1\n"


@asynccontextmanager
async def served(**checks: object) -> AsyncIterator[httpx.AsyncClient]:
    ready: Checks = checks  # type: ignore[assignment]
    async with (
        WebServer(host="127.0.0.1", port=0, ready=ready, metrics=page) as server,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client,
    ):
        yield client


async def test_health_only_says_that_the_process_lives() -> None:
    async with served(redis=broken) as client:
        answer = await client.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_ready_names_each_thing_and_is_503_when_one_is_wrong() -> None:
    async with served(redis=fine, slack=fine) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"redis": "ok", "slack": "ok"})
    async with served(redis=fine, slack=broken) as client:
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (
            503, {"redis": "ok", "slack": "it is broken"},
        )  # fmt: skip


async def test_a_check_that_hangs_or_raises_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "PATIENCE", 0.05)
    async with served(redis=endless, slack=buggy) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {
            "redis": "no answer within 0.05 s",
            "slack": "the check itself failed",
        }


async def test_metrics_are_plain_text() -> None:
    async with served() as client:
        answer = await client.get("/metrics")
        assert answer.text == "savepoint_up 1\n"
        assert answer.headers["content-type"].startswith("text/plain")


async def test_without_an_app_there_is_no_way_in_for_events() -> None:
    async with served() as client:
        assert (await client.post("/slack/events")).status_code == 404


async def test_an_address_that_is_taken_is_refused_with_a_hint() -> None:
    async with WebServer(host="127.0.0.1", port=0, ready={}, metrics=page) as first:
        second = WebServer(host="127.0.0.1", port=first.port, ready={}, metrics=page)
        with pytest.raises(CannotListen) as refusal:
            async with second:
                pass
        assert refusal.value.hint is not None
        assert "SAVEPOINT_PORT" in refusal.value.hint


async def test_a_server_that_never_started_ends_quietly() -> None:
    server = WebServer(host="127.0.0.1", port=8080, ready={}, metrics=page)
    assert server.port == 8080
    await server.__aexit__(None, None, None)
