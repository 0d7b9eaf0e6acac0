"""`[graph]`: how the graphs themselves may be looked at, read only."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from bot.config.given import Given
from bot.config.shapes import InstanceText, NameText, VariableText
from bot.ports import Access, Accesses, GraphDoor, MetricsDoor

ADDRESS = r"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])\S+$"
DATABASE = r"^[A-Za-z][A-Za-z0-9.-]{2,62}$"
#: What each shape means, in words.
SHAPES = {
    ADDRESS: "an address that begins with https://",
    DATABASE: "the name of a database, such as neo4j",
}

_Address = Annotated[str, StringConstraints(pattern=ADDRESS)]
_Database = Annotated[str, StringConstraints(pattern=DATABASE)]


class AccessTable(BaseModel):
    """`[graph.environments.NAME]` or `[graph.instances.ID]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    user_env: VariableText | None = Field(
        default=None, description="The variable that holds the name of a read-only database user."
    )
    password_env: VariableText | None = Field(
        default=None, description="The variable that holds that user's password."
    )
    address: _Address = Field(
        default="https://{instance}.databases.neo4j.io",
        description="Where the Query API answers; {instance} is put in.",
    )
    database: _Database = "neo4j"
    metrics_client_id_env: VariableText | None = Field(
        default=None, description="The variable with the client id of a Metrics Reader."
    )
    metrics_client_secret_env: VariableText | None = Field(
        default=None, description="The variable with that client's secret."
    )
    metrics_address: _Address = Field(
        default="https://customer-metrics-api.neo4j.io/api/v1/{project}/{instance}/metrics",
        description="Where the metrics stand; {project} and {instance} are put in.",
    )
    timeout_seconds: float = Field(
        default=10.0, ge=1, le=120, description="How long one fingerprint may take."
    )
    allow_more_rights: bool = Field(
        default=False, description="Let checks run as a user who could also write."
    )

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if (self.user_env is None) != (self.password_env is None):
            raise ValueError("user_env and password_env belong together")
        if (self.metrics_client_id_env is None) != (self.metrics_client_secret_env is None):
            raise ValueError("metrics_client_id_env and metrics_client_secret_env belong together")
        if self.user_env is None and self.metrics_client_id_env is None:
            raise ValueError("name user_env and password_env, or the two variables for metrics")
        return self

    def access(self, given: Given) -> Access:
        """Return the way in, with its secrets; those that are not set join the faults."""
        user, password = _pair(given, self.user_env, self.password_env)
        client_id, secret = _pair(given, self.metrics_client_id_env, self.metrics_client_secret_env)
        query = metrics = None
        if user and password:
            query = GraphDoor(
                address=self.address,
                user=user.get_secret_value(),
                password=password,
                database=self.database,
            )
        if client_id and secret:
            metrics = MetricsDoor(
                address=self.metrics_address,
                client_id=client_id.get_secret_value(),
                client_secret=secret,
            )
        return Access(
            query=query,
            metrics=metrics,
            database=self.database,
            timeout=self.timeout_seconds,
            more_rights=self.allow_more_rights,
        )


class GraphTable(BaseModel):
    """`[graph]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environments: Mapping[NameText, AccessTable] = Field(
        default={}, description="One user for all instances of an environment."
    )
    instances: Mapping[InstanceText, AccessTable] = Field(
        default={}, description="By instance; comes before the environment's."
    )

    def accesses(self, given: Given) -> Accesses:
        """Return all ways in, with their secrets; those that are not set join the faults."""
        return Accesses(
            instances={name: table.access(given) for name, table in self.instances.items()},
            environments={name: table.access(given) for name, table in self.environments.items()},
        )


def secrets_of(accesses: Accesses) -> frozenset[str]:
    """Return every password and secret among them, for the redaction of logs."""
    found: set[str] = set()
    for access in (*accesses.instances.values(), *accesses.environments.values()):
        if access.query is not None:
            found.add(access.query.password.get_secret_value())
        if access.metrics is not None:
            found.add(access.metrics.client_secret.get_secret_value())
    return frozenset(found)


def _pair(
    given: Given, first: str | None, second: str | None
) -> tuple[SecretStr | None, SecretStr | None]:
    if first is None or second is None:
        return None, None
    return given.secret(first, needed=True), given.secret(second, needed=True)
