"""The page that Prometheus reads."""

import math
from datetime import UTC, datetime

from prometheus_client.parser import text_string_to_metric_families

from bot.adapters.metrics import Metrics
from bot.core.base import InstanceId
from bot.core.clocks import Clock
from bot.core.operations import Operation
from bot.core.vitals import Vitals
from tests.core import samples
from tests.views import samples as ending


def read(page: bytes) -> dict[tuple[str, ...], float]:
    """Return name and labels -> value, as Prometheus's own parser reads it."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def test_operations_are_counted_by_kind_and_phase_and_waiting_ones_apart() -> None:
    metrics = Metrics()
    phases = {("restore", "awaiting_approval"): 2, ("snapshot", "taking"): 1}
    values = read(metrics.page(phases=phases, lag=0.25))
    assert values["savepoint_operations", "restore", "awaiting_approval"] == 2
    assert values["savepoint_operations", "snapshot", "taking"] == 1
    assert values["savepoint_approvals_waiting",] == 2
    assert values["savepoint_queue_lag_seconds",] == 0.25
    assert values["savepoint_store_up",] == 1


def test_a_phase_that_nothing_is_in_any_more_leaves_the_page() -> None:
    metrics = Metrics()
    metrics.page(phases={("restore", "ready"): 1}, lag=0)
    assert ("savepoint_operations", "restore", "ready") not in read(metrics.page(phases={}, lag=0))


def test_a_silent_store_shows_as_down_and_not_as_zero() -> None:
    values = read(Metrics().page(phases=None, lag=None))
    assert values["savepoint_store_up",] == 0
    assert values["savepoint_queue_lag_seconds",] != values["savepoint_queue_lag_seconds",]  # NaN


def test_calls_are_counted_by_outcome_with_their_seconds() -> None:
    metrics = Metrics()
    metrics.aura("take_snapshot", "ok", 0.5)
    metrics.slack("chat.update", "ratelimited", 0.1)
    values = read(metrics.page(phases={}, lag=0))
    assert values["savepoint_aura_call_seconds_sum", "take_snapshot", "ok"] == 0.5
    assert values["savepoint_slack_call_seconds_count", "chat.update", "ratelimited"] == 1


def test_events_are_counted_and_an_end_with_its_duration() -> None:
    metrics = Metrics()
    running: Operation = samples.restore()
    metrics.recorded(running)
    values = read(metrics.page(phases={}, lag=0))
    assert values["savepoint_operation_phases_total", "restore", str(running.phase)] == 1
    assert not [key for key in values if key[0] == "savepoint_operation_seconds_count"]
    ended: Operation = ending.restore(*ending.to_done())
    assert ended.duration is not None
    metrics.recorded(ended)
    metrics.recorded(ending.take())
    values = read(metrics.page(phases={}, lag=0))
    seconds = values["savepoint_operation_seconds_sum", "restore", "done"]
    assert seconds == ended.duration.total_seconds()
    assert values["savepoint_operation_phases_total", "snapshot", str(ending.take().phase)] == 1


def test_the_watch_shows_its_last_pass_clocks_and_alerts_whoever_did_it() -> None:
    metrics = Metrics()
    vitals = Vitals(
        passed_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        states={"production|in place|overdue": 2},
        oldest=((InstanceId("0d5e7a11"), Clock.IN_PLACE, 97200.0),),
        alerts={"warning": 2},
        held=1,
    )
    values = read(metrics.page(phases={}, lag=0.0, vitals=vitals))
    assert values["savepoint_watch_last_pass_timestamp_seconds",] == 1795348800
    assert values["savepoint_clocks", "in place", "production", "overdue"] == 2
    assert values["savepoint_clock_age_seconds", "in place", "0d5e7a11"] == 97200
    assert values["savepoint_alerts_open", "warning"] == 2
    assert values["savepoint_alerts_open", "critical"] == 0
    assert values["savepoint_alerts_held",] == 1


def test_without_a_pass_nothing_is_claimed_of_clocks() -> None:
    metrics = Metrics()
    metrics.page(phases={}, lag=0.0, vitals=None)
    values = read(metrics.page(phases={}, lag=0.0, vitals=None))
    assert math.isnan(values["savepoint_watch_last_pass_timestamp_seconds",])
    assert not [name for name in values if name[0] == "savepoint_clocks"]
