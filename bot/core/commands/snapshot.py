"""`/aura snapshot …`."""

from datetime import date, timedelta
from typing import Annotated

from bot.core.commands.fields import Day, Days, Note, Reference, Wanted
from bot.core.errors import BadCommand
from bot.core.grammar import Option, Place, Typed
from bot.core.snapshots import MOST_DAYS, days_back

#: Each day is one call to Aura, and the smallest allowance is 25 calls a minute
#: (https://neo4j.com/docs/aura/api/overview/).
DEFAULT_DAYS = 7


class SnapshotList(Typed):
    """List an instance's snapshots by day, newest first."""

    words = ("snapshot", "list")
    examples = (
        "snapshot list orders-prod",
        "snapshot list orders-prod --date yesterday",
        "snapshot list orders-prod --date 2026-11-22",
        "snapshot list orders-prod --days 30 --exportable",
    )

    instance: Wanted
    date: Annotated[Day | None, Option("D", either="when")] = None
    days: Annotated[Days | None, Option("N", either="when")] = None
    exportable: Annotated[bool, Option()] = False


class SnapshotTake(Typed):
    """Take a snapshot now; the note stays with it."""

    words = ("snapshot", "take")
    examples = (
        "snapshot take orders-prod",
        'snapshot take orders-prod --note "before the release"',
    )

    instance: Wanted
    note: Annotated[Note, Option('"…"')] = ""


class SnapshotShow(Typed):
    """Show one snapshot: when, by whom, why, and whether it can be restored."""

    words = ("snapshot", "show")
    examples = ("snapshot show orders-prod 5ac91b3e-7d2f", "snapshot show orders-prod latest")

    instance: Wanted
    snapshot: Annotated[Reference, Place("<snapshot>")]


def resolve_days(command: SnapshotList, today: date) -> tuple[date, ...]:
    """Return the UTC days that a listing asks for, newest first; without options the last 7.

    Raises BadCommand for a day in the future or more than 90 days back.
    """
    if command.date is None:
        return days_back(today, command.days or DEFAULT_DAYS)
    named = {"today": today, "yesterday": today - timedelta(days=1)}
    day = named[command.date] if isinstance(command.date, str) else command.date
    if day > today:
        raise BadCommand(
            f"{day} is in the future", hint=f"Days are counted in UTC, where today is {today}."
        )
    if day < today - timedelta(days=MOST_DAYS):
        raise BadCommand(
            f"{day} is more than {MOST_DAYS} days back",
            hint=f"Aura keeps no snapshot longer than {MOST_DAYS} days.",
        )
    return (day,)
