"""What the guard before the console lets out, whatever is asked of it."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from bot.adapters.aura.guard import Blocked
from bot.adapters.aura.spending import Spending
from bot.adapters.console.guard import Effect, Guard
from bot.core.base import InstanceId, OperationId
from bot.core.errors import AuraUnreachable, StoreUnavailable
from bot.core.permits import Permit
from bot.core.uploads import LOAD, Consent
from tests.adapters.aura.stage import MovingClock

URL = "https://console.test"
ORDERS = InstanceId("a1b2c3d4")
BASE = f"{URL}/v1/databases/{ORDERS}/import"
CONSENT = Consent(operation_id=OperationId("upl-1"), seal="5ea1", instance_id=ORDERS, crc32=7)


class Wire(httpx.AsyncBaseTransport):
    """Counts what gets through; connecting takes as long as it is told."""

    def __init__(self, clock: MovingClock) -> None:
        self.clock = clock
        self.seen: list[str] = []
        self.connecting = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.clock.pass_by(self.connecting)
        if trace := request.extensions.get("trace"):
            await trace("http11.send_request_headers.started", {})
        self.seen.append(f"{request.method} {request.url}")
        return httpx.Response(200, json={})


class Gate:
    def __init__(self) -> None:
        self.clock = MovingClock()
        self.wire = Wire(self.clock)
        self.absent = False
        self.guard = Guard(
            self.wire, origin=httpx.URL(URL), spending=Spending(self.consume, self.clock)
        )

    async def consume(self, operation_id: OperationId) -> bool:
        if self.absent:
            raise StoreUnavailable("the store does not answer")
        return True

    def permit(self) -> Permit:
        return Permit(
            operation_id=CONSENT.operation_id,
            seal=CONSENT.seal,
            effect=LOAD,
            names={"instance": ORDERS, "crc32": "7"},
            intended_at=self.clock.now(),
        )

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: object = None,
        content: bytes | None = None,
        **extensions: Any,
    ) -> None:
        request = httpx.Request(
            method,
            url,
            headers=dict(headers or {}),
            json=json,
            content=content,
            extensions=extensions,
        )
        await self.guard.handle_async_request(request)


@pytest.fixture
def gate() -> Gate:
    return Gate()


NO = {"Confirmed": "false"}
YES = {"Confirmed": "true"}


async def test_what_is_known_gets_through(gate: Gate) -> None:
    await gate.send("POST", f"{BASE}/auth", headers=NO, effect=Effect.SIGN_IN)
    await gate.send("POST", f"{BASE}/auth", headers=YES, effect=Effect.SIGN_IN, consent=CONSENT)
    await gate.send("GET", f"{BASE}/status", effect=Effect.STATUS)
    await gate.send("PUT", "https://storage.test/x?sig=1", content=b"x", effect=Effect.STORE)
    await gate.send(
        "POST", f"{BASE}/upload-complete", json={"Crc32": 7}, effect=LOAD, permit=gate.permit()
    )
    assert len(gate.wire.seen) == 5


@pytest.mark.parametrize(
    ("method", "url", "headers", "json", "extensions"),
    [
        ("POST", f"{BASE}/auth", YES, None, {"effect": Effect.SIGN_IN}),
        ("POST", f"{BASE}/auth", {}, None, {"effect": Effect.SIGN_IN}),
        ("POST", f"{BASE}/auth", {"Confirmed": "TRUE"}, None, {"effect": Effect.SIGN_IN}),
        ("POST", f"{BASE}/auth", YES, None, {"effect": Effect.SIGN_IN, "consent": "yes"}),
        (
            "POST",
            f"{URL}/v1/databases/deadbeef/import/auth",
            YES,
            None,
            {"effect": Effect.SIGN_IN, "consent": CONSENT},
        ),
        ("GET", f"{BASE}/status", YES, None, {"effect": Effect.STATUS, "consent": CONSENT}),
        ("POST", f"{BASE}/upload-complete", {}, {"Crc32": 7}, {"effect": LOAD}),
        ("POST", f"{BASE}/upload-complete", {}, {"Crc32": 7}, {"effect": Effect.PARTS}),
        ("POST", f"{BASE}/upload-complete", {}, {"Crc32": 7}, {"effect": Effect.STORE}),
        ("POST", f"{BASE}/upload-complete", {}, {"Crc32": 7}, {}),
        ("POST", f"{BASE}/size", {}, {"FullSize": 1, "Force": True}, {"effect": Effect.CHECK_SIZE}),
        ("POST", f"{BASE}/size", {"X-Else": "1"}, {}, {"effect": Effect.CHECK_SIZE}),
        ("DELETE", f"{BASE}/status", {}, None, {"effect": Effect.STATUS}),
        ("GET", f"{BASE}/status", {}, None, {"effect": "nonsense"}),
        ("GET", f"{BASE.replace('console', 'evil')}/status", {}, None, {"effect": Effect.STATUS}),
        ("GET", f"{BASE.replace('https', 'http')}/status", {}, None, {"effect": Effect.STATUS}),
        ("GET", f"{BASE}/../status", {}, None, {"effect": Effect.STATUS}),
        ("PUT", "http://storage.test/x", {}, None, {"effect": Effect.STORE}),
        ("GET", "https://storage.test/x", {}, None, {"effect": Effect.STORE}),
        (
            "PUT",
            "https://storage.test/x",
            {"Authorization": "Basic c2VjcmV0"},
            None,
            {"effect": Effect.STORE},
        ),
    ],
)
async def test_what_is_not_known_stays_inside(
    gate: Gate,
    method: str,
    url: str,
    headers: dict[str, str],
    json: object,
    extensions: dict[str, Any],
) -> None:
    with pytest.raises(Blocked) as blocked:
        await gate.send(method, url, headers=headers, json=json, **extensions)
    assert gate.wire.seen == []
    assert "c2VjcmV0" not in blocked.value.summary


async def test_a_permit_that_cannot_be_checked_sends_nothing(gate: Gate) -> None:
    gate.absent = True
    with pytest.raises(AuraUnreachable, match="could not be checked"):
        await gate.send(
            "POST", f"{BASE}/upload-complete", json={"Crc32": 7}, effect=LOAD, permit=gate.permit()
        )
    assert gate.wire.seen == []


@pytest.mark.parametrize("frozen", [6.0, 61.0])
async def test_a_process_that_slept_on_the_way_sends_nothing(gate: Gate, frozen: float) -> None:
    permit = gate.permit()
    gate.wire.connecting = frozen
    with pytest.raises(AuraUnreachable, match="too much time passed"):
        await gate.send(
            "POST", f"{BASE}/upload-complete", json={"Crc32": 7}, effect=LOAD, permit=permit
        )
    assert gate.wire.seen == []


@pytest.mark.parametrize("url", ["https://console.test/v1", "https://user:word@console.test"])
async def test_the_address_of_the_console_is_an_origin(gate: Gate, url: str) -> None:
    with pytest.raises(ValueError, match="must be an origin"):
        Guard(gate.wire, origin=httpx.URL(url), spending=Spending(gate.consume, gate.clock))
