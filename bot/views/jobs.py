"""Jobs, as `/aura job` calls operations: the newest ones, and one with its history."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.operations import Operation
from bot.core.operations import events as e
from bot.views import operations
from bot.views.kit import Message, ago, code, context, header, moment, section, span, user
from bot.views.words import called, count, fitting, linked, pack

_LETTERS = 12_000


def listing(ops: Sequence[Operation], *, now: datetime) -> Message:
    """List operations, newest first, those still running before those that ended."""
    if not ops:
        text = "There are no jobs. `/aura snapshot take` and `/aura restore` start one."
        return Message(text=text, blocks=(section(text),))
    ordered = sorted(ops, key=lambda op: (not op.final, op.created_at), reverse=True)
    lines = [line(op, now) for op in ordered]
    fits = fitting(lines, most=_LETTERS)
    blocks = [header(count(len(ops), "job")), *pack(lines[:fits])]
    if fits < len(lines):
        blocks.append(section(f"… and {len(lines) - fits} older ones that do not fit here."))
    blocks.append(context("One of them: `/aura job show` and its reference."))
    running = sum(not op.final for op in ops)
    text = f"{count(len(ops), 'job')}, {running} of them not finished."
    return Message(text=text, blocks=tuple(blocks))


def shown(op: Operation, *, link: str | None, now: datetime) -> Message:
    """Show one operation as its card does, and whether it can still be cancelled."""
    card = operations.card(op, now=now)
    if op.allows(e.Cancelled):
        cancel = f"It can still be cancelled: `/aura job cancel {op.id}`."
    elif op.final:
        cancel = "It has ended."
    else:
        cancel = "It can no longer be cancelled: Aura has been asked."
    blocks = (*card.blocks, section(cancel), *linked(link, "Open the card"))
    return Message(text=f"{card.text} {cancel}", blocks=blocks)


def line(op: Operation, now: datetime) -> str:
    """Show an operation in one line."""
    phase = str(op.phase).replace("_", " ")
    if op.ended_at and op.duration is not None:
        when = f"ended {moment(op.ended_at)} ({ago(op.ended_at, now)}), took {span(op.duration)}"
    else:
        when = f"since {moment(op.since)} ({ago(op.since, now)})"
    return (
        f"{'•' if op.final else '▶'} {code(op.id)} · {op.kind} of {called(op.plan.instance)} · "
        f"*{phase}* {when} · by {user(op.requester.user_id)}"
    )
