"""Operations: every unit of work as a recorded state machine, one machine per file."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from bot.core.operations.approval import Asked
from bot.core.operations.base import Operation, Origin, Recorded, advance
from bot.core.operations.clone import Clone
from bot.core.operations.drill import Drill
from bot.core.operations.export import Export
from bot.core.operations.gated import Gated
from bot.core.operations.holding import Holding
from bot.core.operations.overwrite import Overwrite
from bot.core.operations.phases import Phase
from bot.core.operations.restore import Restore
from bot.core.operations.snapshot import TakeSnapshot
from bot.core.operations.upload import Upload
from bot.core.operations.verification import Verification

AnyOperation = Annotated[
    Restore | Overwrite | Upload | TakeSnapshot | Export | Drill | Clone | Holding | Verification,
    Field(discriminator="kind"),
]
OPERATION: TypeAdapter[AnyOperation] = TypeAdapter(AnyOperation)
#: The kinds, for diagrams and metrics.
KINDS: tuple[type[Operation], ...] = (
    Restore,
    Overwrite,
    Upload,
    TakeSnapshot,
    Export,
    Drill,
    Clone,
    Holding,
    Verification,
)

__all__ = [
    "KINDS",
    "OPERATION",
    "AnyOperation",
    "Asked",
    "Clone",
    "Drill",
    "Export",
    "Gated",
    "Holding",
    "Operation",
    "Origin",
    "Overwrite",
    "Phase",
    "Recorded",
    "Restore",
    "TakeSnapshot",
    "Upload",
    "Verification",
    "advance",
]
