import string
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.aura.guard import SHAPES, Blocked, Effect, Guard
from bot.adapters.aura.spending import Consume
from bot.core.base import OperationId
from bot.core.errors import AuraUnreachable, NotAllowed, StoreUnavailable
from bot.core.permits import Permit
from tests.adapters.aura.stage import (
    ORDERS,
    PERMIT,
    RESTORE,
    SNAPSHOT,
    URL,
    Ledger,
    MovingClock,
    ScriptedAura,
    data,
)

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def aura(aura: ScriptedAura) -> ScriptedAura:
    aura.answer = lambda request: data({}, 202)
    return aura


def a_guard(aura: ScriptedAura, clock: MovingClock, consume: Consume | None = None) -> Guard:
    return Guard(aura, origin=httpx.URL(URL), consume=consume or Ledger(), clock=clock)


async def send(
    guard: Guard,
    method: str,
    target: str,
    effect: Effect | str,
    *,
    content: Any = None,
    headers: dict[str, str] | None = None,
    **extensions: object,
) -> None:
    await guard.handle_async_request(
        httpx.Request(
            method,
            target if "://" in target else URL + target,
            content=content,
            headers=headers,
            extensions={"effect": effect, **extensions},
        )
    )


async def restore(guard: Guard, target: str = RESTORE, permit: object = PERMIT) -> None:
    await send(
        guard,
        "POST",
        target,
        Effect.OVERWRITE_IN_PLACE,
        content=b"{}",
        headers=JSON,
        permit=permit,
    )


async def test_known_calls_pass(aura: ScriptedAura, clock: MovingClock) -> None:
    guard = a_guard(aura, clock)
    form = b"grant_type=client_credentials"
    await send(guard, "POST", "/oauth/token", Effect.SIGN_IN, content=form, headers=FORM)
    await send(guard, "GET", "/v1/tenants", Effect.PROJECTS)
    await send(guard, "GET", "/v1/instances", Effect.INSTANCES)
    await send(guard, "GET", f"/v1/instances/{ORDERS}", Effect.INSTANCE)
    one = f"/v1/instances/{ORDERS}/snapshots"
    await send(guard, "GET", f"{one}?date=2026-11-22", Effect.SNAPSHOTS)
    await send(guard, "GET", f"{one}/2023-01-20T18:07:25Z-adhoc", Effect.SNAPSHOT)
    await send(guard, "POST", one, Effect.TAKE_SNAPSHOT, content=b"{}", headers=JSON)
    await restore(guard)
    await send(guard, "GET", "/v1/tenants/5d0e7a3e", Effect.OFFERS)
    others = {Effect.CREATE_COPY, Effect.DELETE_OWNED, Effect.OVERWRITE_FROM}  # own files
    assert len(aura.requests) == len(SHAPES) - len(others)
    assert aura.requests[-2].content == b"{}"


@pytest.mark.parametrize(
    ("method", "target", "effect"),
    [
        ("DELETE", f"/v1/instances/{ORDERS}", Effect.INSTANCE),
        ("PATCH", f"/v1/instances/{ORDERS}", Effect.INSTANCE),
        ("POST", "/v1/instances", Effect.INSTANCES),
        ("POST", f"/v1/instances/{ORDERS}/overwrite", Effect.OVERWRITE_IN_PLACE),
        ("POST", f"/v1/instances/{ORDERS}/pause", Effect.TAKE_SNAPSHOT),
        ("GET", RESTORE, Effect.SNAPSHOT),
        ("POST", RESTORE, Effect.TAKE_SNAPSHOT),
        ("POST", RESTORE, Effect.SNAPSHOT),
        ("GET", "/v1/instances", Effect.PROJECTS),
        ("GET", "/v1/instances", "no-such-effect"),
        ("GET", "/v1/instances?tenantId=x", Effect.INSTANCES),
        ("GET", f"/v1/instances/{ORDERS}/snapshots", Effect.SNAPSHOTS),
        ("GET", f"/v1/instances/{ORDERS}/snapshots?date=2026-11-22&x=1", Effect.SNAPSHOTS),
        ("GET", "/v1/instances/..", Effect.INSTANCE),
        ("GET", "/v1/instances/a/../b", Effect.SNAPSHOT),
        ("GET", "/v1/instances/%2e%2e", Effect.INSTANCE),
        ("GET", f"/v1/instances/{ORDERS}%2Fsnapshots", Effect.INSTANCE),
        ("GET", f"/v1/instances/{ORDERS}/", Effect.INSTANCE),
        ("GET", f"/v1/instances/{ORDERS}%0A", Effect.INSTANCE),
        ("GET", f"/v1//instances/{ORDERS}", Effect.INSTANCE),
        ("GET", f"/v2beta1/instances/{ORDERS}", Effect.INSTANCE),
        ("GET", "https://elsewhere.test/v1/tenants", Effect.PROJECTS),
        ("GET", "http://aura.test/v1/tenants", Effect.PROJECTS),
        ("GET", "https://aura.test:8443/v1/tenants", Effect.PROJECTS),
        ("GET", "https://user:pw@aura.test/v1/tenants", Effect.PROJECTS),
    ],
)
async def test_no_other_call_passes(
    aura: ScriptedAura, clock: MovingClock, method: str, target: str, effect: Effect
) -> None:
    content, headers = (b"{}", JSON) if method == "POST" else (None, None)
    with pytest.raises(Blocked):
        await send(
            a_guard(aura, clock),
            method,
            target,
            effect,
            content=content,
            headers=headers,
            permit=PERMIT,
        )
    assert aura.requests == []


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b'{"source_instance_id":"x"}', JSON),
        (b"", JSON),
        (b"{}", {}),
        (b"{}", FORM),
        (b"{}", {**JSON, "X-HTTP-Method-Override": "DELETE"}),
        (b"{}", {**JSON, "Host": "elsewhere.test"}),
        (b"{}", {**JSON, "Cookie": "a=b"}),
    ],
)
async def test_body_and_headers_must_fit(
    aura: ScriptedAura, clock: MovingClock, content: bytes, headers: dict[str, str]
) -> None:
    target = f"/v1/instances/{ORDERS}/snapshots"
    with pytest.raises(Blocked):
        await send(
            a_guard(aura, clock),
            "POST",
            target,
            Effect.TAKE_SNAPSHOT,
            content=content,
            headers=headers,
        )
    assert aura.requests == []


async def test_a_streamed_body_does_not_pass(aura: ScriptedAura, clock: MovingClock) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"{}"

    with pytest.raises(Blocked):
        await send(
            a_guard(aura, clock),
            "POST",
            f"/v1/instances/{ORDERS}/snapshots",
            Effect.TAKE_SNAPSHOT,
            content=body(),
            headers=JSON,
        )


async def test_no_extension_can_change_the_call_on_the_wire(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    timeout = {"read": 1.0}
    wild = {"target": RESTORE.encode(), "sni_hostname": "elsewhere.test", "timeout": timeout}
    request = httpx.Request(
        "GET", f"{URL}/v1/tenants", extensions={"effect": Effect.PROJECTS, **wild}
    )
    await a_guard(aura, clock).handle_async_request(request)
    assert aura.requests[0].extensions == {"timeout": timeout}


@pytest.mark.parametrize(
    "permit",
    [
        None,
        PERMIT.model_dump(),
        PERMIT.model_copy(update={"names": {**PERMIT.names, "snapshot": "another"}}),
        PERMIT.model_copy(update={"names": {**PERMIT.names, "instance": "another"}}),
        PERMIT.model_copy(update={"names": {**PERMIT.names, "source": "another"}}),
        PERMIT.model_copy(update={"effect": "overwrite_from"}),
    ],
)
async def test_restore_needs_the_permit_for_exactly_this(
    aura: ScriptedAura, clock: MovingClock, permit: Permit | None
) -> None:
    ledger = Ledger()
    with pytest.raises(Blocked):
        await restore(a_guard(aura, clock, ledger), permit=permit)
    assert (aura.requests, ledger.used) == ([], [])


async def test_a_permit_opens_once(aura: ScriptedAura, clock: MovingClock) -> None:
    guard = a_guard(aura, clock)
    await restore(guard)
    with pytest.raises(NotAllowed) as caught:
        await restore(guard)
    assert not isinstance(caught.value, Blocked)
    assert aura.calls == [f"POST {RESTORE}"]


async def test_a_store_that_is_silent_about_the_permit_sends_nothing(
    aura: ScriptedAura, clock: MovingClock
) -> None:
    async def silent(operation_id: OperationId) -> bool:
        raise StoreUnavailable("the store does not answer")

    with pytest.raises(AuraUnreachable) as caught:
        await restore(a_guard(aura, clock, silent))
    assert caught.value.definite
    assert aura.requests == []


@pytest.mark.parametrize(("frozen", "sent"), [(4.9, 1), (5.0, 0), (600.0, 0)])
async def test_a_process_frozen_after_the_permit_sends_nothing(
    aura: ScriptedAura, clock: MovingClock, frozen: float, sent: int
) -> None:
    async def slow(operation_id: OperationId) -> bool:
        clock.pass_by(frozen)
        return True

    guard = a_guard(aura, clock, slow)
    if sent:
        await restore(guard)
    else:
        with pytest.raises(AuraUnreachable, match="nothing was sent"):
            await restore(guard)
    assert len(aura.requests) == sent


@pytest.mark.parametrize("suspended", [60.0, 7200.0, -3600.0])
async def test_a_machine_suspended_after_the_intent_sends_nothing(
    aura: ScriptedAura, clock: MovingClock, suspended: float
) -> None:
    clock.moment += timedelta(seconds=suspended)
    with pytest.raises(AuraUnreachable, match="nothing was sent"):
        await restore(a_guard(aura, clock))
    assert aura.requests == []


@pytest.mark.parametrize(
    "url",
    ["https://aura.test/v1", "https://u@aura.test", "https://aura.test/#x", "https://a.test/?q"],
)
def test_the_address_must_be_an_origin(aura: ScriptedAura, clock: MovingClock, url: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        Guard(aura, origin=httpx.URL(url), consume=Ledger(), clock=clock)


PATHS = st.lists(
    st.sampled_from(
        f"v1 instances snapshots restore overwrite tenants .. %2e%2e %2F {ORDERS} {SNAPSHOT} "
        "?date=2026-11-22 ; \\".split(" ")
    ),
    max_size=8,
).map(lambda parts: "/" + "/".join(parts))


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "get", "TRACE"]),
    target=PATHS | st.text(string.printable, max_size=30).map(lambda t: "/v1/" + t),
    effect=st.sampled_from([e for e in Effect if e is not Effect.OVERWRITE_IN_PLACE]),
    content=st.sampled_from([None, b"{}", b"grant_type=client_credentials"]),
    headers=st.sampled_from([{}, JSON, FORM]),
)
async def test_nothing_destructive_passes_under_another_name(
    method: str, target: str, effect: Effect, content: bytes | None, headers: dict[str, str]
) -> None:
    aura = ScriptedAura()
    aura.answer = lambda request: data({})
    guard = a_guard(aura, MovingClock())
    try:
        await send(guard, method, target, effect, content=content, headers=headers, permit=PERMIT)
    except (Blocked, httpx.InvalidURL):
        assert aura.requests == []
        return
    [sent] = aura.requests
    path = sent.url.raw_path.decode()
    assert sent.method == "GET" or path == "/oauth/token" or path.endswith("/snapshots")
    assert "restore" not in path.rsplit("/", 1)[-1] or sent.method == "GET"
