"""Both sides of an archive must agree: the graph before, what was written, the graph after."""

from typing import Any

import pytest

from bot.core.archive import Counts
from bot.core.archive.errors import NotArchivable
from bot.core.graph.fingerprint import Fingerprint, Source
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
