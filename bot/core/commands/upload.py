"""`/aura upload`."""

from typing import Annotated

from bot.core.commands.fields import Name, Wanted
from bot.core.grammar import Place, Typed


class UploadStart(Typed):
    """Ask to overwrite an instance with a backup file; an approver must agree."""

    words = ("upload",)
    examples = (
        "upload orders-prod exp-3f9a1c2b04",
        "upload orders-prod orders-2026-11-22T06-00-03.backup",
    )

    instance: Wanted
    file: Annotated[Name, Place("<file>")]
