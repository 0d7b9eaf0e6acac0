"""The house rules that a machine can check: sizes, layers, locks."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import bot
import handlers

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
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


def locked(lock: str) -> dict[str, Requirement]:
    """Every pin of a lock, by the name of its package."""
    rows = re.findall(r"^([a-z0-9].*?) \\$", (ROOT / lock).read_text(), re.M)
    return {pin.name: pin for pin in map(Requirement, rows)}


def asked_with_extras(pin: Requirement) -> Iterator[Requirement]:
    """What a locked package, as it is installed here, asks of others together with an extra."""
    for text in requires(pin.name) or ():
        asked = Requirement(text)
        wanted = [{"extra": extra} for extra in ("", *pin.extras)]
        if asked.extras and (not asked.marker or any(map(asked.marker.evaluate, wanted))):
            yield asked


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-build.lock"])
def test_locks_hold_versions_and_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert len(locked(lock)) >= 5
    assert text.count("--hash=sha256:") >= len(locked(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_pin_names_the_extras_that_others_ask_of_it(lock: str) -> None:
    # pip looks for `coverage[toml]` in the registry where a lock says `coverage` alone, and refuses
    # what it finds there as soon as a newer version is out: https://github.com/pypa/pip/issues/9644
    pins = locked(lock)
    here = [pin for pin in pins.values() if not pin.marker or pin.marker.evaluate()]
    asked = [found for pin in here for found in asked_with_extras(pin)]
    assert asked  # of both locks: py-key-value-aio[memory,redis] by pydocket
    unnamed = [str(found) for found in asked if not found.extras <= pins[found.name].extras]
    assert unnamed == []


def test_all_that_runs_in_production_is_locked_for_development_too() -> None:
    pins = [{str(pin) for pin in locked(lock).values()} for lock in LOCKS]
    assert pins[0] <= pins[1]
