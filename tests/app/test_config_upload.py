"""`[upload]` of the configuration."""

from pathlib import Path

import pytest

from bot.adapters.clock import SystemClock
from bot.adapters.folder import Folder
from bot.config.upload import CONSOLE
from bot.core.base import OperationId
from tests.app.test_config import GOOD, faults, loaded

LOGIN = '[upload]\nfolder = "/srv/uploads"\n[upload.logins.0d5e7a11]\npassword_env = "DB_PASSWORD"'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "savepoint.toml"


def written(file: Path, tables: str) -> Path:
    file.write_text(f"{GOOD}\n{tables}\n")
    return file


def test_without_the_table_nothing_can_be_loaded(file: Path) -> None:
    upload = loaded(written(file, "")).upload
    assert (upload.console, upload.files(), upload.logins) == (CONSOLE, None, {})


async def test_passwords_come_from_variables_and_stay_hidden(file: Path) -> None:
    settings = loaded(
        written(file, LOGIN), DB_PASSWORD="hush-database", AURA_CONSOLE_URL="https://console.test/"
    )
    upload = settings.upload
    assert isinstance(upload.files(), Folder)
    [login] = upload.logins.values()
    assert (login.user, login.password.get_secret_value()) == ("neo4j", "hush-database")
    assert "hush-database" in settings.secrets()
    assert "hush-database" not in repr(settings)
    assert upload.console == "https://console.test"

    async def never(operation_id: OperationId) -> bool:
        return False

    console = upload.open(SystemClock(), never)
    await console.aclose()


def test_neo4j_admin_must_be_there_and_executable(file: Path) -> None:
    program = file.parent / "neo4j-admin"
    tables = f'[upload]\nneo4j_admin = "{program}"'
    [fault] = faults(written(file, tables))
    assert "is not the absolute path of an executable file" in fault
    program.write_text("#!/bin/sh\n")
    program.chmod(0o600)
    assert len(faults(written(file, tables))) == 1
    program.chmod(0o700)
    assert loaded(written(file, tables)).upload.neo4j_admin == program
    [fault] = faults(written(file, '[upload]\nneo4j_admin = "bin/neo4j-admin"'))
    assert "absolute" in fault


def test_what_is_wrong_is_named(file: Path) -> None:
    assert faults(written(file, LOGIN)) == ["DB_PASSWORD: not set (nor DB_PASSWORD_FILE)"]
    [fault] = faults(written(file, LOGIN), DB_PASSWORD="x" * 9, AURA_CONSOLE_URL="console.test")
    assert "AURA_CONSOLE_URL" in fault
    secret = LOGIN.replace('"DB_PASSWORD"', '"hunter2-itself"')
    [fault] = faults(written(file, secret))
    assert "the name of an environment variable" in fault
    assert "hunter2" not in fault
    [fault] = faults(written(file, '[upload.logins.orders]\npassword_env = "DB_PASSWORD"'))
    assert "an Aura instance id" in fault
