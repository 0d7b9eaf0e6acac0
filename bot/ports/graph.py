"""Graphs: reading a database, never writing."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from pydantic import SecretStr

from bot.core.base import InstanceId
from bot.core.environments import Environment
from bot.core.graph.fingerprint import Kept
from bot.core.graph.values import Value
from bot.core.instances import InstanceSummary

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


@dataclass(frozen=True, kw_only=True)
class MetricsDoor:
    """The way to the metrics of one instance, with the credential of a Metrics Reader."""

    address: str
    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True, kw_only=True)
class Gauges:
    """What the metrics endpoint says of a database; None is what it does not say."""

    nodes: int | None = None
    relationships: int | None = None
    store_bytes: int | None = None
    last_transaction: int | None = None
    active_writes: int | None = None


class Gauging(Protocol):
    """Aura's metrics endpoint."""

    async def read(self, door: MetricsDoor, instance_id: InstanceId, database: str) -> Gauges:
        """Return what it says now; raises GraphUnavailable, GraphRefused or GraphGarbled."""


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a graph may be looked at: through its Query API, its metrics, both or neither."""

    query: GraphDoor | None = None
    metrics: MetricsDoor | None = None
    database: str = "neo4j"
    timeout: float = 10.0
    """Seconds for one fingerprint."""
    more_rights: bool = False
    """Whether checks may run as a user who could also write."""


@dataclass(frozen=True, kw_only=True)
class Accesses:
    """What is configured, by instance and by environment; the instance's own comes first.

    Addresses may hold ``{instance}`` and ``{project}``, which are put in.
    """

    instances: Mapping[str, Access] = field(default_factory=dict)
    environments: Mapping[str, Access] = field(default_factory=dict)

    def of(self, instance: InstanceSummary, environment: Environment | None) -> Access:
        """Return how an instance may be looked at."""
        access = self.instances.get(instance.id)
        if access is None and environment is not None:
            access = self.environments.get(environment.name)
        return _filled(access, instance) if access is not None else Access()


def _filled(access: Access, instance: InstanceSummary) -> Access:
    def fill(address: str) -> str:
        return address.replace("{instance}", instance.id).replace("{project}", instance.project_id)

    query, metrics = access.query, access.metrics
    return replace(
        access,
        query=query and replace(query, address=fill(query.address)),
        metrics=metrics and replace(metrics, address=fill(metrics.address)),
    )


class Fingerprints(Protocol):
    """The catalogue of fingerprints. Methods raise StoreUnavailable."""

    async def add(self, kept: Kept) -> None:
        """Keep one; adding the same again changes nothing."""

    async def of(self, instance_id: InstanceId) -> tuple[Kept, ...]:
        """Return those of an instance, newest first, at most the last 200."""
