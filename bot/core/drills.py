"""Drills: which snapshot is tried, the plan, and what the last one of an instance said.

A drill proves a backup by restoring it beside its source, reading it and deleting it again. The
source is never touched, so nobody has to approve one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId
from bot.core.errors import NotRestorable, UnknownSnapshot
from bot.core.instances import Instance
from bot.core.plan import Plan
from bot.core.snapshots import MOST_DAYS, Exportable, Snapshot, newest_first


class Outcome(StrEnum):
    """What a drill says about the backup."""

    PROVEN = "proven"
    """It restores, and every check passed."""
    WARNED = "proven with warnings"
    """It restores, and only checks that merely warn did not pass."""
    NOT_PROVEN = "not proven"
    """It restores, and a check failed: the data is not what it should be."""
    COULD_NOT_RUN = "could not run"
    """Nothing was learnt of the backup; the reason says why."""

    @property
    def proves(self) -> bool:
        """Whether the backup is known to restore."""
        return self in (Outcome.PROVEN, Outcome.WARNED)


class Choice(Frozen):
    """Which snapshot to try: a named one, a random one of the last days, or else the newest."""

    snapshot_id: SnapshotId | None = None
    within_days: int | None = Field(default=None, ge=1, le=MOST_DAYS)
    draw: float = Field(default=0.0, ge=0, lt=1)
    """The chance of a random choice, drawn by the caller, so that trying again picks the same."""


class Asking(Frozen):
    """The restore that a rehearsal was made for; it is asked for when the rehearsal proved it."""

    operation_id: OperationId
    reason: str
    waiver: str | None = None


class Estimate(Frozen):
    """What the scratch instance will be; ``cost`` is None where no price is configured."""

    size: str
    cost: str | None = None
    lives_minutes: int = Field(ge=1)
    """After so long it is deleted, whatever happens."""
    most: int = Field(ge=1)
    """So many may live at once."""


class DrillPlan(Plan):
    """What a drill will do, for whom."""

    kind: Literal["drill"] = "drill"
    instance: Instance
    choice: Choice
    estimate: Estimate
    asking: Asking | None = None

    @property
    def rehearsal(self) -> bool:
        """Whether it goes before a restore, and keeps its instance until that has ended."""
        return self.asking is not None


class LastDrill(Frozen):
    """What the last drill of an instance said; one that was called off says nothing."""

    instance_id: InstanceId
    operation_id: OperationId
    outcome: Outcome
    at: AwareDatetime
    """When the data was checked, or it failed before that; its clean-up may end much later."""
    snapshot_id: SnapshotId | None = None
    seconds: int | None = Field(default=None, ge=0)
    """From the request to the restored instance running."""
    reason: str = ""


def chance(operation_id: OperationId) -> float:
    """Return the chance (0 to 1) that comes with a fresh id, which is made of chance itself."""
    return int.from_bytes(sha256(operation_id.encode()).digest()[:6]) / 2**48


def newer(known: LastDrill | None, found: LastDrill) -> LastDrill:
    """Return the later one; of two that ended at the same moment, the one that is known."""
    return found if known is None or found.at > known.at else known


def eligible(snapshot: Snapshot) -> bool:
    """Whether a new instance can be made of it: complete, and marked as exportable.

    A drill is the creation of an instance from a snapshot, and that takes exportable ones alone
    (https://neo4j.com/docs/aura/platform/api/specification/, POST /instances).
    """
    return snapshot.completed and snapshot.exportable is Exportable.YES


def pick(snapshots: Iterable[Snapshot], choice: Choice, *, now: datetime) -> Snapshot:
    """Return the snapshot that a choice means.

    Raises UnknownSnapshot when a named one is not there, NotRestorable when none is eligible. A
    named one whose mark Aura does not tell is tried; it is Aura who then says no.
    """
    found = newest_first(snapshots)
    if choice.snapshot_id is not None:
        return _named(found, choice.snapshot_id)
    fit = [snapshot for snapshot in found if eligible(snapshot)]
    if choice.within_days is not None:
        since = now - timedelta(days=choice.within_days)
        fit = [snapshot for snapshot in fit if snapshot.taken_at >= since]
    if not fit:
        raise _none(found, choice)
    return fit[0] if choice.within_days is None else fit[int(choice.draw * len(fit))]


def _named(found: Sequence[Snapshot], wanted: SnapshotId) -> Snapshot:
    snapshot = next((each for each in found if each.id == wanted), None)
    if snapshot is None:
        raise UnknownSnapshot(
            f"there is no snapshot “{wanted[:80]}” any more",
            hint="Leave it out, and the newest one is taken.",
        )
    if not snapshot.completed:
        raise NotRestorable(
            f"snapshot “{wanted[:80]}” is {snapshot.status}, not Completed",
            hint="Choose a completed one.",
        )
    if snapshot.exportable is Exportable.NO:
        raise NotRestorable(
            f"snapshot “{wanted[:80]}” is not exportable, so no new instance can be made of it",
            hint="`--exportable` in `/aura snapshot list` shows those that are.",
        )
    return snapshot


def _none(found: Sequence[Snapshot], choice: Choice) -> NotRestorable:
    days = f" of the last {choice.within_days} days" if choice.within_days else ""
    complete = sum(snapshot.completed for snapshot in found)
    why = (
        f"none of its {complete} completed snapshots{days} is marked as exportable"
        if complete
        else f"it has no completed snapshot{days or ' lately'}"
    )
    return NotRestorable(
        why, hint="Take one with `/aura snapshot take`: those on demand are exportable."
    )
