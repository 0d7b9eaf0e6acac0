"""`savepoint vault …`: the vault from a shell. Exit codes: 0 ok, 1 failed or damaged, 2 misused.

Everything is audited. A hold is released by two people, in Slack: a shell knows only one.
"""

import asyncio
import getpass
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot import errands, log
from bot.adapters.clock import SystemClock
from bot.adapters.vault.stream import Tally, counted
from bot.config import Settings, load
from bot.core.base import Frozen, SnapshotId
from bot.core.errors import BotError, VaultDamaged
from bot.core.vault import Digests, Expiry, Export, Facts, Kind, Protection
from bot.services.exports import Actor, Exports
from bot.views import vault_text as text

FAILED = 1
T = TypeVar("T")
#: As large as a part of an upload, so that it passes as it is.
_PIECE = 5 * 1024 * 1024
_MOST_REASON = 500

vault = typer.Typer(
    help="The vault: exports in a store of your own.", no_args_is_help=True, rich_markup_mode=None
)

Wanted = Annotated[str, typer.Argument(metavar="EXPORT", help="Its id, name or file name.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Reason = Annotated[str, typer.Option(help="Why, for the audit log.")]


@vault.command("list")
def show_all(json: Json = False) -> None:
    """List all exports, newest first, and what is none."""
    contents = _with(lambda exports: exports.contents())
    _say(contents, json, lambda: text.listing(contents, _now()))


@vault.command()
def show(wanted: Wanted, json: Json = False) -> None:
    """Show everything that is known of one export."""

    async def look(exports: Exports) -> Shown:
        export = await exports.find(wanted)
        return Shown(export=export, protection=await exports.open.protection())

    shown = _with(look)
    _say(shown, json, lambda: text.facts(shown.export, shown.protection, _now()))


@vault.command()
def verify(
    wanted: Annotated[str | None, typer.Argument(metavar="EXPORT")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, one by one.")] = False,
    json: Json = False,
) -> None:
    """Read an export as a whole and compare it with its manifest."""
    if (wanted is None) is not every:
        raise typer.BadParameter("name an export, or say --all")

    async def read(exports: Exports) -> Verified:
        those = (await exports.contents()).exports if every else [await exports.find(wanted or "")]
        return Verified(
            results=tuple(
                [
                    Result(id=each.id, name=each.name, sound=check.sound, why=check.why)
                    for each in those
                    for check in [await exports.verify(each, actor=acting())]
                ]
            )
        )

    done = _with(read)
    _say(done, json, lambda: "".join(f"{r.id}  {r.why or 'whole'}\n" for r in done.results))
    if not all(result.sound for result in done.results):
        raise typer.Exit(FAILED)


@vault.command()
def add(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    instance: Annotated[str, typer.Option(help="Alias, name or id of the instance it is from.")],
    reason: Reason,
    snapshot: Annotated[str | None, typer.Option(help="Id of the snapshot it is from.")] = None,
    environment: Annotated[
        str | None,
        typer.Option(help="Of an instance that is gone; then --instance is its id."),
    ] = None,
    taken_at: Annotated[
        datetime | None,
        typer.Option(help="When the data is from, UTC; the file's own word goes before it."),
    ] = None,
    json: Json = False,
) -> None:
    """Put a backup file into the vault: inspected, hashed, encrypted, read back."""
    extension = extension_of(file)
    if len(reason) > _MOST_REASON:
        raise typer.BadParameter(f"at most {_MOST_REASON} characters", param_hint="--reason")
    settings = given()

    async def put(exports: Exports) -> Stored:
        _ = exports.open
        source = await errands.source(settings, instance, environment)
        stat = file.stat()
        notes = () if taken_at else ("the time is the file's, unless the file says its own",)
        facts = Facts(
            environment=source.environment,
            instance_id=source.instance_id,
            instance_name=source.name,
            tier=source.tier,
            snapshot_id=SnapshotId(snapshot) if snapshot else None,
            taken_at=(taken_at or datetime.fromtimestamp(stat.st_mtime, UTC)).replace(tzinfo=UTC),
            kind=Kind(extension.partition(".")[0]),
            extension=extension,
            by=acting().by,
            why=reason,
            notes=notes,
        )
        kept = await exports.add(facts, pieces(file), actor=acting(), size=stat.st_size)
        return Stored(id=kept.id, name=kept.name, sha256=kept.digests.sha256)

    stored = _with(put, settings)
    _say(stored, json, lambda: f"{stored.id}  {stored.name}\nSHA-256 {stored.sha256}\n")


@vault.command()
def get(
    wanted: Wanted,
    file: Annotated[Path, typer.Argument(help="Where it goes; a new file.")],
    stored: Annotated[
        bool, typer.Option("--stored", help="As it is stored, still encrypted.")
    ] = False,
) -> None:
    """Fetch an export, decrypted where SAVEPOINT_AGE_IDENTITY is set."""

    async def fetch(exports: Exports) -> None:
        export = await exports.find(wanted)
        manifest = export.manifest
        pieces = exports.open.get(export.name) if stored else exports.open.plain(export.name)
        await _write(file, pieces, manifest.digests if stored else manifest.plain)
        await exports.fetched(export, actor=acting())

    if file.exists():
        raise typer.BadParameter(f"{file} is there already", param_hint="FILE")
    _with(fetch)
    typer.echo(f"{file}")


@vault.command()
def hold(wanted: Wanted, reason: Reason) -> None:
    """Keep an export from expiring."""

    async def keep(exports: Exports) -> None:
        await exports.hold(await exports.find(wanted), why=reason, actor=acting())

    _with(keep)
    typer.echo("held")


@vault.command()
def release(wanted: Wanted) -> None:
    """Say how a hold is released: not from a shell."""
    raise BotError(
        f"the hold on {wanted[:80]} is not released from a shell",
        hint=f"It takes two people: `/aura vault release {wanted[:80]}` in Slack asks for it.",
    )


@vault.command()
def expire(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    json: Json = False,
) -> None:
    """Delete what the rules of retention name, and clear what was left half done for a day."""

    async def go(exports: Exports) -> Expiry:
        return await (exports.expiry() if dry_run else exports.expire(actor=acting()))

    found = _with(go)
    _say(found, json, lambda: text.expiry(found, _now(), done=not dry_run))


class Shown(Frozen):
    """What `show` tells."""

    export: Export
    protection: Protection


class Result(Frozen):
    """How one export was found."""

    id: str
    name: str
    sound: bool
    why: str


class Verified(Frozen):
    """What `verify` tells."""

    results: tuple[Result, ...]


class Stored(Frozen):
    """What `add` tells."""

    id: str
    name: str
    sha256: str


def _with(
    work: Callable[[Exports], Coroutine[object, object, T]], settings: Settings | None = None
) -> T:
    chosen = settings or given()

    async def run() -> T:
        async with errands.exports(chosen) as exports:
            return await work(exports)

    return asyncio.run(run())


def given() -> Settings:
    """Read the settings, and keep their secrets out of the log."""
    settings = load(os.environ)
    log.set_up(settings.secrets())
    return settings


def _say(value: Frozen, json: bool, words: Callable[[], str]) -> None:
    typer.echo(value.model_dump_json(indent=2) if json else words().rstrip("\n"))


def _now() -> datetime:
    return SystemClock().now()


def acting() -> Actor:
    """Return who acts: the user and the machine."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        name = f"uid {os.getuid()}"
    return Actor(by=f"{name}@{socket.gethostname()}, from a shell")


def extension_of(file: Path) -> str:
    """Return what sort of file it is by its name; raises BotError for any other."""
    name = file.name.lower()
    for known in ("backup", "dump", "tar", "tar.gz"):
        if name.endswith(f".{known}"):
            return known
    raise BotError(
        f"{file.name} has none of the names a backup has",
        hint="I take `.backup`, `.dump`, `.tar` and `.tar.gz`, as the Aura console makes them.",
    )


async def _write(file: Path, pieces: AsyncIterator[bytes], digests: Digests) -> None:
    """Write a new file, for its owner alone, that is there whole or not at all."""
    part = file.with_name(f"{file.name}.part")
    tally = Tally()
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            async with aclosing(counted(pieces, tally, None)) as passing:
                async for piece in passing:
                    await asyncio.to_thread(out.write, piece)
        if tally.digests() != digests:
            raise VaultDamaged("what came is not what was stored", hint="Verify the export.")
        part.rename(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


async def pieces(file: Path) -> AsyncIterator[bytes]:
    """Yield a file in pieces."""
    with file.open("rb", buffering=0) as source:
        while piece := await asyncio.to_thread(source.read, _PIECE):
            yield piece
