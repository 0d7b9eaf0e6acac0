"""The command line: `savepoint`, or `python -m bot`.

Exit codes: 0 ok, 1 failed, 2 bad usage or configuration. People get sentences, the log gets the
traceback.
"""

import asyncio
import gc
import json
import logging
import os
import secrets
import signal
import socket
import sys
import tempfile
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import structlog
import typer

from bot import app, errands, log, manifest
from bot.config import ConfigError, Settings, load, schema
from bot.core.errors import BotError
from bot.core.findings import Level
from bot.lines.bring import bring
from bot.lines.data import prove
from bot.lines.do import do
from bot.lines.evidence import evidence
from bot.lines.report import report as print_report
from bot.lines.vault import vault
from bot.views.doctor import report

FAILED, MISUSED = 1, 2

commands = typer.Typer(
    name="savepoint",
    help="Back up and restore Neo4j Aura from Slack.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
audit = typer.Typer(help="Read the audit log.", no_args_is_help=True, rich_markup_mode=None)
commands.add_typer(audit, name="audit")
commands.add_typer(evidence, name="evidence")
vault.command()(bring)
commands.add_typer(vault, name="vault")
commands.command("do")(do)
commands.command("report")(print_report)


@commands.command()
def serve(
    until_eof: Annotated[
        bool, typer.Option("--until-eof", hidden=True, help="Also stop when the input ends.")
    ] = False,
) -> None:
    """Run the bot until it is told to stop (SIGTERM, Ctrl-C)."""
    asyncio.run(_serve(_settings(), until_eof=until_eof))


@commands.command()
def check(
    data: Annotated[
        str | None,
        typer.Option(metavar="INSTANCE", help="Run the checks of an instance's graph instead."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(metavar="SNAPSHOT", help="Hold them against the counts taken with this one."),
    ] = None,
) -> None:
    """Examine tokens, channels, people, Aura and the store; or a graph."""
    if data is None:
        findings = asyncio.run(errands.diagnose(_settings()))
    else:
        findings = asyncio.run(prove(_settings(), data, baseline))
    typer.echo(report(findings), nl=False)
    if any(finding.level is Level.WRONG for finding in findings):
        raise typer.Exit(FAILED)


@commands.command("manifest")
def print_manifest(
    http: Annotated[
        str | None, typer.Option(metavar="URL", help="For HTTP mode at https://host.")
    ] = None,
    workflow: Annotated[
        bool, typer.Option("--workflow", help="With the step for Workflow Builder.")
    ] = False,
) -> None:
    """Print the Slack app manifest."""
    if http is not None and not http.startswith("https://"):
        raise typer.BadParameter("Slack sends to https:// addresses only", param_hint="--http")
    typer.echo(manifest.as_yaml(manifest.manifest(http, workflow=workflow)), nl=False)


@commands.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of savepoint.toml."""
    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


@commands.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Of the page, on this machine only.")] = 8484,
    speed: Annotated[float, typer.Option(min=1, help="How many times faster Aura works.")] = 20.0,
    no_bot: Annotated[bool, typer.Option("--no-bot", help="The doubles alone.")] = False,
    only: Annotated[Literal["aura", "slack"] | None, typer.Option(help="One double alone.")] = None,
    neo4j: Annotated[
        bool, typer.Option("--neo4j", help="A real Neo4j holds orders-prod (after `make neo4j`).")
    ] = False,
) -> None:
    """Try it all here: Slack, Aura and the bot in one."""
    bot = not no_bot and only is None
    asyncio.run(_sandbox(port=port, speed=speed, bot=bot, only=only, neo4j=neo4j))


@audit.command()
def verify() -> None:
    """Check that no entry of the audit log was changed, removed or put in between."""
    broken = asyncio.run(errands.verify_audit(_settings()))
    if broken is not None:
        typer.echo(f"the audit log is broken from entry {broken} on", err=True)
        raise typer.Exit(FAILED)
    typer.echo("the audit log is whole")


@audit.command()
def export(
    after: Annotated[int, typer.Option(min=0, help="Begin behind this entry's number.")] = 0,
) -> None:
    """Write the audit log as JSON lines."""
    asyncio.run(_export(_settings(), after))


def main() -> None:
    """Run the command line; ends the process with its exit code."""
    log.set_up()
    try:
        commands(prog_name="savepoint")
    except ConfigError as unusable:
        typer.echo("\n".join(unusable.faults), err=True)
        sys.exit(MISUSED)
    except BotError as trouble:
        typer.echo(f"savepoint: {trouble.summary}", err=True)
        if trouble.hint:
            typer.echo(trouble.hint, err=True)
        sys.exit(FAILED)
    except Exception:
        reference = f"ref-{secrets.token_hex(4)}"
        structlog.get_logger(__name__).exception("failed", reference=reference)
        typer.echo(f"savepoint: something unexpected failed; the log has {reference}", err=True)
        sys.exit(FAILED)


def _settings() -> Settings:
    settings = load(os.environ)
    log.set_up(settings.secrets())
    return settings


def _told_to_stop() -> asyncio.Event:
    """Return the event that SIGTERM and Ctrl-C set."""
    stop = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


async def _serve(settings: Settings, *, until_eof: bool) -> None:
    stop = _told_to_stop()
    if until_eof:
        asyncio.get_running_loop().add_reader(sys.stdin, _read_on, stop)
    await app.serve(settings, stop=stop, ready=_settled)


def _settled(port: int) -> None:
    """Spare later collections what the start made: it stays, and a look at all of it takes long."""
    gc.collect()
    gc.freeze()


def _read_on(stop: asyncio.Event) -> None:
    """Set `stop` once the input has ended: whoever started us is gone, or wants us to go."""
    if not os.read(sys.stdin.fileno(), 1024):
        asyncio.get_running_loop().remove_reader(sys.stdin)
        stop.set()


async def _sandbox(
    *, port: int, speed: float, bot: bool, only: str | None, neo4j: bool = False
) -> None:
    from sandbox.bot_process import BotEndedError, BotProcess  # only who asks for it pays for it
    from sandbox.neo4j import Missing
    from sandbox.town import town

    stop = _told_to_stop()
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="savepoint-"))
        # A process of its own, so that the page can kill it for real.
        ours = Path(__file__).parents[1]
        process = BotProcess([sys.executable, "-m", "bot", "serve", "--until-eof"], folder=ours)
        building = town(
            folder=Path(folder),
            port=port,
            speed=speed,
            only=only,
            crash=process.crash if bot else None,
            neo4j=neo4j,
        )
        try:
            built = await stack.enter_async_context(building)
        except Missing as missing:
            raise BotError(str(missing)) from None
        except OSError as taken:
            why = f"cannot listen on port {port}: {taken.strerror}"
            raise BotError(why, hint="Choose another one with --port.") from taken
        double = built.slack
        if not bot or double is None:
            _say("\n".join(f"{key}={value}" for key, value in built.settings.items()))
            await stop.wait()
            return
        with socket.create_server(("127.0.0.1", 0)) as free:
            ours_too = str(free.getsockname()[1])
        settings = {
            "SAVEPOINT_PORT": ours_too,
            "SAVEPOINT_PUBLIC_URL": f"http://127.0.0.1:{ours_too}",
            "SAVEPOINT_DATA": folder,
            **built.settings,
        }
        stack.push_async_callback(process.stop)
        try:
            await process.start(settings, up=lambda: double.connections > 0)
            _say(f"Savepoint's sandbox is ready: {built.page}  (Ctrl-C ends it)")
            ended = asyncio.create_task(process.ended())
            told = asyncio.create_task(stop.wait())
            await asyncio.wait([ended, told], return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            if not ended.cancel():
                raise BotEndedError(f"the bot ended with {ended.result()}")
        except BotEndedError as trouble:
            raise BotError(str(trouble)) from None


def _say(text: str) -> None:
    typer.echo(text)
    sys.stdout.flush()


async def _export(settings: Settings, after: int) -> None:
    async for entry in errands.export_audit(settings, after=after):
        typer.echo(entry.model_dump_json())


def entry() -> NoReturn:
    """Run the command line, and end the process at once.

    Threads of the vault's library may outlive Python's own end, and abort the process there: the
    exit code would then be no longer that of the command.
    """
    code: int | str | None = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    if isinstance(code, str):
        typer.echo(code, err=True)
        code = FAILED
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    entry()
