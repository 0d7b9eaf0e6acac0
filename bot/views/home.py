"""The Home tab: what waits for this person, what runs, and the instances with their snapshots."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import Field

from bot.core.alerts import Alert
from bot.core.base import Frozen, InstanceId
from bot.core.clocks import Reading
from bot.core.errors import BotError
from bot.core.operations import Asked, Operation
from bot.core.schedules import Work
from bot.views.alarms import title
from bot.views.clocks import line as clock_line
from bot.views.ids import Action
from bot.views.instances import InstanceRow, line, running_line, sorted_rows
from bot.views.kinds import ask
from bot.views.kit import (
    Block,
    View,
    actions,
    ago,
    button,
    channel,
    clean,
    context,
    divider,
    header,
    moment,
    section,
    user,
)
from bot.views.request import approvals, unsafe
from bot.views.words import count, environment_name, sentence

#: Instances on one page, two or three blocks each; with the rest the tab keeps to 100 blocks.
PAGE = 20
_MOST = 8  # operations and approvals shown each


class Board(Frozen):
    """What the watch and the schedules add to the tab."""

    alerts: tuple[Alert, ...] = ()
    """The open ones, the gravest first."""
    clocks: Mapping[InstanceId, tuple[Reading, ...]] = Field(default={})
    coming: Mapping[str, tuple[Work, datetime]] = Field(default={})
    """By environment: what begins by itself next, and when."""


#: Where nothing is watched and nothing scheduled.
EMPTY = Board()


def home(
    rows: Sequence[InstanceRow],
    running: Sequence[Operation],
    pending: Sequence[Asked],
    *,
    now: datetime,
    page: int = 0,
    board: Board = EMPTY,
) -> View:
    """Return the Home tab; ``pending`` are the requests this person may decide, ``page`` from 0."""
    blocks = [
        *_pending(pending),
        *_alerts(board, now),
        *_running(running, now),
        *_instances(rows, now, page, board),
        context(f"As of {moment(now)}. Open this tab again to see it anew."),
    ]
    return {"type": "home", "blocks": blocks}


def _alerts(board: Board, now: datetime) -> list[Block]:
    if not board.alerts:
        return []
    lines = [
        f"• {clean(title(alert), 100)}, since {ago(alert.opened_at, now)}"
        for alert in board.alerts[:_MOST]
    ]
    left = len(board.alerts) - len(lines)
    lines += [f"… and {count(left, 'alert')} more in their channels"] if left else []
    return [header(count(len(board.alerts), "open alert")), section("\n".join(lines)), divider()]


def unreadable(trouble: BotError, *, now: datetime) -> View:
    """Return the Home tab for a time in which Aura tells nothing."""
    told = f"⚠ {sentence(trouble.summary)} {sentence(trouble.hint or '')}".rstrip()
    blocks = [
        header("Instances"),
        section(f"{told}\n`/aura job list` shows what runs and waits."),
        context(f"As of {moment(now)}. Open this tab again to see it anew."),
    ]
    return {"type": "home", "blocks": blocks}


def _pending(pending: Sequence[Asked]) -> list[Block]:
    if not pending:
        return []
    blocks: list[Block] = [header("Waiting for your decision")]
    for op in sorted(pending, key=lambda op: op.plan.expires_at)[:_MOST]:
        warning = "⚠ no safety snapshot · " if unsafe(op) else ""
        blocks.append(
            section(
                f"⏳ {warning}{user(op.requester.user_id)} asks "
                f"{ask(op)} ({clean(op.environment, 60)}), "
                f"approvals {approvals(op)}. Decide in its thread in {channel(op.channel)} until "
                f"{moment(op.plan.expires_at)}."
            )
        )
    return [*blocks, *_more(len(pending) - _MOST, "waiting request"), divider()]


def _running(running: Sequence[Operation], now: datetime) -> list[Block]:
    blocks: list[Block] = [header("Running")]
    if not running:
        return [*blocks, section("Nothing runs at the moment."), divider()]
    for op in sorted(running, key=lambda op: op.created_at, reverse=True)[:_MOST]:
        blocks.append(section(running_line(op, now)))
    return [*blocks, *_more(len(running) - _MOST, "running job"), divider()]


def _instances(rows: Sequence[InstanceRow], now: datetime, page: int, board: Board) -> list[Block]:
    blocks: list[Block] = [header("Instances")]
    if not rows:
        return [*blocks, section("I see no instances that you may look at.")]
    blocks.append(actions("home.restore", button("Restore an instance…", Action.OPEN_RESTORE)))
    ordered = sorted_rows(rows)
    pages = -(-len(ordered) // PAGE)
    page = max(0, min(page, pages - 1))
    named: str | None = ""
    for row in ordered[page * PAGE : (page + 1) * PAGE]:
        if row.environment != named:
            named = row.environment
            coming = board.coming.get(named or "")
            blocks.append(section(f"*{environment_name(named)}*{_next(coming, now)}"))
        clocks = board.clocks.get(row.instance.id)
        told = f"\n{clock_line(clocks)}" if clocks else ""
        blocks.append(section(f"{line(row, now)}{told}"))
        if row.environment is not None:
            blocks.append(_act(row))
    return [*blocks, *_pages(len(ordered), page, pages)]


def _next(coming: tuple[Work, datetime] | None, now: datetime) -> str:
    if coming is None:
        return ""
    work, at = coming
    return f" · next: {work} {moment(at)} ({ago(at, now)})"


def _act(row: InstanceRow) -> Block:
    return actions(
        f"home.{row.instance.id[:100]}",
        button("Restore…", Action.OPEN_RESTORE, row.instance.id),
        button("Take snapshot", Action.TAKE_SNAPSHOT, row.instance.id),
    )


def _pages(every: int, page: int, pages: int) -> list[Block]:
    if pages == 1:
        return []
    first, last = page * PAGE + 1, min(every, (page + 1) * PAGE)
    told = section(
        f"{first} to {last} of {count(every, 'instance')}; {every - (last - first + 1)} more."
    )
    buttons = []
    if page > 0:
        buttons.append(button("Previous", f"{Action.HOME_PAGE.value}:previous", str(page - 1)))
    if page < pages - 1:
        buttons.append(button("Next", f"{Action.HOME_PAGE.value}:next", str(page + 1)))
    return [told, actions("home.pages", *buttons)]


def _more(number: int, noun: str) -> list[Block]:
    if number <= 0:
        return []
    return [section(f"… and {count(number, noun)} more: `/aura job list` shows them.")]
