"""`/aura clone`."""

from typing import Annotated

from bot.core.commands.fields import Reference, Wanted
from bot.core.grammar import Place, Typed


class CloneStart(Typed):
    """Make a new instance from a snapshot; it is billed separately."""

    words = ("clone",)
    examples = (
        "clone orders-prod",
        "clone orders-prod 5ac91b3e-7d2f",
    )

    instance: Wanted
    snapshot: Annotated[Reference | None, Place("<snapshot> | latest")] = None
