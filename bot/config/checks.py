"""`[[checks]]`, in `savepoint.toml` or in files of their own in the folder `checks` beside it."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from bot.config.shapes import InstanceText, NameText
from bot.core.base import InstanceId
from bot.core.checks import (
    MOST_ROWS,
    Between,
    Check,
    Exactly,
    Expectation,
    LikeBaseline,
    NoRows,
    RowCount,
    Severity,
)

OF = r"^(nodes|relationships|(label|type):.+)$"
#: What each shape means, in words.
SHAPES = {OF: "nodes, relationships, label:NAME or type:NAME"}

Scalar = str | int | float | bool
_KEYS = ("no_rows", "rows", "value", "values", "between", "like_baseline")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SpanTable(_Closed):
    """A range, both ends in it; one of them may be left out."""

    least: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("name least, most or both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError("least is more than most")
        return self


class RowsTable(_Closed):
    """A range of numbers of rows, both ends in it."""

    least: int = Field(default=0, ge=0, le=MOST_ROWS)
    most: int = Field(default=MOST_ROWS, ge=0, le=MOST_ROWS)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.least > self.most:
            raise ValueError("least is more than most")
        return self


def _exact(rows: Any) -> Any:
    """Read `rows = 3` as `rows = { least = 3, most = 3 }`."""
    whole = isinstance(rows, int) and not isinstance(rows, bool)
    return {"least": rows, "most": rows} if whole else rows


class BaselineTable(_Closed):
    """What number of the snapshot's fingerprint the answer must be near."""

    of: Annotated[str, StringConstraints(pattern=OF)]
    within: float = Field(ge=0, le=1, description="The share it may differ by: 0.05 for 5 %.")


class CheckTable(_Closed):
    """`[[checks]]`: one statement that reads, and exactly one expectation."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    cypher: Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
    no_rows: Literal[True] | None = Field(default=None, description="The answer is empty.")
    rows: Annotated[RowsTable, BeforeValidator(_exact)] | None = Field(
        default=None, description="How many rows: a number, or a range."
    )
    value: Scalar | None = Field(default=None, description="The one value of the one row.")
    values: tuple[tuple[Scalar, ...], ...] | None = Field(
        default=None, description="All rows, in order."
    )
    between: SpanTable | None = Field(default=None, description="The range of the one number.")
    like_baseline: BaselineTable | None = None
    timeout_seconds: float = Field(default=30.0, ge=1, le=45)
    severity: Severity = Severity.ERROR
    environments: tuple[NameText, ...] = Field(
        default=(), description="Absent, and no instances: it is for all."
    )
    instances: tuple[InstanceText, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Self:
        named = [key for key in _KEYS if getattr(self, key) is not None]
        if len(named) != 1:
            found = f"has {' and '.join(named)}" if named else "has no expectation"
            raise ValueError(f"{found}; name exactly one of {', '.join(_KEYS)}")
        return self

    def check(self) -> Check:
        """Return it as the core knows it."""
        return Check(
            name=self.name,
            cypher=self.cypher,
            expectation=self._expectation(),
            timeout=self.timeout_seconds,
            severity=self.severity,
            environments=self.environments,
            instances=tuple(InstanceId(i) for i in self.instances),
        )

    def _expectation(self) -> Expectation:
        if self.no_rows:
            return NoRows()
        if self.rows is not None:
            return RowCount(least=self.rows.least, most=self.rows.most)
        if self.values is not None:
            return Exactly(rows=self.values)
        if self.between is not None:
            return Between(least=self.between.least, most=self.between.most)
        if self.like_baseline is not None:
            return LikeBaseline(of=self.like_baseline.of, within=self.like_baseline.within)
        return Exactly(rows=((self.value,),))


class CheckFile(_Closed):
    """A file in the folder `checks`."""

    checks: tuple[CheckTable, ...] = ()
