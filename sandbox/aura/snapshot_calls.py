"""The calls on snapshots: list one day, take, get, restore in place."""

import re
from datetime import date

from sandbox.aura.answers import (
    Answer,
    Asked,
    RefusedError,
    found,
    no_snapshot,
    ongoing,
    refused,
    unavailable_while,
)
from sandbox.aura.world import World

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RESTORABLE_STATUS = frozenset({"running", "paused", "loading failed"})


def list_snapshots(world: World, asked: Asked) -> Answer:
    """The snapshots of one UTC day, newest first; today when no `date` is given.

    How Aura treats a date it cannot read is not documented; 400 is the double's choice.
    """
    instance = world.instance(asked, asked.path["instance"])
    day = _day(asked.query["date"]) if "date" in asked.query else asked.now.date()
    log = instance.snapshots(asked.now)
    return found([s.render(asked.now) for s in log.of_day(day, asked.now)])


def get_snapshot(world: World, asked: Asked) -> Answer:
    """One snapshot."""
    instance = world.instance(asked, asked.path["instance"])
    snapshot = instance.snapshots(asked.now).get(asked.path["snapshot"], asked.now)
    if snapshot is None:
        raise no_snapshot(asked.path["snapshot"])
    return found(snapshot.render(asked.now))


def take_snapshot(world: World, asked: Asked) -> Answer:
    """Begin an on-demand snapshot of a running instance.

    402 has no body in the published specification.
    """
    instance = world.instance(asked, asked.path["instance"])
    if not world.projects[instance.project_id].billing:
        raise RefusedError(Answer(status=402))
    log = instance.snapshots(asked.now)
    if instance.in_transition():
        raise ongoing(instance.status)
    if log.running(asked.now) is not None:
        raise refused(409, "snapshot-not-allowed", "A snapshot of this instance is in progress")
    if instance.status != "running":
        raise unavailable_while("take a snapshot of", instance.status)
    taking = world.pace.span(world.pace.durations.snapshot)
    snapshot = log.take(asked.now, taking=taking, fails=world.faults.snapshot_fails.take())
    return found({"snapshot_id": snapshot.id}, status=202)


def restore_snapshot(world: World, asked: Asked) -> Answer:
    """Overwrite the instance with one of its own snapshots.

    What a failed restore leaves behind is not documented; `loading failed` is the double's choice,
    and so is that a paused instance may be restored.
    """
    instance = world.instance(asked, asked.path["instance"])
    snapshot = instance.snapshots(asked.now).get(asked.path["snapshot"], asked.now)
    if snapshot is None:
        raise no_snapshot(asked.path["snapshot"])
    world.idle_instance(asked, instance.id)
    if instance.status not in _RESTORABLE_STATUS:
        raise unavailable_while("restore", instance.status)
    status = snapshot.status(asked.now)
    if status != "Completed":
        message = f"Cannot restore snapshot {snapshot.id}, its status is {status}"
        raise refused(409, "instance-action-unavailable", message)
    instance.replace_data(
        *(asked.now, "restoring", snapshot.content),
        seconds=world.pace.durations.restore,
        fails=world.faults.restore_fails.take(),
    )
    world.replaced(asked, "restore", instance.id, source_id=instance.id, snapshot_id=snapshot.id)
    return found(instance.render(), status=202)


def _day(text: str) -> date:
    wrong = refused(400, "validation-error", "date must be YYYY-MM-DD", field="date")
    if not _DATE.fullmatch(text):  # fromisoformat alone reads 20261201 and 2026-W49-2 as well
        raise wrong
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong from None
