"""`/aura overwrite`."""

from typing import Annotated

from bot.core.commands.fields import Name, Reference, Wanted
from bot.core.grammar import Option, Place, Typed


class OverwriteStart(Typed):
    """Ask to replace an instance's data by another one's snapshot; an approver must agree."""

    words = ("overwrite",)
    examples = (
        "overwrite orders-staging --from orders-prod",
        "overwrite orders-staging --from orders-prod 5ac91b3e-7d2f",
    )

    target: Annotated[Wanted, Place("<target>")]
    snapshot: Annotated[Reference | None, Place("<snapshot>")] = None
    from_: Annotated[Name, Option("<source>")]
