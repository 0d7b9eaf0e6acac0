"""Instances as people see them: the list by environment, and one with its facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from pydantic import AwareDatetime

from bot.core.base import Frozen
from bot.core.drills import LastDrill
from bot.core.graph.fingerprint import Fingerprint
from bot.core.instances import Condition, Instance, InstanceSummary, Project
from bot.core.operations import Operation
from bot.core.snapshots import SEARCH_DAYS, Snapshot
from bot.views.drill_words import last_at_length, last_line, last_warning
from bot.views.graph import fingerprint_line
from bot.views.ids import Action
from bot.views.kit import (
    Block,
    Message,
    actions,
    ago,
    button,
    clean,
    code,
    context,
    fields,
    header,
    moment,
    section,
    span,
    user,
)
from bot.views.words import (
    aged,
    called,
    count,
    environment_name,
    exportable,
    fitting,
    flat,
    pack,
    profile,
    spoken,
)

#: Long messages are hard to read, and Slack refuses blocks beyond an unpublished sum.
_LETTERS = 12_000

_WHAT_IT_MEANS = {
    Condition.RUNNING: "It can take snapshots and be restored.",
    Condition.PAUSED: "It can be restored, but while paused it can take no snapshot.",
    Condition.BROKEN: "It failed to load: it can be restored, but can take no snapshot.",
    Condition.BUSY: "Aura is busy with it; a restore can be asked for when that is over.",
    Condition.LEAVING: "It is being deleted and cannot be brought back.",
}


class InstanceRow(Frozen):
    """One instance with its environment and newest snapshot; ``trouble`` says what is unknown."""

    instance: Instance | InstanceSummary
    environment: str | None
    newest: Snapshot | None = None
    trouble: str | None = None
    newest_at: AwareDatetime | None = None
    """The time of the newest snapshot, where the watch saw it and nothing more is known of it."""
    seen_at: AwareDatetime | None = None
    """When the watch saw all this; None: Aura told it now."""
    drill: LastDrill | None = None
    """What the last drill said, or None when there was none."""


def listing(rows: Sequence[InstanceRow], *, now: datetime) -> Message:
    """List instances by environment; what does not fit is counted, never left out in silence."""
    if not rows:
        text = (
            "I see no instances that you may look at. Ask whoever keeps the bot's configuration "
            "who may, and whether its Aura credentials belong to the right project."
        )
        return Message(text=text, blocks=(section(text),))
    ordered = sorted_rows(rows)
    shown = ordered[: fitting([line(row, now) for row in ordered], most=_LETTERS)]
    blocks: list[Block] = [header(count(len(rows), "instance"))]
    groups = [(name, list(rows)) for name, rows in groupby(shown, key=lambda r: r.environment)]
    for name, group in groups[:15]:
        blocks.append(section(f"*{environment_name(name)}*"))
        blocks += pack(line(row, now) for row in group)
    told = sum(len(group) for _, group in groups[:15])
    if told < len(ordered):
        blocks.append(section(f"… and {len(ordered) - told} more that do not fit here."))
    blocks.append(context(_footnote(rows, now)))
    environments = count(len({row.environment for row in rows}), "environment")
    text = f"I see {count(len(rows), 'instance')} in {environments}."
    return Message(text=text, blocks=tuple(blocks))


def shown(
    row: InstanceRow,
    *,
    project: Project,
    running: Operation | None,
    counted: Fingerprint | None = None,
    now: datetime,
) -> Message:
    """Show one instance: facts, newest snapshot, what runs on it, and a button to restore.

    ``counted`` is what its graph held when somebody last looked.
    """
    instance = row.instance
    facts = [
        ("Instance", called(instance)),
        ("Environment", environment_name(row.environment)),
        ("Project", f"{clean(project.name, 80)} {code(project.id, 60)}"),
        ("Newest snapshot", _newest_at_length(row, now)),
    ]
    meaning = "Aura does not tell its state now."
    if isinstance(instance, Instance):
        facts += [
            ("Tier", clean(instance.tier_name, 60)),
            ("Memory", clean(instance.memory or "unknown", 30)),
            ("Storage", clean(instance.storage or "unknown", 30)),
            ("Change data capture", clean(instance.cdc_mode or "unknown", 30)),
            ("Where", clean(f"{instance.cloud} {instance.region}".strip() or "unknown", 60)),
            ("Status", clean(instance.status, 40)),
        ]
        meaning = _WHAT_IT_MEANS[instance.condition]
    blocks: list[Block] = [header(flat(instance.name, 150)), fields(facts), section(meaning)]
    if warning := last_warning(row.drill, now):
        blocks.append(section(warning))
    elif row.drill:
        blocks.append(section(f"*Last drill*\n{last_at_length(row.drill, now)}"))
    if counted:
        blocks.append(section(f"*Last counted*\n{fingerprint_line(counted, now)}"))
    if row.trouble:
        blocks.append(section(f"⚠ Not everything is known: {clean(row.trouble)}."))
    if running:
        blocks.append(section(running_line(running, now)))
    if row.environment is None:
        blocks.append(
            section("It belongs to no environment, so nobody may restore it or take snapshots.")
        )
    else:
        blocks.append(
            actions(
                f"instance.{flat(instance.id, 100)}",
                button("Restore…", Action.OPEN_RESTORE, instance.id),
            )
        )
    text = f"{spoken(instance)} in {environment_name(row.environment)}: {newest(row, now)}."
    return Message(text=f"{text} {meaning}", blocks=tuple(blocks))


def _footnote(rows: Sequence[InstanceRow], now: datetime) -> str:
    """Say how old all this may be, and where to read more."""
    seen = [row.seen_at for row in rows if row.seen_at]
    if not seen:
        return "One of them: `/aura instance show` and its name or id."
    age = span(max(timedelta(minutes=1), now - min(seen)))
    return (
        f"{len(seen)} of these are as the watch saw them within the last {age}: a status may have "
        "changed since, or a snapshot been taken. `/aura instance show` asks Aura now."
    )


def sorted_rows(rows: Sequence[InstanceRow]) -> list[InstanceRow]:
    """Sort by environment, those without one last, then by name."""
    return sorted(
        rows,
        key=lambda r: (
            r.environment is None,
            r.environment or "",
            r.instance.name.lower(),
            r.instance.id,
        ),
    )


def line(row: InstanceRow, now: datetime) -> str:
    """Show an instance in one line."""
    parts = [called(row.instance)]
    if isinstance(row.instance, Instance):
        parts += [clean(row.instance.tier_name, 40), clean(row.instance.status, 30)]
    parts.append(newest(row, now))
    if row.drill and not row.drill.outcome.proves:
        parts.append(last_line(row.drill, now))
    if row.trouble:
        parts.append(f"⚠ {clean(row.trouble, 80)}")
    return "• " + " · ".join(parts)


def newest(row: InstanceRow, now: datetime) -> str:
    """Say how old the newest snapshot is, that there is none, or why that is unknown."""
    at = row.newest.taken_at if row.newest else row.newest_at
    if at is not None:
        return f"newest snapshot {ago(at, now)}"
    return "newest snapshot unknown" if row.trouble else f"no snapshot in {SEARCH_DAYS} days"


def running_line(op: Operation, now: datetime) -> str:
    """Say what an operation does at the moment, and for whom."""
    kind, phase = getattr(op, "kind", "job"), str(op.phase).replace("_", " ")
    return (
        f"▶ The {kind} {code(op.id)} for {user(op.requester.user_id)} stands at "
        f"*{phase}* since {aged(op.since, now)}."
    )


def _newest_at_length(row: InstanceRow, now: datetime) -> str:
    snapshot = row.newest
    if snapshot is None:
        return "unknown" if row.trouble else f"none in the last {SEARCH_DAYS} days"
    return (
        f"{moment(snapshot.taken_at)} · {ago(snapshot.taken_at, now)}\n"
        f"{profile(snapshot)} · {exportable(snapshot)} · {code(snapshot.id, 80)}"
    )
