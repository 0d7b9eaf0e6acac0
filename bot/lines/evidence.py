"""`savepoint evidence …`: make the key, export a record, check one without us, show it as a page.

Checking needs neither configuration nor network: whoever has the file can do it. Exit codes: 0
the record is what was signed, 1 it is not, 2 bad usage.
"""

import asyncio
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from bot import errands, log
from bot.config import load
from bot.config.evidence import VARIABLE, evidence_key
from bot.config.given import Given
from bot.config.settings import ConfigError
from bot.core.errors import BotError
from bot.core.keys import SEED_BYTES, BadKey, EvidenceKey, public_key
from bot.core.signed import Checked, examine
from bot.views.evidence import page, verdict

#: Far more than any record of ours; a larger file is something else.
MOST_BYTES = 16 * 1024 * 1024

evidence = typer.Typer(
    help="Make the key of evidence, and check what it signed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Key = Annotated[
    str | None,
    typer.Option(
        help="The public key that must have signed it, or a file that holds it. "
        f"Without it {VARIABLE} counts, where it is set.",
    ),
]


@evidence.command()
def key(
    file: Annotated[Path, typer.Argument(help="Where the secret key goes; a new file.")],
) -> None:
    """Make a key: the secret half into FILE, for its owner alone; the public half is printed."""
    made = EvidenceKey.from_seed(secrets.token_bytes(SEED_BYTES))
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise typer.BadParameter(
            f"{file} is there already; a key that is lost signs nothing any more"
        ) from None
    except OSError as trouble:
        raise typer.BadParameter(f"cannot write {file}: {trouble.strerror}") from None
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(f"{made.text}\n")
    typer.echo(made.public)


@evidence.command()
def verify(file: File, key: Key = None) -> None:
    """Check that a record is what was signed, and by whom."""
    typer.echo(verdict(_examined(file, key)))


@evidence.command("page")
def show(file: File, key: Key = None) -> None:
    """Write a checked record as a Markdown page."""
    checked = _examined(file, key)
    typer.echo(page(checked.evidence, public_key=checked.public_key), nl=False)


@evidence.command()
def export(
    operation: Annotated[str, typer.Argument(metavar="ID", help="Of what has ended, as in /aura.")],
) -> None:
    """Write the signed record of a restore or a drill, as the bot keeps it."""
    settings = load(os.environ)
    log.set_up(settings.secrets())
    file = asyncio.run(errands.stored_evidence(settings, operation))
    if file is None:
        raise BotError(
            f"there is no signed record of {operation[:40]}",
            hint="One is made when a restore or a drill ends, with SAVEPOINT_EVIDENCE_KEY set.",
        )
    typer.echo(file)


def _examined(file: Path, key: str | None) -> Checked:
    expected = _expected(key, os.environ)
    try:
        if file.stat().st_size > MOST_BYTES:
            raise BotError(f"{file} is no evidence of Savepoint: it is larger than 16 MiB")
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BotError(f"{file} is no evidence of Savepoint: it is not text in UTF-8") from None
    return examine(text, expected=expected)


def _expected(key: str | None, env: Mapping[str, str]) -> str | None:
    """Return the public key that must have signed: as given, or else the configured one."""
    if key is None:
        given = Given(env)
        configured = evidence_key(given)
        if given.faults:
            raise ConfigError(given.faults)
        return configured.public if configured else None
    try:
        if "-" in key and key.startswith("ev"):
            return public_key(key)
        return public_key(Path(key).read_text(encoding="utf-8"))
    except BadKey as bad:
        raise typer.BadParameter(bad.summary, param_hint="--key") from None
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter(
            "neither a public key nor a file of one", param_hint="--key"
        ) from None
