"""What fields of commands have in common: how days, names, notes and ids are read."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bot.core.base import OperationId
from bot.core.grammar import Place
from bot.core.snapshots import MOST_DAYS

LATEST = "latest"
MOST_NOTE = 300
#: Aura's names and ids are far shorter; a button's value takes 2,000 characters.
MOST_NAME = 200


def _day(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.lower() in ("today", "yesterday"):
        return value.lower()
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:  # such as 30 February
        pass
    raise PydanticCustomError("day", "--date wants a day such as 2026-11-22, today or yesterday")


def _count(value: object) -> int:
    if re.fullmatch(r"[0-9]{1,3}", str(value)) and 1 <= int(str(value)) <= MOST_DAYS:
        return int(str(value))
    raise PydanticCustomError("days", "--days wants a whole number from 1 to 90")


def _named(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("empty", "a name or an id is empty")
    if len(value.strip()) > MOST_NAME:
        raise PydanticCustomError("name", "a name or an id is longer than 200 characters")
    return value.strip()


def _snapshot(value: str) -> str:
    return LATEST if _named(value).lower() == LATEST else _named(value)


def _note(value: str) -> str:
    if len(value.strip()) > MOST_NOTE:
        raise PydanticCustomError("note", "the note is longer than 300 characters")
    return value.strip()


Name = Annotated[str, BeforeValidator(_named)]
#: A UTC day as typed; `resolve_days` makes dates of it.
Day = Annotated[Literal["today", "yesterday"] | date, BeforeValidator(_day)]
Days = Annotated[int, BeforeValidator(_count)]
#: An alias, a name or an id as typed; `bot.core.instances.find` resolves it.
Wanted = Annotated[str, BeforeValidator(_named), Place("<instance>")]
#: A snapshot's id as typed, or `latest`.
Reference = Annotated[str, BeforeValidator(_snapshot)]
Note = Annotated[str, BeforeValidator(_note)]
Id = Annotated[OperationId, BeforeValidator(_named), Place("<id>")]
