"""Reading `savepoint.toml`: every fault in it, with its key and line."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.config.checks import CheckFile, CheckTable
from bot.config.tables import SECRETIVE, SHAPES, File
from bot.core.people import WORKFLOW

#: Where pydantic says that a key, and not its value, is wrong.
_KEY = "[key]"

Where = tuple[int | str, ...]
M = TypeVar("M", bound=BaseModel)


def read(path: Path) -> tuple[File | None, list[str]]:
    """Return the file, with the checks of the folder beside it, or None and all faults."""
    file, faults = _parsed(path, File, _contradictions)
    checks = list(file.checks) if file else []
    for beside in sorted((path.parent / "checks").glob("*.toml")):
        found, more = _parsed(beside, CheckFile, partial(_strange_checks, file, checks))
        checks += found.checks if found else ()
        faults += more
    if file is None or faults:
        return None, faults
    return file.model_copy(update={"checks": tuple(checks)}), []


def _parsed(
    path: Path, model: type[M], contradictions: Callable[[M], Iterable[tuple[Where, str]]]
) -> tuple[M | None, list[str]]:
    file: M | None
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as trouble:
        return None, [f"SAVEPOINT_CONFIG: cannot read {path}: {trouble.strerror}"]
    except UnicodeDecodeError:
        return None, [f"SAVEPOINT_CONFIG: {path} is not text in UTF-8"]
    try:
        file = model.model_validate(tomllib.loads(text))
        found = list(contradictions(file))
    except tomllib.TOMLDecodeError as trouble:
        return None, [f"{path}: {trouble}"]
    except ValidationError as trouble:
        file = None
        found = [(error["loc"], _words(error)) for error in trouble.errors()]
    lines = _lines(text)
    faults = [f"{path}:{_line(lines, where)}: {_name(where)}: {why}" for where, why in found]
    return (None if faults else file), faults


def schema() -> dict[str, Any]:
    """Return the JSON Schema of `savepoint.toml`."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | File.model_json_schema() | {"title": "savepoint.toml"}


def _contradictions(file: File) -> Iterator[tuple[Where, str]]:
    """Find what each table may say alone, and not together with another one."""
    homes: dict[str, str] = {}
    for name, table in file.environments.items():
        for key, things in (("instances", table.instances), ("projects", table.projects)):
            for thing in (each.lower() for each in things):
                if home := homes.get(thing):
                    yield ("environments", name, key), f"{thing} belongs to {home} already"
                homes[thing] = name
    for name in file.graph.environments:
        if name not in file.environments:
            yield ("graph", "environments", name), "is no environment of this file"
    aliases: set[str] = set()
    for alias in file.aliases:
        if alias.lower() in aliases:
            yield ("aliases", alias), "is there twice: capitals make no difference"
        aliases.add(alias.lower())
    for name, robot in file.robots.items():
        if robot.token_env is None and name != WORKFLOW:
            yield ("robots", name, "token_env"), "is missing"
        for place in robot.environments:
            if place not in file.environments:
                yield ("robots", name, "environments"), f"there is no environment {place}"
    yield from _strange_checks(file, [], file)
    if file.runner.poll_least > file.runner.poll_most:
        yield ("runner", "poll_least"), "is more than poll_most"


def _strange_checks(
    file: File | None, before: Sequence[CheckTable], here: File | CheckFile
) -> Iterator[tuple[Where, str]]:
    names = {check.name for check in before}
    for number, check in enumerate(here.checks):
        if check.name in names:
            yield ("checks", number, "name"), f"“{check.name}” is there twice"
        names.add(check.name)
        for name in check.environments:
            if file is not None and name not in file.environments:
                yield ("checks", number, "environments"), f"there is no environment {name}"


def _words(error: Any) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a key I know"
        case "string_pattern_mismatch":
            pattern = error["ctx"]["pattern"]
            shown = "this" if pattern in SECRETIVE else f"“{str(error['input'])[:60]}”"
            return f"{shown} is not {SHAPES[pattern]}"
        case "value_error":
            return str(error["ctx"]["error"])
        case "too_short":
            return "is empty"
        case _:
            said = str(error["msg"])
            return said[:1].lower() + said[1:]


def _name(where: Where) -> str:
    return ".".join(str(part) for part in where if part != _KEY)


def _lines(text: str) -> dict[Where, int]:
    """Find the line of every table and key, well enough to point a person at it."""
    found: dict[Where, int] = {}
    table: Where = ()
    counts: Counter[Where] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if head := re.match(r"\s*\[\[?([^\]]+)\]", line):
            table = tuple(part.strip().strip("\"'") for part in head[1].split("."))
            if "[[" in head[0]:
                counts[table] += 1
                table = (*table, counts[table] - 1)
            found.setdefault(table, number)
        elif key := re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line):
            parts = tuple(part.strip("\"'") for part in key[1].split("."))
            found.setdefault((*table, *parts), number)
    return found


def _line(lines: dict[Where, int], where: Where) -> int:
    """Return the line of the nearest thing above that has one."""
    path = tuple(part for part in where if part != _KEY)
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 1)
