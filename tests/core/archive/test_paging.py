from collections.abc import Iterable

import pytest

from bot.core.archive.errors import NotArchivable
from bot.core.archive.paging import ROWS, Page, Paging, Part


def read_nodes(ids: Iterable[int], paging: Paging) -> tuple[list[int], int]:
    """Read node ids out of a set of them; returns those that came, and the pages that it took."""
    there, came, pages = sorted(ids), list[int](), 0
    while page := paging.page():
        pages += 1
        if page.jump:
            paging = paging.jumped(next((i for i in there if i >= page.parameters["first"]), None))
            continue
        found = [i for i in there if page.parameters["first"] <= i <= page.parameters["last"]]
        for id_ in found[: page.parameters["limit"]]:
            paging = paging.read(id_)
            came.append(id_)
        paging = paging.turned(page, len(found[: page.parameters["limit"]]))
    return came, pages


@pytest.mark.parametrize(
    "ids",
    [
        [],
        [0],
        range(70_000),
        [5, 10**12, 10**12 + 1, 10**15],
        [*range(100), *range(400_000, 400_100)],
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_every_id_comes_once_wherever_the_gaps_are(ids: Iterable[int], known: bool) -> None:
    paging = Paging(part=Part.NODES, expected=len(list(ids)) if known else None)
    came, pages = read_nodes(ids, paging)
    assert came == list(ids)
    assert pages < 60


def test_with_a_known_number_no_page_is_asked_for_after_the_last_row() -> None:
    assert Paging(part=Part.NODES, expected=0).page() is None


def test_a_node_with_more_relationships_than_a_page_is_read_on_after_the_last_one() -> None:
    paging = Paging(part=Part.RELATIONSHIPS)
    there = [(7, i * 3) for i in range(2 * ROWS + 5)] + [(8, 1)]
    came: list[tuple[int, int]] = []
    while (page := paging.page()) and not page.jump:
        first, last, after = (page.parameters[key] for key in ("first", "last", "after"))
        found = [(n, r) for n, r in there if first <= n <= last and (n > first or r > after)]
        for row in found[:ROWS]:
            paging = paging.read(*row)
            came.append(row)
        paging = paging.turned(page, len(found[:ROWS]))
    assert came == there


def test_a_page_that_broke_off_goes_on_after_the_last_row_that_came() -> None:
    nodes = Paging(part=Part.NODES).read(3)
    relationships = Paging(part=Part.RELATIONSHIPS).read(3, 9)
    assert _parameters(nodes.page())["first"] == 4
    after = _parameters(relationships.page())
    assert (after["first"], after["after"]) == (3, 9)


@pytest.mark.parametrize(
    ("paging", "row"),
    [
        (Paging(part=Part.NODES).read(5), (5,)),
        (Paging(part=Part.RELATIONSHIPS).read(5, 9), (5, 9)),
        (Paging(part=Part.RELATIONSHIPS).read(5, 9), (4, 10)),
    ],
)
def test_a_row_that_came_before_is_refused(paging: Paging, row: tuple[int, ...]) -> None:
    with pytest.raises(NotArchivable):
        paging.read(*row)


def _parameters(page: Page | None) -> dict[str, int]:
    assert page is not None
    return dict(page.parameters)
