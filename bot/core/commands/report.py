"""`/aura report`."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bot.core.commands.fields import Name
from bot.core.grammar import Option, Place, Typed


def _date(value: object) -> object:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
            return date.fromisoformat(str(value))
    except ValueError:  # such as 30 February
        pass
    raise PydanticCustomError("date", "--from and --to want a day such as 2026-11-22")


Date = Annotated[date, BeforeValidator(_date)]


class ReportShow(Typed):
    """Say what the records show of an environment's backups, restores and drills."""

    words = ("report",)
    examples = ("report production", "report production --from 2026-07-01 --to 2026-09-30")

    environment: Annotated[Name, Place("<environment>")]
    from_: Annotated[Date | None, Option("D")] = None
    to: Annotated[Date | None, Option("D")] = None
