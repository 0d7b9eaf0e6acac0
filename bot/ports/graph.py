"""Graphs: reading a database, never writing."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

from bot.core.graph.values import Value

Row = tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class GraphDoor:
    """The way into one database.

    ``address`` is where its Query API answers, such as ``https://0a1b2c3d.databases.neo4j.io``;
    plain HTTP is only spoken to this machine itself.
    """

    address: str
    user: str
    password: SecretStr
    database: str = "neo4j"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A whole answer: the names of the columns, and the rows."""

    fields: tuple[str, ...]
    rows: tuple[Row, ...] = field(repr=False)


class Graph(Protocol):
    """A database, read only: each statement runs in Neo4j's access mode READ.

    Every method may raise GraphUnavailable, GraphRefused, GraphTooMuch or GraphGarbled.
    """

    async def read(
        self,
        door: GraphDoor,
        cypher: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
        most_rows: int,
    ) -> Rows:
        """Run a statement and return its answer.

        One that takes longer than ``timeout`` seconds is ended on the server too, as far as
        that can be reached. More than ``most_rows`` rows raise GraphTooMuch.
        """

    def stream(
        self,
        door: GraphDoor,
        cypher: str,
        parameters: Mapping[str, Value] | None = None,
        *,
        timeout: float,
    ) -> AsyncIterator[Row]:
        """Yield the rows of a statement as they come, never holding all of them.

        Rows that came do not say that all will: only when it ends without an error is the answer
        whole. ``timeout`` seconds are for the whole answer, the reader's own time not counted.
        """
