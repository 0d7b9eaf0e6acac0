"""One instance: what it is, what it is doing, and how it looks from outside.

An action sets the first status at once and writes down at which time it becomes which other one;
`settle` catches up with the clock. So a test's clock moves an instance as real time does, also one
that is left alone for so long that Aura does something by itself.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.aura.databases import Databases
from sandbox.aura.graphs import Content
from sandbox.aura.snapshots import SnapshotLog
from sandbox.aura.tiers import PAUSED_AT_MOST, UNUSED_AT_MOST
from sandbox.aura.times import Pace, stamp

GONE = "gone"  # ours: deleted for good, answers 404

STATUSES = frozenset(
    {
        "creating",
        "destroying",
        "running",
        "pausing",
        "paused",
        "suspending",
        "suspended",
        "resuming",
        "loading",
        "loading failed",
        "restoring",
        "updating",
        "overwriting",
    }
)
"""The words of `Instance.status` in the published specification of v1."""

OTHER_STATUSES = frozenset(
    {
        "resizing",
        "upgrading",
        "encryption key deleted",
        "encryption key error",
        "encryption key not found",
        "available",
        "stopped",
        "deleting",
        "rebalancing",
    }
)
"""Words that v1 may come to use: five of v2beta1, three of clients of Aura, the last made up."""

_AWAKE = frozenset({"running", "updating"})
_WITH_CDC = frozenset({"business-critical", "enterprise-db"})


@dataclass(kw_only=True)
class Instance:
    """An instance and its clockwork."""

    id: str
    name: str
    project_id: str
    type: str
    version: str
    cloud_provider: str
    region: str
    memory: str
    storage: str
    created_at: datetime
    databases: Databases
    users: Mapping[str, str]  # of the database: name to password
    log: SnapshotLog
    pace: Pace
    alone_since: datetime  # its status has stood since, and nobody has written into it
    used: bool = False  # somebody writes into it every day
    status: str = "running"
    hidden_until: datetime | None = None
    secondaries: int = 0
    cdc: str = "OFF"
    key_id: str | None = None
    vector_optimized: bool = False
    graph_analytics_plugin: bool = False
    graph_analytics: str = "unavailable"
    metrics: bool = True  # whether its project has them
    _ahead: deque[tuple[datetime, str]] = field(default_factory=deque)
    _finish: Callable[[datetime], None] | None = None

    def settle(self, now: datetime) -> None:
        """Catch up with the clock."""
        while True:
            while self._ahead and self._ahead[0][0] <= now:
                self._arrive(*self._ahead.popleft())
            alone = None if self._ahead else self._left_alone()
            if alone is None or self.alone_since + alone[0] > now:
                return
            after, status, then = alone
            self.begin(self.alone_since + after, status, then)

    def begin(
        self,
        now: datetime,
        status: str,
        *then: tuple[float, str],
        finish: Callable[[datetime], None] | None = None,
    ) -> None:
        """Start an operation: `status` at once, then each (seconds at speed 1, next status).

        `finish` is called with the time at which the last status is reached.
        """
        self._pass_time(now)
        self.status, self.alone_since = status, now
        self._ahead.clear()
        at = now
        for seconds, following in then:
            at += self.pace.span(seconds)
            self._ahead.append((at, following))
        self._finish = finish

    def replace_data(
        self, now: datetime, status: str, content: Content, *, seconds: float, fails: bool
    ) -> None:
        """Start an operation at whose end the databases hold `content`, unless it fails."""
        if fails:
            self.begin(now, status, (seconds, "loading failed"))
            return

        def bring(at: datetime) -> None:
            self.databases.bring(content, at)

        self.begin(now, status, (seconds, "running"), finish=bring)

    def become(self, now: datetime, status: str, *, until: datetime | None = None) -> None:
        """Change from outside the API, as the console or Neo4j's staff would; ends what runs.

        With `until` the status before comes back at that time.
        """
        before = self._ahead[-1][1] if self._ahead else self.status
        self.begin(now, status)
        if until is not None:
            self._ahead.append((until, before))

    def operation(self, now: datetime) -> str | None:
        """The one operation that runs, or None; a snapshot counts, though no status shows it."""
        if self._ahead:
            return self.status
        if self.snapshots(now).running(now):
            return "snapshotting"
        return self.databases.operation(now)

    def in_transition(self) -> bool:
        """True while another status is to come by itself."""
        return bool(self._ahead)

    def snapshots(self, now: datetime) -> SnapshotLog:
        """The snapshots, caught up with the clock."""
        self.settle(now)
        self._pass_time(now)
        return self.log

    def summary(self) -> dict[str, object]:
        """The instance in a list: no status."""
        return {
            "id": self.id,
            "name": self.name,
            "tenant_id": self.project_id,
            "cloud_provider": self.cloud_provider,
            "created_at": stamp(self.created_at),
        }

    def render(self) -> dict[str, object]:
        """The instance on its own, with the fields that come and go."""
        shown: dict[str, object] = {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "connection_url": self._shown_url(),
            "tenant_id": self.project_id,
            "cloud_provider": self.cloud_provider,
            "region": self.region,
            "type": self.type,
            "created_at": stamp(self.created_at),
            "vector_optimized": self.vector_optimized,
            "graph_analytics_plugin": self.graph_analytics_plugin,
        }
        if self.status != "destroying":
            shown["memory"] = self.memory
        if self.type == "free-db":
            graph = self.databases.default.graph()
            shown["graph_nodes"] = str(len(graph.nodes))
            shown["graph_relationships"] = str(len(graph.relationships))
        else:
            shown["storage"] = self.storage
        if self.type != "free-db" and self.metrics:
            shown["metrics_integration_url"] = (
                f"https://customer-metrics-api.neo4j.io/api/v1/{self.project_id}/{self.id}/metrics"
            )
        if self.type == "enterprise-db":
            shown["secondaries_count"] = self.secondaries
        if self.type in _WITH_CDC:
            shown["cdc_enrichment_mode"] = self.cdc
        if self.key_id is not None:
            shown["customer_managed_key_id"] = self.key_id
        return shown

    @property
    def multi_database(self) -> bool:
        """True when it was made for several databases, each backed up on its own."""
        return self.databases.rules is not None

    @property
    def connection_url(self) -> str:
        """Where the database itself would listen."""
        return f"neo4j+s://{self.id}.databases.neo4j.io"

    def _arrive(self, at: datetime, status: str) -> None:
        self._pass_time(at)
        self.status, self.alone_since = status, at
        if not self._ahead and self._finish is not None:
            finish, self._finish = self._finish, None
            finish(at)

    def _left_alone(self) -> tuple[timedelta, str, tuple[float, str]] | None:
        """What Aura does by itself: after which span alone, and as `begin` wants it."""
        taking, free = self.pace.durations, self.type == "free-db"
        match self.status:
            case "running" if free and not self.used:
                return UNUSED_AT_MOST, "pausing", (taking.pause, "paused")
            case "paused" if free:
                return PAUSED_AT_MOST, "destroying", (taking.destroy, GONE)
            case "paused":
                return PAUSED_AT_MOST, "resuming", (taking.resume, "running")
            case _:
                return None

    def _shown_url(self) -> str | None:
        if self.status != "resuming":
            return self.connection_url
        return None if int(self.id, 16) % 2 else ""  # both were seen on the live service

    def _pass_time(self, until: datetime) -> None:
        taking = self.pace.span(self.pace.durations.snapshot)
        awake = self.status in _AWAKE
        self.databases.pass_time(until, awake=awake, taking=taking)
        self.log.advance(until, awake=awake, taking=taking)
