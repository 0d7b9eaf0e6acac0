"""The command line: what it prints, and its exit codes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot import __main__ as line
from bot.adapters.redis import RedisAuditLog, connect
from bot.config import Settings, load, schema
from bot.core.audit import AuditEntry, AuditRecord, Verdict
from bot.core.errors import BotError
from bot.core.findings import Finding, Level
from bot.errands import verify_audit
from bot.manifest import manifest
from bot.views.doctor import report
from sandbox.town import Town
from tests.adapters.waiting import until
from tests.app.test_config import GOOD, VARIABLES

Run = Callable[..., tuple[int, str, str]]
START = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line as `main` does; returns exit code, stdout and stderr."""
    monkeypatch.setattr("bot.log.set_up", lambda *secrets: None)  # logs are another test's

    def call(*words: str, env: dict[str, str] | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["savepoint", *words])
        if env is not None:
            monkeypatch.setattr(os, "environ", env)
        with pytest.raises(SystemExit) as end:
            line.main()
        out, err = capsys.readouterr()
        return int(end.value.code or 0), out, err

    return call


def test_the_manifest_is_printed_as_yaml(run: Run) -> None:
    code, out, _ = run("manifest")
    assert (code, yaml.safe_load(out)) == (0, manifest())
    code, out, _ = run("manifest", "--http", "https://savepoint.example.com/")
    assert yaml.safe_load(out) == manifest("https://savepoint.example.com")


def test_the_schema_is_printed_as_json(run: Run) -> None:
    code, out, _ = run("schema")
    assert (code, json.loads(out)) == (0, schema())


def test_without_a_command_the_help_is_shown_and_the_usage_was_bad(run: Run) -> None:
    code, out, err = run()
    assert code == 2
    assert "Back up and restore Neo4j Aura from Slack" in out + err
    result = CliRunner().invoke(line.commands, ["--help"])
    assert result.exit_code == 0
    for name in ("serve", "check", "manifest", "schema", "sandbox", "audit"):
        assert name in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["manifest", "--http", "http://plain.example.com"],
        ["audit", "export", "--after", "-1"],
        ["sandbox", "--only", "github"],
        ["sandbox", "--speed", "0"],
    ],
)
def test_bad_usage_is_exit_2(run: Run, words: list[str]) -> None:
    code, _, err = run(*words)
    assert code == 2
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [["serve"], ["check"], ["audit", "verify"], ["audit", "export"]])
def test_a_bad_configuration_is_exit_2_with_every_fault_and_no_traceback(
    run: Run, words: list[str]
) -> None:
    code, out, err = run(*words, env={"SAVEPOINT_PORT": "x", "SAVEPOINT_CONFIG": "/none.toml"})
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "SLACK_BOT_TOKEN: not set (nor SLACK_BOT_TOKEN_FILE)",
        "SLACK_APP_TOKEN: not set; Socket Mode needs it (or SLACK_SIGNING_SECRET for HTTP mode)",
        "SAVEPOINT_PORT: “x” is not a port (0 to 65535)",
        "SAVEPOINT_CONFIG: cannot read /none.toml: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (
            BotError("the port is taken", hint="Take another."),
            ["the port is taken", "Take another."],
        ),
        (BotError("the port is taken"), ["the port is taken"]),
    ],
)
def test_a_known_failure_is_exit_1_with_a_sentence_and_a_hint(
    run: Run, monkeypatch: pytest.MonkeyPatch, trouble: BotError, told: list[str]
) -> None:
    async def fails(settings: object, *, until_eof: bool) -> None:
        raise trouble

    monkeypatch.setattr(line, "_settings", lambda: None)
    monkeypatch.setattr(line, "_serve", fails)
    code, _, err = run("serve")
    assert code == 1
    assert err.splitlines() == [f"savepoint: {told[0]}", *told[1:]]


def test_an_unknown_failure_is_exit_1_with_a_reference_and_the_trace_in_the_log(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(settings: object, *, until_eof: bool) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(line, "_settings", lambda: None)
    monkeypatch.setattr(line, "_serve", fails)
    logged: list[str] = []

    class Log:
        def exception(self, event: str, *, reference: str) -> None:
            logged.append(reference)

    monkeypatch.setattr("structlog.get_logger", lambda name: Log())
    code, _, err = run("serve")
    assert code == 1
    (reference,) = logged
    assert err == f"savepoint: something unexpected failed; the log has {reference}\n"


@pytest.mark.parametrize(("level", "code"), [(Level.WRONG, 1), (Level.WARN, 0), (Level.OK, 0)])
def test_check_prints_the_report_and_fails_only_where_something_is_wrong(
    run: Run, monkeypatch: pytest.MonkeyPatch, level: Level, code: int
) -> None:
    findings = (Finding(level=level, subject="store", what="looked at"),)

    async def found(settings: object) -> tuple[Finding, ...]:
        return findings

    monkeypatch.setattr(line, "_settings", lambda: None)
    monkeypatch.setattr("bot.errands.diagnose", found)
    assert run("check") == (code, report(findings), "")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (None, (0, "the audit log is whole\n", "")),
        (2, (1, "", "the audit log is broken from entry 2 on\n")),
    ],
)
def test_verify_says_where_the_chain_breaks(
    run: Run, monkeypatch: pytest.MonkeyPatch, broken: int | None, told: tuple[int, str, str]
) -> None:
    async def first_break(settings: object) -> int | None:
        return broken

    monkeypatch.setattr(line, "_settings", lambda: None)
    monkeypatch.setattr("bot.errands.verify_audit", first_break)
    assert run("audit", "verify") == told


async def test_the_audit_log_is_exported_from_a_number_on_and_its_chain_is_checked(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load(env)
    entries = await written(settings, 3)
    await line._export(settings, 1)
    exported = capsys.readouterr().out.splitlines()
    assert [AuditEntry.model_validate_json(each) for each in exported] == entries[1:]
    assert await verify_audit(settings) is None
    assert settings.redis_url is not None
    async with connect(settings.redis_url.get_secret_value()) as redis:
        await redis.xdel("sp:audit", "2-0")
    assert await verify_audit(settings) == 2


def test_the_log_learns_the_secrets_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "savepoint.toml"
    file.write_text(GOOD)
    learnt: list[frozenset[str]] = []
    monkeypatch.setattr("bot.log.set_up", learnt.append)
    monkeypatch.setattr(os, "environ", {**VARIABLES, "SAVEPOINT_CONFIG": str(file)})
    settings = line._settings()
    assert learnt == [settings.secrets()]


async def stopped_when(said: Callable[[], bool], work: Coroutine[Any, Any, None]) -> None:
    """Do the work until ``said``, then tell this process to stop, as Docker would."""
    task = asyncio.create_task(work)
    await until(said, within=30)
    signal.raise_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        await task


async def test_serving_ends_when_the_process_is_told_to_stop(
    env: dict[str, str], place: Town
) -> None:
    assert place.slack is not None
    double = place.slack
    await stopped_when(lambda: double.connections == 1, line._serve(load(env), until_eof=False))
    assert double.connections == 0


@pytest.mark.parametrize("bot", [True, False])
async def test_the_sandbox_ends_when_the_process_is_told_to_stop(
    bot: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(line, "_say", said.append)
    monkeypatch.setattr("bot.log.set_up", lambda secrets: None)
    await stopped_when(lambda: bool(said), line._sandbox(port=0, speed=20, bot=bot, only=None))
    assert ("is ready: http://127.0.0.1:" in said[0]) is bot
    assert ("SLACK_APP_TOKEN=xapp-" in said[0]) is not bot


async def test_a_taken_port_of_the_sandbox_is_told_with_how_to_choose_another(
    place: Town,
) -> None:
    assert place.page is not None
    port = int(place.page.rpartition(":")[2])
    with pytest.raises(BotError, match=f"cannot listen on port {port}") as refusal:
        await line._sandbox(port=port, speed=20, bot=True, only=None)
    assert "--port" in str(refusal.value.hint)


def test_the_sandbox_is_told_what_was_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    async def start(**options: object) -> None:
        asked.append(options)

    monkeypatch.setattr(line, "_sandbox", start)
    for words in ([], ["--port", "1", "--speed", "2", "--no-bot"], ["--only", "aura"], ["--neo4j"]):
        assert run("sandbox", *words)[0] == 0
    assert asked == [
        {"port": 8484, "speed": 20.0, "bot": True, "only": None, "neo4j": False},
        {"port": 1, "speed": 2.0, "bot": False, "only": None, "neo4j": False},
        {"port": 8484, "speed": 20.0, "bot": False, "only": "aura", "neo4j": False},
        {"port": 8484, "speed": 20.0, "bot": True, "only": None, "neo4j": True},
    ]


def test_the_module_is_the_command_line() -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603

    printed = run("manifest")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert yaml.safe_load(printed.stdout) == manifest()
    assert run("no-such-command").returncode == 2


async def written(settings: Settings, count: int) -> list[AuditEntry]:
    assert settings.redis_url is not None
    async with connect(settings.redis_url.get_secret_value()) as redis:
        audit = RedisAuditLog(redis)
        record = AuditRecord(at=START, action="restore.approve", verdict=Verdict.ALLOWED)
        return [await audit.append(record) for _ in range(count)]


# The same as a real process: exit codes, what goes to which stream, signals.


async def process(*words: str, env: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        env={"PATH": os.environ["PATH"], **env},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_a_real_process_with_a_broken_configuration_ends_with_2(tmp_path: Path) -> None:
    child = await process("serve", env={"SAVEPOINT_CONFIG": str(tmp_path / "none.toml")})
    out, err = await child.communicate()
    assert (child.returncode, out) == (2, b"")
    assert err.decode().splitlines()[0] == "SLACK_BOT_TOKEN: not set (nor SLACK_BOT_TOKEN_FILE)"
    assert b"Traceback" not in err


@pytest.mark.parametrize("wish", [signal.SIGTERM, signal.SIGINT])
async def test_a_real_process_serves_until_it_is_told_to_stop_and_ends_with_0(
    env: dict[str, str], wish: signal.Signals
) -> None:
    del env["REDIS_URL"]
    child = await process("serve", env=env)
    assert child.stderr is not None
    lines: list[dict[str, object]] = []

    async def read() -> None:
        assert child.stderr is not None
        async for each in child.stderr:
            lines.append(json.loads(each))

    reading = asyncio.create_task(read())
    await until(lambda: any(entry["event"] == "serving" for entry in lines), within=30)
    child.send_signal(wish)
    assert await asyncio.wait_for(child.wait(), 20) == 0
    await reading
    assert [entry["event"] for entry in lines][-2:] == ["stopping", "stopped"]


async def read_until(child: asyncio.subprocess.Process, text: str) -> list[str]:
    assert child.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(30):
        while text not in "".join(lines):
            line_read = (await child.stdout.readline()).decode()
            assert line_read, lines
            lines.append(line_read)
    return lines


async def ended(child: asyncio.subprocess.Process) -> int:
    child.terminate()
    async with asyncio.timeout(30):
        await child.communicate()
    assert child.returncode is not None
    return child.returncode


async def test_the_sandbox_says_where_its_page_is_and_ends_with_0() -> None:
    child = await process("sandbox", "--port", "0", env={})
    (welcome,) = await read_until(child, "ready")
    assert welcome.startswith("Savepoint's sandbox is ready: http://127.0.0.1:")
    assert await ended(child) == 0


@pytest.mark.parametrize(
    ("words", "first", "names"),
    [
        (["--no-bot"], "AURA_API_URL=", 19),
        (["--only", "aura"], "AURA_API_URL=", 15),
        (["--only", "slack"], "SLACK_API_URL=", 5),
    ],
)
async def test_the_doubles_alone_print_their_settings(
    words: list[str], first: str, names: int
) -> None:
    child = await process("sandbox", "--port", "0", *words, env={})
    lines = await read_until(child, "SAVEPOINT_CONFIG=")
    assert lines[0].startswith(first)
    assert len(lines) == names
    assert await ended(child) == 0


async def test_a_refused_token_ends_a_real_process_with_1_and_a_sentence(
    env: dict[str, str],
) -> None:
    child = await process("serve", env=env | {"SLACK_APP_TOKEN": "xapp-canary-revoked"})
    _, err = await child.communicate()
    assert child.returncode == 1
    assert "savepoint: Slack refused apps.connections.open: invalid_auth" in err.decode()
    assert b"canary" not in err


def test_what_is_said_leaves_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    line._say("AURA_API_URL=http://127.0.0.1:1")
    assert capsys.readouterr().out == "AURA_API_URL=http://127.0.0.1:1\n"
