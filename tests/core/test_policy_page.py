"""docs/policy.md tells the presets as they are."""

from pathlib import Path

import pytest

from bot.core.protection import PRESETS

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
NONE = "\N{EN DASH}"
COLUMNS = ("development", "staging", "production")


@pytest.mark.parametrize(
    "key", ["in_place_hours", "off_instance_hours", "proven_days", "keep_days"]
)
def test_the_page_tells_each_target_of_each_preset(key: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{key}` |")]
    cells = [cell.strip().split(" ")[0] for cell in row.split("|")[2:-1]]
    assert cells == [str(getattr(PRESETS[name], key) or NONE) for name in COLUMNS]
