"""The house rules that a machine can check: sizes, layers, locks."""

import re
import tomllib
from pathlib import Path

import pytest

import bot
import handlers

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def long_files(*folders: str, most: int) -> dict[str, int]:
    found = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    }
    return {path: length for path, length in found.items() if length > most}


def test_code_files_stay_under_three_hundred_lines() -> None:
    assert long_files("bot", "handlers", "sandbox", "benchmarks", most=300) == {}


def test_test_files_stay_under_four_hundred_lines() -> None:
    assert long_files("tests", most=400) == {}


def test_every_module_of_the_bot_lies_in_a_layer() -> None:
    contract = PYPROJECT["tool"]["importlinter"]["contracts"][0]
    layers = {part.strip() for row in contract["layers"] for part in row.split("|")}
    modules = {f"bot.{path.stem}" for path in (ROOT / "bot").iterdir() if path.stem[0] != "_"}
    assert modules | {"bot.__main__", "handlers"} == layers


def test_packages_come_from_this_checkout_and_not_from_a_namesake() -> None:
    assert Path(bot.__file__).is_relative_to(ROOT)
    assert Path(handlers.__file__).is_relative_to(ROOT)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_hold_versions_and_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    pinned = re.findall(r"^([a-z0-9][\w.-]*)==", text, re.M)
    assert len(pinned) > 20
    assert text.count("--hash=sha256:") >= len(pinned)


def test_all_that_runs_in_production_is_locked_for_development_too() -> None:
    pins = [
        dict(re.findall(r"^([a-z0-9][\w.-]*)==(\S+)", (ROOT / lock).read_text(), re.M))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0].items() <= pins[1].items()
