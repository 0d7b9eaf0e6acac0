"""Functions, aggregates, and operators on plain values."""

import json
import operator
from collections.abc import Callable, Mapping

from sandbox.aura.cypher.draft import NodeAt, RelationshipAt
from sandbox.aura.cypher.syntax import QueryError

Number = int | float

_ORDERED: Mapping[str, Callable[[Number, Number], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_ARITHMETIC: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_LONGEST_RANGE = 100_000


def key(value: object) -> str:
    """A text that is equal for equal values: to group, to tell apart, and to sort the unlike."""
    return json.dumps(value, sort_keys=True, default=repr)


def sort_key(value: object) -> tuple[int, Number, str]:
    """Orders any values: numbers, then texts, then the rest, null last as in Cypher."""
    match value:
        case None:
            return 3, 0, ""
        case bool():
            return 2, int(value), ""
        case int() | float():
            return 0, value, ""
        case str():
            return 1, 0, value
        case _:
            return 2, 0, key(value)


def compare(sign: str, left: object, right: object) -> object:
    """Compare or calculate with two values that are not null."""
    numbers = _is_number(left) and _is_number(right)
    match sign, left, right:
        case "=", _, _:
            return left == right
        case "<>", _, _:
            return left != right
        case (("<" | ">" | "<=" | ">="), _, _):
            if not numbers and not (isinstance(left, str) and isinstance(right, str)):
                return None
            return _ORDERED[sign](left, right)  # type: ignore[arg-type]  # both numbers or texts
        case "+", str(), str():
            return left + right
        case "+", list(), list():
            return left + right
        case (("/" | "%"), int(), 0) if isinstance(left, int):
            raise QueryError("Neo.ClientError.Statement.ArithmeticError", "/ by zero")
        case "/", int(), int():
            return int(left / right)  # towards zero
        case "%", int(), int():
            return left - right * int(left / right)
        case (("/" | "%"), int() | float(), int() | float()) if numbers:
            return left / right if sign == "/" else left % right
        case (("+" | "-" | "*"), int() | float(), int() | float()) if numbers:
            return _ARITHMETIC[sign](left, right)
        case _:
            message = f"{sign} does not fit {left!r} and {right!r}"
            raise QueryError("Neo.ClientError.Statement.TypeError", message)


def apply(name: str, values: list[object]) -> object:
    """Call a function on values that are not null."""
    match name, values:
        case "size", [list() | str() as sized]:
            return len(sized)
        case "tolower", [str() as text]:
            return text.lower()
        case "toupper", [str() as text]:
            return text.upper()
        case "tostring", [bool() as truth]:
            return str(truth).lower()
        case "tostring", [int() | float() | str() as plain]:
            return str(plain)
        case "elementid", [NodeAt(id)]:
            return f"4:{id}"
        case "elementid", [RelationshipAt(id)]:
            return f"5:{id}"
        case "range", [int() as first, int() as last] if last - first < _LONGEST_RANGE:
            return list(range(first, last + 1))
        case _:
            message = f"{name}() does not fit {values!r}"
            raise QueryError("Neo.ClientError.Statement.TypeError", message)


def aggregate(name: str, values: list[object], *, distinct: bool) -> object:
    """Draw the values of a group together; null does not count."""
    counted = [value for value in values if value is not None]
    if distinct:
        counted = list({key(value): value for value in counted}.values())
    match name:
        case "count":
            return len(counted)
        case "collect":
            return counted
        case "min":
            return min(counted, key=sort_key, default=None)
        case "max":
            return max(counted, key=sort_key, default=None)
    numbers = [value for value in counted if isinstance(value, int | float)]
    if len(numbers) < len(counted):
        message = f"{name}() can only handle numerical values"
        raise QueryError("Neo.ClientError.Statement.TypeError", message)
    if name == "sum":
        return sum(numbers)
    return sum(numbers) / len(numbers) if numbers else None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
