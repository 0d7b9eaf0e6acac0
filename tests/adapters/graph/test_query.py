"""The Query API adapter where the answer is not a database's, or not a good one."""

import json
from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from bot.adapters.graph import QueryApi
from bot.adapters.graph import query as module
from bot.core.errors import GraphError, GraphRefused, GraphTooMuch, GraphUnavailable
from bot.ports.graph import GraphDoor

Reply = Callable[[httpx.Request], httpx.Response]
WHOLE = b'{"data":{"fields":["x"],"values":[[{"$type":"Integer","_value":"1"}]]}}'


class Scripted(httpx.AsyncBaseTransport):
    """Answers every statement alike and remembers what was asked."""

    def __init__(self, reply: Reply) -> None:
        self.asked: list[httpx.Request] = []
        self._reply = reply

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._reply(request)


def door(
    address: str = "https://0a1b2c3d.databases.neo4j.io", database: str = "neo4j"
) -> GraphDoor:
    return GraphDoor(
        address=address, user="reader", password=SecretStr("hush-graph"), database=database
    )


async def ask(reply: Reply, at: GraphDoor | None = None) -> list[httpx.Request]:
    transport = Scripted(reply)
    async with QueryApi(transport=transport) as api:
        await api.read(at or door(), "RETURN $x", {"x": 1}, timeout=5, most_rows=1)
    return transport.asked


def always(status: int, body: bytes) -> Reply:
    return lambda _: httpx.Response(status, content=body)


async def test_only_reading_is_ever_asked_for() -> None:
    [request] = await ask(always(202, WHOLE), door("https://g.test/at/", "my db"))
    body = json.loads(request.content)
    assert str(request.url) == "https://g.test/at/db/my%20db/query/v2"
    assert body["accessMode"] == "READ"
    assert body["statement"].endswith(" */ RETURN $x")
    assert body["parameters"] == {"x": {"$type": "Integer", "_value": "1"}}
    assert request.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "address",
    [
        "http://0a1b2c3d.databases.neo4j.io",
        "http://10.0.0.1",
        "http://127.0.0.1.evil.test",
        "neo4j+s://x",
        "",
    ],
)
async def test_password_never_travels_in_the_clear(address: str) -> None:
    transport = Scripted(always(202, WHOLE))
    async with QueryApi(transport=transport) as api:
        with pytest.raises(GraphRefused, match="must begin with https"):
            await api.read(door(address), "RETURN 1", timeout=5, most_rows=1)
    assert transport.asked == []


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:7474", "http://localhost:1", "http://[::1]:1"]
)
async def test_this_machine_itself_may_be_spoken_to_without_tls(address: str) -> None:
    assert await ask(always(202, WHOLE), door(address))


def errors(code: str, message: str = "it says no.\nand more") -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, errors("Neo.ClientError.Statement.SyntaxError"), GraphRefused, "it says no"),
        (403, errors("Neo.ClientError.Security.Forbidden"), GraphRefused, "it says no"),
        (404, b"<html>not here</html>", GraphRefused, "it answered 404"),
        (308, b"", GraphRefused, "leads elsewhere"),
        (429, b"", GraphUnavailable, "cannot answer now"),
        (502, b"<html>", GraphUnavailable, "cannot answer now"),
        (
            202,
            errors("Neo.TransientError.General.DatabaseUnavailable"),
            GraphUnavailable,
            "cannot answer now",
        ),
        (
            400,
            errors("Neo.ClientError.Transaction.TransactionTimedOut"),
            GraphUnavailable,
            "took too long",
        ),
        (202, WHOLE[:-1], GraphUnavailable, "broke off"),
        (202, b"{}", GraphUnavailable, "broke off"),
    ],
)
async def test_what_is_no_answer_is_told_by_its_kind(
    status: int, body: bytes, kind: type[GraphError], said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        await ask(always(status, body))
    assert "hush-graph" not in repr((caught.value, vars(caught.value)))


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (httpx.ConnectError("no"), "cannot be reached"),
        (httpx.ConnectTimeout("no"), "cannot be reached"),
        (httpx.ReadError("no"), "the connection to the database broke"),
    ],
)
async def test_connection_that_fails_is_told(trouble: Exception, said: str) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise trouble

    with pytest.raises(GraphUnavailable, match=said):
        await ask(fail)


async def test_statement_that_nobody_waits_for_any_more_is_ended_there() -> None:
    transport = Scripted(always(202, WHOLE[:-30] + b"," + WHOLE))
    async with QueryApi(transport=transport) as api:
        with pytest.raises(GraphUnavailable):
            await api.read(door(), "RETURN 1", timeout=5, most_rows=9)
    first, second = (json.loads(request.content) for request in transport.asked)
    assert second["statement"].startswith("SHOW TRANSACTIONS")
    assert second["parameters"]["mark"]["_value"] == first["statement"].removesuffix("RETURN 1")


async def test_answer_of_endless_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 50)
    with pytest.raises(GraphTooMuch, match="more than 50 bytes"):
        await ask(always(202, WHOLE))
