"""The small grammar of the Block Kit tables: a check takes a value and yields faults."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: a JSON pointer into the payload, and the rule in words like Slack's."""

    pointer: str
    rule: str


Check = Callable[[object, str], Iterator[Fault]]
"""Takes any JSON value and the pointer where it stands; yields what is wrong with it."""

Rule = Callable[[Mapping[str, object], str], Iterator[Fault]]
"""The same for the whole of an object, whose keys have been checked before."""


def string(low: int, high: int) -> Check:
    """A string of `low` to `high` characters, both inclusive."""

    def check(value: object, at: str) -> Iterator[Fault]:
        if not isinstance(value, str):
            yield Fault(at, "must be a string")
        elif len(value) < low:
            yield Fault(at, f"must be more than {low - 1} characters")
        elif len(value) > high:
            yield Fault(at, f"must be less than {high + 1} characters")

    return check


def integer(low: int, high: int) -> Check:
    """A JSON integer (not a boolean) of `low` to `high`, both inclusive."""

    def check(value: object, at: str) -> Iterator[Fault]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Fault(at, "must be an integer")
        elif not low <= value <= high:
            yield Fault(at, f"must be between {low} and {high}")

    return check


def boolean(value: object, at: str) -> Iterator[Fault]:
    """A JSON boolean."""
    if not isinstance(value, bool):
        yield Fault(at, "must be a boolean")


def number(value: object, at: str) -> Iterator[Fault]:
    """A JSON number (not a boolean)."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield Fault(at, "must be a number")


def one_of(*allowed: object) -> Check:
    """One of the listed values."""
    listed = ", ".join(str(each) for each in allowed)

    def check(value: object, at: str) -> Iterator[Fault]:
        if value not in allowed:
            yield Fault(at, f"must be one of: {listed}")

    return check


def matching(pattern: str, saying: str) -> Check:
    """A string that `pattern` matches whole."""
    compiled = re.compile(pattern)

    def check(value: object, at: str) -> Iterator[Fault]:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            yield Fault(at, saying)

    return check


def items(check: Check, low: int, high: int) -> Check:
    """An array of `low` to `high` items, both inclusive, each passing `check`."""

    def check_all(value: object, at: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(at, "must be an array")
            return
        if len(value) < low:
            yield Fault(at, f"must have at least {low} {'item' if low == 1 else 'items'}")
        if len(value) > high:
            yield Fault(at, f"no more than {high} items allowed")
        for index, each in enumerate(value):
            yield from check(each, f"{at}/{index}")

    return check_all


@dataclass(frozen=True)
class Shape:
    """A JSON object: all `required` keys, any `optional` one, no other, then its `rules`."""

    required: Mapping[str, Check] = field(default_factory=dict)
    optional: Mapping[str, Check] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    def __call__(self, value: object, at: str) -> Iterator[Fault]:
        """Yield what is wrong with `value`, which stands at the pointer `at`."""
        if not isinstance(value, dict):
            yield Fault(at, "must be an object")
            return
        known = {**self.required, **self.optional}
        for key in self.required:
            if key not in value:
                yield Fault(at, f"missing required field: {key}")
        for key, each in value.items():
            if key in known:
                yield from known[key](each, f"{at}/{key}")
            else:
                yield Fault(at, f"invalid additional property: {key}")
        for rule in self.rules:
            yield from rule(value, at)


def shape(
    kind: str,
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    *rules: Rule,
) -> Shape:
    """A `Shape` whose `type` is `kind`."""
    return Shape({"type": one_of(kind), **(required or {})}, optional or {}, rules)


def kinds(shapes: Mapping[str, Check], allowed: Collection[str] | None = None) -> Check:
    """An object whose `type` picks the check to pass, out of `allowed` (all, when not given)."""

    def check(value: object, at: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(at, "must be an object")
            return
        kind = value.get("type")
        if "type" not in value:
            yield Fault(at, "missing required field: type")
        elif (
            not isinstance(kind, str)
            or kind not in shapes
            or (allowed is not None and kind not in allowed)
        ):
            yield Fault(f"{at}/type", f"unsupported type: {kind}")
        else:
            yield from shapes[kind](value, at)

    return check


def exactly_one(*keys: str) -> Rule:
    """Exactly one of `keys` is given."""

    def check(value: Mapping[str, object], at: str) -> Iterator[Fault]:
        if sum(key in value for key in keys) != 1:
            yield Fault(at, f"exactly one of these must be given: {', '.join(keys)}")

    return check


def at_least_one(*keys: str) -> Rule:
    """At least one of `keys` is given."""

    def check(value: Mapping[str, object], at: str) -> Iterator[Fault]:
        if not any(key in value for key in keys):
            yield Fault(at, f"at least one of these must be given: {', '.join(keys)}")

    return check
