"""Checks: what must be true of a graph that was restored, as questions with expected answers.

A check is one statement that reads, and one expectation of its answer. What was expected and what
was found are said in words here, since both stand in evidence that is signed.
"""

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Literal, assert_never

from pydantic import Field, JsonValue

from bot.core.base import Frozen, InstanceId
from bot.core.evidence import CheckLine
from bot.core.graph.fingerprint import Fingerprint
from bot.core.graph.values import Value
from bot.core.rows import first_apart, shown

#: Rows that a check may answer with; one that wants to count more should count in Cypher.
MOST_ROWS = 1000
_SHOWN = 3  # rows of an answer that are shown


class Severity(StrEnum):
    """What it means when a check does not pass."""

    ERROR = "error"
    """The backup is not proven."""
    WARNING = "warning"


class NoRows(Frozen):
    """The answer is empty: the statement looks for what must not be there."""

    kind: Literal["no rows"] = "no rows"

    def words(self) -> str:
        """Say what is expected."""
        return "no rows"


class RowCount(Frozen):
    """So many rows."""

    kind: Literal["rows"] = "rows"
    least: int = Field(default=0, ge=0)
    most: int = Field(default=MOST_ROWS, ge=0)

    def words(self) -> str:
        """Say what is expected."""
        if self.least == self.most:
            return _rows(self.least)
        return f"{self.least:,} to {_rows(self.most)}"


class Exactly(Frozen):
    """These rows, in this order; true is not 1, and 1 is 1.0, as Cypher has it."""

    kind: Literal["exactly"] = "exactly"
    rows: tuple[tuple[JsonValue, ...], ...]

    def words(self) -> str:
        """Say what is expected."""
        return _answer(self.rows)


class Between(Frozen):
    """One number in a range, both ends in it."""

    kind: Literal["between"] = "between"
    least: float | None = None
    most: float | None = None

    def words(self) -> str:
        """Say what is expected."""
        if self.least is None:
            return f"at most {_number(self.most)}"
        if self.most is None:
            return f"at least {_number(self.least)}"
        return f"{_number(self.least)} to {_number(self.most)}"


class LikeBaseline(Frozen):
    """One number near that of the fingerprint taken with the snapshot.

    ``of`` is ``nodes``, ``relationships``, ``label:NAME`` or ``type:NAME``; ``within`` is the
    share by which it may differ, 0.05 for 5 %.
    """

    kind: Literal["like baseline"] = "like baseline"
    of: str
    within: float = Field(ge=0, le=1)

    def words(self) -> str:
        """Say what is expected, as long as nobody knows the number."""
        return f"the {self.of} of the baseline, give or take {self.within:.3g}"

    def number(self, baseline: Fingerprint) -> int | None:
        """Return the number of the baseline; None when it does not tell."""
        kind, _, name = self.of.partition(":")
        match kind:
            case "nodes":
                return baseline.nodes
            case "relationships":
                return baseline.relationships
            case "label":
                return None if baseline.labels is None else baseline.labels.get(name, 0)
            case _:
                return None if baseline.types is None else baseline.types.get(name, 0)


Expectation = Annotated[
    NoRows | RowCount | Exactly | Between | LikeBaseline, Field(discriminator="kind")
]


class Check(Frozen):
    """One check. It applies to the instances and environments that it names, or to all."""

    name: str
    cypher: str
    expectation: Expectation
    timeout: float = Field(default=30.0, ge=1, le=45)
    severity: Severity = Severity.ERROR
    environments: tuple[str, ...] = ()
    instances: tuple[InstanceId, ...] = ()

    def applies(self, instance_id: InstanceId, environment: str | None) -> bool:
        """Whether it is about this instance."""
        if not self.environments and not self.instances:
            return True
        return instance_id in self.instances or environment in self.environments


def applying(
    checks: Iterable[Check], instance_id: InstanceId, environment: str | None
) -> tuple[Check, ...]:
    """Return the checks of an instance."""
    return tuple(check for check in checks if check.applies(instance_id, environment))


def judge(
    check: Check,
    rows: Sequence[Sequence[Value]],
    *,
    baseline: Fingerprint | None,
    milliseconds: int | None = None,
) -> CheckLine:
    """Hold an answer against what is expected of it."""
    expected = check.expectation
    words, found = expected.words(), _answer(rows)
    match expected:
        case NoRows():
            passed = not rows
        case RowCount(least=least, most=most):
            passed, found = least <= len(rows) <= most, _rows(len(rows))
        case Exactly(rows=wanted):
            apart = first_apart(wanted, rows)
            passed = apart is None
            if apart and words == found:  # what is shown is alike, and the rest is not
                words, found = apart
        case Between(least=least, most=most):
            number = _single(rows)
            passed = number is not None and (
                (least is None or number >= least) and (most is None or number <= most)
            )
        case LikeBaseline(of=of, within=within):
            known = None if baseline is None else expected.number(baseline)
            if known is None:
                why = "there is no baseline" if baseline is None else f"it does not tell the {of}"
                return not_run(check, f"{why}; the answer is {found}", milliseconds=milliseconds)
            low, high = known - known * within, known + known * within
            words = f"{low:,.0f} to {high:,.0f} (the baseline has {known:,})"
            number = _single(rows)
            passed = number is not None and low <= number <= high
        case _:
            assert_never(expected)
    return _line(check, "passed" if passed else "failed", words, found, milliseconds)


def not_run(check: Check, why: str, *, milliseconds: int | None = None) -> CheckLine:
    """Say that a check could not be run to its end, and why: that never counts as passed."""
    return _line(check, "not run", check.expectation.words(), why, milliseconds)


def _line(
    check: Check,
    verdict: Literal["passed", "failed", "not run"],
    expected: str,
    found: str,
    milliseconds: int | None,
) -> CheckLine:
    return CheckLine(
        name=check.name,
        severity=check.severity.value,
        verdict=verdict,
        expected=expected,
        found=found,
        milliseconds=milliseconds,
    )


def _single(rows: Sequence[Sequence[Value]]) -> int | float | None:
    match rows:
        case [[int() | float() as number]] if not isinstance(number, bool):
            return None if math.isnan(number) else number
        case _:
            return None


def _rows(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"


def _number(number: float | None) -> str:
    return f"{number:,.15g}"


def _answer(rows: Sequence[Sequence[object]]) -> str:
    """Say an answer in short: one value as it is, several by rows, many by their number."""
    if not rows:
        return "no rows"
    if len(rows) == 1 and len(rows[0]) == 1:
        return shown(rows[0][0])
    told = "; ".join(", ".join(shown(value) for value in row[:6]) for row in rows[:_SHOWN])
    return f"{_rows(len(rows))}: {told}{'; …' if len(rows) > _SHOWN else ''}"
