"""Neo4j's Query API over HTTPS, read only: https://neo4j.com/docs/query-api/current/."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from ipaddress import ip_address
from secrets import token_hex
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import structlog

from bot.adapters.graph.refusals import refusal
from bot.adapters.graph.rows import Reading
from bot.adapters.tls import trusted
from bot.core.errors import (
    GraphError,
    GraphRefused,
    GraphTooMuch,
    GraphUnavailable,
)
from bot.core.graph.values import Value, decode, encode
from bot.ports.graph import GraphDoor, Row, Rows

log = structlog.get_logger(__name__)
T = TypeVar("T")

TYPED = "application/vnd.neo4j.query"
#: Bytes of one whole answer that `read` takes.
MOST_BYTES = 64_000_000
#: Seconds for making a connection, and for ending a statement that took too long.
CONNECT = 5.0
END = 5.0
#: A user may end transactions of their own
#: (https://neo4j.com/docs/cypher-manual/5/clauses/transaction-clauses/).
_TERMINATE = (
    "SHOW TRANSACTIONS YIELD transactionId AS id, currentQuery AS query "
    "WHERE query STARTS WITH $mark TERMINATE TRANSACTIONS id YIELD message RETURN message"
)


class QueryApi:
    """The Graph port. Keeps connections open; sends nothing twice."""

    def __init__(self, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=trusted(),
            timeout=httpx.Timeout(None, connect=CONNECT),
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4),
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": TYPED, "User-Agent": "savepoint"},
        )

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
        await self._http.aclose()

    async def read(
        self,
        door: GraphDoor,
        cypher: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
        most_rows: int,
    ) -> Rows:
        """Run a statement and return its answer, as the port says."""
        rows: list[Row] = []
        reading = Reading()
        async for row in self._rows(reading, door, cypher, parameters, timeout, MOST_BYTES):
            if len(rows) == most_rows:
                raise GraphTooMuch(f"the answer has more than {most_rows:,} rows")
            rows.append(row)
        return Rows(fields=reading.fields, rows=tuple(rows))

    async def stream(
        self,
        door: GraphDoor,
        cypher: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
    ) -> AsyncIterator[Row]:
        """Yield the rows of a statement as they come, as the port says."""
        async for row in self._rows(Reading(), door, cypher, parameters, timeout, None):
            yield row

    async def _rows(
        self,
        reading: Reading,
        door: GraphDoor,
        cypher: str,
        parameters: Mapping[str, Value] | None,
        timeout: float,
        most_bytes: int | None,
    ) -> AsyncIterator[Row]:
        _check(door.address)
        mark = f"/* savepoint {token_hex(8)} */ "
        patience = _Patience(timeout)
        runs = True  # as far as we know, from the first byte on until the answer has ended
        try:
            async with self._answer(door, mark + cypher, parameters or {}, patience) as response:
                chunks = response.aiter_bytes()
                got = 0
                chunk = None
                while chunk != b"":
                    chunk = await patience.wait(anext(chunks, b""))
                    got += len(chunk)
                    if most_bytes is not None and got > most_bytes:
                        raise GraphTooMuch(f"the answer has more than {most_bytes:,} bytes")
                    for row in reading.feed(chunk):
                        yield tuple(decode(value) for value in row)
                status = response.status_code
                errors = reading.close() if status < 300 else reading.complaints()
            runs = False
            if errors or status >= 300:
                raise refusal(status, errors)
        except TimeoutError:
            raise GraphUnavailable(f"the database took longer than {timeout:g} s") from None
        except (httpx.ConnectError, httpx.ConnectTimeout) as trouble:
            runs = False
            raise GraphUnavailable(
                "the database cannot be reached", hint="Check its address, and that it is running."
            ) from trouble
        except httpx.HTTPError as trouble:
            raise GraphUnavailable("the connection to the database broke") from trouble
        finally:
            if runs:
                await self._end(door, mark)

    @asynccontextmanager
    async def _answer(
        self,
        door: GraphDoor,
        statement: str,
        parameters: Mapping[str, Value],
        patience: "_Patience",
    ) -> AsyncIterator[httpx.Response]:
        request = self._http.build_request(
            "POST",
            f"{door.address.rstrip('/')}/db/{quote(door.database, safe='')}/query/v2",
            json={
                "statement": statement,
                "parameters": {name: encode(value) for name, value in parameters.items()},
                "accessMode": "READ",
            },
            headers={"Content-Type": TYPED},
        )
        auth = httpx.BasicAuth(door.user, door.password.get_secret_value())
        response = await patience.wait(self._http.send(request, auth=auth, stream=True))
        try:
            yield response
        finally:
            await response.aclose()

    async def _end(self, door: GraphDoor, mark: str) -> None:
        """Have the server end what nobody waits for any more: a closed connection does not."""
        patience = _Patience(END)
        try:
            async with self._answer(door, _TERMINATE, {"mark": mark}, patience) as response:
                await patience.wait(response.aread())
        except (httpx.HTTPError, TimeoutError, GraphError) as trouble:
            log.info("a statement may still run", why=type(trouble).__name__)


class _Patience:
    """Seconds that are left for waiting; what happens between two waits does not count."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    async def wait(self, wanted: Awaitable[T]) -> T:
        """Wait for it; raises TimeoutError when the patience ends."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(max(0.0, self._left)):
                return await wanted
        finally:
            self._left -= loop.time() - began


def _check(address: str) -> None:
    """Raise GraphRefused where the password would travel in the clear."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and _loopback(parts.hostname)):
        raise GraphRefused(
            "the database's address must begin with https://",
            code="Savepoint.Address",
            hint="Only a database on this machine itself is spoken to without TLS.",
        )


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
