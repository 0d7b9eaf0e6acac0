"""Schedules as people see them: the list by environment, and what a change of one means."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.instances import InstanceSummary
from bot.core.schedules import Pause, Schedule
from bot.views.kit import Message, ago, bold, clean, code, context, header, moment, section, user
from bot.views.words import called, count, environment_name, fitting, pack, sentence

_LETTERS = 12_000


class ScheduleRow(Frozen):
    """A schedule as the list shows it; ``instance`` None means all of the environment."""

    schedule: Schedule
    instance: InstanceSummary | None
    pause: Pause | None
    next_at: datetime | None
    last_at: datetime | None


def listing(rows: Sequence[ScheduleRow], *, now: datetime) -> Message:
    """List schedules by environment, each with its next and last time."""
    if not rows:
        text = (
            "Nothing begins by itself yet. `/aura schedule add` adds a schedule, and "
            "`[environments.NAME.protection]` in `savepoint.toml` a whole strategy."
        )
        return Message(text=text, blocks=(section(text),))
    ordered = sorted(rows, key=lambda row: row.schedule.environment)
    lines = [line(row, now) for row in ordered]
    fits = fitting(lines, most=_LETTERS)
    blocks = [header(count(len(rows), "schedule"))]
    for name, group in groupby(ordered[:fits], key=lambda row: row.schedule.environment):
        blocks.append(section(f"*{environment_name(name)}*"))
        blocks += pack(line(row, now) for row in group)
    if fits < len(rows):
        blocks.append(section(f"… and {len(rows) - fits} more that do not fit here."))
    blocks.append(
        context("Schedules only take, export and prove; none can restore, overwrite or upload.")
    )
    resting = sum(row.pause is not None for row in rows)
    text = f"{count(len(rows), 'schedule')}, {resting} of them at rest."
    return Message(text=text, blocks=tuple(blocks))


def line(row: ScheduleRow, now: datetime) -> str:
    """Show a schedule in one or two lines."""
    schedule = row.schedule
    of = called(row.instance) if row.instance else "every instance"
    if schedule.instance_id and row.instance is None:
        of = f"{code(schedule.instance_id)}, which I cannot see"
    whose = "in the file" if schedule.by is None else f"by {user(schedule.by.user_id)}"
    parts = [f"• {code(schedule.id)}", f"{bold(schedule.work)} of {of}", timing(schedule), whose]
    return f"{' · '.join(parts)}\n   {_state(row, now)}"


def timing(schedule: Schedule) -> str:
    """Say when it falls due."""
    return code(schedule.timing.words) if schedule.timing.cron else schedule.timing.words


def _state(row: ScheduleRow, now: datetime) -> str:
    if row.pause is not None:
        why = f": {clean(row.pause.reason, 120)}" if row.pause.reason else ""
        return f"⏸ at rest since {ago(row.pause.at, now)} by {user(row.pause.by.user_id)}{why}"
    parts = [f"next {_when(row.next_at, row.schedule, now)}"] if row.next_at else []
    parts.append(f"last {ago(row.last_at, now)}" if row.last_at else "not yet run")
    return " · ".join(parts)


def _when(at: datetime, schedule: Schedule, now: datetime) -> str:
    if schedule.timing.zone == "UTC":
        return f"{moment(at)} ({ago(at, now)})"
    local = at.astimezone(ZoneInfo(schedule.timing.zone))
    return f"{local:%Y-%m-%d %H:%M} {clean(schedule.timing.zone, 40)} ({ago(at, now)})"


def added(schedule: Schedule, instance: InstanceSummary, *, now: datetime) -> Message:
    """Confirm a new schedule."""
    at = schedule.timing.next(now)
    first = f"It begins first {_when(at, schedule, now)}." if at else "It begins after a deploy."
    return _one(
        f"From now on a {schedule.work} of {called(instance)} begins by itself, "
        f"{timing(schedule)}. {first}",
        f"Reference {code(schedule.id)} · `/aura schedule pause` lets it rest",
    )


def paused(schedule: Schedule) -> Message:
    """Confirm a rest, and what it means."""
    return _one(
        f"{code(schedule.id)} rests. No {schedule.work} begins by it until somebody types "
        f"`/aura schedule resume {schedule.id}`; I remind of that once a day.",
    )


def resumed(schedule: Schedule, *, now: datetime) -> Message:
    """Confirm that it goes on."""
    at = schedule.timing.next(now)
    first = f"The next {schedule.work} begins {_when(at, schedule, now)}." if at else ""
    return _one(
        f"{code(schedule.id)} goes on. What fell due meanwhile is left out. {first}".strip()
    )


def removed(schedule: Schedule) -> Message:
    """Confirm the end of a schedule."""
    return _one(
        f"{code(schedule.id)} is gone: no {schedule.work} begins by it any more. "
        "What it has made so far stays."
    )


def ran(
    schedules: Sequence[Schedule],
    begun: Sequence[OperationId],
    refused: Sequence[tuple[InstanceId, str]],
    *,
    despite: str = "",
) -> Message:
    """Say what began, and why the rest did not; ``despite`` is the freeze in which it began."""
    names = ", ".join(code(schedule.id) for schedule in schedules)
    lines = [f"{count(len(begun), 'job')} began by {names}."] if schedules else []
    if despite:
        name = clean(despite, 80)
        lines[:1] = [f"{lines[0]} ❄ The freeze “{name}” is on: it held nothing, since you asked."]
    lines += [f"• {code(operation_id)}" for operation_id in begun[:20]]
    lines += [f"⚠ {code(instance_id)}: {sentence(why)}" for instance_id, why in refused[:20]]
    left = max(0, len(begun) - 20) + max(0, len(refused) - 20)
    lines += [f"… and {left} more"] if left else []
    if not schedules:
        lines = [
            "Nothing is scheduled to follow a deploy here. `/aura schedule add … --after deploy`"
        ]
    return Message(text=lines[0], blocks=(section("\n".join(lines)),))


def missed(number: int, *, at_least: bool) -> Message:
    """Say that slots passed while the bot was away."""
    much = f"at least {number:,}" if at_least else f"{number:,}"
    runs = "run was" if number == 1 else "runs were"
    return _one(
        f"⚠ While I was away or had no room, {much} scheduled {runs} missed. The latest of each "
        "schedule begins as soon as it can; the earlier ones are left out.",
        "`/aura schedule list` shows when each ran last",
    )


def reminder(resting: Sequence[tuple[Schedule, Pause]], *, now: datetime) -> Message:
    """Say again what rests, one line each; at least one does."""
    lines = [
        f"⏸ {code(schedule.id)} still rests, since {ago(pause.at, now)}: no {schedule.work} begins "
        f"by it. {user(pause.by.user_id)} let it rest"
        + (f": “{clean(pause.reason, 200)}”." if pause.reason else ".")
        for schedule, pause in resting
    ]
    fits = fitting(lines, most=_LETTERS)
    left = [section(f"… and {len(lines) - fits} more.")] if fits < len(lines) else []
    one = resting[0][0].id if len(resting) == 1 else "<id>"
    small = context(f"`/aura schedule resume {one}` lets it go on")
    text = lines[0] if len(lines) == 1 else f"⏸ {len(lines)} schedules still rest."
    return Message(text=text, blocks=(*pack(lines[:fits]), *left, small))


def _one(text: str, *small: str) -> Message:
    return Message(text=text, blocks=(section(text), *([context(*small)] if small else [])))
