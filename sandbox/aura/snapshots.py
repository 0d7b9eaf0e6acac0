"""The snapshots of one instance: on demand, and by the schedule of its tier as time passes.

Nothing runs in the background. Scheduled snapshots lie on a grid of slots counted from `anchor`;
`advance` fills in the slots that passed since it was last called. Slot 0 and every `full_every`-th
one is full, those between are differentials. Slots in which the instance was not awake stay empty.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sandbox.aura.graphs import Content
from sandbox.aura.tiers import Retention
from sandbox.aura.times import stamp

_PENDING_SHARE = 0.1  # a snapshot is queued at first, then worked on


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One snapshot; its status follows from the time, unless somebody `settled` it from outside."""

    id: str
    instance_id: str
    profile: str
    at: datetime
    done_at: datetime
    gone_at: datetime
    exportable_until: datetime | None
    ends: str = "Completed"
    settled: str | None = None
    content: Content = field(default_factory=dict, compare=False, repr=False)

    def status(self, now: datetime) -> str:
        """`Pending`, `InProgress`, then how it ends: `Completed` or `Failed` (or `Cancelled`)."""
        if self.settled is not None:
            return self.settled
        if now >= self.done_at:
            return self.ends
        queued = (self.done_at - self.at) * _PENDING_SHARE
        return "Pending" if now < self.at + queued else "InProgress"

    def runs(self, now: datetime) -> bool:
        """True while it is being taken."""
        return self.status(now) in {"Pending", "InProgress"}

    def exportable(self, now: datetime) -> bool:
        """False until complete, for differentials, and once its exportable days are over."""
        until = self.exportable_until
        return until is not None and now < until and self.status(now) == "Completed"

    def render(self, now: datetime) -> dict[str, object]:
        """The snapshot as the API shows it: no size, no kind, no expiry."""
        return {
            "instance_id": self.instance_id,
            "snapshot_id": self.id,
            "profile": self.profile,
            "status": self.status(now),
            "timestamp": stamp(self.at),
            "exportable": self.exportable(now),
        }


class SnapshotLog:
    """All snapshots of one instance."""

    def __init__(
        self,
        instance_id: str,
        rules: Retention,
        *,
        anchor: datetime,
        since: datetime,
        content: Callable[[datetime], Content],
    ) -> None:
        """`anchor` is the time of a full scheduled snapshot; slots before `since` stay empty.

        `content` says what there is to put into a snapshot of a time. Whoever changes that first
        lets the log pass the time until then, so that no snapshot holds what came after it.
        """
        self._content = content
        self._instance_id = instance_id
        self._rules = rules
        self._anchor = anchor
        self._epoch = 0
        self._slot = self._slot_at_or_after(since)
        self._by_id: dict[str, Snapshot] = {}
        self._by_day: dict[date, list[str]] = {}
        self._running: set[str] = set()
        self._on_demand = 0

    def advance(self, until: datetime, *, awake: bool, taking: timedelta) -> None:
        """Pass the time up to `until`, in which the instance was `awake` or not."""
        every = self._rules.every
        if every is None or self._anchor + self._slot * every > until:
            return
        last = (until - self._anchor) // every
        if awake:
            first = max(self._slot, self._slot_at_or_after(until - self._rules.longest))
            for slot in range(first, last + 1):
                self._schedule(slot, self._anchor + slot * every, taking)
            self._forget_days_before((until - self._longest_kept()).date())
        self._slot = last + 1

    def take(self, now: datetime, *, taking: timedelta, fails: bool) -> Snapshot:
        """Begin an on-demand snapshot."""
        self._on_demand += 1
        return self._add_on_demand(now, now + taking, ends="Failed" if fails else "Completed")

    def remember(self, at: datetime, *, taking: timedelta) -> Snapshot:
        """Put an on-demand snapshot into the past."""
        self._on_demand += 1
        return self._add_on_demand(at, at + taking, ends="Completed")

    def take_initial(self, now: datetime, *, taking: timedelta) -> None:
        """Begin the scheduled snapshot of a new instance, where its tier has a schedule."""
        if self._rules.every is not None:
            self._anchor, self._slot = now, 1
            self._schedule(0, now, taking)

    def change_rules(self, rules: Retention, now: datetime) -> None:
        """Live by another tier's rules from now on; what is there keeps its dates."""
        self._rules, self._anchor, self._slot = rules, now, 1
        self._epoch += 1

    def get(self, snapshot_id: str, now: datetime) -> Snapshot | None:
        """One snapshot, None when unknown or past its retention."""
        snapshot = self._by_id.get(snapshot_id)
        return snapshot if snapshot is not None and now < snapshot.gone_at else None

    def of_day(self, day: date, now: datetime) -> list[Snapshot]:
        """The snapshots of one UTC day, newest first, without those that were cancelled.

        The published specification has the word `Cancelled` only where one is asked for by id.
        """
        kept = [s for i in self._by_day.get(day, ()) if (s := self.get(i, now)) is not None]
        listed = [s for s in kept if s.status(now) != "Cancelled"]
        return sorted(listed, key=lambda s: s.at, reverse=True)

    def all(self, now: datetime) -> Iterator[Snapshot]:
        """Everything still kept, in no order."""
        return (s for s in self._by_id.values() if now < s.gone_at)

    def running(self, now: datetime) -> Snapshot | None:
        """A snapshot that is being taken right now, if any."""
        self._running = {i for i in self._running if i in self._by_id and self._by_id[i].runs(now)}
        return next((self._by_id[i] for i in self._running), None)

    def settle(self, snapshot_id: str, status: str) -> None:
        """Give a snapshot another status from outside; KeyError when unknown."""
        self._by_id[snapshot_id] = replace(self._by_id[snapshot_id], settled=status)

    def forget(self, snapshot_id: str) -> None:
        """Let a snapshot vanish as if its retention were over; KeyError when unknown."""
        del self._by_id[snapshot_id]

    def _slot_at_or_after(self, at: datetime) -> int:
        every = self._rules.every
        return 0 if every is None else -((self._anchor - at) // every)

    def _longest_kept(self) -> timedelta:
        return max(self._rules.longest, self._rules.on_demand)

    def _schedule(self, slot: int, at: datetime, taking: timedelta) -> None:
        restorable, exportable = self._rules.spans(slot)
        self._add(
            Snapshot(
                id=self._id(f"scheduled/{self._epoch}/{slot}"),
                instance_id=self._instance_id,
                profile="Scheduled",
                at=at,
                done_at=at + taking,
                gone_at=at + restorable,
                exportable_until=None if exportable is None else at + exportable,
                content=self._content(at),
            )
        )

    def _add_on_demand(self, at: datetime, done_at: datetime, *, ends: str) -> Snapshot:
        if self._rules.only_latest and ends == "Completed":
            for older in list(self._by_id.values()):
                gone_at = min(older.gone_at, done_at)
                self._by_id[older.id] = replace(older, gone_at=gone_at)
        kept_until = at + self._rules.on_demand
        snapshot = Snapshot(
            id=self._id(f"on demand/{self._on_demand}"),
            instance_id=self._instance_id,
            profile="AdHoc",
            at=at,
            done_at=done_at,
            gone_at=kept_until,
            exportable_until=kept_until,
            ends=ends,
            content=self._content(at),
        )
        self._add(snapshot)
        return snapshot

    def _add(self, snapshot: Snapshot) -> None:
        self._by_id[snapshot.id] = snapshot
        self._by_day.setdefault(snapshot.at.date(), []).append(snapshot.id)
        self._running.add(snapshot.id)

    def _forget_days_before(self, day: date) -> None:
        for old in [d for d in self._by_day if d < day]:
            for snapshot_id in self._by_day.pop(old):
                self._by_id.pop(snapshot_id, None)

    def _id(self, name: str) -> str:
        seed = f"{self._instance_id}/{name}".encode()
        return str(uuid.UUID(bytes=hashlib.blake2b(seed, digest_size=16).digest(), version=4))
