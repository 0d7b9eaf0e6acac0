"""The parts of the docs that are made from the code.

Each stands between ``<!-- generated: NAME -->`` and ``<!-- end of NAME -->``; any Markdown file at
the top or in ``docs`` may hold any of them. Write them anew with
``python -m tests.architecture.generated``.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.core.operations import KINDS, Operation
from bot.views.help import usage_table

ROOT = Path(__file__).parents[2]
_PART = re.compile(r"(<!-- generated: (?P<name>[a-z-]+) -->\n).*?(<!-- end of (?P=name) -->)", re.S)


def diagram(machine: type[Operation]) -> str:
    """Draw a machine's table as a Mermaid state diagram."""
    moves: dict[tuple[str, str], list[str]] = {}
    for phase, targets in machine.TABLE.items():
        for event, target in targets.items():
            kind = event.model_fields["kind"].default
            moves.setdefault((phase, target), []).append(kind)
    phases = list(machine.TABLE)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {phases[0]}"]
    lines += [f"    {a} --> {b}: {', '.join(kinds)}" for (a, b), kinds in moves.items()]
    lines += [f"    {phase} --> [*]" for phase in phases if not machine.TABLE[phase]]
    return "\n".join([*lines, "```"])


PARTS: dict[str, Callable[[], str]] = {"commands": usage_table} | {
    f"{kind.model_fields['kind'].default}-machine": lambda kind=kind: diagram(kind)
    for kind in KINDS
}


def documents() -> Iterator[Path]:
    """Yield every Markdown file that may hold a generated part."""
    yield from sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def filled(text: str) -> str:
    """Return a document with its generated parts as the code has them now."""
    return _PART.sub(lambda part: f"{part[1]}{PARTS[part['name']]()}\n{part[3]}", text)


def main() -> None:
    """Write every generated part anew."""
    for document in documents():
        text = document.read_text(encoding="utf-8")
        document.write_text(filled(text), encoding="utf-8")


if __name__ == "__main__":
    main()
