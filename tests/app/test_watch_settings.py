"""How the watch is configured: its table, what switches it on, and the address it pings."""

from pathlib import Path

import pytest

from bot.config import ConfigError
from bot.core.watch import WatchRules
from tests.app.test_config import GOOD, loaded

URL = "https://hc.example/5d0e7a3e-secret"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "savepoint.toml"
    path.write_text(GOOD)
    return path


def test_without_a_word_nothing_is_watched_and_half_the_rate_limit_would_be_used(
    file: Path,
) -> None:
    settings = loaded(file)
    assert settings.estate.watched() == ()
    assert settings.estate.watching == WatchRules(poll=300, calls=62)
    assert settings.ping_url is None


def test_an_environment_with_protection_is_watched(file: Path) -> None:
    file.write_text(
        GOOD
        + '[environments.production.protection]\npreset = "production"\n'
        + "[watch]\npoll_seconds = 60\ncredential_days = 90\n"
        + "[credentials.default]\nrequests_per_minute = 25\nmade_on = 2026-11-01\n"
    )
    estate = loaded(file).estate
    assert [environment.name for environment in estate.watched()] == ["production"]
    rules = estate.watching
    assert (rules.poll, rules.calls, rules.credential_days) == (60, 12, 90)
    assert str(rules.credentials["default"]) == "2026-11-01"


def test_the_address_to_ping_is_a_secret(file: Path) -> None:
    settings = loaded(file, SAVEPOINT_PING_URL=URL)
    assert URL in settings.secrets()
    assert "5d0e7a3e-secret" not in repr(settings)
    secret = file.with_name("ping")
    secret.write_text(URL)
    assert loaded(file, SAVEPOINT_PING_URL_FILE=str(secret)).ping_url == settings.ping_url


@pytest.mark.parametrize("wrong", ["hc.example/5d0e7a3e-secret", "ftp://hc.example", "https://"])
def test_an_address_that_is_none_is_refused_without_showing_it(file: Path, wrong: str) -> None:
    with pytest.raises(ConfigError) as unusable:
        loaded(file, SAVEPOINT_PING_URL=wrong)
    assert unusable.value.faults == ["SAVEPOINT_PING_URL: is not an http(s) address"]


@pytest.mark.parametrize(
    ("said", "hears"),
    [
        ("", None),  # not watched
        ("[environments.staging.protection]\nin_place_hours = 26\n", "0 8 * * * (UTC)"),
        ('[environments.staging.protection]\npreset = "production"\n', "0 8 * * * (UTC)"),
        ('[environments.staging.protection]\npreset = "staging"\n', "0 8 * * MON-FRI (UTC)"),
        ('[environments.staging.protection]\npreset = "development"\n', "0 8 * * MON (UTC)"),
        (
            'digest = false\n[environments.staging.protection]\npreset = "production"\n',
            None,
        ),
        (
            'digest = { cron = "0 7 * * FRI", zone = "Europe/Berlin" }\n'
            '[environments.staging.protection]\npreset = "production"\n',
            "0 7 * * FRI (Europe/Berlin)",
        ),
    ],
)
def test_what_is_watched_has_a_digest_unless_it_is_switched_off(
    file: Path, said: str, hears: str | None
) -> None:
    file.write_text(GOOD.replace("[aliases]", f"{said}[aliases]"))
    digest = loaded(file).estate.watch("staging").digest
    assert (digest.words if digest else None) == hears


@pytest.mark.parametrize("wrong", ['{ cron = "7 o\'clock" }', "true", '"daily"', "7"])
def test_a_digest_at_no_time_is_one_plain_fault(file: Path, wrong: str) -> None:
    file.write_text(GOOD.replace("[aliases]", f"digest = {wrong}\n[aliases]"))
    with pytest.raises(ConfigError) as unusable:
        loaded(file)
    [fault] = unusable.value.faults
    assert "environments.staging.digest" in fault
