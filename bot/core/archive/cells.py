"""Cells: a value of the graph as the text of a CSV field, and the type that its column needs.

Types and forms are those of
https://neo4j.com/docs/operations-manual/5/import/#import-tool-header-format-properties, each tried
against the tool itself (tests/neo4j/test_archive_round_trip.py):
  * no text at all is "no such property", `""` the empty text; so texts always stand in quotes;
  * a list is its items with `DELIMITER` between them, and the tool knows no way to escape that:
    lists with an item that holds it, empty lists, and lists of one empty text do not fit.
"""

from typing import cast

from bot.core.archive.errors import NotArchivable
from bot.core.graph.values import Point, Temporal, TemporalKind, Value

#: Between the items of a list, and between labels: a character that nobody types.
DELIMITER = "\x1f"

_TEMPORAL = {
    TemporalKind.DATE: "date",
    TemporalKind.TIME: "time",
    TemporalKind.LOCAL_TIME: "localtime",
    TemporalKind.LOCAL_DATETIME: "localdatetime",
    TemporalKind.OFFSET_DATETIME: "datetime",
    TemporalKind.ZONED_DATETIME: "datetime",
    TemporalKind.DURATION: "duration",
}
_FLOATS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def quoted(text: str) -> str:
    """Return a text as a CSV field (RFC 4180: quotes are doubled)."""
    return '"' + text.replace('"', '""') + '"'


def cell(value: Value) -> tuple[str, str] | None:
    """Return the column type and the field of a property; None when no column can hold it.

    Raises NotArchivable for what is no property at all (a node, a map).
    """
    if type(value) is str:  # by far the most frequent
        return "string", quoted(value)
    match value:
        case bool() | int() | float() | Temporal():
            return _plain(value)
        case Point():
            kind, text = _plain(value)
            return kind, quoted(text)
        case bytes():
            # Java's bytes are signed
            signed = (str(byte - 256 if byte > 127 else byte) for byte in value)
            return ("byte[]", quoted(DELIMITER.join(signed))) if value else None
        case tuple():
            return _listed(value)
        case _:
            raise NotArchivable(f"a {type(value).__name__.lower()} is no property")


def _listed(items: tuple[Value, ...]) -> tuple[str, str] | None:
    if not items:
        return None
    if isinstance(items[0], str):
        texts = cast("tuple[str, ...]", items)
        if not all(isinstance(item, str) for item in items):
            return None
        text = DELIMITER.join(texts)
        if text.count(DELIMITER) != len(items) - 1 or not text:
            return None
        return "string[]", quoted(text)
    pairs = [_plain(item) for item in items]
    kinds = {kind for kind, _ in pairs}
    if len(kinds) != 1:
        return None
    return f"{kinds.pop()}[]", quoted(DELIMITER.join(text for _, text in pairs))


def _plain(value: Value) -> tuple[str, str]:
    """One value that is neither text nor list; its text holds nothing that must be quoted."""
    if type(value) is int:
        return "long", str(value)
    match value:
        case bool():
            return "boolean", "true" if value else "false"
        case float():
            text = repr(value)
            return "double", _FLOATS.get(text, text)
        case Temporal(kind, text):
            return _TEMPORAL[kind], text
        case Point(srid, coordinates):
            named = zip("xyz", coordinates, strict=False)
            return "point", "{srid:%d,%s}" % (srid, ",".join(f"{n}:{c!r}" for n, c in named))  # noqa: UP031
        case _:
            raise NotArchivable(f"a {type(value).__name__.lower()} is no item of a list")
