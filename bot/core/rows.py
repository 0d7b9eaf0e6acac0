"""Rows of an answer: held against rows of a configuration, and said in short."""

import json
from collections.abc import Sequence
from itertools import zip_longest

from bot.core.graph.values import Node, Path, Point, Relationship, Temporal, Value

_LETTERS = 60
_BEFORE = 20  # letters that are shown before the first that differs
_NOTHING = object()


def plain(value: object) -> object:
    """Return a value as a configuration can write it: text for what TOML and JSON have not."""
    match value:
        case tuple() | list():
            return [plain(item) for item in value]
        case Temporal(_, text):
            return text
        case bytes():
            return value.hex()
        case Point(_, coordinates):
            return list(coordinates)
        case Node(_, labels) | Relationship(_, labels):
            return f"(:{':'.join((labels,) if isinstance(labels, str) else labels)})"
        case Path(steps):
            return [plain(step) for step in steps]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case _:
            return value


def shown(value: object) -> str:
    """Say one value in short, as Cypher writes what is no text."""
    match plain(value):
        case None:
            return "null"
        case bool() as word:
            return str(word).lower()
        case int() as number:
            return f"{number:,}"
        case other:
            text = str(other)
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 1]}…"


def first_apart(
    wanted: Sequence[Sequence[object]], found: Sequence[Sequence[Value]]
) -> tuple[str, str] | None:
    """Say where rows differ first, as wanted and as found; None when all of them are alike."""
    rows = zip_longest(wanted, found, fillvalue=(_NOTHING,))
    for at, (expected, row) in enumerate(rows, start=1):
        for column, (one, other) in enumerate(
            zip_longest(expected, row, fillvalue=_NOTHING), start=1
        ):
            if not _same(plain(one), plain(other)):
                alone = len(wanted) == len(expected) == 1
                where = "" if alone else f"row {at:,}, column {column}: "
                left, right = _exact(one), _exact(other)
                cut = _first(left, right) - _BEFORE
                return where + _part(left, cut), where + _part(right, cut)
    return None


def _same(one: object, other: object) -> bool:
    """Whether Cypher would call them equal: 1 and 1.0 are, 1 and true are not."""
    match one, other:
        case [*ones], [*others]:
            return len(ones) == len(others) and all(map(_same, ones, others))
        case dict(), dict():
            return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
        case _:
            return isinstance(one, bool) is isinstance(other, bool) and one == other


def _exact(value: object) -> str:
    """Say a value so that nothing else reads like it."""
    if value is _NOTHING:
        return "nothing"
    return json.dumps(plain(value), ensure_ascii=False, default=str)


def _first(one: str, other: str) -> int:
    """Return the place of the first letter that differs."""
    pairs = enumerate(zip_longest(one, other))
    return next((at for at, (a, b) in pairs if a != b), 0)


def _part(text: str, start: int) -> str:
    start = max(0, start if len(text) > _LETTERS else 0)
    part = text[start : start + _LETTERS]
    return f"{'…' if start else ''}{part}{'…' if start + _LETTERS < len(text) else ''}"
