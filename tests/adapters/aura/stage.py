"""What the tests of the Aura adapter stand on: a clock, a scripted Aura, a free allowance."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import SecretStr

from bot.adapters.aura.auth import Credential
from bot.adapters.aura.client import AuraClient, unobserved
from bot.adapters.aura.line import Observe
from bot.adapters.aura.spending import Consume
from bot.core.base import InstanceId, OperationId, SnapshotId
from bot.core.permits import Permit

URL = "https://aura.test"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ORDERS = InstanceId("a1b2c3d4")
SNAPSHOT = SnapshotId("0f3c9c1e-0000-4000-8000-00000000bb01")
RESTORE = f"/v1/instances/{ORDERS}/snapshots/{SNAPSHOT}/restore"
PERMIT = Permit(
    operation_id=OperationId("rst-1"),
    seal="5ea1",
    effect="overwrite_in_place",
    names={"instance": ORDERS, "snapshot": SNAPSHOT},
    intended_at=NOON,
)
MAIN = Credential(name="main", client_id="id-main", client_secret=SecretStr("hush-main"))
OTHER = Credential(name="other", client_id="id-other", client_secret=SecretStr("hush-other"))

INSTANCE: dict[str, object] = {
    "id": ORDERS,
    "name": "orders-prod",
    "status": "running",
    "tenant_id": "5d0e7a3e",
    "cloud_provider": "gcp",
    "region": "europe-west1",
    "type": "business-critical",
    "memory": "8GB",
    "storage": "16GB",
    "created_at": "2026-03-02T09:15:00Z",
    "cdc_enrichment_mode": "OFF",
    "connection_url": None,
}
SNAPSHOT_JSON: dict[str, object] = {
    "instance_id": ORDERS,
    "snapshot_id": SNAPSHOT,
    "profile": "AdHoc",
    "status": "Completed",
    "timestamp": "2026-11-22T07:41:09Z",
}

Reply = httpx.Response | BaseException


class MovingClock:
    """A clock that sleep moves at once."""

    def __init__(self) -> None:
        self.moment = NOON
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return (self.moment - NOON).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_by(seconds)
        await asyncio.sleep(0)

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def data(value: object, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, json={"data": value}, headers=headers)


def error(status: int, reason: str = "r", headers: dict[str, str] | None = None) -> httpx.Response:
    body = {"errors": [{"message": "no", "reason": reason}]}
    return httpx.Response(status, json=body, headers=headers)


def token(number: int = 1, expires_in: float = 3600) -> httpx.Response:
    body = {"access_token": f"token-{number}", "expires_in": expires_in, "token_type": "bearer"}
    return httpx.Response(200, json=body)


class ScriptedAura(httpx.AsyncBaseTransport):
    """Answers each call with the next reply of its script; tokens come by themselves."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.scripts: dict[str, deque[Reply]] = {}
        self.tokens = 0
        self.answer: Callable[[httpx.Request], Reply] = lambda request: error(404)

    def script(self, call: str, *replies: Reply) -> None:
        """Set the replies to a call such as ``GET /v1/tenants``."""
        self.scripts[call] = deque(replies)

    @property
    def calls(self) -> list[str]:
        """What was asked for, sign-ins left out."""
        return [call for r in self.requests if (call := _call(r)) != "POST /oauth/token"]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        await request.aread()
        self.requests.append(request)
        replies = self.scripts.get(_call(request))
        if replies:
            reply = replies.popleft()
        elif _call(request) == "POST /oauth/token":
            self.tokens += 1
            reply = token(self.tokens)
        else:
            reply = self.answer(request)
        if isinstance(reply, BaseException):
            raise reply
        return reply


class Unlimited:
    """An allowance that grants everything and writes down how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool, float]] = []

    async def take(self, credential: Credential, *, background: bool, patience: float) -> None:
        self.asked.append((credential.name, background, patience))


class Ledger:
    """Consumes each operation's permit once."""

    def __init__(self) -> None:
        self.used: list[OperationId] = []

    async def __call__(self, operation_id: OperationId) -> bool:
        if operation_id in self.used:
            return False
        self.used.append(operation_id)
        return True


def a_client(
    transport: httpx.AsyncBaseTransport | None,
    clock: MovingClock,
    *,
    credentials: Sequence[Credential] = (MAIN,),
    allowance: Unlimited | None = None,
    consume: Consume | None = None,
    observe: Observe = unobserved,
    url: str = URL,
) -> AuraClient:
    return AuraClient(
        credentials,
        url=url,
        clock=clock,
        allowance=allowance or Unlimited(),
        consume=consume or Ledger(),
        observe=observe,
        transport=transport,
    )


def _call(request: httpx.Request) -> str:
    return f"{request.method} {request.url.raw_path.decode()}"


def body_of(request: httpx.Request) -> object:
    return json.loads(request.content)
