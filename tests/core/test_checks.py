"""Checks: when an answer is what was expected, and what people read of it."""

import math
from datetime import UTC, datetime

import pytest

from bot.core.base import InstanceId
from bot.core.checks import (
    Between,
    Check,
    Exactly,
    Expectation,
    LikeBaseline,
    NoRows,
    RowCount,
    Severity,
    applying,
    judge,
    not_run,
)
from bot.core.graph.fingerprint import Fingerprint, Source
from bot.core.graph.rights import excess
from bot.core.graph.values import Node, Path, Point, Relationship, Temporal, TemporalKind, Value

BASELINE = Fingerprint(
    instance_id=InstanceId("0d5e7a11"),
    taken_at=datetime(2026, 11, 22, tzinfo=UTC),
    seconds=0,
    source=Source.QUERY,
    nodes=1000,
    relationships=2000,
    labels={"Order": 400},
    types={"PLACED": 300},
)


def check(expectation: Expectation, **more: object) -> Check:
    known: dict[str, object] = {"name": "c", "cypher": "RETURN 1", "expectation": expectation}
    return Check.model_validate({**known, **more})


NODE = Node("4:x:0", ("A", "B"), {"secret": 1})
JOINED = Relationship("5:x:0", "R", "4:x:0", "4:x:0", {})
DAY = Temporal(TemporalKind.DATE, "2026-01-01")


@pytest.mark.parametrize(
    ("expectation", "rows", "verdict", "expected", "found"),
    [
        (NoRows(), [], "passed", "no rows", "no rows"),
        (NoRows(), [(1,)], "failed", "no rows", "1"),
        (
            NoRows(),
            [(n, None) for n in range(5)],
            "failed",
            "no rows",
            "5 rows: 0, null; 1, null; 2, null; …",
        ),
        (RowCount(least=1, most=1), [(1,)], "passed", "1 row", "1 row"),
        (RowCount(least=2, most=3), [(1,)], "failed", "2 to 3 rows", "1 row"),
        (RowCount(least=1), [(1,)] * 7, "passed", "1 to 1,000 rows", "7 rows"),
        (Exactly(rows=((42000,),)), [(42000,)], "passed", "42,000", "42,000"),
        (Exactly(rows=((42,),)), [("42",)], "failed", "42", '"42"'),
        (Exactly(rows=((True,),)), [(1,)], "failed", "true", "1"),
        (Exactly(rows=((1,),)), [(True,)], "failed", "1", "true"),
        (Exactly(rows=((0,),)), [(False,)], "failed", "0", "false"),
        (Exactly(rows=((True,),)), [(True,)], "passed", "true", "true"),
        (Exactly(rows=((1,),)), [(1.0,)], "passed", "1", "1.0"),
        (
            Exactly(rows=(([1, [True]],),)),
            [((1, (1,)),)],
            "failed",
            "[1, [True]]",
            "[1, [1]]",
        ),
        (
            Exactly(rows=(("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5))),
            [("a", 1), ("b", 2), ("c", 3), ("d", 7), ("f", 5)],
            "failed",
            "row 4, column 2: 4",
            "row 4, column 2: 7",
        ),
        (
            Exactly(rows=((1, 2, 3, 4, 5, 6, 7),)),
            [(1, 2, 3, 4, 5, 6)],
            "failed",
            "row 1, column 7: 7",
            "row 1, column 7: nothing",
        ),
        (
            Exactly(rows=(("x" * 70 + "a",),)),
            [("x" * 70 + "b" * 70,)],
            "failed",
            f'…{"x" * 20}a"',
            f"…{'x' * 20}{'b' * 40}…",
        ),
        (Exactly(rows=((1,), (2,))), [(1,)], "failed", "2 rows: 1; 2", "1"),
        (Exactly(rows=()), [], "passed", "no rows", "no rows"),
        (Exactly(rows=(({"a": True},),)), [({"a": 1},)], "failed", "{'a': True}", "{'a': 1}"),
        (Exactly(rows=(({"a": 1},),)), [({"b": 1},)], "failed", "{'a': 1}", "{'b': 1}"),
        (Exactly(rows=((None,),)), [(None,)], "passed", "null", "null"),
        (
            Exactly(rows=(("EUR", 1), ("USD", 2))),
            [("EUR", 1), ("USD", 2)],
            "passed",
            "2 rows: EUR, 1; USD, 2",
            "2 rows: EUR, 1; USD, 2",
        ),
        (
            Exactly(rows=(("a",), ("b",))),
            [("b",), ("a",)],
            "failed",
            "2 rows: a; b",
            "2 rows: b; a",
        ),
        (
            Exactly(rows=(("2026-01-01", [1.5, 2.0], ["x"]),)),
            [(DAY, Point(7203, (1.5, 2.0)), ("x",))],
            "passed",
            "1 row: 2026-01-01, [1.5, 2.0], ['x']",
            "1 row: 2026-01-01, [1.5, 2.0], ['x']",
        ),
        (Between(least=1, most=3), [(3,)], "passed", "1 to 3", "3"),
        (Between(least=1), [(0.5,)], "failed", "at least 1", "0.5"),
        (Between(most=3), [(3.5,)], "failed", "at most 3", "3.5"),
        (Between(least=0), [(math.nan,)], "failed", "at least 0", "nan"),
        (Between(least=0), [(True,)], "failed", "at least 0", "true"),
        (Between(least=0), [], "failed", "at least 0", "no rows"),
        (Between(least=0), [(1,), (2,)], "failed", "at least 0", "2 rows: 1; 2"),
        (
            LikeBaseline(of="label:Order", within=0.05),
            [(380,)],
            "passed",
            "380 to 420 (the baseline has 400)",
            "380",
        ),
        (
            LikeBaseline(of="label:Order", within=0.05),
            [(379,)],
            "failed",
            "380 to 420 (the baseline has 400)",
            "379",
        ),
        (
            LikeBaseline(of="nodes", within=0),
            [(1000,)],
            "passed",
            "1,000 to 1,000 (the baseline has 1,000)",
            "1,000",
        ),
        (
            LikeBaseline(of="relationships", within=0.5),
            [("many",)],
            "failed",
            "1,000 to 3,000 (the baseline has 2,000)",
            "many",
        ),
        (
            LikeBaseline(of="type:GONE", within=0.1),
            [(0,)],
            "passed",
            "0 to 0 (the baseline has 0)",
            "0",
        ),
    ],
)
def test_answer_is_held_against_what_is_expected(
    expectation: Expectation,
    rows: list[tuple[Value, ...]],
    verdict: str,
    expected: str,
    found: str,
) -> None:
    line = judge(check(expectation), rows, baseline=BASELINE, milliseconds=3)
    assert (line.verdict, line.expected, line.found) == (verdict, expected, found)
    assert (line.name, line.severity, line.milliseconds) == ("c", "error", 3)


def test_without_a_baseline_a_relative_check_cannot_run() -> None:
    relative = check(LikeBaseline(of="label:Order", within=0.05))
    line = judge(relative, [(7,)], baseline=None)
    assert (line.verdict, line.passed) == ("not run", False)
    assert line.found == "there is no baseline; the answer is 7"
    assert line.expected == "the label:Order of the baseline, give or take 0.05"
    dark = BASELINE.model_copy(update={"labels": None, "types": None})
    assert judge(relative, [(7,)], baseline=dark).found.startswith("it does not tell the label")
    types = check(LikeBaseline(of="type:PLACED", within=0))
    assert judge(types, [(7,)], baseline=dark).verdict == "not run"
    assert judge(types, [(300,)], baseline=BASELINE).passed


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (NODE, "(:A:B)"),
        (JOINED, "(:R)"),
        (Path((NODE, JOINED, NODE)), "['(:A:B)', '(:R)', '(:A:B)']"),
        ({"a": (1, b"\x01")}, "{'a': [1, '01']}"),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_what_was_found_is_said_in_short_and_without_properties(value: Value, said: str) -> None:
    assert judge(check(NoRows()), [(value,)], baseline=None).found == said


def test_check_that_could_not_run_has_not_passed() -> None:
    line = not_run(check(NoRows(), severity=Severity.WARNING), "the database is away")
    assert (line.verdict, line.passed, line.serious) == ("not run", False, False)
    assert (line.expected, line.found) == ("no rows", "the database is away")


def test_checks_are_for_those_they_name_or_for_all() -> None:
    orders, other = InstanceId("0d5e7a11"), InstanceId("ffffffff")
    of_all = check(NoRows())
    of_one = check(NoRows(), instances=(orders,))
    of_place = check(NoRows(), environments=("production",))
    every = (of_all, of_one, of_place)
    assert applying(every, orders, None) == (of_all, of_one)
    assert applying(every, other, "production") == (of_all, of_place)
    assert applying(every, other, "staging") == (of_all,)


def test_rights_beyond_reading_are_found_and_unknown_ones_count_as_more() -> None:
    reader = [("GRANTED", "access"), ("GRANTED", "match"), ("GRANTED", "execute")]
    assert excess(reader) == ()
    assert excess([*reader, ("DENIED", "write")]) == ()
    assert excess([*reader, ("GRANTED", "write"), ("GRANTED", "new_power")]) == (
        "new_power",
        "write",
    )
