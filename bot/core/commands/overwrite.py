"""`/aura overwrite`."""

from typing import Annotated

from bot.core.commands.fields import Name, Reference, Wanted
from bot.core.errors import BadCommand
from bot.core.grammar import Option, Place, Typed


class OverwriteStart(Typed):
    """Ask to replace an instance's data by another one's snapshot; an approver must agree."""

    words = ("overwrite",)
    examples = (
        "overwrite orders-staging --from orders-prod",
        "overwrite orders-staging 5ac91b3e-7d2f --from orders-prod",
    )

    target: Annotated[Wanted, Place("<target>")]
    snapshot: Annotated[Reference | None, Place("<snapshot>")] = None
    from_: Annotated[Name | None, Option("<source>")] = None

    @property
    def source(self) -> str:
        """Where the data comes from; raises BadCommand where nothing is said."""
        if self.from_ is None:
            raise BadCommand("from which instance?", hint=f"Usage: `{self.usage()}`")
        return self.from_
