"""What a restored graph holds, against what was counted when its snapshot was taken."""

from datetime import timedelta

import pytest

from bot.core.evidence import CheckLine, unpassed
from bot.core.graph.held import held
from tests.core.drill_samples import FINGERPRINT


def verdicts(lines: tuple[CheckLine, ...]) -> dict[str, str]:
    return {line.name: f"{line.severity} {line.verdict}" for line in lines}


def test_equal_counts_and_definitions_pass() -> None:
    assert verdicts(held(FINGERPRINT, FINGERPRINT)) == {
        "holds data": "error passed",
        "as much as when the snapshot was taken": "warning passed",
        "all constraints and indexes": "error passed",
    }


@pytest.mark.parametrize(
    ("nodes", "relationships", "said"),
    [
        (41_201, 180_000, "warning failed"),
        (41_200, 179_999, "warning failed"),
        (43_260, 180_000, "warning failed"),
        (43_261, 180_000, "error failed"),
        (41_200, 100, "error failed"),
    ],
)
def test_a_small_difference_warns_and_a_large_one_is_an_error(
    nodes: int, relationships: int, said: str
) -> None:
    found = FINGERPRINT.model_copy(update={"nodes": nodes, "relationships": relationships})
    [line] = [line for line in held(found, FINGERPRINT) if line.name.startswith("as much")]
    assert f"{line.severity} {line.verdict}" == said
    assert line.expected == "41,200 nodes and 180,000 relationships"
    assert line.found == f"{nodes:,} nodes and {relationships:,} relationships"


@pytest.mark.parametrize(
    ("labels", "types", "said", "named"),
    [
        ({"Order": 40_000, "Customer": 1_200}, {"PLACED": 180_000}, "warning passed", ""),
        # as many nodes in all, but of other kinds
        (
            {"Order": 41_200},
            {"PLACED": 180_000},
            "error failed",
            "label Customer 0 instead of 1,200, label Order 41,200 instead of 40,000",
        ),
        (
            {"Order": 40_000, "Customer": 1_140},
            {"PLACED": 180_000},
            "warning failed",
            "label Customer 1,140 instead of 1,200",
        ),
        (
            {"Order": 40_000, "Customer": 1_139},
            {"PLACED": 180_000},
            "error failed",
            "label Customer 1,139 instead of 1,200",
        ),
        (
            {"Order": 40_000, "Customer": 1_200, "New": 3},
            {"PLACED": 180_000},
            "warning failed",
            "label New 3 instead of 0",
        ),
        (
            {"Order": 40_000, "Customer": 1_200},
            {"OTHER": 180_000},
            "error failed",
            "type OTHER 180,000 instead of 0, type PLACED 0 instead of 180,000",
        ),
    ],
)
def test_a_label_or_type_that_is_gone_or_far_off_is_an_error_and_named(
    labels: dict[str, int], types: dict[str, int], said: str, named: str
) -> None:
    found = FINGERPRINT.model_copy(update={"labels": labels, "types": types})
    [line] = [line for line in held(found, FINGERPRINT) if line.name.startswith("as much")]
    assert f"{line.severity} {line.verdict}" == said
    assert line.found == "; ".join(
        ["41,200 nodes and 180,000 relationships", *[named][: len(named)]]
    )


def test_of_many_changed_kinds_the_wrong_ones_come_first_and_the_rest_is_counted() -> None:
    then = FINGERPRINT.model_copy(update={"labels": {f"L{n}": 1_000 for n in range(9)}})
    changed = {"L0": 1_050, "L1": 1_040, "L2": 1_030, "L3": 1_020, "L" * 99: 0}
    rare = {**then.labels, **changed, "L8": 0}  # type: ignore[dict-item]
    found = then.model_copy(update={"labels": {k: v for k, v in rare.items() if v}})
    [line] = [line for line in held(found, then) if line.name.startswith("as much")]
    assert line.found.endswith(
        "; label L8 0 instead of 1,000, label L0 1,050 instead of 1,000, "
        "label L1 1,040 instead of 1,000, 2 more"
    )
    long = FINGERPRINT.model_copy(update={"labels": {"L" * 99: 5}})
    [line] = [line for line in held(FINGERPRINT, long) if line.name.startswith("as much")]
    assert f"label {'L' * 39}… 0 instead of 5" in line.found


def test_kinds_that_nobody_counted_are_not_compared() -> None:
    unknown = FINGERPRINT.model_copy(update={"labels": None, "types": None})
    assert held(FINGERPRINT, unknown)[1].verdict == "passed"


@pytest.mark.parametrize(
    ("minutes", "said"), [(12, "12 min away"), (0.2, "1 min away"), (14.6, "15 min away")]
)
def test_what_was_counted_minutes_away_warns_at_most_and_says_so(minutes: float, said: str) -> None:
    found = FINGERPRINT.model_copy(
        update={"nodes": 20_000, "labels": {}, "constraints": (), "indexes": ()}
    )
    lines = held(found, FINGERPRINT, away=timedelta(minutes=minutes))
    assert verdicts(lines) == {
        "holds data": "error passed",
        "as much as when the snapshot was taken": "warning failed",
        "all constraints and indexes": "warning failed",
    }
    for line in lines[1:]:
        assert line.expected.endswith(f", counted {said} from it")
    empty = FINGERPRINT.model_copy(update={"nodes": 0})
    assert not held(empty, FINGERPRINT, away=timedelta(minutes=minutes))[0].passed


def test_a_lost_constraint_is_named_and_an_error() -> None:
    found = FINGERPRINT.model_copy(update={"constraints": (), "indexes": ()})
    [line] = [line for line in held(found, FINGERPRINT) if "constraints" in line.name]
    assert (line.severity, line.verdict) == ("error", "failed")
    assert line.expected == "the 2 definitions of then"
    assert line.found == "2 missing: CREATE CONSTRAINT a; CREATE RANGE INDEX b"


def test_of_many_lost_definitions_a_few_are_named() -> None:
    then = FINGERPRINT.model_copy(update={"indexes": tuple(f"INDEX {n}" for n in range(9))})
    found = then.model_copy(update={"indexes": ()})
    [line] = [line for line in held(found, then) if "constraints" in line.name]
    assert line.found == "9 missing: INDEX 0; INDEX 1; INDEX 2; …"


def test_what_had_no_definitions_lacks_none() -> None:
    bare = FINGERPRINT.model_copy(update={"constraints": (), "indexes": ()})
    assert held(FINGERPRINT, bare)[2].expected == "none, as then"


def test_definitions_that_nobody_could_read_are_not_compared() -> None:
    unknown = FINGERPRINT.model_copy(update={"constraints": None})
    assert "all constraints and indexes" not in verdicts(held(FINGERPRINT, unknown))


def test_an_empty_graph_proves_nothing_unless_it_was_empty() -> None:
    empty = FINGERPRINT.model_copy(update={"nodes": 0, "relationships": 0})
    assert held(empty, FINGERPRINT)[0].verdict == "failed"
    assert held(empty, empty)[0].verdict == "passed"
    assert held(empty, None)[0].verdict == "failed"


def test_with_nothing_to_compare_with_it_warns_unless_there_are_checks() -> None:
    assert verdicts(held(FINGERPRINT, None)) == {
        "holds data": "error passed",
        "something to compare with": "warning not run",
    }
    assert verdicts(held(FINGERPRINT, None, others=1)) == {"holds data": "error passed"}


def test_what_did_not_pass_is_named_in_a_clause() -> None:
    good, bad = held(FINGERPRINT, None)
    assert unpassed([good]) == ""
    assert unpassed([good, bad]) == "“something to compare with” did not pass"
    assert unpassed([bad] * 5).endswith(" and 2 more did not pass")
