"""`/aura export`."""

from typing import Annotated

from bot.core.commands.fields import Reference, Wanted
from bot.core.grammar import Option, Place, Typed


class ExportStart(Typed):
    """Export a snapshot into the vault; a new one is taken unless one is named."""

    words = ("export",)
    examples = (
        "export orders-prod",
        "export orders-prod latest",
        "export orders-prod 5ac91b3e-7d2f --archive",
    )

    instance: Wanted
    snapshot: Annotated[Reference | None, Place("<snapshot> | latest")] = None
    archive: Annotated[bool, Option()] = False
