"""Snapshots as people see them: the list by day, page by page, and one with its facts."""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import groupby

from bot.core.base import SnapshotId
from bot.core.drills import LastDrill
from bot.core.instances import Instance, InstanceSummary
from bot.core.snapshots import Exportable, Snapshot, SnapshotNote, newest_first
from bot.views.drill_words import last_warning
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
    section,
    user,
)
from bot.views.words import aged, called, count, exportable, flat, pack, profile, spoken, state

#: Snapshots on one page: even when each has a day of its own, the page keeps to 50 blocks.
PAGE = 30

_LEAVING = {
    Exportable.YES: "It can also become a new instance or leave Aura as an export.",
    Exportable.NO: "It can be restored in place, but cannot leave this instance.",
    Exportable.UNKNOWN: "Aura does not say whether it can leave this instance.",
}


def listing(
    instance: InstanceSummary,
    days: Mapping[date, tuple[Snapshot, ...]],
    *,
    notes: Mapping[SnapshotId, SnapshotNote],
    page: int,
    listing_id: str,
    exportable_only: bool,
    now: datetime,
    drill: LastDrill | None = None,
) -> Message:
    """List the snapshots of some UTC days, newest first; ``page`` counts from 0.

    ``drill`` is the last one of the instance, which warns where it did not prove it.
    With ``exportable_only`` those that Aura does not call exportable are left out and counted.
    The buttons' action ids carry ``:older`` or ``:newer``, since they must differ in a block;
    their value is ``listing id:page to show``.
    """
    every = newest_first(s for found in days.values() for s in found)
    kept = [s for s in every if not exportable_only or s.exportable is Exportable.YES]
    kind = "exportable snapshot" if exportable_only else "snapshot"
    span = _range(days)
    blocks: list[Block] = [header(f"Snapshots of {flat(instance.name, 100)}")]
    text = f"{spoken(instance)} has {count(len(kept), kind)} {span}."
    pages = page_count(len(kept))
    page = max(0, min(page, pages - 1))
    part = f" Page {page + 1} of {pages}." if pages > 1 else ""
    blocks.append(section(f"{called(instance)}: {count(len(kept), kind)} {span}.{part}"))
    blocks += _unproven(drill, now)
    if not kept:
        blocks.append(
            section(
                f"Look further back with `/aura snapshot list {clean(instance.id, 40)} --days 30`."
            )
        )
    for day, of_day in groupby(kept[page * PAGE : (page + 1) * PAGE], lambda s: s.taken_at.date()):
        blocks += pack([f"*{day:%A, %Y-%m-%d}*", *(_line(s, notes, now) for s in of_day)])
    left_out = len(every) - len(kept)
    if left_out:
        blocks.append(
            context(f"{count(left_out, 'other')} not shown: not exportable, or Aura does not say.")
        )
    blocks += _turn(listing_id, page, pages)
    if kept:
        blocks.append(
            context(f"To go back to one: `/aura restore {clean(instance.id, 40)}` and its id.")
        )
    return Message(text=f"{text}{part}", blocks=tuple(blocks))


def page_count(snapshots: int) -> int:
    """Return how many pages so many snapshots take, at least 1."""
    return max(1, -(-snapshots // PAGE))


def shown(
    instance: Instance | InstanceSummary,
    snapshot: Snapshot,
    note: SnapshotNote | None,
    *,
    now: datetime,
    drill: LastDrill | None = None,
) -> Message:
    """Show one snapshot with what Aura knows of it and what our catalogue does."""
    meaning = (
        _LEAVING[snapshot.exportable]
        if snapshot.completed
        else f"It is {state(snapshot)}, so it cannot be restored now."
    )
    facts = [
        ("Snapshot", code(snapshot.id, 80)),
        ("Instance", called(instance)),
        ("Taken", aged(snapshot.taken_at, now)),
        ("Status", state(snapshot)),
        ("Cause", profile(snapshot)),
        ("Exportable", snapshot.exportable.value),
    ]
    if note:
        facts += [
            ("Asked for by", user(note.by.user_id)),
            ("Note", clean(note.note, 300) or "none"),
        ]
    blocks: list[Block] = [fields(facts), section(meaning), *_unproven(drill, now)]
    if snapshot.completed:
        command = f"/aura restore {clean(instance.id, 40)} {clean(snapshot.id, 80)}"
        blocks.append(context(f"To go back to it: `{command}`"))
    text = (
        f"Snapshot {clean(snapshot.id, 80)} of {spoken(instance)}, taken "
        f"{aged(snapshot.taken_at, now)}. {meaning}"
    )
    return Message(text=text, blocks=tuple(blocks))


def _unproven(drill: LastDrill | None, now: datetime) -> list[Block]:
    warning = last_warning(drill, now)
    return [section(warning)] if warning else []


def _range(days: Mapping[date, tuple[Snapshot, ...]]) -> str:
    if not days:
        return "in no days"
    first, last = min(days), max(days)
    return f"on {first} (UTC)" if first == last else f"from {first} to {last} (UTC)"


def _line(snapshot: Snapshot, notes: Mapping[SnapshotId, SnapshotNote], now: datetime) -> str:
    parts = [
        f"{snapshot.taken_at:%H:%M} UTC",
        ago(snapshot.taken_at, now),
        profile(snapshot),
        exportable(snapshot),
        code(snapshot.id, 80),
    ]
    if not snapshot.completed:
        parts.insert(0, f"⚠ {state(snapshot)}")
    if note := notes.get(snapshot.id):
        said = f"“{clean(note.note, 100)}” " if note.note else ""
        parts.append(f"{said}by {user(note.by.user_id)}")
    return "• " + " · ".join(parts)


def _turn(listing_id: str, page: int, pages: int) -> list[Block]:
    buttons = []
    if page > 0:
        buttons.append(
            button("Newer", f"{Action.SNAPSHOT_PAGE.value}:newer", f"{listing_id}:{page - 1}")
        )
    if page < pages - 1:
        buttons.append(
            button("Older", f"{Action.SNAPSHOT_PAGE.value}:older", f"{listing_id}:{page + 1}")
        )
    return [actions(f"snapshots.{listing_id}.{page}", *buttons)] if buttons else []
