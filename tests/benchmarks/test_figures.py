import pytest

from benchmarks.figures import most_within, overtaken, percentile
from benchmarks.goals import HEAD, Part, Row, kept, missed


def test_a_percentile_lies_between_its_neighbours() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.5
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile(list(range(101)), 0.99) == pytest.approx(99.0)
    assert percentile([7.0], 0.99) == 7.0


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_the_busiest_window_is_found_wherever_it_begins() -> None:
    assert most_within([0.0, 50.0, 55.0, 109.0, 109.9, 200.0], 60.0) == 4


def test_a_window_does_not_hold_its_own_end() -> None:
    assert most_within([0.0, 60.0], 60.0) == 1
    assert most_within([], 60.0) == 0


def test_only_what_waited_beyond_the_grace_was_overtaken() -> None:
    waiting = {"served": (10.0, 20.0), "never": (30.0, None)}
    assert overtaken([9.0, 11.0, 13.0, 21.0, 31.0, 33.0], waiting, grace=2.0) == 2


def test_a_goal_is_kept_up_to_its_very_figure() -> None:
    rows = [
        Row(what="kept", value="", goal="edits in any 60 s", measured=40),
        Row(what="missed", value="", goal="edits in any 60 s", measured=41),
        Row(what="not measured", value="", goal="edits in any 60 s"),
        Row(what="no goal", value=""),
    ]
    assert missed([Part(title="t", rows=rows)]) == ["t: missed", "t: not measured"]


def test_a_part_that_is_measured_anew_takes_the_place_of_its_former_table() -> None:
    before = kept("", ["## One\n\nold\n", "## Two\n\nstays\n"])
    after = kept(before, ["## One\n\nnew\n", "## Three\n\ncomes\n"])
    assert after == f"{HEAD}\n## One\n\nnew\n\n## Two\n\nstays\n\n## Three\n\ncomes\n"
