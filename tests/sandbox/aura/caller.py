"""A clock to turn by hand, and a client that speaks to the double as any HTTP client would."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from bot.adapters.tls import trusted
from sandbox.aura import AuraDouble
from sandbox.aura.fleet import CLIENT_ID, CLIENT_SECRET, COMMERCE

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
JSON_TYPE = {"Content-Type": "application/json"}


class HandClock:
    """Stands still until it is advanced."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class Caller:
    """A client with a token."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def log_in(self, client_id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> None:
        answer = await self.token(client_id, secret)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    async def token(self, client_id: str, secret: str) -> httpx.Response:
        form = {"grant_type": "client_credentials"}
        return await self.http.post("/oauth/token", auth=(client_id, secret), data=form)

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.http.get("/v1" + path, params=query)

    async def post(self, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
        if body is None:
            return await self.http.post("/v1" + path, headers=JSON_TYPE)
        return await self.http.post("/v1" + path, json=body)

    async def patch(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return await self.http.patch("/v1" + path, json=body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete("/v1" + path)

    async def instance(self, instance_id: str) -> dict[str, Any]:
        return data(await self.get(f"/instances/{instance_id}"))

    async def status(self, instance_id: str) -> str:
        return str((await self.instance(instance_id))["status"])

    async def snapshots(self, instance_id: str, **query: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (
            await self.get(f"/instances/{instance_id}/snapshots", **query)
        ).json()["data"]
        return listed

    async def snapshot(self, instance_id: str, snapshot_id: str) -> dict[str, Any]:
        return data(await self.get(f"/instances/{instance_id}/snapshots/{snapshot_id}"))

    async def take(self, instance_id: str) -> str:
        answer = await self.post(f"/instances/{instance_id}/snapshots", {})
        return str(data(answer, status=202)["snapshot_id"])

    async def restore(self, instance_id: str, snapshot_id: str) -> httpx.Response:
        return await self.post(f"/instances/{instance_id}/snapshots/{snapshot_id}/restore")


@asynccontextmanager
async def calling(double: AuraDouble, **settings: Any) -> AsyncIterator[Caller]:
    """Serve the double and hand out a client that is logged in."""
    async with double, httpx.AsyncClient(base_url=double.url, verify=trusted(), **settings) as http:
        caller = Caller(http)
        await caller.log_in()
        yield caller


def data(answer: httpx.Response, *, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    inner: dict[str, Any] = answer.json()["data"]
    return inner


def reason(answer: httpx.Response, *, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.json()["errors"][0]["reason"])


def message(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["message"])


def order(**changes: object) -> dict[str, object]:
    """A body for `POST /instances` that is right as it stands."""
    return {
        "version": "5",
        "region": "europe-west1",
        "memory": "8GB",
        "name": "drill",
        "type": "business-critical",
        "tenant_id": COMMERCE,
        "cloud_provider": "gcp",
        **changes,
    }
