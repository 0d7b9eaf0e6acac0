"""Both sides of an archive must agree: the graph before, what was written, the graph after."""

from typing import Any

import pytest

from bot.core.archive import Counts
from bot.core.archive.errors import NotArchivable
from bot.core.exports import agreement, of_source
from bot.core.graph.fingerprint import Fingerprint, Kept, Moment, Source
from bot.services.steps.export import check_agreement
from tests.core.samples import NOW, instance


def counted(**facts: Any) -> Fingerprint:
    known: dict[str, Any] = {
        "instance_id": instance().id,
        "taken_at": NOW,
        "seconds": 1.0,
        "source": Source.QUERY,
        "nodes": 3,
        "relationships": 1,
        "labels": {"A": 3},
        "types": {"R": 1},
    }
    return Fingerprint.model_validate(known | facts)


def of_the_source(**facts: Any) -> Kept:
    return Kept(fingerprint=counted(**facts), moment=Moment.SNAPSHOT)


def test_an_archive_is_compared_with_what_its_source_held_around_the_snapshot() -> None:
    same = agreement(of_the_source(), counted())
    assert same == (
        "The source held the same when it was counted around the snapshot, at 2026-11-22 12:00 UTC."
    )
    assert "held 4 nodes and 1 relationships when" in agreement(of_the_source(nodes=4), counted())
    assert "other labels, types" in agreement(of_the_source(labels={"B": 3}), counted())
    assert "was not counted" in agreement(None, counted())


def test_a_guided_export_carries_its_instances_fingerprint_and_says_whose_it_is() -> None:
    fingerprint, [note] = of_source(of_the_source())
    assert fingerprint is not None
    assert (fingerprint["nodes"], fingerprint["source"]) == (3, "query")
    assert "and not in the file" in note
    assert of_source(None) == (None, ())


WRITTEN = Counts(nodes=3, relationships=1, labels={"A": 3}, types={"R": 1})


def test_what_agrees_is_kept() -> None:
    check_agreement(WRITTEN, counted(), counted(seconds=9.0))
    check_agreement(WRITTEN, counted(labels=None, types=None), counted(labels=None, types=None))


def test_a_graph_that_changed_meanwhile_is_refused() -> None:
    with pytest.raises(NotArchivable, match="changed while it was read"):
        check_agreement(WRITTEN, counted(), counted(nodes=4))


@pytest.mark.parametrize(
    "written",
    [
        {"nodes": 2},
        {"relationships": 0},
        {"labels": {"A": 2, "B": 1}},
        {"types": {"S": 1}},
    ],
)
def test_an_archive_that_differs_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(NotArchivable, match="the archive holds"):
        check_agreement(WRITTEN.model_copy(update=written), counted(), counted())
