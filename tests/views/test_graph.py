"""Graphs in words."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.base import InstanceId
from bot.core.graph.fingerprint import Change, Difference, Fingerprint, Source
from bot.core.graph.loss import Loss
from bot.views import graph as views

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def difference(nodes: int, relationships: int, *labels: Change) -> Difference:
    return Difference(
        nodes=nodes, relationships=relationships, labels=labels, types=(), lost=(), new=()
    )


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0"), (7, "7"), (999, "999"), (1234, "1,230"), (41_239, "41,200"), (180_213, "180,000")],
)
def test_numbers_are_said_in_three_digits(number: int, said: str) -> None:
    assert views.rough(number) == said


@pytest.mark.parametrize(
    ("nodes", "relationships", "said"),
    [
        (
            41_239,
            180_213,
            "about 41,200 nodes and 180,000 relationships newer than the snapshot",
        ),
        (1, 0, "1 node and 0 relationships newer than the snapshot"),
        (0, 0, "exactly as many nodes and relationships as in the snapshot"),
        (-3, -1, "3 nodes and 1 relationship fewer than in the snapshot"),
        (5, -20_000, "5 nodes more, about 20,000 relationships fewer than the snapshot"),
    ],
)
def test_difference_is_one_clause(nodes: int, relationships: int, said: str) -> None:
    assert views.differs(difference(nodes, relationships)) == said


def test_equal_totals_of_other_kinds_are_not_called_equal() -> None:
    swapped = difference(0, 0, Change(name="A", before=1, after=2))
    assert "but of other kinds" in views.differs(swapped)


def read(loss: Loss | None, *, asked: bool = False) -> list[str]:
    found = views.lost(loss, asked=asked)
    return [line for block in found for line in block["text"]["text"].splitlines()]


def test_loss_reads_as_a_paragraph() -> None:
    changes = [
        Change(name=name, before=0, after=n)
        for name, n in zip("ABCDE", range(9, 4, -1), strict=True)
    ]
    loss = Loss(
        nodes=50_000,
        relationships=200_000,
        difference=difference(41_239, 180_213, *changes),
        measured_at=NOON,
        near=True,
        writing=True,
    )
    assert read(loss) == [
        "The instance has *about 41,200 nodes and 180,000 relationships newer than the snapshot*, "
        "going by counts minutes away from it.",
        "Largest changes: `A` +9, `B` +8, `C` +7, 2 more.",
        "⚠ The application is still writing.",
    ]
    small = loss.model_copy(update={"difference": difference(1, 0), "near": False})
    assert read(small, asked=True) == [
        "When this was asked for, the instance had *1 node and 0 relationships newer than the "
        "snapshot*.",
        "⚠ The application was still writing.",
    ]


def test_unknown_loss_says_why_it_is_unknown() -> None:
    assert read(Loss(why="the database <does> not answer")) == [
        "How much was written since the snapshot: *unknown*, since the database &lt;does&gt; not "
        "answer."
    ]
    assert read(Loss(why="it is away", compared=False)) == [
        "How much is replaced: *unknown*, since it is away."
    ]


def test_loss_to_data_from_elsewhere_is_all_that_is_there() -> None:
    loss = Loss(nodes=41_239, relationships=180_213, compared=False)
    assert read(loss) == [
        "The instance holds *about 41,200 nodes and 180,000 relationships*; all of it is replaced."
    ]
    assert read(loss, asked=True)[0].startswith("When this was asked for, the instance held")


def test_loss_that_nobody_tried_to_count_is_not_mentioned() -> None:
    assert read(None) == []


def test_label_of_the_graph_can_neither_ping_nor_break_out() -> None:
    hostile = difference(1, 0, Change(name="<!channel>`*x*", before=0, after=1))
    assert views.largest(hostile) == "`&lt;!channel&gt;'*x*` +1"


def test_fingerprint_stands_in_one_line() -> None:
    fingerprint = Fingerprint(
        instance_id=InstanceId("0d5e7a11"),
        taken_at=NOON,
        seconds=0.1,
        source=Source.METRICS,
        nodes=1_000_000,
        relationships=5,
        store_bytes=1_500_000_000,
    )
    later = NOON + timedelta(minutes=2)
    assert views.fingerprint_line(fingerprint, later) == (
        "1,000,000 nodes · 5 relationships · 1.5 GB on disk · from Aura's metrics 2 min ago"
    )
    full = fingerprint.model_copy(
        update={
            "source": Source.QUERY,
            "labels": {"A": 1},
            "types": {},
            "constraints": (),
            "indexes": ("x",),
            "store_bytes": None,
        }
    )
    assert views.fingerprint_line(full, later) == (
        "1,000,000 nodes · 5 relationships · 1 label · 0 types · 0 constraints · 1 index · "
        "counted by the database 2 min ago"
    )
