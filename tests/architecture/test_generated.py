"""The docs say what the code says: diagrams of the machines, the table of commands."""

import re
from pathlib import Path

import pytest

from bot.core.operations import Restore
from tests.architecture.generated import PARTS, ROOT, diagram, documents, filled


@pytest.mark.parametrize("document", list(documents()), ids=lambda path: path.name)
def test_generated_parts_are_current(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert filled(text) == text, "write them anew: python -m tests.architecture.generated"


@pytest.mark.parametrize("name", list(PARTS))
def test_every_generated_part_stands_in_the_docs(name: str) -> None:
    home = ROOT / "docs" / ("commands.md" if name == "commands" else "architecture.md")
    assert len(re.findall(rf"<!-- generated: {name} -->", home.read_text(encoding="utf-8"))) == 1


def test_a_stale_part_is_noticed_and_its_surroundings_stay() -> None:
    stale = "a\n<!-- generated: commands -->\nold\n<!-- end of commands -->\nb"
    fresh = filled(stale)
    assert fresh != stale
    assert (fresh[:2], fresh[-2:]) == ("a\n", "\nb")
    assert filled(fresh) == fresh


def test_a_diagram_shows_the_moves_the_start_and_the_ends() -> None:
    lines = [line.strip() for line in diagram(Restore).splitlines()]
    assert "[*] --> awaiting_approval" in lines
    assert "starting --> uncertain: interrupted" in lines
    assert "stuck --> restoring: restore_started, settled_ran" in lines
    assert "done --> [*]" in lines
    assert "stuck --> [*]" not in lines
