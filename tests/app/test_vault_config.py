"""`[vault]`: what is taken, what is refused and how, and where its secrets come from."""

from pathlib import Path

import pyrage  # type: ignore[import-untyped]
import pytest

from bot.config import load
from bot.core.errors import VaultUnavailable
from tests.app.test_config import GOOD, faults, loaded
from tests.contracts.vaults import LateClock

KEY = pyrage.x25519.Identity.generate()
PUBLIC, SECRET = str(KEY.to_public()), str(KEY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "savepoint.toml"


def write(file: Path, vault: str) -> None:
    file.write_text(f"{GOOD}\n[vault]\n{vault}\n")


def test_without_a_table_there_is_no_vault(file: Path) -> None:
    file.write_text(GOOD)
    assert loaded(file).vault is None


def test_a_bucket_takes_its_keys_from_the_environment_and_from_files(
    file: Path, tmp_path: Path
) -> None:
    write(file, f'url = "s3://backups/us"\nage_recipients = ["{PUBLIC}"]')
    secret = tmp_path / "secret"
    secret.write_text("hush-hush-aws\n")
    settings = loaded(
        file,
        AWS_ACCESS_KEY_ID="AKIA",
        AWS_SECRET_ACCESS_KEY_FILE=str(secret),
        SAVEPOINT_AGE_IDENTITY=SECRET,
    )
    assert settings.vault is not None
    assert {name: s.get_secret_value() for name, s in settings.vault.secrets.items()} == {
        "access_key_id": "AKIA",
        "secret_access_key": "hush-hush-aws",
    }
    assert {"hush-hush-aws", SECRET} <= settings.secrets()
    assert "hush-hush-aws" not in repr(settings)
    assert SECRET not in repr(settings)


def test_rules_belong_to_environments_that_exist(file: Path) -> None:
    write(file, 'url = "file:///backups"\n[vault.keep.production]\ndaily = 3\n[vault.keep.prod]')
    assert faults(file) == ["vault.keep.prod: there is no such environment"]


@pytest.mark.parametrize(
    ("vault", "fault"),
    [
        ("", "FILE:17: vault.url: is missing"),
        (
            'url = "ftp://backups"',
            "FILE:18: vault.url: this is not a vault's url, such as file:///backups or "
            "s3://bucket/exports",
        ),
        (
            'url = "s3://AKIA:hush@backups"',
            "FILE:18: vault.url: this is not a vault's url, such as file:///backups or "
            "s3://bucket/exports",
        ),
        (
            'url = "s3://b"\noptions = { secret_access_key = "hush" }',
            "FILE:19: vault.options: secret_access_key is a secret: set AWS_SECRET_ACCESS_KEY "
            "instead",
        ),
        (
            'url = "s3://b"\nage_recipients = ["age1nobody"]',
            "FILE:19: vault.age_recipients: “age1nobody” is not an age recipient",
        ),
        (
            'url = "s3://b"\n[vault.keep.production]\ncopies = 0',
            "FILE:20: vault.keep.production.copies: input should be greater than or equal to 1",
        ),
        ('url = "s3://b"\ncolour = "red"', "FILE:19: vault.colour: is not a key I know"),
    ],
)
def test_each_fault_is_named_with_its_line_and_no_secret(
    file: Path, vault: str, fault: str
) -> None:
    write(file, vault)
    assert faults(file) == [fault]


def test_an_identity_that_is_none_is_a_fault(file: Path) -> None:
    write(file, 'url = "file:///backups"')
    assert faults(file, SAVEPOINT_AGE_IDENTITY=PUBLIC) == [
        "SAVEPOINT_AGE_IDENTITY: it holds no age identity"
    ]


async def test_the_bot_starts_though_the_vault_is_away(file: Path) -> None:
    write(file, 'url = "file:///no/such/folder"')
    chosen = loaded(file).vault
    assert chosen is not None
    vault = chosen.open(clock=LateClock(), new_id=lambda prefix: prefix)
    with pytest.raises(VaultUnavailable, match="does not exist"):
        await vault.contents()


def test_the_example_names_a_vault() -> None:
    example = Path(__file__).parents[2] / "savepoint.example.toml"
    settings = loaded(example)
    assert settings.vault is not None
    assert settings.vault.table.keep["production"].monthly == 12
    assert load is not None
