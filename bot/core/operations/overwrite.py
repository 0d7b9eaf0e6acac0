"""The overwrite machine: an instance takes the data of a snapshot of another one.

Its table is that of a restore (`bot.core.operations.restore`): what protects an instance from its
own past protects it from another's data as well. All gates are those of the target.
"""

from typing import ClassVar, Literal

from bot.core.operations.base import Table
from bot.core.operations.gated import Gated
from bot.core.operations.restore import TABLE
from bot.core.plan import OverwritePlan


class Overwrite(Gated):
    """Data flows from a snapshot of the source to the target, whose data is lost."""

    TABLE: ClassVar[Table] = TABLE
    NOUN: ClassVar[str] = "overwrite"
    EFFECT: ClassVar[str] = "overwrite_from"
    SEEN_AS: ClassVar[frozenset[str]] = frozenset({"overwriting"})

    kind: Literal["overwrite"] = "overwrite"
    plan: OverwritePlan

    def names(self) -> dict[str, str]:
        """Return what the overwrite call names: the target, the source and its snapshot."""
        return {
            "instance": self.plan.instance.id,
            "source": self.plan.source.id,
            "snapshot": self.plan.snapshot.id,
        }
