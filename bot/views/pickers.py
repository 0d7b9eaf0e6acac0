"""The answers to the pickers of the restore modal: instances, and snapshots by day."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from bot.core.instances import InstanceSummary
from bot.core.snapshots import Exportable, Snapshot, newest_first
from bot.views.kit import Block, ago, plain
from bot.views.words import exportable, flat, profile

#: Slack takes at most 100 options in one answer
#: (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element).
OPTIONS_MOST = 100
#: The value of the option that stands for options still being read; it chooses nothing.
READING = "still-reading"


def snapshot_options(
    snapshots: Iterable[Snapshot], *, typed: str, now: datetime
) -> dict[str, list[Block]]:
    """Answer the snapshot picker: completed ones that match, newest first, by UTC day.

    Every typed word must occur in the date, time, profile or id. At most 100 options.
    """
    wanted = typed.lower().split()
    found = [
        s for s in newest_first(snapshots) if s.completed and all(w in _searched(s) for w in wanted)
    ]
    groups = [
        {
            "label": plain(_day(next(iter(days := list(of_day))), now)),
            "options": [snapshot_option(s, now) for s in days],
        }
        for _, of_day in groupby(found[:OPTIONS_MOST], key=lambda s: s.taken_at.date())
    ]
    return {"option_groups": groups} if groups else {"options": []}


def snapshot_option(snapshot: Snapshot, now: datetime) -> Block:
    """Return one snapshot as an option; its value is the snapshot's id."""
    parts = [f"{snapshot.taken_at:%H:%M} UTC", ago(snapshot.taken_at, now), profile(snapshot)]
    if snapshot.exportable is not Exportable.UNKNOWN:
        parts.append(exportable(snapshot))
    return {"text": plain(flat(" · ".join(parts))), "value": snapshot.id}


def still_reading() -> dict[str, list[Block]]:
    """Answer a picker whose options cannot be there before Slack gives up."""
    said = plain("Still reading from Aura: type again in a moment")
    return {"options": [{"text": said, "value": READING}]}


def instance_options(
    instances: Sequence[tuple[InstanceSummary, str | None]], *, typed: str
) -> dict[str, list[Block]]:
    """Answer the instance picker: those whose name, id or environment matches, by name."""
    wanted = typed.lower().split()
    found = []
    for instance, environment in sorted(instances, key=lambda i: (i[0].name.lower(), i[0].id)):
        searched = f"{instance.name} {instance.id} {environment or ''}".lower()
        if all(word in searched for word in wanted):
            text = (
                f"{flat(instance.name, 36)} · {flat(instance.id, 12)} · "
                f"{flat(environment or 'no environment', 18)}"
            )
            found.append({"text": plain(text), "value": instance.id})
    return {"options": found[:OPTIONS_MOST]}


def _searched(snapshot: Snapshot) -> str:
    when = f"{snapshot.taken_at:%Y-%m-%d %H:%M %A %B}"
    return f"{when} {profile(snapshot)} {snapshot.profile} {snapshot.id}".lower()


def _day(snapshot: Snapshot, now: datetime) -> str:
    days = (now.date() - snapshot.taken_at.date()).days
    word = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    return f"{snapshot.taken_at:%A, %Y-%m-%d} UTC · {word}"
