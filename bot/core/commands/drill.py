"""`/aura drill`."""

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, model_validator
from pydantic_core import PydanticCustomError

from bot.core.commands.fields import Reference, Wanted
from bot.core.grammar import Option, Place, Typed
from bot.core.snapshots import MOST_DAYS


def _window(value: object) -> int | None:
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,3}", str(value)) and 1 <= int(str(value)) <= MOST_DAYS:
        return int(str(value))
    raise PydanticCustomError("random", "--random wants a whole number of days from 1 to 90")


class DrillStart(Typed):
    """Prove that a backup restores: in a scratch instance, checked, and deleted again."""

    words = ("drill",)
    examples = (
        "drill orders-prod",
        "drill orders-prod 5ac91b3e-7d2f",
        "drill orders-prod --random 30",
    )

    instance: Wanted
    snapshot: Annotated[Reference | None, Place("<snapshot> | latest")] = None
    random: Annotated[int | None, BeforeValidator(_window), Option("DAYS")] = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.snapshot is not None and self.random is not None:
            raise PydanticCustomError("either", "a named snapshot and --random exclude each other")
        return self
