"""What docs/security.md says can be checked: its scopes, and the tests that it names."""

import re
from pathlib import Path

from bot.adapters.aura.guard import SHAPES
from bot.manifest import SCOPES

PAGE = Path("docs/security.md").read_text(encoding="utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)
    assert len(named) > 15
    for path, name in named:
        assert Path(path).exists(), path
        assert not name or f"def {name}(" in Path(path).read_text(encoding="utf-8"), (path, name)


def test_every_scope_is_explained() -> None:
    assert [scope for scope in SCOPES if f"`{scope}`" not in PAGE] == []


def test_the_guard_has_as_many_shapes_as_the_page_says() -> None:
    words = ("six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    assert f"lets out {words[len(SHAPES) - 6]} shapes" in PAGE
