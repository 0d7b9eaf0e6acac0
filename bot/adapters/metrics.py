"""What is counted, for Prometheus."""

import math
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.core.alerts import Severity
from bot.core.operations import Operation, Phase
from bot.core.vitals import Vitals

#: Seconds; an operation lasts from half a minute to hours.
_LONG = (30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800)


class Metrics:
    """Fulfils `bot.ports.Meter` and renders the page."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._operations = Gauge(
            "savepoint_operations", "Operations by kind and phase.", ("kind", "phase"),
            registry=self.registry,
        )  # fmt: skip
        self._events = Counter(
            "savepoint_operation_phases", "Phases entered, by kind.", ("kind", "phase"),
            registry=self.registry,
        )  # fmt: skip
        self._durations = Histogram(
            "savepoint_operation_seconds", "From request to end.", ("kind", "phase"),
            buckets=_LONG, registry=self.registry,
        )  # fmt: skip
        self._aura = Histogram(
            "savepoint_aura_call_seconds", "Aura calls by effect and outcome.",
            ("effect", "outcome"), registry=self.registry,
        )  # fmt: skip
        self._slack = Histogram(
            "savepoint_slack_call_seconds", "Slack calls by method and outcome.",
            ("method", "outcome"), registry=self.registry,
        )  # fmt: skip
        self._lag = Gauge(
            "savepoint_queue_lag_seconds", "How long the oldest due bell has waited.",
            registry=self.registry,
        )  # fmt: skip
        self._waiting = Gauge(
            "savepoint_approvals_waiting", "Operations that wait for approval.",
            registry=self.registry,
        )  # fmt: skip
        self._passed = Gauge(
            "savepoint_watch_last_pass_timestamp_seconds", "When the watch last did a pass.",
            registry=self.registry,
        )  # fmt: skip
        self._clocks = Gauge(
            "savepoint_clocks", "Clocks by how they stand.", ("environment", "clock", "state"),
            registry=self.registry,
        )  # fmt: skip
        self._ages = Gauge(
            "savepoint_clock_age_seconds", "The 50 clocks nearest to their targets, or beyond.",
            ("instance", "clock"), registry=self.registry,
        )  # fmt: skip
        self._alerts = Gauge(
            "savepoint_alerts_open", "Open alerts by severity.", ("severity",),
            registry=self.registry,
        )  # fmt: skip
        self._held = Gauge(
            "savepoint_alerts_held", "Open alerts that nobody was told of yet.",
            registry=self.registry,
        )  # fmt: skip

        self._store = Gauge(
            "savepoint_store_up", "Whether the store answered just now.", registry=self.registry
        )

    def recorded(self, op: Operation) -> None:
        """Count an event of an operation; at its end, how long it took."""
        self._events.labels(op.kind, str(op.phase)).inc()
        if op.final and op.duration is not None:
            self._durations.labels(op.kind, str(op.phase)).observe(op.duration.total_seconds())

    def aura(self, effect: str, outcome: str, seconds: float) -> None:
        """Count a call to Aura."""
        self._aura.labels(effect, outcome).observe(seconds)

    def slack(self, method: str, outcome: str, seconds: float) -> None:
        """Count a call to Slack."""
        self._slack.labels(method, outcome).observe(seconds)

    def page(
        self,
        *,
        phases: Mapping[tuple[str, str], int] | None,
        lag: float | None,
        vitals: Vitals | None = None,
    ) -> bytes:
        """Render the page with what the store and the queue say now; None when it is silent."""
        self._operations.clear()
        self._watched(vitals)
        self._store.set(phases is not None and lag is not None)
        if phases is None or lag is None:
            self._waiting.set(math.nan)
            self._lag.set(math.nan)
            return generate_latest(self.registry)
        for (kind, phase), count in phases.items():
            self._operations.labels(kind, phase).set(count)
        waiting = Phase.AWAITING_APPROVAL
        self._waiting.set(sum(n for (_, phase), n in phases.items() if phase == waiting))
        self._lag.set(lag)
        return generate_latest(self.registry)

    def _watched(self, vitals: Vitals | None) -> None:
        """Show what the latest pass found, whichever replica did it."""
        for gauge in (self._clocks, self._ages, self._alerts):
            gauge.clear()
        if vitals is None:
            self._passed.set(math.nan)
            self._held.set(math.nan)
            return
        self._passed.set(vitals.passed_at.timestamp())
        self._held.set(vitals.held)
        for name, count in vitals.states.items():
            self._clocks.labels(*name.split("|")).set(count)
        for instance_id, clock, age in vitals.oldest:
            self._ages.labels(instance_id, clock).set(age)
        for severity in Severity:
            word = severity.name.lower()
            self._alerts.labels(word).set(vitals.alerts.get(word, 0))
