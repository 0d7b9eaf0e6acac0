"""`/aura restore`."""

from typing import Annotated

from bot.core.commands.fields import Reference, Wanted
from bot.core.grammar import Place, Typed


class RestoreStart(Typed):
    """Ask to overwrite an instance with one of its snapshots; an approver must agree."""

    words = ("restore",)
    examples = (
        "restore orders-prod",
        "restore orders-prod latest",
        "restore orders-prod 5ac91b3e-7d2f",
    )

    instance: Wanted
    snapshot: Annotated[Reference | None, Place("<snapshot> | latest")] = None
