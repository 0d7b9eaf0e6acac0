"""Cypher that an archive carries along: schema, and what the import tool cannot hold.

One statement stands on one line and ends with `;`, so that the file can be run line by line.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from bot.core.archive.errors import NotArchivable
from bot.core.graph.values import Point, Temporal, TemporalKind, Value

_FUNCTIONS = {
    TemporalKind.DATE: "date",
    TemporalKind.TIME: "time",
    TemporalKind.LOCAL_TIME: "localtime",
    TemporalKind.LOCAL_DATETIME: "localdatetime",
    TemporalKind.OFFSET_DATETIME: "datetime",
    TemporalKind.ZONED_DATETIME: "datetime",
    TemporalKind.DURATION: "duration",
}
_ESCAPES = {
    "\\": "\\\\",
    "'": "\\'",
    **{chr(c): f"\\u{c:04x}" for c in (*range(32), 127, 0x85, 0x2028, 0x2029)},
}
_TABLE = str.maketrans(_ESCAPES)
#: Cypher 5 reads \\uXXXX everywhere, even in names, but for a backslash that another one escapes.
_ESCAPE_IN_NAME = re.compile(r"(?<!\\)((?:\\\\)*)\\u")
_FLOATS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def named(name: str) -> str:
    """Return a label, type or property name as Cypher takes any of them.

    https://neo4j.com/docs/cypher-manual/current/syntax/naming/: in backticks, which are doubled.
    """
    plain = _ESCAPE_IN_NAME.sub(r"\1\\u005cu", name.replace("`", "``"))
    return "`" + "".join(_ESCAPES[c] if c in "\n\r\x85\u2028\u2029" else c for c in plain) + "`"


def literal(value: Value) -> str:
    """Return a value as a Cypher expression without a line break; bytes have none."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            # the lowest one has no literal of its own
            return str(value) if value != -(2**63) else f"({value + 1} - 1)"
        case float():
            text = repr(value)
            return _FLOATS.get(text, text)
        case str():
            return "'" + value.translate(_TABLE) + "'"
        case Temporal(kind, text):
            return f"{_FUNCTIONS[kind]}({literal(text)})"
        case Point(srid, coordinates):
            axes = ", ".join(f"{n}: {literal(c)}" for n, c in zip("xyz", coordinates, strict=False))
            return f"point({{srid: {srid}, {axes}}})"
        case tuple():
            return "[" + ", ".join(literal(item) for item in value) + "]"
        case _:
            raise NotArchivable(f"a {type(value).__name__.lower()} cannot be written as Cypher")


def line(statement: str) -> str:
    """Return a statement of Neo4j's own making on one line, where it means the same."""
    return statement.rstrip("; \n").replace("\r", "\\u000d").replace("\n", "\\u000a") + ";"


def restore_rows(
    pattern: str,
    rows: Iterable[tuple[int, Sequence[Value]]],
    names: Sequence[str],
    mark: str,
    *,
    away: str = "",
) -> str:
    """Return the statement that gives marked entities what no column could hold.

    ``pattern`` binds `e`; each row has the mark's number and a value for each name. The mark goes
    in the same statement, and with it what ``away`` names, so that running it twice does no harm.
    """
    listed = ", ".join(f"[{number}, {literal(tuple(values))}]" for number, values in rows)
    sets = ", ".join(f"e.{named(name)} = row[1][{at}]" for at, name in enumerate(names))
    return (
        f"UNWIND [{listed}] AS row MATCH {pattern} WHERE e.{named(mark)} = row[0] "
        f"SET {sets} REMOVE e.{named(mark)}{away};"
    )


def rename(pattern: str, renamed: Mapping[str, str]) -> list[str]:
    """Return statements that give properties their own names: stand-in -> name."""
    return [
        f"MATCH {pattern} WHERE e.{named(stand_in)} IS NOT NULL "
        f"CALL (e) {{ SET e.{named(name)} = e.{named(stand_in)} REMOVE e.{named(stand_in)} }} "
        "IN TRANSACTIONS OF 10000 ROWS;"
        for stand_in, name in renamed.items()
    ]
