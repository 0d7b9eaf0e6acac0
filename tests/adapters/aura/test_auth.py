import asyncio
import logging
from base64 import b64encode

import httpx
import pytest

from bot.adapters.aura.auth import Tickets
from bot.adapters.aura.client import AuraClient, unobserved
from bot.adapters.aura.line import Line
from bot.core.errors import AuraAuthFailed, AuraError, AuraThrottled, AuraUnreachable
from tests.adapters.aura.stage import (
    INSTANCE,
    MAIN,
    ORDERS,
    URL,
    Ledger,
    MovingClock,
    ScriptedAura,
    data,
    error,
    token,
)

SIGN_IN = "POST /oauth/token"
SHOW = f"GET /v1/instances/{ORDERS}"


@pytest.fixture
def aura(aura: ScriptedAura) -> ScriptedAura:
    aura.answer = lambda request: data(INSTANCE)
    return aura


async def test_signing_in_follows_the_documented_form(
    client: AuraClient, aura: ScriptedAura
) -> None:
    await client.instance(ORDERS)
    first, second = aura.requests
    basic = b64encode(b"id-main:hush-main").decode()
    assert first.headers["authorization"] == f"Basic {basic}"
    assert first.content == b"grant_type=client_credentials"
    assert second.headers["authorization"] == "Bearer token-1"


async def test_many_callers_cause_one_sign_in(client: AuraClient, aura: ScriptedAura) -> None:
    await asyncio.gather(*(client.instance(ORDERS) for _ in range(20)))
    assert aura.tokens == 1


async def test_a_token_is_renewed_a_minute_early(
    client: AuraClient, aura: ScriptedAura, clock: MovingClock
) -> None:
    assert not client.token_fresh()
    await client.sign_in()
    assert client.token_fresh()
    clock.pass_by(3540)
    await client.instance(ORDERS)
    assert aura.tokens == 1
    clock.pass_by(0.5)
    assert not client.token_fresh()
    await client.instance(ORDERS)
    assert aura.tokens == 2


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_token_is_renewed_once_for_reading(
    client: AuraClient, aura: ScriptedAura, status: int
) -> None:
    aura.script(SHOW, error(status), data(INSTANCE))
    assert (await client.instance(ORDERS)).id == ORDERS
    assert [r.headers["authorization"] for r in aura.requests if r.method == "GET"] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


async def test_a_second_refusal_is_a_missing_permission(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(SHOW, error(403), error(403, "unauthorized", headers={"X-Request-Id": "ab/1"}))
    with pytest.raises(AuraAuthFailed) as caught:
        await client.instance(ORDERS)
    assert (caught.value.reason, caught.value.request_id) == ("unauthorized", "ab/1")
    assert len(aura.calls) == 2


async def test_callers_refused_together_renew_together(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(SHOW, error(403), error(403))
    await asyncio.gather(client.instance(ORDERS), client.instance(ORDERS))
    assert aura.tokens == 2


async def test_a_late_refusal_of_an_old_token_does_not_drop_the_new_one(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    line = Line(url=URL, clock=clock, consume=Ledger(), observe=unobserved, transport=aura)
    tickets = Tickets(MAIN, line)
    old = await tickets.get()
    tickets.drop(old)
    new = await tickets.get()
    tickets.drop(old)
    assert await tickets.get() is new
    await line.aclose()


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_wrong_secret_names_the_credential_and_is_not_tried_again(
    client: AuraClient, aura: ScriptedAura, status: int
) -> None:
    body = {"error": "access_denied", "error_description": "Unauthorized"}
    aura.script(SIGN_IN, httpx.Response(status, json=body))
    with pytest.raises(AuraAuthFailed, match="“main”") as caught:
        await client.instance(ORDERS)
    assert (caught.value.status, caught.value.reason) == (status, "access_denied")
    assert len(aura.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(503, text="<html>"),
        httpx.Response(503, json={"error": "down"}, headers={"Retry-After": "60"}),
        httpx.ReadTimeout("slow"),
        httpx.ConnectError("refused"),
        httpx.Response(200, text="no JSON"),
        httpx.Response(200, json={"access_token": "t", "expires_in": -1}),
        httpx.Response(200, json={"access_token": "t", "expires_in": "never"}),
    ],
)
async def test_a_failed_sign_in_is_definite_since_nothing_else_was_sent(
    client: AuraClient, aura: ScriptedAura, reply: httpx.Response | Exception
) -> None:
    aura.script(SIGN_IN, reply)
    with pytest.raises(AuraUnreachable) as caught:
        await client.take_snapshot(ORDERS)
    assert caught.value.definite
    assert caught.value.hint
    assert aura.calls == []


async def test_a_throttled_sign_in_says_when_to_come_back(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(SIGN_IN, error(429, headers={"Retry-After": "99"}))
    with pytest.raises(AuraThrottled) as caught:
        await client.instance(ORDERS)
    assert caught.value.retry_after == 99


async def test_a_failed_sign_in_is_made_good_by_the_next_try(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.script(SIGN_IN, error(503), token())
    assert (await client.instance(ORDERS)).id == ORDERS


async def test_a_caller_who_gives_up_does_not_take_the_token_from_the_others(
    client: AuraClient, aura: ScriptedAura
) -> None:
    hasty = asyncio.create_task(client.instance(ORDERS))
    patient = asyncio.create_task(client.instance(ORDERS))
    await asyncio.sleep(0)
    hasty.cancel()
    assert (await patient).id == ORDERS
    assert (aura.tokens, hasty.cancelled()) == (1, True)


async def test_closing_ends_a_sign_in_that_is_under_way(
    client: AuraClient, aura: ScriptedAura
) -> None:
    waiting = asyncio.create_task(client.instance(ORDERS))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await client.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert aura.calls == []


async def test_no_secret_shows_in_repr_log_or_error(
    client: AuraClient, aura: ScriptedAura, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    aura.script(SIGN_IN, token(), *[httpx.Response(200, json={"access_token": "token-2"})] * 3)
    aura.script(SHOW, error(403))
    with pytest.raises(AuraError) as caught:
        await client.instance(ORDERS)
    shown = [caplog.text, repr(MAIN), str(MAIN), MAIN.model_dump_json()]
    walk: BaseException | None = caught.value
    while walk is not None:
        shown.append(f"{walk!r} {walk} {vars(walk)}")
        walk = walk.__cause__ or walk.__context__
    secrets = ["hush-main", "token-1", "token-2", b64encode(b"id-main:hush-main").decode()]
    assert [s for s in secrets for text in shown if s in text] == []
