"""`savepoint vault`: what it prints, what it does, and its exit codes."""

import json
from pathlib import Path

import pyrage  # type: ignore[import-untyped]
import pytest

from bot.config import load
from bot.core.errors import UnknownInstance
from bot.errands import source, verify_audit
from sandbox.aura import fleet as aura
from tests.app.test_command_line import Run, run
from tests.app.test_config import GOOD, VARIABLES
from tests.core.backups.writer import backup

__all__ = ["run"]

KEY = pyrage.x25519.Identity.generate()
BODY = backup()
ADD = ("--instance", "0d5e7a11", "--environment", "production", "--reason", "by hand")


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    folder = tmp_path / "vault"
    folder.mkdir()
    return folder


@pytest.fixture
def known(tmp_path: Path, vault: Path, valkey_url: str) -> dict[str, str]:
    """Settings with an encrypted vault in a folder."""
    file = tmp_path / "savepoint.toml"
    file.write_text(
        f'{GOOD}\n[vault]\nurl = "{vault.as_uri()}"\nage_recipients = ["{KEY.to_public()}"]\n'
    )
    return {**VARIABLES, "SAVEPOINT_CONFIG": str(file), "REDIS_URL": valkey_url}


@pytest.fixture
def backed(tmp_path: Path) -> Path:
    file = tmp_path / "neo4j-2026-11-22T12-00-00.backup"
    file.write_bytes(BODY)
    return file


def added(run: Run, known: dict[str, str], file: Path) -> str:
    code, out, err = run("vault", "add", str(file), *ADD, "--json", env=known)
    assert (code, err) == (0, "")
    return str(json.loads(out)["id"])


def test_a_file_is_added_listed_shown_verified_and_fetched(
    run: Run, known: dict[str, str], backed: Path, tmp_path: Path, vault: Path
) -> None:
    name = added(run, known, backed)
    code, out, _ = run("vault", "list", env=known)
    assert code == 0
    assert out.startswith(f"{name}  production  0d5e7a11 (0d5e7a11)  backup  ")
    assert out.rstrip().endswith("encrypted")
    code, out, _ = run("vault", "show", name, env=known)
    assert code == 0
    for line in ("instance ", "SHA-256 ", "encryption     age to age1", "who, why ", "hold "):
        assert line in out
    assert "by hand" in out
    assert run("vault", "verify", name, env=known) == (0, f"{name}  whole\n", "")
    [stored] = vault.rglob("*.backup.age")
    assert BODY not in stored.read_bytes()
    fetched = tmp_path / "fetched.backup"
    key = {"SAVEPOINT_AGE_IDENTITY": str(KEY)}
    code, out, err = run("vault", "get", name, str(fetched), env=known | key)
    assert (code, out, err) == (0, f"{fetched}\n", "")
    assert fetched.read_bytes() == BODY


async def test_all_of_it_is_in_the_audit_log(known: dict[str, str]) -> None:
    assert await verify_audit(load(known)) is None


def test_without_the_key_it_is_fetched_as_it_is_stored_or_not_at_all(
    run: Run, known: dict[str, str], backed: Path, tmp_path: Path
) -> None:
    name = added(run, known, backed)
    file = tmp_path / "fetched"
    code, _, err = run("vault", "get", name, str(file), env=known)
    assert code == 1
    assert "the export is encrypted, and the key to it is not here" in err
    assert list(tmp_path.glob("fetched*")) == []
    assert run("vault", "get", name, str(file), "--stored", env=known)[0] == 0
    assert file.read_bytes().startswith(b"age-encryption.org/v1")
    assert file.stat().st_mode & 0o777 == 0o600
    code, _, err = run("vault", "get", name, str(file), "--stored", env=known)
    assert code == 2
    assert "is there already" in err


def test_damage_is_exit_1_and_the_others_are_still_read(
    run: Run, known: dict[str, str], backed: Path, vault: Path
) -> None:
    first, second = added(run, known, backed), added(run, known, backed)
    [whole, broken] = sorted(vault.rglob("*.backup.age"))
    broken.write_bytes(broken.read_bytes()[:-1])
    code, out, _ = run("vault", "verify", "--all", "--json", env=known)
    assert code == 1
    results = {each["name"]: each for each in json.loads(out)["results"]}
    assert {each["id"] for each in results.values()} == {first, second}
    assert results[str(whole.relative_to(vault))]["sound"] is True
    assert results[str(broken.relative_to(vault))]["sound"] is False
    assert "its data is missing or cut short" in run("vault", "list", env=known)[1]


def test_a_damaged_export_is_not_handed_out(
    run: Run, known: dict[str, str], backed: Path, vault: Path, tmp_path: Path
) -> None:
    name = added(run, known, backed)
    [stored] = vault.rglob("*.backup.age")
    body = stored.read_bytes()
    stored.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    file = tmp_path / "fetched"
    code, _, err = run("vault", "get", name, str(file), "--stored", env=known)
    assert code == 1
    assert "what came is not what was stored" in err
    assert list(tmp_path.glob("fetched*")) == []


def test_a_hold_is_set_from_a_shell_and_not_released_from_one(
    run: Run, known: dict[str, str], backed: Path
) -> None:
    name = added(run, known, backed)
    assert run("vault", "hold", name, "--reason", "a dispute", env=known) == (0, "held\n", "")
    code, _, err = run("vault", "hold", name, "--reason", "again", env=known)
    assert code == 1
    assert "held already" in err
    assert "a dispute" in run("vault", "show", name, env=known)[1]
    code, _, err = run("vault", "release", name, env=known)
    assert code == 1
    assert "It takes two people" in err
    assert "held" in run("vault", "list", env=known)[1]


def test_expiry_shows_first_and_then_does_what_the_rules_say(
    run: Run, known: dict[str, str], backed: Path
) -> None:
    added(run, known, backed)
    code, out, _ = run("vault", "expire", "--dry-run", env=known)
    assert code == 0
    assert "stays" in out
    assert "no rules for its environment" in out
    assert out.endswith("0 of 1 exports would go\n")
    code, out, _ = run("vault", "expire", "--json", env=known)
    assert (code, json.loads(out)["going"]) == (0, [])


def test_an_empty_vault_says_so(run: Run, known: dict[str, str]) -> None:
    assert run("vault", "list", env=known) == (0, "the vault is empty\n", "")


def test_a_file_that_is_no_backup_is_exit_1_with_a_reason_and_nothing_is_kept(
    run: Run, known: dict[str, str], tmp_path: Path, vault: Path
) -> None:
    file = tmp_path / "page.backup"
    file.write_bytes(b"<html>sign in</html>")
    code, _, err = run("vault", "add", str(file), *ADD, env=known)
    assert code == 1
    assert "web page" in err
    assert [each for each in vault.rglob("*") if each.is_file()] == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["show", "exp-0"], 1, "the vault has no export “exp-0”"),
        (["verify"], 2, "name an export, or say --all"),
        (["verify", "exp-0", "--all"], 2, "name an export, or say --all"),
        (["add", "/no/such/file", "--instance", "x", "--reason", "y"], 2, "does not exist"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_misuse_is_told_in_a_sentence(
    run: Run, known: dict[str, str], words: list[str], code: int, told: str
) -> None:
    ended, _, err = run("vault", *words, env=known)
    assert ended == code
    assert told in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--environment", "nowhere", "--reason", "x"], "there is no environment “nowhere”"),
        (["--environment", "production", "--reason", "x" * 501], "at most 500 characters"),
    ],
)
def test_a_wrong_option_of_add_is_told(
    run: Run, known: dict[str, str], backed: Path, more: list[str], told: str
) -> None:
    code, _, err = run("vault", "add", str(backed), "--instance", "0d5e7a11", *more, env=known)
    assert code in (1, 2)
    assert told in err


def test_a_file_of_another_name_is_refused(run: Run, known: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("x")
    code, _, err = run("vault", "add", str(file), *ADD, env=known)
    assert code == 1
    assert "none of the names a backup has" in err


def test_without_a_vault_it_says_what_to_configure(
    run: Run, known: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "savepoint.toml").write_text(GOOD)
    code, _, err = run("vault", "list", env=known)
    assert code == 1
    assert err.startswith("savepoint: no vault is configured\n")


async def test_the_instance_of_a_file_is_found_as_aura_knows_it(env: dict[str, str]) -> None:
    found = await source(load(env), aura.ORDERS_STAGING, None)
    assert (found.environment, found.instance_id) == ("staging", aura.ORDERS_STAGING)
    assert found.tier
    with pytest.raises(UnknownInstance):
        await source(load(env), "nowhere", None)
