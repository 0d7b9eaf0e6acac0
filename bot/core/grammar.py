"""How a command is declared, and how typed words fill it.

A command is a frozen model: its docstring is its help line, its fields, in order, are its syntax.
A `Place` is filled by position, an `Option` by ``--name``; usage, help and docs derive from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar, TypeVar

from pydantic import ValidationError

from bot.core.base import Frozen
from bot.core.errors import BadCommand
from bot.core.words import Word

SLASH = "/aura"
Mark = TypeVar("Mark", "Place", "Option")


@dataclass(frozen=True)
class Place:
    """A positional argument as the usage line shows it; ``rest`` takes all further words."""

    shown: str
    rest: bool = False


@dataclass(frozen=True)
class Option:
    """An option named like its field; ``value`` is how the usage line shows it, None for a flag.

    Of the options that share ``either`` only one may be given.
    """

    value: str | None = None
    either: str = ""


class Typed(Frozen):
    """What all commands share. ``words`` begins the command, ``aliases`` do too, unadvertised."""

    words: ClassVar[tuple[str, ...]]
    aliases: ClassVar[tuple[tuple[str, ...], ...]] = ()
    examples: ClassVar[tuple[str, ...]]

    @classmethod
    def places(cls) -> dict[str, Place]:
        """Return the positional arguments by field name, in order."""
        return cls._marked(Place)

    @classmethod
    def options(cls) -> dict[str, Option]:
        """Return the options by name, as people type them: `dry-run` of the field ``dry_run``."""
        return {_typed(field): option for field, option in cls._marked(Option).items()}

    @classmethod
    def _marked(cls, kind: type[Mark]) -> dict[str, Mark]:
        return {
            name: mark
            for name, field in cls.model_fields.items()
            for mark in field.metadata
            if isinstance(mark, kind)
        }

    @classmethod
    def line(cls) -> str:
        """Return the help line."""
        return " ".join((cls.__doc__ or "").split())

    @classmethod
    def usage(cls) -> str:
        """Return the usage line, such as ``/aura job show <id>``."""
        parts = [SLASH, *cls.words]
        for name, place in cls.places().items():
            parts.append(
                place.shown if cls.model_fields[name].is_required() else f"[{place.shown}]"
            )
        groups: dict[str, list[str]] = {}
        for name, option in cls.options().items():
            shown = f"--{name} {option.value}" if option.value else f"--{name}"
            groups.setdefault(option.either or name, []).append(shown)
        for name in cls.demanded():
            [shown] = groups.pop(name)
            first = next((n for n, part in enumerate(parts) if part.startswith("[")), len(parts))
            parts.insert(first, shown)  # what must be said comes before what may be
        return " ".join([*parts, *(f"[{' | '.join(group)}]" for group in groups.values())])

    @classmethod
    def demanded(cls) -> tuple[str, ...]:
        """Return the names of the options that must be given."""
        fields = cls._marked(Option)
        return tuple(f.rstrip("_") for f in fields if cls.model_fields[f].is_required())


M = TypeVar("M", bound=Typed)


def read(model: type[M], words: Sequence[Word]) -> M:
    """Fill a command with the words that follow its own; raises BadCommand with the usage."""
    options = model.options()
    given: dict[str, object] = {}
    free: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.option:
            free.append(word.text)
            continue
        option = options.get(word.text)
        if option is None:
            raise _bad(
                model, f"there is no option --{word.text[:40]} here", _near_option(model, word)
            )
        if word.text in given:
            raise _bad(model, f"--{word.text} is given twice")
        for rival in given:
            if option.either and options[rival].either == option.either:
                raise _bad(model, f"--{rival} and --{word.text} exclude each other")
        value = next(rest, None) if option.value else True
        if value is None or (isinstance(value, Word) and value.option):
            raise _bad(model, f"--{word.text} wants a value")
        given[word.text] = value.text if isinstance(value, Word) else value
    for field, place in model.places().items():
        if place.rest:
            given[field], free = tuple(free), []
        elif free:
            given[field] = free.pop(0)
        elif model.model_fields[field].is_required():
            raise _bad(model, f"the {field} is missing")
    for name in model.demanded():
        if name not in given:
            raise _bad(model, f"--{name} is missing")
    if free:
        raise _bad(
            model,
            f"“{free[0][:80]}” is one word too many",
            "Put text of several words in quotation marks.",
        )
    fields = {_typed(field): field for field in model.model_fields}
    try:
        return model.model_validate({fields[name]: value for name, value in given.items()})
    except ValidationError as fault:
        raise _bad(model, fault.errors()[0]["msg"]) from None


def _typed(field: str) -> str:
    """Return a field's name as people type it, less the ``_`` that Python's words need."""
    return field.rstrip("_").replace("_", "-")


def _near_option(model: type[Typed], word: Word) -> str:
    found = get_close_matches(word.text[:40], list(model.options()), n=1)
    return f"Did you mean `--{found[0]}`?" if found else ""


def _bad(model: type[Typed], summary: str, advice: str = "") -> BadCommand:
    return BadCommand(summary, hint=f"{advice} Usage: `{model.usage()}`".strip())
