"""Clocks in words: `in place 3 h ✓ · off instance 2 d, due · exported never · proven never`."""

from collections.abc import Iterable

from bot.core.clocks import LISTED, Reading, State
from bot.views.kit import span

_MARKS = {
    None: "",
    State.FRESH: " ✓",
    State.DUE: ", due",
    State.OVERDUE: ", *overdue*",
    State.UNKNOWN: " ?",
}
#: One block for a tenth of the target, and ten for all of it and more.
_FULL, _EMPTY, _STEPS = "█", "░", 10


def line(readings: Iterable[Reading]) -> str:
    """Say the clocks of an instance in one line."""
    return " · ".join(f"{reading.clock} {_age(reading)}{_mark(reading)}" for reading in readings)


def bar(reading: Reading) -> str:
    """Draw how much of its target a clock has used up, in ten steps; empty without a target."""
    if reading.target is None or reading.age is None:
        return ""
    used = min(_STEPS, int(_STEPS * (reading.age / reading.target)))
    return _FULL * used + _EMPTY * (_STEPS - used)


def urgency(readings: Iterable[Reading]) -> int | None:
    """Return how soon the clocks of an instance need a person, 0 the soonest; None: not at all."""
    states = {reading.state for reading in readings}
    order = (State.OVERDUE, State.UNKNOWN, State.DUE)
    return next((n for n, state in enumerate(order) if state in states), None)


def _age(reading: Reading) -> str:
    if reading.age is None:
        return "unknown"
    if reading.never:  # a snapshot there may have been, and it is there no more
        return "none" if reading.clock in LISTED else "never"
    return span(reading.age)


def _mark(reading: Reading) -> str:
    return "" if reading.age is None and reading.state is State.UNKNOWN else _MARKS[reading.state]
