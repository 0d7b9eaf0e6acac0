"""The grammar: everything people can type after `/aura`, one frozen model per command.

Rules
  * `bot.core.grammar` says how a model's docstring and fields become help line and syntax.
  * `parse` raises nothing but `BadCommand`, whatever is typed.
  * What needs the present time, such as `today`, is resolved later by a pure function.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import takewhile
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bot.core.base import OperationId
from bot.core.errors import BadCommand
from bot.core.grammar import SLASH, Option, Place, Typed, read
from bot.core.snapshots import MOST_DAYS, days_back
from bot.core.words import Word, mention, split

__all__ = ["COMMANDS", "LATEST", "SLASH", "Command", "mention", "parse", "resolve_days"]

LATEST = "latest"
MOST_NOTE = 300
#: Aura's names and ids are far shorter; a button's value takes 2,000 characters.
MOST_NAME = 200
#: Each day is one call to Aura, and the smallest allowance is 25 calls a minute
#: (https://neo4j.com/docs/aura/api/overview/).
DEFAULT_DAYS = 7


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


#: A UTC day as typed; `resolve_days` makes dates of it.
Day = Annotated[Literal["today", "yesterday"] | date, BeforeValidator(_day)]
Days = Annotated[int, BeforeValidator(_count)]
#: An alias, a name or an id as typed; `bot.core.instances.find` resolves it.
Wanted = Annotated[str, BeforeValidator(_named), Place("<instance>")]
#: A snapshot's id as typed, or `latest`.
Reference = Annotated[str, BeforeValidator(_snapshot)]
Note = Annotated[str, BeforeValidator(_note)]
Id = Annotated[OperationId, BeforeValidator(_named), Place("<id>")]


class Help(Typed):
    """Show all commands, or one of them."""

    words = ("help",)
    examples = ("help", "help snapshot", "help snapshot list")

    topic: Annotated[tuple[str, ...], Place("topic", rest=True)] = ()


class InstanceList(Typed):
    """List the instances with environment, tier, status and age of the newest snapshot."""

    words = ("instance", "list")
    aliases = (("list",), ("instances",))
    examples = ("instance list",)


class InstanceShow(Typed):
    """Show one instance: what it is, how it does, what runs on it."""

    words = ("instance", "show")
    examples = ("instance show orders-prod",)

    instance: Wanted


class SnapshotList(Typed):
    """List an instance's snapshots by day, newest first."""

    words = ("snapshot", "list")
    examples = (
        "snapshot list orders-prod",
        "snapshot list orders-prod --date yesterday",
        "snapshot list orders-prod --date 2026-11-22",
        "snapshot list orders-prod --days 30 --exportable",
    )

    instance: Wanted
    date: Annotated[Day | None, Option("D", either="when")] = None
    days: Annotated[Days | None, Option("N", either="when")] = None
    exportable: Annotated[bool, Option()] = False


class SnapshotTake(Typed):
    """Take a snapshot now; the note stays with it."""

    words = ("snapshot", "take")
    examples = (
        "snapshot take orders-prod",
        'snapshot take orders-prod --note "before the release"',
    )

    instance: Wanted
    note: Annotated[Note, Option('"…"')] = ""


class SnapshotShow(Typed):
    """Show one snapshot: when, by whom, why, and whether it can be restored."""

    words = ("snapshot", "show")
    examples = ("snapshot show orders-prod 5ac91b3e-7d2f", "snapshot show orders-prod latest")

    instance: Wanted
    snapshot: Annotated[Reference, Place("<snapshot>")]


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


class JobList(Typed):
    """List the operations that run, wait, or ended lately."""

    words = ("job", "list")
    aliases = (("jobs",),)
    examples = ("job list",)


class JobShow(Typed):
    """Show one operation: where it stands and what happened so far."""

    words = ("job", "show")
    examples = ("job show rst-9k2m4c7x",)

    id: Id


class JobCancel(Typed):
    """Take back an operation of yours, as long as that is safe."""

    words = ("job", "cancel")
    examples = ("job cancel rst-9k2m4c7x",)

    id: Id


Command = (
    Help
    | InstanceList
    | InstanceShow
    | SnapshotList
    | SnapshotTake
    | SnapshotShow
    | RestoreStart
    | JobList
    | JobShow
    | JobCancel
)
#: In the order in which help and docs show them.
COMMANDS: tuple[type[Command], ...] = (
    Help,
    InstanceList,
    InstanceShow,
    SnapshotList,
    SnapshotTake,
    SnapshotShow,
    RestoreStart,
    JobList,
    JobShow,
    JobCancel,
)


def resolve_days(command: SnapshotList, today: date) -> tuple[date, ...]:
    """Return the UTC days that a listing asks for, newest first; without options the last 7.

    Raises BadCommand for a day in the future or more than 90 days back.
    """
    if command.date is None:
        return days_back(today, command.days or DEFAULT_DAYS)
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    day = named[command.date] if isinstance(command.date, str) else command.date
    if day > today:
        raise BadCommand(
            f"{day} is in the future", hint=f"Days are counted in UTC, where today is {today}."
        )
    if day < today - timedelta(days=MOST_DAYS):
        raise BadCommand(
            f"{day} is more than {MOST_DAYS} days back",
            hint=f"Aura keeps no snapshot longer than {MOST_DAYS} days.",
        )
    return (day,)


_TABLE: Mapping[tuple[str, ...], type[Command]] = {
    words: model for model in COMMANDS for words in (model.words, *model.aliases)
}
_ALL = f"`{SLASH} help` lists all commands."


def parse(text: str) -> Command:
    """Read what was typed after `/aura`, or after a mention of the bot.

    Raises nothing but BadCommand; its hint names the nearest command and the usage line.
    """
    words = split(text)
    if words[:1] == (Word(SLASH),):  # copied from a message of ours, or typed after a mention
        words = words[1:]
    heads = tuple(word.text.lower() for word in takewhile(lambda w: not w.option, words[:2]))
    if not words or Word("help", option=True) in words:
        return Help(topic=heads)
    if heads not in _TABLE and heads[::-1] in _TABLE:  # `list snapshot`
        raise _unknown(heads)
    for count in range(len(heads), 0, -1):
        if model := _TABLE.get(heads[:count]):
            return read(model, words[count:])
    raise _unknown(heads)


def near(heads: tuple[str, ...]) -> type[Command] | None:
    """Return the command whose words are most like these, or None when none is."""
    if heads[::-1] in _TABLE:
        return _TABLE[heads[::-1]]
    verbs = {words[-1]: model for words, model in _TABLE.items() if words[:-1] == heads[:1]}
    if verbs:
        found = get_close_matches("".join(heads[1:])[:80], verbs, n=1)
        return verbs[found[0]] if found else None
    phrases = {" ".join(words): model for words, model in _TABLE.items()}
    for typed in (" ".join(heads), "".join(heads[:1])):
        if found := get_close_matches(typed[:80], phrases, n=1):
            return phrases[found[0]]
    return None


def _unknown(heads: tuple[str, ...]) -> BadCommand:
    if not heads:
        return BadCommand("a command begins with a word, not with an option", hint=_ALL)
    typed = " ".join(heads)[:80]
    meant = near(heads)
    if meant is not None:
        return BadCommand(
            f"there is no command “{typed}”",
            hint=f"Did you mean `{' '.join(meant.words)}`? Usage: `{meant.usage()}`",
        )
    verbs = ", ".join(model.words[-1] for model in COMMANDS if model.words[:-1] == heads[:1])
    if verbs:
        return BadCommand(
            f"“{heads[0]}” wants one of: {verbs}", hint=f"`{SLASH} help {heads[0]}` shows how."
        )
    return BadCommand(f"there is no command “{typed}”", hint=_ALL)
