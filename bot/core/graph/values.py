"""What Neo4j keeps in a graph, without loss: values as the Query API's typed JSON carries them.

The forms are those of https://neo4j.com/docs/query-api/current/typed-json/, each an object of
`$type` and `_value`. Times keep Neo4j's own text: Python's know no nanoseconds, and no years before
1 or after 9999. Whole numbers have 64 bits, fractions may be `nan` and `inf`.
"""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from bot.core.errors import GraphGarbled

#: How deep lists, maps and paths may stand in each other; real values stop far earlier.
DEEPEST = 64


class TemporalKind(StrEnum):
    """Neo4j's kinds of time, by their names in typed JSON."""

    DATE = "Date"
    TIME = "Time"
    LOCAL_TIME = "LocalTime"
    LOCAL_DATETIME = "LocalDateTime"
    OFFSET_DATETIME = "OffsetDateTime"
    ZONED_DATETIME = "ZonedDateTime"
    DURATION = "Duration"


@dataclass(frozen=True)
class Temporal:
    """A time or a span of time, in Neo4j's text, such as ``2026-01-01T00:00:00.000000001Z``."""

    kind: TemporalKind
    text: str


@dataclass(frozen=True)
class Point:
    """A point: two or three coordinates, longitude before latitude, in a system of coordinates.

    ``srid`` is 4326 (WGS 84), 4979 (WGS 84 with height), 7203 or 9157 (cartesian, 2 or 3).
    """

    srid: int
    coordinates: tuple[float, ...]


@dataclass(frozen=True)
class Node:
    """A node."""

    element_id: str
    labels: tuple[str, ...]
    properties: Mapping[str, "Value"]


@dataclass(frozen=True)
class Relationship:
    """A relationship; ``start`` and ``end`` are element ids of nodes."""

    element_id: str
    type: str
    start: str
    end: str
    properties: Mapping[str, "Value"]


@dataclass(frozen=True)
class Path:
    """Nodes and relationships by turns, as they were walked."""

    steps: tuple[Node | Relationship, ...]


Value = (
    None
    | bool
    | int
    | float
    | str
    | bytes
    | Temporal
    | Point
    | Node
    | Relationship
    | Path
    | tuple["Value", ...]
    | Mapping[str, "Value"]
)

_YEAR = r"(?:[+-]\d{4,9}|\d{4})"
_DAY = rf"{_YEAR}-\d\d-\d\d"
_HOUR = r"\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?"
_OFFSET = r"(?:Z|[+-]\d\d:\d\d(?::\d\d)?)"
_PART = r"-?\d+"
_SHAPES = {
    TemporalKind.DATE: _DAY,
    TemporalKind.TIME: _HOUR + _OFFSET,
    TemporalKind.LOCAL_TIME: _HOUR,
    TemporalKind.LOCAL_DATETIME: f"{_DAY}T{_HOUR}",
    TemporalKind.OFFSET_DATETIME: f"{_DAY}T{_HOUR}{_OFFSET}",
    TemporalKind.ZONED_DATETIME: rf"{_DAY}T{_HOUR}{_OFFSET}(?:\[[\w/+-]+\])?",
    TemporalKind.DURATION: (
        rf"P(?=.)(?:{_PART}Y)?(?:{_PART}M)?(?:{_PART}W)?(?:{_PART}D)?"
        rf"(?:T(?=.)(?:{_PART}H)?(?:{_PART}M)?(?:-?\d+(?:\.\d{{1,9}})?S)?)?"
    ),
}
_TEMPORAL = {kind: re.compile(shape, re.ASCII) for kind, shape in _SHAPES.items()}
_INTEGER = re.compile(r"-?\d{1,19}", re.ASCII)
_POINT = re.compile(r"SRID=(\d{1,9});POINT(?: Z)? ?\(([^()]{1,200})\)", re.ASCII)
#: How many coordinates each system has.
_DIMENSIONS = {4326: 2, 7203: 2, 4979: 3, 9157: 3}


def decode(typed: object, *, depth: int = 0) -> Value:
    """Return the value of an object of typed JSON; raises GraphGarbled for anything else."""
    match typed:
        case {"$type": str(kind), "_value": raw, **rest} if not rest:
            reader = _READERS.get(kind)
            if reader is None:
                raise GraphGarbled(f"Neo4j sent a value of a kind I do not know: {kind[:40]}")
            if depth > DEEPEST:
                raise GraphGarbled("Neo4j sent a value that is nested too deep")
            return reader(raw, depth + 1)
        case _:
            raise _garbled("value")


def encode(value: Value) -> dict[str, object]:
    """Return the typed JSON of a value, as parameters are sent; the inverse of `decode`."""
    match value:
        case None:
            return _typed("Null", None)
        case bool():
            return _typed("Boolean", value)
        case int():
            if not -(2**63) <= value < 2**63:
                raise ValueError(f"{value} does not fit into 64 bits")
            return _typed("Integer", str(value))
        case float():
            return _typed("Float", _float_text(value))
        case str():
            return _typed("String", value)
        case bytes():
            return _typed("Base64", base64.b64encode(value).decode())
        case Temporal(kind, text):
            return _typed(kind, text)
        case Point(srid, coordinates):
            word = "POINT Z" if len(coordinates) == 3 else "POINT"
            numbers = " ".join(_float_text(c) for c in coordinates)
            return _typed("Point", f"SRID={srid};{word} ({numbers})")
        case tuple():
            return _typed("List", [encode(item) for item in value])
        case Node() | Relationship() | Path():
            raise ValueError("nodes, relationships and paths cannot be sent")
        case Mapping():
            return _typed("Map", {key: encode(item) for key, item in value.items()})
        case _:
            assert_never(value)


def _typed(kind: str, raw: object) -> dict[str, object]:
    return {"$type": kind, "_value": raw}


def _float_text(value: float) -> str:
    special = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return special.get(repr(value), repr(value))


def _garbled(what: str) -> GraphGarbled:
    # the value itself may be personal, so it is not shown
    return GraphGarbled(f"Neo4j sent a {what} that I cannot read")


def _null(raw: object, depth: int) -> None:
    if raw is not None:
        raise _garbled("null")


def _boolean(raw: object, depth: int) -> bool:
    if isinstance(raw, bool):
        return raw
    raise _garbled("truth value")


def _integer(raw: object, depth: int) -> int:
    if isinstance(raw, str) and _INTEGER.fullmatch(raw) and -(2**63) <= int(raw) < 2**63:
        return int(raw)
    raise _garbled("whole number")


def _float(raw: object, depth: int) -> float:
    try:
        if isinstance(raw, str) and "_" not in raw:
            return float(raw)
    except ValueError:
        pass
    raise _garbled("number")


def _string(raw: object, depth: int) -> str:
    if isinstance(raw, str):
        return raw
    raise _garbled("text")


def _bytes(raw: object, depth: int) -> bytes:
    try:
        return base64.b64decode(_string(raw, depth), validate=True)
    except ValueError:
        raise _garbled("row of bytes") from None


def _temporal(kind: TemporalKind) -> Callable[[object, int], Temporal]:
    def read(raw: object, depth: int) -> Temporal:
        if isinstance(raw, str) and _TEMPORAL[kind].fullmatch(raw):
            return Temporal(kind, raw)
        raise _garbled(kind)

    return read


def _point(raw: object, depth: int) -> Point:
    found = _POINT.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        raise _garbled("point")
    coordinates = tuple(_float(number, depth) for number in found[2].split())
    if len(coordinates) != _DIMENSIONS.get(int(found[1])):
        raise _garbled("point")
    return Point(int(found[1]), coordinates)


def _list(raw: object, depth: int) -> tuple[Value, ...]:
    if isinstance(raw, list):
        return tuple(decode(item, depth=depth) for item in raw)
    raise _garbled("list")


def _map(raw: object, depth: int) -> dict[str, Value]:
    if isinstance(raw, dict):
        return {_string(key, depth): decode(item, depth=depth) for key, item in raw.items()}
    raise _garbled("map")


def _node(raw: object, depth: int) -> Node:
    match raw:
        case {"_element_id": str(element_id), "_labels": list(labels), "_properties": properties}:
            names = tuple(_string(label, depth) for label in labels)
            return Node(element_id, names, _map(properties, depth))
        case _:
            raise _garbled("node")


def _relationship(raw: object, depth: int) -> Relationship:
    match raw:
        case {
            "_element_id": str(element_id),
            "_type": str(type_),
            "_start_node_element_id": str(start),
            "_end_node_element_id": str(end),
            "_properties": properties,
        }:
            return Relationship(element_id, type_, start, end, _map(properties, depth))
        case _:
            raise _garbled("relationship")


def _path(raw: object, depth: int) -> Path:
    steps = []
    for step in _list(raw, depth):
        if not isinstance(step, Node | Relationship):
            raise _garbled("path")
        steps.append(step)
    return Path(tuple(steps))


_READERS: Mapping[str, Callable[[object, int], Value]] = {
    "Null": _null,
    "Boolean": _boolean,
    "Integer": _integer,
    "Float": _float,
    "String": _string,
    "Base64": _bytes,
    "Point": _point,
    "List": _list,
    "Map": _map,
    "Node": _node,
    "Relationship": _relationship,
    "Path": _path,
    **{kind.value: _temporal(kind) for kind in TemporalKind},
}
