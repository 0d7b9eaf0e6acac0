"""Typed JSON, as the Query API writes and reads it on request: `$type` beside each `_value`.

https://neo4j.com/docs/query-api/current/typed-json/; of its types those that the small engine has.
"""

from collections.abc import Mapping
from typing import Any

MEDIA = "application/vnd.neo4j.query"


def typed(value: object) -> dict[str, object]:
    """Write a value of the engine."""
    match value:
        case None:
            return _of("Null", None)
        case bool():
            return _of("Boolean", value)
        case int():
            return _of("Integer", str(value))
        case float():
            return _of("Float", repr(value))
        case str():
            return _of("String", value)
        case list():
            return _of("List", [typed(one) for one in value])
        case {"elementId": identity, "labels": labels, "properties": dict(properties)}:
            return _of(
                "Node",
                {
                    "_element_id": identity,
                    "_labels": labels,
                    "_properties": _properties(properties),
                },
            )
        case {
            "elementId": identity,
            "type": kind,
            "startNodeElementId": start,
            "endNodeElementId": end,
            "properties": dict(properties),
        }:
            return _of(
                "Relationship",
                {
                    "_element_id": identity,
                    "_start_node_element_id": start,
                    "_end_node_element_id": end,
                    "_type": kind,
                    "_properties": _properties(properties),
                },
            )
        case dict():
            return _of("Map", _properties(value))
        case _:
            raise TypeError(f"the engine has no such value: {value!r}")


def plain(parameter: Any) -> object:
    """Read a parameter; raises ValueError for what is not typed, or of a type it has not."""
    match parameter:
        case {"$type": "Null" | "Boolean" | "String", "_value": value}:
            return value
        case {"$type": "Integer", "_value": str(text)}:
            return int(text)
        case {"$type": "Float", "_value": str(text)}:
            return float(text)
        case {"$type": "List", "_value": list(items)}:
            return [plain(one) for one in items]
        case {"$type": "Map", "_value": dict(entries)}:
            return {name: plain(one) for name, one in entries.items()}
        case _:
            raise ValueError("a parameter is not typed, or of a type that the sandbox has not")


def _of(kind: str, value: object) -> dict[str, object]:
    return {"$type": kind, "_value": value}


def _properties(properties: Mapping[str, object]) -> dict[str, object]:
    return {name: typed(value) for name, value in properties.items()}
