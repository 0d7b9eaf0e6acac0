"""Fingerprints: how much a graph holds and how it is built, and what differs between two of them.

A source that does not tell something leaves it None: unknown is never zero.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId, OperationId, SnapshotId

#: How far from a snapshot's time a fingerprint may be that still stands for it.
NEAR = timedelta(minutes=15)


class Source(StrEnum):
    """Where a fingerprint was read."""

    QUERY = "query"
    """The Query API, by a read-only user of the database."""
    METRICS = "metrics"
    """Aura's metrics endpoint: totals only."""


class Moment(StrEnum):
    """When in the life of an instance a fingerprint was taken."""

    SNAPSHOT = "snapshot"
    BEFORE = "before"
    AFTER = "after"
    DRILL = "drill"
    """Of the scratch instance in which a snapshot was tried, never of the instance itself."""
    CHECK = "check"


class Fingerprint(Frozen):
    """What was counted. ``seconds`` is how long that took, ``store_bytes`` the size on disk."""

    instance_id: InstanceId
    taken_at: AwareDatetime
    seconds: float = Field(ge=0)
    source: Source
    nodes: int = Field(ge=0)
    relationships: int = Field(ge=0)
    labels: dict[str, int] | None = None
    types: dict[str, int] | None = None
    constraints: tuple[str, ...] | None = None
    indexes: tuple[str, ...] | None = None
    store_bytes: int | None = None
    last_transaction: int | None = None
    active_writes: int | None = None

    @property
    def schema_hash(self) -> str | None:
        """The SHA-256 of all definitions, 64 hex digits, whatever their order; None if unknown."""
        if self.constraints is None or self.indexes is None:
            return None
        lines = [*sorted(self.constraints), "", *sorted(self.indexes)]
        return sha256("\n".join(lines).encode()).hexdigest()


class Kept(Frozen):
    """A fingerprint in the catalogue, and what it was taken for."""

    fingerprint: Fingerprint
    moment: Moment
    snapshot_id: SnapshotId | None = None
    operation_id: OperationId | None = None


class Change(Frozen):
    """How the number of one label or type changed."""

    name: str
    before: int
    after: int

    @property
    def by(self) -> int:
        """The difference; negative when there are fewer now."""
        return self.after - self.before


class Difference(Frozen):
    """What changed from one fingerprint to a later one; biggest changes first, None is unknown."""

    nodes: int
    relationships: int
    labels: tuple[Change, ...] | None
    types: tuple[Change, ...] | None
    lost: tuple[str, ...] | None
    """Definitions of constraints and indexes that are not there any more."""
    new: tuple[str, ...] | None

    @property
    def nothing(self) -> bool:
        """Whether all that is known is equal."""
        counts = self.nodes, self.relationships, self.labels, self.types
        return not any(counts) and not self.lost and not self.new


def compare(then: Fingerprint, now: Fingerprint) -> Difference:
    """Return what changed between two fingerprints."""
    lost, new = _definitions(then, now)
    return Difference(
        nodes=now.nodes - then.nodes,
        relationships=now.relationships - then.relationships,
        labels=_changes(then.labels, now.labels),
        types=_changes(then.types, now.types),
        lost=lost,
        new=new,
    )


def _changes(
    then: Mapping[str, int] | None, now: Mapping[str, int] | None
) -> tuple[Change, ...] | None:
    if then is None or now is None:
        return None
    changes = (
        Change(name=name, before=then.get(name, 0), after=now.get(name, 0))
        for name in then.keys() | now.keys()
    )
    found = [change for change in changes if change.by]
    return tuple(sorted(found, key=lambda change: (-abs(change.by), change.name)))


def _definitions(
    then: Fingerprint, now: Fingerprint
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    if None in (then.schema_hash, now.schema_hash):
        return None, None
    before = {*(then.constraints or ()), *(then.indexes or ())}
    after = {*(now.constraints or ()), *(now.indexes or ())}
    return tuple(sorted(before - after)), tuple(sorted(after - before))


def of_snapshot(
    kept: Iterable[Kept], snapshot_id: SnapshotId, taken_at: AwareDatetime
) -> Kept | None:
    """Return the fingerprint that stands for a snapshot, or None.

    That is the one taken with it, or else the one nearest to it, at most 15 minutes away with no
    restore in between; never one of another graph, such as a drill's.
    """
    everything = list(kept)
    with_it = (Moment.SNAPSHOT, Moment.BEFORE)
    own = [k for k in everything if k.moment in with_it and k.snapshot_id == snapshot_id]
    restored = [k.fingerprint.taken_at for k in everything if k.moment is Moment.AFTER]

    def near(one: Kept) -> bool:
        first, last = sorted((one.fingerprint.taken_at, taken_at))
        of_it = one.moment in (Moment.SNAPSHOT, Moment.BEFORE, Moment.CHECK)
        return of_it and last - first <= NEAR and not any(first <= at <= last for at in restored)

    fitting = own or [k for k in everything if near(k)]
    return min(fitting, key=lambda k: abs(k.fingerprint.taken_at - taken_at), default=None)


def with_snapshot(kept: Iterable[Kept], snapshot_id: str | None) -> Kept | None:
    """Return the fingerprint taken with a snapshot, or else with the newest one that has any."""
    own = [
        one
        for one in kept
        if one.moment in (Moment.SNAPSHOT, Moment.BEFORE)
        and one.snapshot_id is not None
        and snapshot_id in (None, one.snapshot_id)
    ]
    return max(own, key=lambda one: one.fingerprint.taken_at, default=None)


def writing(earlier: Iterable[Kept], now: Kept) -> bool | None:
    """Say whether the application is writing now; None is unknown.

    It is when a transaction that writes is open, or one was committed since the last time that
    anybody looked, at most 15 minutes ago and with no restore in between.
    """
    present = now.fingerprint
    if present.active_writes:
        return True
    for kept in sorted(earlier, key=lambda k: k.fingerprint.taken_at, reverse=True):
        past = kept.fingerprint
        if kept.moment is Moment.DRILL:  # another graph, which says nothing of this one
            continue
        if kept.moment is Moment.AFTER or present.taken_at - past.taken_at > NEAR:
            return None
        if past.last_transaction is not None and present.last_transaction is not None:
            return present.last_transaction > past.last_transaction
    return None
