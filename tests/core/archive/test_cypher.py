import pytest

from bot.core.archive.cypher import line, literal, named
from bot.core.archive.errors import NotArchivable
from bot.core.graph.values import Point, Temporal, TemporalKind, Value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (-(2**63), "(-9223372036854775807 - 1)"),
        (float("nan"), "NaN"),
        (0.5, "0.5"),
        ("it's\n\\u0041", r"'it\'s\u000a\\u0041'"),
        ((), "[]"),
        (("a", "b"), "['a', 'b']"),
        (Temporal(TemporalKind.DATE, "2020-01-01"), "date('2020-01-01')"),
        (Point(7203, (1.0, 2.0)), "point({srid: 7203, x: 1.0, y: 2.0})"),
    ],
)
def test_value_is_an_expression_on_one_line(value: Value, text: str) -> None:
    assert literal(value) == text


def test_bytes_have_no_expression() -> None:
    with pytest.raises(NotArchivable):
        literal(b"a")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "`plain`"),
        ("tick`", "`tick```"),
        ("a\nb", r"`a\u000ab`"),
        (r"\u0041", r"`\u005cu0041`"),
        (r"\\u0041", r"`\\u0041`"),
        (r"\\\u0041", r"`\\\u005cu0041`"),
    ],
)
def test_name_stands_in_backticks(name: str, text: str) -> None:
    assert named(name) == text


def test_statement_of_neo4j_stays_on_one_line_and_keeps_its_names() -> None:
    assert line("CREATE INDEX `a\nb` FOR (n:`x`) ON (n.`y`);\n") == (
        r"CREATE INDEX `a\u000ab` FOR (n:`x`) ON (n.`y`);"
    )
