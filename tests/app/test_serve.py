"""The whole bot, as `savepoint serve` runs it, against both doubles."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest

from bot import app
from bot.adapters import socket
from bot.adapters.queue import DocketQueue
from bot.adapters.redis import RedisOperations
from bot.adapters.web import CannotListen
from bot.app import serve
from bot.config import load
from bot.core.base import OperationId
from bot.core.errors import ChatFailed, StoreUnavailable
from bot.services.post import PostOffice
from sandbox.aura.times import utc_now
from sandbox.slack import SlackDouble
from sandbox.slack import cast as slack
from sandbox.slack.http_mode import signature
from sandbox.town import Town
from tests.adapters.waiting import until, until_async


@asynccontextmanager
async def serving(env: Mapping[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    stop, port = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(serve(load(env), stop=stop, ready=port.set_result))
    try:
        await asyncio.wait([running, port], return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port.result()}") as web:
            yield web
    finally:
        stop.set()
        await running


async def test_it_answers_health_readiness_metrics_and_a_command(
    env: dict[str, str], place: Town
) -> None:
    assert place.slack is not None
    async with serving(env) as web:
        assert (await web.get("/healthz")).json() == {"status": "alive"}
        ready = await web.get("/readyz")
        assert (ready.status_code, ready.json()) == (
            200, {"redis": "ok", "slack": "ok", "aura": "ok"},
        )  # fmt: skip
        assert (await web.post("/slack/events")).status_code == 404
        person = place.slack.person(slack.REQUESTER)
        await person.types("/aura help", channel=slack.OPS_PRODUCTION)
        await until(lambda: "snapshot list" in str(person.whispers))
        page = (await web.get("/metrics")).text
        assert "savepoint_queue_lag_seconds 0.0" in page
        assert "savepoint_store_up 1.0" in page
        assert 'savepoint_aura_call_seconds_count{effect="sign_in",outcome="ok"} 1.0' in page
        assert 'method="apps.connections.open",outcome="ok"} 1.0' in page
    assert place.slack.connections == 0


async def test_a_start_as_the_readme_shows_it_warns_of_nothing(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", env["SLACK_BOT_TOKEN"])
    async with serving(env):
        pass
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_a_bell_rung_by_another_process_is_answered(env: dict[str, str]) -> None:
    """The operation is unknown here, and its bell is owed no more after the tick."""
    async with serving(env):

        async def silence(operation_id: OperationId) -> None:
            raise AssertionError("this queue has no worker")

        async with DocketQueue(env["REDIS_URL"], silence) as queue:
            await queue.ring(OperationId("rst-unknown"))
            await until_async(lambda: _empty(queue))


async def _empty(queue: DocketQueue) -> bool:
    return await queue.depth() == 0


async def test_without_a_store_address_it_brings_its_own(env: dict[str, str]) -> None:
    del env["REDIS_URL"]
    async with serving(env) as web:
        assert (await web.get("/readyz")).json()["redis"] == "ok"


async def test_in_http_mode_it_takes_signed_events_and_refuses_others(
    env: dict[str, str],
) -> None:
    del env["SLACK_APP_TOKEN"]
    async with serving(env) as web:
        body = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()
        stamp = str(int(datetime.now(UTC).timestamp()))  # noqa: TID251 - the verifier's own clock
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(env["SLACK_SIGNING_SECRET"], stamp, body),
        }
        good = await web.post("/slack/events", content=body, headers=headers)
        assert (good.status_code, good.json()["challenge"]) == (200, "c-1")
        forged = headers | {"X-Slack-Signature": signature("another secret", stamp, body)}
        assert (await web.post("/slack/events", content=body, headers=forged)).status_code == 401
        assert (await web.get("/readyz")).json()["slack"] == "ok"


async def test_in_http_mode_a_command_over_signed_http_is_answered(
    env: dict[str, str], place: Town
) -> None:
    del env["SLACK_APP_TOKEN"]
    async with serving(env) as web:
        url = web.base_url.join("/slack/events")
        async with SlackDouble(now=utc_now, deliver_to=str(url)) as double:
            await double.person(slack.REQUESTER).types("/aura help", channel=slack.OPS_PRODUCTION)
            assert [sent.kind for sent in double.sent] == ["slash_commands"]


async def test_a_refused_app_token_ends_the_start_with_a_reason(env: dict[str, str]) -> None:
    with pytest.raises(ChatFailed) as refusal:
        async with serving(env | {"SLACK_APP_TOKEN": "xapp-revoked"}):
            pass
    assert refusal.value.code == "invalid_auth"


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_token_that_slack_takes_no_more_makes_it_unready_until_slack_takes_it_again(
    env: dict[str, str], place: Town, mode: str
) -> None:
    assert place.slack is not None
    if mode == "http":
        del env["SLACK_APP_TOKEN"]
    async with serving(env) as web, AsyncExitStack() as stack:
        person = place.slack.person(slack.REQUESTER)
        if mode == "http":
            url = str(web.base_url.join("/slack/events"))
            there = SlackDouble(now=utc_now, deliver_to=url)
            person = (await stack.enter_async_context(there)).person(slack.REQUESTER)
        await person.types("/aura help", channel=slack.OPS_PRODUCTION)
        assert (await web.get("/readyz")).json()["slack"] == "ok"

        place.slack.dead_tokens[env["SLACK_BOT_TOKEN"]] = "token_revoked"
        await person.opens_home()
        await until_async(lambda: _unready(web))
        said = (await web.get("/readyz")).json()["slack"]
        assert said.startswith("Slack refused ")
        assert said.endswith(": token_revoked")

        place.slack.dead_tokens.clear()
        assert (await web.get("/readyz")).json()["slack"] == "ok"


async def _unready(web: httpx.AsyncClient) -> bool:
    return (await web.get("/readyz")).status_code == 503


async def test_an_app_token_that_slack_takes_no_more_is_named_once_the_socket_is_gone(
    env: dict[str, str], place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place.slack is not None
    monkeypatch.setattr(app, "WATCH", 0.01)
    monkeypatch.setattr(socket, "DEAF_AFTER", 0.0)
    async with serving(env) as web:
        place.slack.dead_tokens[env["SLACK_APP_TOKEN"]] = "token_revoked"
        place.slack.drop_socket()
        why = "Slack refused apps.connections.open: token_revoked"
        await until_async(lambda: _says(web, why))


async def _says(web: httpx.AsyncClient, why: str) -> bool:
    return bool((await web.get("/readyz")).json()["slack"] == why)


async def test_it_starts_while_slack_and_aura_are_away_and_says_so(env: dict[str, str]) -> None:
    away = {"SLACK_API_URL": "http://127.0.0.1:9/api/", "AURA_API_URL": "http://127.0.0.1:9"}
    async with serving(env | away) as web:
        ready = await web.get("/readyz")
        assert ready.status_code == 503
        assert ready.json() == {
            "redis": "ok",
            "slack": "the Slack socket is not open",
            "aura": "signing in to Aura did not work, so nothing else was sent",
        }


async def test_metrics_and_readiness_survive_a_store_that_is_away(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(env) as web:

        async def silent(self: object) -> object:
            raise StoreUnavailable("the store does not answer")

        monkeypatch.setattr(RedisOperations, "count_by_phase", silent)
        monkeypatch.setattr(RedisOperations, "open", silent)
        page = (await web.get("/metrics")).text
        assert "savepoint_store_up 0.0" in page
        assert "savepoint_queue_lag_seconds NaN" in page
        assert (await web.get("/readyz")).json()["redis"] == "the store does not answer"


async def test_a_taken_port_is_told_as_such(env: dict[str, str]) -> None:
    async with serving(env) as web:
        port = str(web.base_url.port)
        with pytest.raises(CannotListen, match=f"cannot listen on 127.0.0.1:{port}"):
            async with serving(env | {"SAVEPOINT_PORT": port}):
                pass


async def test_what_does_not_end_in_time_is_cut_off_at_the_stop(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "GRACE", 0.05)
    cut = asyncio.Event()

    async def endless(self: object) -> float:
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()
        return 0.0

    monkeypatch.setattr(PostOffice, "revise", endless)
    async with serving(env):
        pass
    assert cut.is_set()
