"""The restore machine: an instance goes back to one of its own snapshots.

Its table is what all share that overwrite an instance, and nothing besides:

* ``ASKING`` (`bot.core.operations.approval`): awaiting_approval → approved, or an end;
* ``SAFEGUARDING`` (`bot.core.operations.gated`): approved → snapshotting → ready;
* ``CALLING`` (`bot.core.operations.gated`): starting → restoring → verifying → done, or uncertain
  → stuck where nobody can know.

The whole of it is drawn in ``docs/architecture.md``.
"""

from typing import ClassVar, Literal

from bot.core.operations.approval import ASKING, ENDS
from bot.core.operations.base import Table
from bot.core.operations.gated import CALLING, SAFEGUARDING, Gated
from bot.core.plan import RestorePlan

TABLE: Table = {**ASKING, **SAFEGUARDING, **CALLING, **ENDS}


class Restore(Gated):
    """A restore in place: overwrites the instance with one of its snapshots."""

    TABLE: ClassVar[Table] = TABLE
    NOUN: ClassVar[str] = "restore"
    EFFECT: ClassVar[str] = "overwrite_in_place"
    SEEN_AS: ClassVar[frozenset[str]] = frozenset({"restoring"})

    kind: Literal["restore"] = "restore"
    plan: RestorePlan

    def names(self) -> dict[str, str]:
        """Return what the restore call names: the instance and its snapshot."""
        return {"instance": self.plan.instance.id, "snapshot": self.plan.snapshot.id}
