"""The Home tab: what waits for this person, what is wrong, what runs, and the instances."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from bot.core.base import Frozen, OperationId
from bot.core.board import ALL, ATTENTION, OpenAlert, Page, Place
from bot.core.errors import BotError
from bot.core.operations import AnyOperation, Asked
from bot.views import alarms
from bot.views.board import instances
from bot.views.ids import Action
from bot.views.instances import running_line
from bot.views.kinds import ask
from bot.views.kit import (
    Block,
    View,
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
from bot.views.words import count, environment_name, quote, sentence

#: Shown of each; with a page of instances and their environments the tab keeps to 100 blocks.
MOST_PENDING, MOST_ALERTS, MOST_RUNNING = 5, 8, 8


class Board(Frozen):
    """Everything that the tab shows to one person."""

    page: Page = Page(place=Place())
    pending: tuple[Asked, ...] = ()
    """The requests that this person may decide."""
    running: tuple[AnyOperation, ...] = ()
    links: Mapping[OperationId, str] = Field(default={})
    """The addresses of cards."""
    alerts: tuple[OpenAlert, ...] = ()
    """The gravest first."""
    trouble: str = ""
    """Why Aura tells nothing now: whole sentences."""
    now: datetime


def home(board: Board) -> View:
    """Return the Home tab; where on the board it stands is kept in it."""
    blocks = [
        *_pending(board),
        *_alerts(board),
        *_running(board),
        *_instances(board),
        context(f"As of {moment(board.now)}. Open this tab again to see it anew."),
    ]
    return {"type": "home", "private_metadata": board.page.place.words, "blocks": blocks}


def troubled(trouble: BotError) -> str:
    """Say why Aura tells nothing now, and what is shown in spite of that."""
    told = f"{sentence(trouble.summary)} {sentence(trouble.hint or '')}".removesuffix(" .")
    return (
        f"{told.strip()} Instances are shown as they were last seen, those that are watched; "
        "`/aura job list` shows what runs and waits."
    )


def _pending(board: Board) -> list[Block]:
    """Show what waits, and the way to it: who decides shall first read all that the thread says."""
    if not board.pending:
        return []
    blocks: list[Block] = [header("Waiting for your decision")]
    for op in sorted(board.pending, key=lambda op: op.plan.expires_at)[:MOST_PENDING]:
        warning = "⚠ no safety snapshot · " if unsafe(op) else ""
        blocks.append(
            section(
                f"⏳ {warning}{user(op.requester.user_id)} asks {ask(op)} "
                f"({clean(op.environment, 60)}):\n{quote(op.plan.reason, 200)}\n"
                f"Approvals {approvals(op)}. Read it and decide in its thread in "
                f"{channel(op.channel)} until {moment(op.plan.expires_at)}.",
                accessory=_open(board.links.get(op.id), "Read and decide"),
            )
        )
    return [*blocks, *_more(len(board.pending) - MOST_PENDING, "waiting request"), divider()]


def _open(link: str | None, words: str) -> Block | None:
    return {**button(words, Action.OPEN_CARD), "url": link} if link else None


def _alerts(board: Board) -> list[Block]:
    if not board.alerts:
        return []
    blocks: list[Block] = [header(f"{count(len(board.alerts), 'open alert')}{_where(board)}")]
    for each in board.alerts[:MOST_ALERTS]:
        blocks += [
            section(alarms.brief(each.alert, home=each.home, now=board.now)),
            alarms.buttons(each.alert, each.id),
        ]
    left = len(board.alerts) - MOST_ALERTS
    more = [section(f"… and {count(left, 'alert')} more, less grave ones.")] if left > 0 else []
    return [*blocks, *more, divider()]


def _running(board: Board) -> list[Block]:
    blocks: list[Block] = [header(f"Running{_where(board)}")]
    if not board.running:
        return [*blocks, section("Nothing runs at the moment."), divider()]
    newest = sorted(board.running, key=lambda op: op.created_at, reverse=True)[:MOST_RUNNING]
    lines = [f"{running_line(op, board.now)}{_link(board.links.get(op.id))}" for op in newest]
    half = MOST_RUNNING // 2  # a section takes 3,000 characters, and addresses are long
    blocks += [section("\n".join(part)) for part in (lines[:half], lines[half:]) if part]
    return [*blocks, *_more(len(board.running) - MOST_RUNNING, "running job"), divider()]


def _link(link: str | None) -> str:
    return f" <{link}|Open>" if link else ""


def _instances(board: Board) -> list[Block]:
    note = [section(f"⚠ {board.trouble}")] if board.trouble else []
    if note and not board.page.rows:
        return [header("Instances"), *note]
    shown = instances(board.page, now=board.now)
    return [shown[0], *note, *shown[1:]]


def _where(board: Board) -> str:
    """Name the environment that is looked at, since then the others' are left out."""
    place = board.page.place
    if place.part in (ALL, ATTENTION):
        return ""
    part = next(part for part in board.page.parts if part.key == place.part)
    return f" in {environment_name(part.environment)}"


def _more(number: int, noun: str) -> list[Block]:
    if number <= 0:
        return []
    return [section(f"… and {count(number, noun)} more: `/aura job list` shows them.")]
