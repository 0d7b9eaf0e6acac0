"""docs/policy.md tells the presets as they are: each target and each schedule."""

from pathlib import Path

import pytest

from bot.core.protection import PRESETS, Protection
from bot.core.schedules import Work

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
NONE = "\N{EN DASH}"
UNITS = ("_hours", "_days")
COLUMNS = ("development", "staging", "production")


WORDS = {
    "deploy": "after each deploy",
    "0 2 * * *": "daily at 02:00 UTC",
    "0 4 * * SUN": "Sundays at 04:00 UTC",
    "0 6 * * MON": "Mondays at 06:00 UTC",
}
#: What the page says besides, of what Aura does by itself.
BESIDES = {("snapshots", "production"): ", besides Aura's own"}


def row(key: str) -> list[str]:
    [line] = [line for line in PAGE.splitlines() if line.startswith(f"| `{key}` |")]
    return [cell.strip() for cell in line.split("|")[2:-1]]


@pytest.mark.parametrize("key", [key for key in Protection.model_fields if key.endswith(UNITS)])
def test_the_page_tells_each_target_of_each_preset(key: str) -> None:
    cells = [cell.split(" ")[0] for cell in row(key)]
    assert cells == [str(getattr(PRESETS[name], key) or NONE) for name in COLUMNS]


@pytest.mark.parametrize("work", list(Work))
def test_the_page_tells_each_schedule_of_each_preset(work: Work) -> None:
    key = f"{work}s"
    assert row(key) == [
        " and ".join(WORDS[timing.cron or timing.after] for timing in getattr(PRESETS[name], key))
        + BESIDES.get((key, name), "")
        or NONE
        for name in COLUMNS
    ]


def test_the_presets_leave_to_the_team_what_the_page_does_not_tell_of_them() -> None:
    told = {line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")}
    for preset in PRESETS.values():
        assert preset.model_fields_set <= told
