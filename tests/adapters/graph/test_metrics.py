"""Aura's metrics endpoint."""

from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from bot.adapters.graph import AuraMetrics
from bot.adapters.graph import metrics as module
from bot.core.base import InstanceId
from bot.core.errors import GraphError, GraphGarbled, GraphRefused, GraphUnavailable
from bot.ports import Gauges, MetricsDoor
from tests.adapters.aura.stage import MovingClock

ORDERS = InstanceId("0d5e7a11")
DOOR = MetricsDoor(
    address="https://metrics.test/api/v1/p/0d5e7a11/metrics",
    client_id="reader",
    client_secret=SecretStr("hush-metrics"),
)
PAGE = """\
# HELP neo4j_database_count_node nodes
# TYPE neo4j_database_count_node gauge
neo4j_database_count_node{instance_id="0d5e7a11",database="neo4j",member="1"} 41200.0
neo4j_database_count_node{instance_id="0d5e7a11",database="neo4j",member="2"} 41239.0
neo4j_database_count_node{instance_id="0d5e7a11",database="system"} 99999999.0
neo4j_database_count_node{instance_id="ffffffff",database="neo4j"} 99999999.0
# TYPE neo4j_database_count_relationship gauge
neo4j_database_count_relationship{instance_id="0d5e7a11"} 180213 1700000000000
# TYPE neo4j_database_store_size_database gauge
neo4j_database_store_size_database 1.5e9
# TYPE neo4j_database_transaction_last_committed_tx_id counter
neo4j_database_transaction_last_committed_tx_id_total{instance_id="0d5e7a11"} 77
# TYPE neo4j_database_transaction_active_write gauge
neo4j_database_transaction_active_write 0
neo4j_aura_cpu_usage 0.5
"""
Reply = Callable[[httpx.Request], httpx.Response]


class Scripted(httpx.AsyncBaseTransport):
    """Hands out tokens, and answers everything else alike."""

    def __init__(self, reply: Reply, token: int = 200) -> None:
        self.asked: list[httpx.Request] = []
        self._reply = reply
        self._token = token

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.url.path == "/oauth/token":
            said = {"access_token": "tok", "expires_in": 3600, "token_type": "bearer"}
            return httpx.Response(self._token, json=said)
        return self._reply(request)


async def read(transport: Scripted, times: int = 1) -> Gauges:
    async with AuraMetrics(
        aura="https://aura.test", clock=MovingClock(), transport=transport
    ) as metrics:
        for _ in range(times - 1):
            await metrics.read(DOOR, ORDERS, "neo4j")
        return await metrics.read(DOOR, ORDERS, "neo4j")


def page(status: int = 200, text: str = PAGE) -> Reply:
    return lambda _: httpx.Response(status, text=text)


async def test_greatest_of_all_members_counts_and_nothing_of_others() -> None:
    transport = Scripted(page())
    assert await read(transport, times=2) == Gauges(
        nodes=41_239,
        relationships=180_213,
        store_bytes=1_500_000_000,
        last_transaction=77,
        active_writes=0,
    )
    paths = [request.url.path for request in transport.asked]
    assert paths == ["/oauth/token", *["/api/v1/p/0d5e7a11/metrics"] * 2]  # one token for both
    assert transport.asked[1].headers["Authorization"] == "Bearer tok"


async def test_what_the_page_does_not_say_is_unknown() -> None:
    assert await read(Scripted(page(text=""))) == Gauges()


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, GraphRefused, "refuses the credential"),
        (403, GraphRefused, "refuses the credential"),
        (404, GraphRefused, "answered 404"),
        (429, GraphUnavailable, "cannot answer now"),
        (503, GraphUnavailable, "cannot answer now"),
    ],
)
async def test_refusals_are_told_by_their_kind(
    status: int, kind: type[GraphError], said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        await read(Scripted(page(status)))
    assert "hush" not in repr((caught.value, vars(caught.value)))


async def test_token_that_is_refused_is_fetched_anew_next_time() -> None:
    transport = Scripted(page(401))
    async with AuraMetrics(
        aura="https://aura.test", clock=MovingClock(), transport=transport
    ) as metrics:
        for _ in range(2):
            with pytest.raises(GraphRefused):
                await metrics.read(DOOR, ORDERS, "neo4j")
    assert [r.url.path for r in transport.asked].count("/oauth/token") == 2


async def test_credential_that_aura_does_not_take_is_told() -> None:
    with pytest.raises(GraphUnavailable, match="does not accept the API credential"):
        await read(Scripted(page(), token=401))


async def test_number_that_is_not_there_takes_no_other_away() -> None:
    gap = 'neo4j_database_count_node{instance_id="0d5e7a11",database="neo4j",member="3"} NaN\n'
    found = await read(Scripted(page(text=f"{gap}{PAGE}{gap}neo4j_database_store_size_x NaN\n")))
    assert (found.nodes, found.relationships) == (41_239, 180_213)
    assert await read(Scripted(page(text=gap))) == Gauges()


@pytest.mark.parametrize(
    "text", ['neo4j_database_count_node{a="b" 1', "neo4j_database_count_node +Inf"]
)
async def test_what_is_no_metrics_page_is_refused(text: str) -> None:
    with pytest.raises(GraphGarbled, match="no Prometheus text"):
        await read(Scripted(page(text=text)))


async def test_endless_page_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 100)
    with pytest.raises(GraphGarbled, match="more than I read"):
        await read(Scripted(page()))


async def test_connection_that_breaks_is_told() -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("no")

    with pytest.raises(GraphUnavailable, match="does not answer"):
        await read(Scripted(fail))
