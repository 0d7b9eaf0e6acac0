"""Fingerprints: what differs, and what a restore would throw away."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.base import InstanceId, SnapshotId
from bot.core.graph.cypher import count_labels, count_types, quoted
from bot.core.graph.fingerprint import (
    Change,
    Fingerprint,
    Kept,
    Moment,
    Source,
    compare,
    of_snapshot,
    writing,
)
from bot.core.graph.loss import estimate, replaced

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ORDERS = InstanceId("0d5e7a11")
SNAPSHOT = SnapshotId("s1")


def fingerprint(at: datetime = NOON, **changes: object) -> Fingerprint:
    known: dict[str, object] = {
        "instance_id": ORDERS,
        "taken_at": at,
        "seconds": 0.2,
        "source": Source.QUERY,
        "nodes": 10,
        "relationships": 20,
        "labels": {"A": 4, "B": 6},
        "types": {"R": 20},
        "constraints": ("CREATE CONSTRAINT a",),
        "indexes": ("CREATE INDEX b", "CREATE INDEX c"),
    }
    return Fingerprint.model_validate({**known, **changes})


def kept(
    at: datetime = NOON,
    moment: Moment = Moment.SNAPSHOT,
    snapshot: SnapshotId | None = None,
    **changes: object,
) -> Kept:
    return Kept(fingerprint=fingerprint(at, **changes), moment=moment, snapshot_id=snapshot)


def test_same_graph_shows_no_difference_whatever_the_order_of_its_definitions() -> None:
    turned = fingerprint(NOON + MINUTE, indexes=("CREATE INDEX c", "CREATE INDEX b"))
    assert compare(fingerprint(), turned).nothing
    assert fingerprint().schema_hash == turned.schema_hash


def test_definition_cannot_pass_from_index_to_constraint_unnoticed() -> None:
    moved = fingerprint(
        constraints=("CREATE CONSTRAINT a", "CREATE INDEX b"), indexes=("CREATE INDEX c",)
    )
    assert moved.schema_hash != fingerprint().schema_hash


def test_difference_names_the_biggest_changes_first() -> None:
    now = fingerprint(
        nodes=13, labels={"B": 2, "C": 1, "A": 8}, types={"R": 20}, indexes=("CREATE INDEX b",)
    )
    found = compare(fingerprint(), now)
    assert found.nodes == 3
    assert found.labels == (
        Change(name="A", before=4, after=8),
        Change(name="B", before=6, after=2),
        Change(name="C", before=0, after=1),
    )
    assert found.types == ()
    assert (found.lost, found.new) == (("CREATE INDEX c",), ())
    assert not found.nothing


def test_what_a_source_does_not_tell_is_unknown_and_not_zero() -> None:
    metrics = fingerprint(
        source=Source.METRICS, labels=None, types=None, constraints=None, indexes=None
    )
    found = compare(metrics, fingerprint())
    assert (found.labels, found.types, found.lost, found.new) == (None,) * 4
    assert metrics.schema_hash is None


def test_count_of_its_own_stands_for_a_snapshot_before_any_nearer_one() -> None:
    own, near = kept(NOON - 20 * MINUTE, snapshot=SNAPSHOT), kept(NOON)
    assert of_snapshot([near, own], SNAPSHOT, NOON) == own


def test_count_of_minutes_nearby_stands_for_a_snapshot_that_has_none() -> None:
    far, near = kept(NOON - 14 * MINUTE), kept(NOON + 3 * MINUTE, Moment.BEFORE)
    assert of_snapshot([far, near], SNAPSHOT, NOON) == near
    assert of_snapshot([kept(NOON - 16 * MINUTE)], SNAPSHOT, NOON) is None


@pytest.mark.parametrize("moment", [Moment.AFTER, Moment.DRILL])
def test_count_of_another_graph_never_stands_for_a_snapshot(moment: Moment) -> None:
    assert of_snapshot([kept(NOON, moment, SNAPSHOT)], SNAPSHOT, NOON) is None


def test_count_from_the_other_side_of_a_restore_never_stands_for_a_snapshot() -> None:
    before, after = kept(NOON - 9 * MINUTE), kept(NOON - 5 * MINUTE, Moment.AFTER)
    assert of_snapshot([before, after], SNAPSHOT, NOON) is None


def test_loss_is_what_the_present_has_more_than_the_snapshot() -> None:
    now = kept(NOON + 60 * MINUTE, Moment.CHECK, nodes=15)
    loss = estimate(now, snapshot_id=SNAPSHOT, then=kept(snapshot=SNAPSHOT), writing=True)
    assert loss.difference is not None
    assert (loss.difference.nodes, loss.nodes, loss.relationships) == (5, 15, 20)
    assert (loss.measured_at, loss.near, loss.why) == (NOON + 60 * MINUTE, False, "")
    assert (loss.writing, loss.compared) == (True, True)
    assert estimate(now, snapshot_id=SNAPSHOT, then=kept()).near


def test_loss_since_what_nobody_counted_is_unknown_with_its_reason() -> None:
    loss = estimate(kept(moment=Moment.CHECK), snapshot_id=SNAPSHOT, then=None)
    assert (loss.difference, loss.nodes) == (None, 10)
    assert loss.why == "nothing was counted when the snapshot was taken"


def test_data_from_elsewhere_replaces_all_that_is_there() -> None:
    loss = replaced(kept(moment=Moment.CHECK))
    assert (loss.nodes, loss.compared, loss.difference) == (10, False, None)


def test_transactions_since_the_last_look_say_that_the_application_writes() -> None:
    past = kept(NOON, Moment.CHECK, last_transaction=7)
    later = NOON + 5 * MINUTE
    assert writing([past], kept(later, Moment.CHECK, last_transaction=9)) is True
    assert writing([past], kept(later, Moment.CHECK, last_transaction=7)) is False
    assert writing([], kept(later, Moment.CHECK, last_transaction=7)) is None
    assert writing([past], kept(later, Moment.CHECK)) is None
    assert writing([kept()], kept(later, Moment.CHECK, last_transaction=7)) is None


def test_open_write_says_that_the_application_writes() -> None:
    assert writing([], kept(active_writes=1)) is True


@pytest.mark.parametrize(("moment", "minutes"), [(Moment.AFTER, 1), (Moment.CHECK, 16)])
def test_transactions_across_a_restore_or_a_long_time_say_nothing(
    moment: Moment, minutes: int
) -> None:
    past = kept(NOON, moment, last_transaction=7)
    now = kept(NOON + minutes * MINUTE, Moment.CHECK, last_transaction=9)
    assert writing([past], now) is None


def test_a_drill_in_between_says_nothing_of_whether_the_application_writes() -> None:
    past = kept(NOON, Moment.CHECK, last_transaction=7)
    tried = kept(NOON + MINUTE, Moment.DRILL, last_transaction=99)
    later = NOON + 5 * MINUTE
    assert writing([past, tried], kept(later, Moment.CHECK, last_transaction=9)) is True
    assert writing([past, tried], kept(later, Moment.CHECK, last_transaction=7)) is False


def test_names_are_quoted_whatever_they_hold() -> None:
    assert quoted("a b") == "`a b`"
    assert quoted("a`b") == "`a``b`"
    assert quoted("a\\u0060b") == "`a\\u005Cu0060b`"
    assert count_labels(["A"]) == "RETURN COUNT { (:`A`) } AS n0"
    assert count_types(["R", "S"]) == (
        "RETURN COUNT { ()-[:`R`]->() } AS n0, COUNT { ()-[:`S`]->() } AS n1"
    )
