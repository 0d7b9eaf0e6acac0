import pytest

from bot.core.archive.cells import DELIMITER, cell
from bot.core.archive.errors import NotArchivable
from bot.core.graph.values import Point, Temporal, TemporalKind, Value


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("", "string", '""'),
        ('a "b", c\n', "string", '"a ""b"", c\n"'),
        (True, "boolean", "true"),
        (-(2**63), "long", "-9223372036854775808"),
        (float("nan"), "double", "NaN"),
        (float("-inf"), "double", "-Infinity"),
        (1e22, "double", "1e+22"),
        (b"\x00\x7f\x80\xff", "byte[]", f'"0{DELIMITER}127{DELIMITER}-128{DELIMITER}-1"'),
        (Temporal(TemporalKind.DATE, "2020-02-29"), "date", "2020-02-29"),
        (Point(4979, (1.0, -2.5, 0.0)), "point", '"{srid:4979,x:1.0,y:-2.5,z:0.0}"'),
        ((1, 2), "long[]", f'"1{DELIMITER}2"'),
        (("", "a"), "string[]", f'"{DELIMITER}a"'),
        ((Temporal(TemporalKind.DURATION, "P1M"),), "duration[]", '"P1M"'),
    ],
)
def test_value_has_a_type_and_a_text(value: Value, kind: str, text: str) -> None:
    assert cell(value) == (kind, text)


@pytest.mark.parametrize("value", [(), ("",), (f"a{DELIMITER}b", "c"), b"", (1, 1.5), ("a", 1)])
def test_what_the_import_tool_would_read_as_something_else_has_no_cell(value: Value) -> None:
    assert cell(value) is None


@pytest.mark.parametrize("value", [{"a": 1}, None, ({"a": 1},)])
def test_what_is_no_property_is_refused(value: Value) -> None:
    with pytest.raises(NotArchivable):
        cell(value)
