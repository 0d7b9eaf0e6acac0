"""`savepoint vault bring`: the file of a guided export, where no upload address can be had."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot import errands
from bot.core.backups import Kind as FileKind
from bot.core.base import OperationId
from bot.core.errors import AlreadyDecided, UnknownOperation
from bot.core.exports import silence
from bot.core.operations import Export
from bot.core.operations.export import ExportPhase
from bot.core.vault import Kind, Manifest
from bot.lines.vault import acting, extension_of, given, pieces
from bot.services.arrivals import busy, facts_of


def bring(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    export: Annotated[str, typer.Argument(metavar="EXPORT", help="Its id, as on the card.")],
) -> None:
    """Bring the file that a guided export waits for: checked against its snapshot, then kept."""
    extension = extension_of(file)
    settings = given()

    async def run() -> Manifest:
        async with errands.arrivals(settings) as arrivals:
            op = await arrivals.operations.get(OperationId(export))
            if not isinstance(op, Export):
                raise UnknownOperation(f"there is no export “{export[:40]}”")
            snapshot = op.snapshot
            if op.phase is not ExportPhase.AWAITING_FILE or snapshot is None:
                raise AlreadyDecided(f"{op.id} waits for no file: it is {op.phase}")
            kind = extension.partition(".")[0]
            facts = facts_of(op, snapshot, Kind(kind), extension, silence(FileKind(kind)))
            actor = acting().model_copy(update={"operation_id": op.id})
            kept = await arrivals.alone(
                op,
                arrivals.store(
                    op,
                    snapshot,
                    facts.model_copy(update={"by": actor.by}),
                    pieces(file),
                    actor=actor,
                    size=file.stat().st_size,
                ),
            )
            if kept is None:
                raise busy()
            return kept

    kept = asyncio.run(run())
    typer.echo(f"{kept.id}  {kept.name}\nSHA-256 {kept.digests.sha256}")
    typer.echo("The card in Slack follows within a minute or two.")
