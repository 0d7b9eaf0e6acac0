"""Every promise names tests that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (P\d+) \| .+ \| (.+) \|$", re.M)
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)\(", path.read_text())
}
PROMISED = dict(ROW.findall((ROOT / "docs" / "architecture.md").read_text()))


def test_all_sixteen_promises_are_listed() -> None:
    assert list(PROMISED) == [f"P{number}" for number in range(1, 17)]


@pytest.mark.parametrize("promise", PROMISED)
def test_promise_names_tests_that_exist(promise: str) -> None:
    named = set(re.findall(r"`(test_\w+)`", PROMISED[promise]))
    assert named
    assert named <= TESTS, named - TESTS
