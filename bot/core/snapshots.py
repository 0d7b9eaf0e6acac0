"""Snapshots: what Aura says of one, and which may be restored."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from bot.core.base import Frozen, InstanceId, SnapshotId
from bot.core.people import Person

#: Aura shows neither name, size, kind nor expiry of a snapshot, and no field says whether it can
#: be restored; only `Completed` ones are offered (aura-api specification v1, Snapshots).
COMPLETED = "Completed"
IN_FLIGHT = frozenset({"Pending", "InProgress"})
ON_DEMAND = "AdHoc"

MOST_DAYS = 90  # the longest retention Aura documents for any tier

#: How many days a search for the newest snapshot goes back before it says "none lately".
SEARCH_DAYS = 7

#: How many days of snapshots the restore form offers; older ones are named by their id.
OFFER_DAYS = 14


class Exportable(StrEnum):
    """Whether a snapshot can leave the instance; Aura does not always say."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, flag: bool | None) -> "Exportable":
        """Read Aura's flag, which may be absent."""
        return cls.UNKNOWN if flag is None else cls.YES if flag else cls.NO


class Snapshot(Frozen):
    """One snapshot as Aura describes it now."""

    id: SnapshotId
    instance_id: InstanceId
    status: str
    profile: str
    taken_at: AwareDatetime
    exportable: Exportable = Exportable.UNKNOWN

    @property
    def completed(self) -> bool:
        """Whether it can be restored as far as Aura's fields tell."""
        return self.status == COMPLETED

    @property
    def on_demand(self) -> bool:
        """Whether a person or a program asked for it, rather than Aura's own schedule."""
        return self.profile == ON_DEMAND


class SnapshotNote(Frozen):
    """What our catalogue knows of a snapshot and Aura does not: who asked, and why."""

    snapshot_id: SnapshotId
    instance_id: InstanceId
    by: Person
    at: AwareDatetime
    note: str = ""


def newest_first(snapshots: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
    """Sort by time, newest first."""
    return tuple(sorted(snapshots, key=lambda s: (s.taken_at, s.id), reverse=True))


def latest(snapshots: Iterable[Snapshot]) -> Snapshot | None:
    """Return the newest completed snapshot, or None."""
    return next((s for s in newest_first(snapshots) if s.completed), None)


def days_back(today: date, count: int) -> tuple[date, ...]:
    """Return ``count`` UTC days ending today, newest first (1 to MOST_DAYS)."""
    return tuple(today - timedelta(days=n) for n in range(max(1, min(count, MOST_DAYS))))
