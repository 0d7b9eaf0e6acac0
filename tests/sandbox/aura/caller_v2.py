"""A client of v2beta1 with the credentials of the organization that has several databases."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bot.adapters.tls import trusted
from sandbox.aura import AuraDouble
from sandbox.aura.fleet import BOOKKEEPING, LEDGER_CLIENT_ID, LEDGER_CLIENT_SECRET, LEDGERS
from tests.sandbox.aura.caller import Caller

PROJECT = f"/organizations/{BOOKKEEPING}/projects/{LEDGERS}"


class CallerV2:
    """A client with a token; paths without `/v2beta1`."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def request(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> httpx.Response:
        sent = None if method in {"GET", "DELETE"} else body or {}
        return await self.http.request(method, f"/v2beta1{path}", json=sent)

    async def get(self, path: str) -> httpx.Response:
        return await self.request("GET", path)

    async def post(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return await self.request("POST", path, body)

    async def patch(self, path: str, body: Mapping[str, object]) -> httpx.Response:
        return await self.request("PATCH", path, body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.request("DELETE", path)


@asynccontextmanager
async def calling_v2(double: AuraDouble, **settings: Any) -> AsyncIterator[CallerV2]:
    """Serve the double and hand out a client that is logged in."""
    async with double, httpx.AsyncClient(base_url=double.url, verify=trusted(), **settings) as http:
        await Caller(http).log_in(LEDGER_CLIENT_ID, LEDGER_CLIENT_SECRET)
        yield CallerV2(http)


def order(**changes: object) -> dict[str, object]:
    """A body to create an instance that is right as it stands."""
    return {
        "name": "drill",
        "type": "business-critical",
        "region": "europe-west1",
        "cloud_provider": "gcp",
        "memory": "8GB",
        **changes,
    }
