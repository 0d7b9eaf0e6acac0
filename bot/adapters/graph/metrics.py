"""Aura's metrics endpoint: Prometheus text, for Business Critical and Virtual Dedicated Cloud.

It wants a token of an Aura user who is a Metrics Reader, got like any Aura token
(https://neo4j.com/docs/aura/metrics/metrics-integration/process/). The names of the metrics are
those of https://neo4j.com/docs/aura/metrics/metrics-integration/reference/: each may come once per
member of a cluster, and the greatest counts.
"""

import asyncio
import math
from types import TracebackType
from typing import Self

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bot.adapters.aura.auth import Credential, Tickets
from bot.adapters.aura.line import Line
from bot.adapters.tls import trusted
from bot.core.base import InstanceId, OperationId
from bot.core.errors import AuraError, GraphGarbled, GraphRefused, GraphUnavailable
from bot.ports import Clock
from bot.ports.graph import Gauges, MetricsDoor

#: Bytes that the endpoint's page may have.
MOST = 8_000_000
#: Seconds for one reading; Aura's own example gives a scrape 30.
TIMEOUT = 30.0

_NAMES = {
    "neo4j_database_count_node": "nodes",
    "neo4j_database_count_relationship": "relationships",
    "neo4j_database_store_size_database": "store_bytes",
    "neo4j_database_transaction_last_committed_tx_id_total": "last_transaction",
    "neo4j_database_transaction_active_write": "active_writes",
}


class AuraMetrics:
    """The Gauging port. ``aura`` is the origin of Aura's API, where tokens come from."""

    def __init__(
        self, *, aura: str, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._line = Line(
            url=aura, clock=clock, consume=_never, observe=_uncounted, transport=transport
        )
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=trusted(),
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "text/plain", "User-Agent": "savepoint"},
        )
        self._tickets: dict[str, Tickets] = {}

    async def __aenter__(self) -> Self:
        """Open nothing yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close all connections."""
        for tickets in self._tickets.values():
            await tickets.aclose()
        await self._http.aclose()
        await self._line.aclose()

    async def read(self, door: MetricsDoor, instance_id: InstanceId, database: str) -> Gauges:
        """Return what the endpoint says now, as the port says."""
        tickets = self._tickets_of(door)
        try:
            ticket = await tickets.get()
        except AuraError as trouble:
            raise GraphUnavailable(trouble.summary, hint=trouble.hint) from trouble
        try:
            async with asyncio.timeout(TIMEOUT):
                status, page = await self._page(door.address, ticket.headers)
        except (httpx.HTTPError, TimeoutError) as trouble:
            raise GraphUnavailable("the metrics endpoint does not answer") from trouble
        if status in (401, 403):
            tickets.drop(ticket)
            raise GraphRefused(
                "the metrics endpoint refuses the credential",
                code=f"HTTP {status}",
                hint="It must belong to an Aura user who is a Metrics Reader of the project.",
            )
        if status >= 500 or status == 429:
            raise GraphUnavailable(f"the metrics endpoint cannot answer now (HTTP {status})")
        if status != 200:
            raise GraphRefused(f"the metrics endpoint answered {status}", code=f"HTTP {status}")
        return gauges(page, instance_id, database)

    async def _page(self, address: str, headers: dict[str, str]) -> tuple[int, str]:
        async with self._http.stream("GET", address, headers=headers) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST:
                    raise GraphGarbled("the metrics endpoint sent more than I read")
            return response.status_code, body.decode(errors="replace")

    def _tickets_of(self, door: MetricsDoor) -> Tickets:
        if door.client_id not in self._tickets:
            credential = Credential(
                name="metrics", client_id=door.client_id, client_secret=door.client_secret
            )
            self._tickets[door.client_id] = Tickets(credential, self._line)
        return self._tickets[door.client_id]


def gauges(page: str, instance_id: InstanceId, database: str) -> Gauges:
    """Read the page: what belongs to this instance and database; raises GraphGarbled."""
    found: dict[str, int] = {}
    try:
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                name = _NAMES.get(sample.name)
                here = sample.labels.get("instance_id", instance_id) == instance_id
                if math.isnan(sample.value):  # what Prometheus calls a number that is not there
                    continue
                if name and here and sample.labels.get("database", database) == database:
                    found[name] = max(found.get(name, 0), int(sample.value))
    except (ValueError, OverflowError, KeyError, IndexError) as trouble:
        raise GraphGarbled("the metrics endpoint sent what is no Prometheus text") from trouble
    return Gauges(**found)


async def _never(operation_id: OperationId) -> bool:
    """Grant no permit: nothing is restored over this line."""
    return False


def _uncounted(effect: str, outcome: str, seconds: float) -> None:
    """Count nothing."""
