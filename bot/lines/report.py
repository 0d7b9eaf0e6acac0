"""`savepoint report`: the report of an environment as a file, beside a running bot or without."""

import asyncio
import os
from datetime import date
from typing import Annotated, Literal

import typer

from bot import errands, log
from bot.config import load
from bot.views import report as views

RENDER = {"md": views.markdown, "html": views.html, "csv": views.as_csv}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("wants a day such as 2026-11-22") from None


def report(
    environment: Annotated[str, typer.Argument(help="As the configuration names it.")],
    since: Annotated[
        date | None, typer.Option("--from", parser=_day, metavar="D", help="First UTC day.")
    ] = None,
    until: Annotated[
        date | None, typer.Option("--to", parser=_day, metavar="D", help="Last UTC day.")
    ] = None,
    form: Annotated[
        Literal["md", "html", "csv"], typer.Option("--format", help="What to print.")
    ] = "md",
) -> None:
    """Print what the records show of backups, restores and drills; by default of 90 days."""
    settings = load(os.environ)
    log.set_up(settings.secrets())
    found = asyncio.run(errands.report(settings, environment, since=since, until=until))
    typer.echo(RENDER[form](found), nl=False)
