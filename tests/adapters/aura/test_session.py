"""What is repeated, what is not, and what each failure means."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from bot.adapters.aura.auth import Credential
from bot.adapters.aura.bucket import OutOfPatience
from bot.adapters.aura.client import AuraClient
from bot.core.base import OperationId
from bot.core.errors import (
    AuraAuthFailed,
    AuraConflict,
    AuraError,
    AuraThrottled,
    AuraUnavailable,
    AuraUnreachable,
    NotAllowed,
    StoreUnavailable,
)
from tests.adapters.aura.stage import (
    INSTANCE,
    NOON,
    ORDERS,
    PERMIT,
    RESTORE,
    MovingClock,
    Reply,
    ScriptedAura,
    Unlimited,
    a_client,
    data,
    error,
)

SHOW = f"GET /v1/instances/{ORDERS}"
TAKE = f"POST /v1/instances/{ORDERS}/snapshots"
SEND = f"POST {RESTORE}"
BEFORE_SENDING = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")]
AFTER_SENDING = [
    httpx.ReadTimeout("x"),
    httpx.WriteTimeout("x"),
    httpx.ReadError("x"),
    httpx.WriteError("x"),
    httpx.CloseError("x"),
    httpx.RemoteProtocolError("x"),
    httpx.DecodingError("x"),
]


@pytest.mark.parametrize(
    ("first", "waits"),
    [
        (error(500), [1.0]),
        (error(503, headers={"Retry-After": "9"}), [9.0]),
        (error(429, headers={"Retry-After": "7"}), [7.0]),
        (error(429), [10.0]),
        (httpx.ReadTimeout("x"), [1.0]),
        (httpx.ConnectError("x"), [1.0]),
    ],
)
async def test_reading_is_repeated_after_the_pause_that_aura_asks_for(
    client: AuraClient, aura: ScriptedAura, clock: MovingClock, first: Reply, waits: list[float]
) -> None:
    aura.script(SHOW, first, data(INSTANCE))
    assert (await client.instance(ORDERS)).name == "orders-prod"
    assert clock.slept == waits


async def test_reading_gives_up_in_the_end(
    client: AuraClient, aura: ScriptedAura, clock: MovingClock
) -> None:
    aura.answer = lambda request: error(502)
    with pytest.raises(AuraUnavailable):
        await client.instance(ORDERS)
    assert len(aura.calls) == 3
    assert clock.slept == [1.0, 3.0]


async def test_a_long_pause_is_for_the_caller_to_plan(
    client: AuraClient, aura: ScriptedAura, clock: MovingClock
) -> None:
    aura.script(SHOW, error(429, headers={"Retry-After": "21"}))
    with pytest.raises(AuraThrottled) as caught:
        await client.instance(ORDERS)
    assert (caught.value.retry_after, clock.slept) == (21.0, [])


async def test_a_clear_no_is_not_asked_again(client: AuraClient, aura: ScriptedAura) -> None:
    aura.script(SHOW, error(409))
    with pytest.raises(AuraConflict):
        await client.instance(ORDERS)
    assert len(aura.calls) == 1


async def test_the_wish_for_a_snapshot_is_repeated_when_the_gateway_turned_it_away(
    client: AuraClient, aura: ScriptedAura, clock: MovingClock
) -> None:
    aura.script(TAKE, error(429, headers={"Retry-After": "2"}), data({"snapshot_id": "s-1"}, 202))
    assert (await client.take_snapshot(ORDERS)).snapshot_id == "s-1"
    assert clock.slept == [2.0]


async def test_the_wish_for_a_snapshot_gives_up_in_the_end(
    client: AuraClient, aura: ScriptedAura
) -> None:
    aura.answer = lambda request: error(429)
    with pytest.raises(AuraThrottled):
        await client.take_snapshot(ORDERS)
    assert aura.calls == [TAKE] * 3


@pytest.mark.parametrize("reply", [error(409), error(500), error(503), *AFTER_SENDING])
async def test_the_wish_for_a_snapshot_is_repeated_for_no_other_reason(
    client: AuraClient, aura: ScriptedAura, reply: Reply
) -> None:
    aura.script(TAKE, reply)
    with pytest.raises(AuraError):
        await client.take_snapshot(ORDERS)
    assert aura.calls == [TAKE]


@pytest.mark.parametrize("status", [401, 403])
async def test_the_wish_for_a_snapshot_is_repeated_once_with_a_new_token(
    client: AuraClient, aura: ScriptedAura, status: int
) -> None:
    aura.script(TAKE, error(status), data({"snapshot_id": "s-1"}, 202))
    assert (await client.take_snapshot(ORDERS)).snapshot_id == "s-1"
    assert [
        r.headers["authorization"] for r in aura.requests if r.url.path.endswith("snapshots")
    ] == [
        "Bearer token-1",
        "Bearer token-2",
    ]

    aura.script(TAKE, error(status), error(status))
    with pytest.raises(AuraAuthFailed):
        await client.take_snapshot(ORDERS)
    assert aura.calls == [TAKE] * 4


@pytest.mark.parametrize(
    "status", [200, 204, 308, 400, 401, 403, 404, 409, 420, 429, 500, 502, 503, 504]
)
async def test_a_restore_is_sent_once_whatever_the_answer(
    client: AuraClient, aura: ScriptedAura, status: int
) -> None:
    aura.answer = lambda request: httpx.Response(status, json={"data": INSTANCE})
    with pytest.raises(AuraError) as caught:
        await client.overwrite_in_place(PERMIT)
    assert aura.calls == [SEND]
    assert caught.value.definite is (300 <= status < 500)
    with pytest.raises(NotAllowed):
        await client.overwrite_in_place(PERMIT)
    assert aura.calls == [SEND]


@pytest.mark.parametrize("failure", AFTER_SENDING)
async def test_a_lost_answer_to_a_restore_leaves_the_outcome_open(
    client: AuraClient, aura: ScriptedAura, failure: Exception
) -> None:
    aura.script(SEND, failure)
    with pytest.raises(AuraUnavailable) as caught:
        await client.overwrite_in_place(PERMIT)
    assert not caught.value.definite
    assert aura.calls == [SEND]


@pytest.mark.parametrize("failure", BEFORE_SENDING)
async def test_a_restore_without_a_connection_was_certainly_not_done(
    client: AuraClient, aura: ScriptedAura, failure: Exception
) -> None:
    aura.script(SEND, failure)
    with pytest.raises(AuraUnreachable) as caught:
        await client.overwrite_in_place(PERMIT)
    assert caught.value.definite


async def test_a_restore_waits_for_the_rate_limit_then_renews_the_token_then_uses_the_permit(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    order: list[str] = []

    class Slow(Unlimited):
        async def take(self, credential: Credential, *, background: bool, patience: float) -> None:
            order.append(f"allowance after {aura.tokens} token")
            clock.pass_by(3590)

    async def consume(operation_id: OperationId) -> bool:
        order.append(f"permit after {aura.tokens} tokens")
        return True

    async with a_client(aura, clock, allowance=Slow(), consume=consume) as client:
        aura.script(SEND, data({"status": "restoring"}, 202))
        late = NOON + timedelta(seconds=3590)  # the wait is longer than any real one
        await client.overwrite_in_place(PERMIT.model_copy(update={"intended_at": late}))
    assert order == ["allowance after 1 token", "permit after 2 tokens"]
    assert aura.requests[-1].headers["authorization"] == "Bearer token-2"


@pytest.mark.parametrize(
    ("trouble", "definite"),
    [(StoreUnavailable("the store is silent"), True), (OutOfPatience("x", retry_after=9), True)],
)
async def test_without_the_rate_limits_leave_nothing_is_sent(
    aura: ScriptedAura, clock: MovingClock, trouble: Exception, definite: bool
) -> None:
    class Closed(Unlimited):
        async def take(self, credential: Credential, *, background: bool, patience: float) -> None:
            raise trouble

    async with a_client(aura, clock, allowance=Closed()) as client:
        for call in (client.overwrite_in_place(PERMIT), client.take_snapshot(ORDERS)):
            with pytest.raises(AuraError) as caught:
                await call
            assert caught.value.definite is definite
        with pytest.raises(type(trouble)):
            await client.instance(ORDERS)
    assert (aura.calls, clock.slept) == ([], [])


async def test_background_reading_says_so_to_the_rate_limit(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    allowance = Unlimited()
    aura.answer = lambda request: data(INSTANCE)
    async with a_client(aura, clock, allowance=allowance) as client:
        await client.instance(ORDERS, background=True)
        await client.instance(ORDERS)
    assert [background for _, background, _ in allowance.asked] == [True, False]


async def test_every_exchange_is_observed_with_its_outcome(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    seen: list[tuple[str, str]] = []

    def observe(effect: str, outcome: str, seconds: float) -> None:
        seen.append((f"{effect}", outcome))

    aura.script(SHOW, error(503), data(INSTANCE), error(404), error(400))
    async with a_client(aura, clock, observe=observe) as client:
        await client.instance(ORDERS)
        for _ in range(2):
            with pytest.raises(AuraError):
                await client.instance(ORDERS)
        aura.script(SEND, asyncio.CancelledError())
        with pytest.raises(asyncio.CancelledError):
            await client.overwrite_in_place(PERMIT)
        with pytest.raises(NotAllowed):
            await client.overwrite_in_place(PERMIT)
    assert seen == [
        ("sign_in", "ok"),
        ("instance", "unavailable"),
        ("instance", "ok"),
        ("instance", "not_found"),
        ("instance", "refused"),
        ("overwrite_in_place", "cancelled"),
        ("overwrite_in_place", "blocked"),
    ]
