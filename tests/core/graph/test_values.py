"""Graph values: what typed JSON says, and back, without loss."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import GraphGarbled
from bot.core.graph.values import (
    Node,
    Path,
    Point,
    Relationship,
    Temporal,
    TemporalKind,
    Value,
    decode,
    encode,
)

# as a real server wrote them
WRITTEN = {
    TemporalKind.DATE: ["2026-01-01", "+12345-01-01", "-0044-03-15"],
    TemporalKind.TIME: ["12:00:00.5+01:30", "00:00:00Z"],
    TemporalKind.LOCAL_TIME: ["00:00:00", "22:17:26.305"],
    TemporalKind.LOCAL_DATETIME: ["2026-11-22T22:17:26.123456789"],
    TemporalKind.OFFSET_DATETIME: ["-0044-03-15T00:00:00.123456789Z"],
    TemporalKind.ZONED_DATETIME: ["2026-01-01T00:00:00+01:00[Europe/Paris]"],
    TemporalKind.DURATION: ["P1Y2M-3DT4H5.000000001S", "P-1M1DT-0.999999995S", "PT0S", "P1DT2H"],
}
temporals = st.sampled_from(
    [Temporal(kind, text) for kind, texts in WRITTEN.items() for text in texts]
)
floats = st.floats(allow_nan=False)
points = st.one_of(
    st.builds(Point, st.sampled_from([4326, 7203]), st.tuples(floats, floats)),
    st.builds(Point, st.sampled_from([4979, 9157]), st.tuples(floats, floats, floats)),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    floats,
    st.text(),
    st.binary(),
    temporals,
    points,
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


def typed(kind: str, raw: object) -> dict[str, object]:
    return {"$type": kind, "_value": raw}


@given(values)
def test_every_value_comes_back_as_it_was(value: Value) -> None:
    assert decode(encode(value)) == value


def test_numbers_that_are_none_keep_their_meaning() -> None:
    assert math.isnan(decode(typed("Float", "NaN")))  # type: ignore[arg-type]
    assert decode(typed("Float", "-Infinity")) == -math.inf
    assert encode(math.nan) == typed("Float", "NaN")
    assert math.copysign(1, decode(typed("Float", "-0.0"))) == -1  # type: ignore[arg-type]


def test_truth_is_no_number() -> None:
    assert encode(True) == typed("Boolean", True)
    assert decode(typed("Boolean", True)) is True


def node(name: str) -> dict[str, object]:
    properties = {"x": typed("Integer", "1")}
    return typed("Node", {"_element_id": name, "_labels": ["A"], "_properties": properties})


RELATIONSHIP = typed(
    "Relationship",
    {
        "_element_id": "5:x:0",
        "_start_node_element_id": "4:x:0",
        "_end_node_element_id": "4:x:1",
        "_type": "KNOWS WELL",
        "_properties": {},
    },
)


def test_node_relationship_and_path_are_read_with_their_ends() -> None:
    here, there = Node("4:x:0", ("A",), {"x": 1}), Node("4:x:1", ("A",), {"x": 1})
    between = Relationship("5:x:0", "KNOWS WELL", "4:x:0", "4:x:1", {})
    walked = typed("Path", [node("4:x:0"), RELATIONSHIP, node("4:x:1")])
    assert decode(walked) == Path((here, between, there))


@pytest.mark.parametrize("value", [Node("4:x:0", (), {}), Path(()), (Node("4:x:0", (), {}),)])
def test_entities_cannot_be_sent(value: Value) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        encode(value)


def test_number_of_more_than_64_bits_cannot_be_sent() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        encode(2**63)


def nested(depth: int) -> object:
    value: object = typed("Null", None)
    for _ in range(depth):
        value = typed("List", [value])
    return value


@pytest.mark.parametrize(
    "garbled",
    [
        None,
        7,
        [],
        {},
        {"$type": "Integer"},
        {"$type": "Integer", "_value": "1", "more": 1},
        typed("Vector", {}),
        typed("Null", 0),
        typed("Boolean", "true"),
        typed("Integer", 1),
        typed("Integer", "1.0"),
        typed("Integer", str(2**63)),
        typed("Integer", "٣"),
        typed("Float", 1.5),
        typed("Float", "1_0"),
        typed("Float", "many"),
        typed("String", 1),
        typed("Base64", "no?"),
        typed("Base64", None),
        typed("Date", "2026-1-1"),
        typed("Time", "12:00"),
        typed("Duration", "P"),
        typed("Duration", "P1DT"),
        typed("OffsetDateTime", "2026-01-01T00:00:00"),
        typed("Point", "SRID=4326;POINT (1.0)"),
        typed("Point", "SRID=1;POINT (1.0 2.0)"),
        typed("Point", "SRID=4326;POINT (a b)"),
        typed("Point", None),
        typed("List", {}),
        typed("List", [1]),
        typed("Map", []),
        typed("Node", {"_element_id": "1"}),
        typed("Relationship", {}),
        typed("Path", [typed("Null", None)]),
        nested(70),
    ],
)
def test_what_is_no_typed_value_is_refused_without_showing_it(garbled: object) -> None:
    with pytest.raises(GraphGarbled) as caught:
        decode(garbled)
    assert "2026-1-1" not in str(caught.value)
