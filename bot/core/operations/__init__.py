"""Operations: every unit of work as a recorded state machine, one machine per file."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.core.operations.base import Operation, Origin, Recorded, advance
from bot.core.operations.restore import Restore
from bot.core.operations.snapshot import TakeSnapshot

AnyOperation = Annotated[Restore | TakeSnapshot, Field(discriminator="kind")]
OPERATION: TypeAdapter[Restore | TakeSnapshot] = TypeAdapter(AnyOperation)
#: The kinds, for diagrams and metrics.
KINDS: tuple[type[Operation], ...] = (Restore, TakeSnapshot)

__all__ = [
    "KINDS",
    "OPERATION",
    "AnyOperation",
    "Operation",
    "Origin",
    "Recorded",
    "Restore",
    "TakeSnapshot",
    "advance",
]
