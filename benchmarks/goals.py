"""The goals, in one table, and the table of results."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psutil

#: What is promised: the row's key -> the highest value that is good enough.
GOALS: dict[str, float] = {
    "ack p50 ratio": 1.5,
    "ack p99 ratio": 1.5,
    "operations not ended": 0,
    "operations not done": 0,
    "restores sent twice": 0,
    "resident memory MB": 250,
    "edits in any 60 s": 40,
    "edits before a waiting final one": 0,
    "seconds to ready p50": 2.0,
    "upload time ratio": 1.25,
    "upload memory MB": 150,
    "snapshot lists ratio": 1.25,
    "state looks ratio": 1.1,
    "watch calls a minute": 62,
    "archive time ratio": 1.75,
    "archive memory MB": 150,
    "vault upload time ratio": 1.25,
    "vault add time ratio": 1.25,
    "vault memory MB": 150,
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line: what was measured, against which floor, and the goal it must keep, if any."""

    what: str
    value: str
    floor: str = ""
    ratio: float | None = None
    goal: str | None = None
    """A key of GOALS."""
    measured: float | None = None
    """What is held against the goal."""

    @property
    def met(self) -> bool:
        """Whether the goal is kept; rows without one always are."""
        if self.goal is None:
            return True
        return self.measured is not None and self.measured <= GOALS[self.goal]

    def cells(self) -> list[str]:
        """The row as the table's cells."""
        goal = "" if self.goal is None else f"≤ {GOALS[self.goal]:g}"
        verdict = "" if self.goal is None else ("yes" if self.met else "**no**")
        ratio = "" if self.ratio is None else f"{self.ratio:.2f} x"
        return [self.what, self.value, self.floor, ratio, goal, verdict]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One benchmark: its rows, and how they came about."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()


HEAD = """# What Savepoint costs

Written by `make bench`, part by part. Ratios are against a floor measured in the same part;
absolute figures vary with the machine and with what else runs on it.
"""


def table(part: Part, *, at: datetime, seconds: float) -> str:
    """Return one part as Markdown: what came of it, when, where, and in how many seconds."""
    lines = [
        f"## {part.title}",
        "",
        f"{at:%Y-%m-%d %H:%M} UTC · {_machine()} · {seconds:.0f} s",
        "",
    ]
    lines += ["| what | measured | floor | ratio | goal | kept |", "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row.cells()) + " |" for row in part.rows]
    lines += [""] + [f"- {note}" for note in part.notes]
    return "\n".join(lines).rstrip() + "\n"


def kept(before: str, tables: Sequence[str]) -> str:
    """Return the results with these tables in place of those of the same titles, or behind them."""
    found = {_title(each): each for each in before.split("\n## ")[1:]}
    found |= {_title(each): each for each in (t.removeprefix("## ") for t in tables)}
    return "\n".join([HEAD, *(f"## {each.rstrip()}\n" for each in found.values())])


def _title(table: str) -> str:
    return table.partition("\n")[0]


def missed(parts: Sequence[Part]) -> list[str]:
    """Return the goals that were not kept."""
    return [f"{part.title}: {row.what}" for part in parts for row in part.rows if not row.met]


def _machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    load = psutil.getloadavg()[0]
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GB, {_processor()}, {platform.system()} · "
        f"Python {platform.python_version()} · slack-bolt {version('slack-bolt')}, "
        f"pydocket {version('pydocket')}, redis-py {version('redis')} · "
        f"load at the end {load:.1f}"
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    names = [line for line in text.splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()
