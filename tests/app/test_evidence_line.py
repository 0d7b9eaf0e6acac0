"""`savepoint evidence`: the key, the check without us, the page; and the exit codes."""

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.adapters.redis import RedisRecords, connect
from bot.config import ConfigError, load
from bot.core.base import OperationId
from bot.core.keys import EvidenceKey
from bot.core.signed import signed
from tests.app.test_command_line import Run, run
from tests.app.test_config import GOOD, VARIABLES
from tests.core.evidences import KEY, OTHER_KEY, evidence

__all__ = ["run"]

Write = Callable[[str], str]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(text: str) -> str:
        file = tmp_path / "evidence.json"
        file.write_text(text, encoding="utf-8")
        return str(file)

    return write


def test_a_key_is_made_for_its_owner_alone_and_its_public_half_is_printed(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "evidence.key"
    code, out, err = run("evidence", "key", str(file))
    assert (code, err) == (0, "")
    assert EvidenceKey.of(file.read_text()).public == out.strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert EvidenceKey.of(file.read_text()).text not in out


def test_a_key_that_is_there_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "evidence.key"
    file.write_text("precious")
    code, _, err = run("evidence", "key", str(file))
    assert code == 2
    assert "there already" in " ".join(err.split())
    assert file.read_text() == "precious"
    code, _, err = run("evidence", "key", str(tmp_path / "none" / "key"))
    assert code == 2
    assert "No such file" in " ".join(err.split())


def test_a_whole_record_is_exit_0_and_says_what_it_holds(run: Run, written: Write) -> None:
    file = written(signed(evidence(), KEY))
    code, out, _ = run("evidence", "verify", file, env={})
    assert code == 0
    assert "whole: restore rst-1 of ab12cd34: done" in out
    assert "compare it, or give the one you know by --key" in out
    code, out, _ = run("evidence", "verify", file, "--key", KEY.public)
    assert (code, "the expected key" in out) == (0, True)


def test_the_expected_key_may_come_from_a_file_or_the_configuration(
    run: Run, written: Write, tmp_path: Path
) -> None:
    file = written(signed(evidence(), KEY))
    public = tmp_path / "public"
    public.write_text(f"{KEY.public}\n")
    assert run("evidence", "verify", file, "--key", str(public), env={})[0] == 0
    assert run("evidence", "verify", file, env={"SAVEPOINT_EVIDENCE_KEY": KEY.text})[0] == 0
    secret = tmp_path / "secret"
    secret.write_text(OTHER_KEY.text)
    code, _, err = run("evidence", "verify", file, env={"SAVEPOINT_EVIDENCE_KEY_FILE": str(secret)})
    assert code == 1
    assert "signed by another key than the expected one" in err


def test_a_broken_record_is_exit_1_and_says_what_was_changed(run: Run, written: Write) -> None:
    file = written(signed(evidence(), KEY).replace('"outcome":"done"', '"outcome":"fine"'))
    code, out, err = run("evidence", "verify", file, env={})
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "savepoint: the record was changed after it was signed",
        "Changed: outcome.",
    ]
    assert run("evidence", "page", file, env={})[0] == 1


def test_what_is_no_text_or_far_too_large_is_no_evidence(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    file.write_bytes(b"\xff\xfe\x00")
    code, _, err = run("evidence", "verify", str(file), env={})
    assert (code, "not text in UTF-8" in err) == (1, True)
    with file.open("wb") as large:
        large.truncate(16 * 1024 * 1024 + 1)
    code, _, err = run("evidence", "verify", str(file), env={})
    assert (code, "larger than 16 MiB" in err) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        ["evidence"],
        ["evidence", "verify"],
        ["evidence", "verify", "/none.json"],
        ["evidence", "verify", "FILE", "--key", "evpub-nothing"],
        ["evidence", "verify", "FILE", "--key", KEY.text],
        ["evidence", "verify", "FILE", "--key", "/none"],
        ["evidence", "key"],
    ],
)
def test_bad_usage_of_evidence_is_exit_2_and_repeats_no_secret(
    run: Run, written: Write, words: list[str]
) -> None:
    file = written(signed(evidence(), KEY))
    code, out, err = run(*(file if word == "FILE" else word for word in words), env={})
    assert code == 2
    assert "Traceback" not in err
    assert KEY.text not in out + err


def test_the_page_is_markdown(run: Run, written: Write) -> None:
    code, out, _ = run("evidence", "page", written(signed(evidence(), KEY)), env={})
    assert code == 0
    assert out.startswith("# Restore rst-1: done\n")
    assert KEY.public in out


def test_a_key_that_is_none_is_a_fault_of_the_configuration(run: Run, written: Write) -> None:
    file = written(signed(evidence(), KEY))
    code, _, err = run("evidence", "verify", file, env={"SAVEPOINT_EVIDENCE_KEY": "hunter22"})
    assert code == 2
    assert err.startswith("SAVEPOINT_EVIDENCE_KEY: this is no key of evidence")
    assert "hunter22" not in err


def test_the_bot_takes_its_key_and_keeps_it_to_itself(tmp_path: Path) -> None:
    config = tmp_path / "savepoint.toml"
    config.write_text(GOOD)
    env = VARIABLES | {"SAVEPOINT_CONFIG": str(config)}
    assert load(env).evidence_key is None
    settings = load(env | {"SAVEPOINT_EVIDENCE_KEY": KEY.text})
    assert settings.evidence_key == KEY
    assert KEY.text in settings.secrets()
    assert KEY.text not in repr(settings)
    with pytest.raises(ConfigError, match="SAVEPOINT_EVIDENCE_KEY: this is the public key"):
        load(env | {"SAVEPOINT_EVIDENCE_KEY": KEY.public})


def test_a_record_is_exported_as_the_bot_keeps_it(
    run: Run, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def keep() -> None:
        async with connect(env["REDIS_URL"]) as redis:
            await RedisRecords(redis).keep(OperationId("rst-1"), signed(evidence(), KEY))

    asyncio.run(keep())
    code, out, _ = run("evidence", "export", "rst-1", env=env)
    assert (code, out.strip()) == (0, signed(evidence(), KEY))
    code, out, err = run("evidence", "export", "rst-2", env=env)
    assert (code, out) == (1, "")
    assert "there is no signed record of rst-2" in err
