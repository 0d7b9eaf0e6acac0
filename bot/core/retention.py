"""What Aura really keeps, learned by watching single snapshots to their end.

A witness is one snapshot that somebody happened to see. It is asked for again only at the edge of
the time its tier is said to keep it: once a day before, and once a day after. So a tier costs two
calls a day, however large the fleet. What differs from the table is reported, once.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from pydantic import AwareDatetime

from bot.core.base import Frozen, InstanceId, SnapshotId
from bot.core.snapshots import Exportable, Snapshot
from bot.core.tiers import TierFacts

#: How far from the edge is asked, on either side.
EDGE = timedelta(days=1)
#: A witness is forgotten so long after the edge.
FORGET = timedelta(days=30)


class Sort(StrEnum):
    """What is watched of a snapshot."""

    SCHEDULED = "scheduled"
    """How long one that Aura took by itself is there."""
    EXPORTABLE = "exportable"
    """How long such a one, if full, can be exported."""
    ON_DEMAND = "on demand"
    """How long one that was asked for is there."""


class Witness(Frozen):
    """One snapshot, last found at ``kept_at``, and first missed at ``gone_at``."""

    tier: str
    sort: Sort
    instance_id: InstanceId
    snapshot_id: SnapshotId
    taken_at: AwareDatetime
    kept_at: AwareDatetime
    gone_at: AwareDatetime | None = None

    @property
    def key(self) -> str:
        """One for each tier, sort and day."""
        return f"{self.tier}|{self.sort}|{self.taken_at:%Y-%m-%d}"

    @property
    def reached(self) -> timedelta:
        """The age at which it was last there."""
        return self.kept_at - self.taken_at

    def after(self, found: Snapshot | None, *, at: datetime) -> "Witness":
        """Return this after it was asked for; None means that Aura has no such snapshot."""
        there = found is not None and (
            self.sort is not Sort.EXPORTABLE or found.exportable is not Exportable.NO
        )
        return self.model_copy(update={"kept_at": at} if there else {"gone_at": at})


def witnesses(tier: str, snapshots: Iterable[Snapshot], *, at: datetime) -> tuple[Witness, ...]:
    """Return what these snapshots can bear witness of, the newest of each sort and day."""
    found: dict[str, Witness] = {}
    for snapshot in sorted(snapshots, key=lambda s: s.taken_at):
        if not snapshot.completed:
            continue
        sorts = [Sort.ON_DEMAND] if snapshot.on_demand else [Sort.SCHEDULED]
        if not snapshot.on_demand and snapshot.exportable is Exportable.YES:
            sorts.append(Sort.EXPORTABLE)
        for sort in sorts:
            witness = Witness(
                tier=tier,
                sort=sort,
                instance_id=snapshot.instance_id,
                snapshot_id=snapshot.id,
                taken_at=snapshot.taken_at,
                kept_at=at,
            )
            found[witness.key] = witness
    return tuple(found.values())


def said(facts: TierFacts, sort: Sort) -> timedelta | None:
    """Return how long the table says, or None."""
    days = {
        Sort.SCHEDULED: facts.restorable_days,
        Sort.EXPORTABLE: facts.exportable_days,
        Sort.ON_DEMAND: None if facts.only_latest else facts.on_demand_days,
    }[sort]
    return None if days is None else timedelta(days=days)


def to_ask(
    known: Iterable[Witness], tiers: Mapping[str, TierFacts], *, now: datetime
) -> tuple[Witness, ...]:
    """Return the witnesses that stand at an edge and have not been asked there."""
    held = list(known)
    found = []
    for witness in held:
        span = said(tiers.get(witness.tier, TierFacts()), witness.sort)
        if span is None or witness.gone_at is not None:
            continue
        early = _earliest_gone(held, witness)
        span = span if early is None else min(span, early)
        for edge in (span - EDGE, span + EDGE):
            if witness.reached < edge <= now - witness.taken_at:
                found.append(witness)
                break
    return tuple(found)


def forgotten(witness: Witness, facts: TierFacts, *, now: datetime) -> bool:
    """Whether nothing more can be learned of it."""
    span = said(facts, witness.sort)
    return span is None or now - witness.taken_at > span + FORGET


class Difference(Frozen):
    """That a tier keeps something shorter or longer than the table says."""

    tier: str
    sort: Sort
    said: timedelta
    least: timedelta
    """The greatest age at which one was there."""
    most: timedelta | None
    """The least age at which one was gone; None when none has gone."""


def differences(known: Iterable[Witness], tiers: Mapping[str, TierFacts]) -> tuple[Difference, ...]:
    """Compare what was seen with what the table says."""
    groups: dict[tuple[str, Sort], list[Witness]] = {}
    for witness in known:
        groups.setdefault((witness.tier, witness.sort), []).append(witness)
    found = []
    for (tier, sort), group in sorted(groups.items()):
        span = said(tiers.get(tier, TierFacts()), sort)
        if span is None:
            continue
        gone = [w.gone_at - w.taken_at for w in group if w.gone_at is not None]
        most = min(gone, default=None)
        reached = [w.reached for w in group if most is None or w.reached < most]
        least = max(reached, default=timedelta(0))
        if (most is not None and most < span) or least >= span + EDGE:
            found.append(Difference(tier=tier, sort=sort, said=span, least=least, most=most))
    return tuple(found)


#: The figure of a tier that each sort is about.
_FIGURES: Mapping[Sort, str] = MappingProxyType(
    {
        Sort.SCHEDULED: "restorable_days",
        Sort.EXPORTABLE: "exportable_days",
        Sort.ON_DEMAND: "on_demand_days",
    }
)


def learned(known: Iterable[Witness], tiers: Mapping[str, TierFacts]) -> Mapping[str, TierFacts]:
    """Return the tiers' facts with what was seen in place of what is written, where they differ.

    Where Aura keeps one shorter, the figure is the age at which one was gone; where it keeps one
    longer, the age at which one was still there. Both in whole days, rounded down.
    """
    found = dict(tiers)
    for each in differences(known, tiers):
        seen = each.most if each.most is not None and each.most < each.said else each.least
        facts = found.get(each.tier, TierFacts())
        found[each.tier] = facts.model_copy(update={_FIGURES[each.sort]: seen.days})
    return found


def _earliest_gone(held: Iterable[Witness], like: Witness) -> timedelta | None:
    return min(
        (
            w.gone_at - w.taken_at
            for w in held
            if w.gone_at is not None and (w.tier, w.sort) == (like.tier, like.sort)
        ),
        default=None,
    )
