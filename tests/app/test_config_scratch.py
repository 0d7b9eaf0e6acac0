"""`[scratch]` and `[passwords]` of the configuration."""

from pathlib import Path

import pytest

from bot.adapters.passwords import PasswordFolder, VaultKv
from tests.app.test_config import GOOD, faults, loaded

DRILLS = "5D0E7A3E-4b1c-4c57-9a52-6f0f5d1caa01"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "savepoint.toml"


def written(file: Path, tables: str) -> Path:
    file.write_text(f"{GOOD}\n{tables}\n")
    return file


def test_without_the_tables_there_are_no_scratch_instances_and_passwords_are_shown_once(
    file: Path,
) -> None:
    settings = loaded(written(file, ""))
    assert settings.scratch.project is None
    assert settings.passwords.port() is None


def test_scratch_instances_have_a_project_a_bound_and_prices(file: Path) -> None:
    table = f'[scratch]\nproject = "{DRILLS}"\nmost = 3\nmark = "eu"\n'
    prices = 'prices = { professional-db = 0.09 }\ncurrency = "EUR"'
    rules = loaded(written(file, table + prices)).scratch
    assert (rules.project, rules.most, rules.currency) == (DRILLS.lower(), 3, "EUR")
    assert rules.prefix == "savepoint-scratch-eu-"
    assert rules.prices == {"professional-db": 0.09}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('project = "drills"', "scratch.project"),
        ('mark = "EUROPE"', "scratch.mark"),
        ("most = 0", "scratch.most"),
        ("life_minutes = 5", "scratch.life_minutes"),
        ("prices = { professional-db = -1 }", "scratch.prices.professional-db"),
        ('currency = "dollars"', "scratch.currency"),
        ("lives = 5", "scratch.lives"),
    ],
)
def test_a_slip_in_scratch_is_named_with_its_key(file: Path, line: str, fault: str) -> None:
    [said] = faults(written(file, f"[scratch]\n{line}"))
    assert f": {fault}: " in said


def test_passwords_may_go_into_a_folder(file: Path, tmp_path: Path) -> None:
    settings = loaded(written(file, f'[passwords]\nplace = "file:{tmp_path}"'))
    assert isinstance(settings.passwords.port(), PasswordFolder)


def test_passwords_may_go_to_vault_whose_token_is_a_secret(file: Path) -> None:
    table = '[passwords]\nplace = "https://vault.example.com:8200"\ntoken_env = "KV_TOKEN"'
    settings = loaded(written(file, table), KV_TOKEN="s.hush")
    assert isinstance(settings.passwords.port(), VaultKv)
    assert "s.hush" in settings.secrets()
    assert "s.hush" not in repr(settings)
    assert faults(file) == ["KV_TOKEN: not set (nor KV_TOKEN_FILE)"]


@pytest.mark.parametrize(
    "place", ["http://vault.example.com:8200", "passwords", "https://u:p@vault", "ftp://vault"]
)
def test_a_place_that_would_show_the_token_is_refused(file: Path, place: str) -> None:
    [said] = faults(written(file, f'[passwords]\nplace = "{place}"'))
    assert "passwords.place" in said
