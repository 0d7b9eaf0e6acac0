"""Last copies: what is about to leave while nothing that stays for longer holds the same.

Rules
  * A copy is an exportable snapshot, which leaves when its tier lets it go, or an export, which
    leaves when the vault's rules do. Where nothing says when, it stays.
  * A month that is over is spoken of where its last copy leaves before ``keep_days`` have passed.
  * Whatever is wanted, an instance is spoken of whose very last copy leaves.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from bot.core.alerts import Condition, Kind, Severity
from bot.core.base import Frozen
from bot.core.conditions import Findings, about, when
from bot.core.protection import Protection
from bot.core.sightings import Sighting
from bot.core.tiers import TierFacts

#: A copy that leaves within this time is spoken of, and for so long after it has left.
SOON, PAST = timedelta(hours=48), timedelta(hours=24)


class Leaver(Frozen):
    """A copy of the moment ``at``, and when it leaves; None is not foreseen."""

    at: AwareDatetime
    leaves_at: AwareDatetime | None
    export: bool

    @property
    def soon_at(self) -> datetime | None:
        """From when on it leaves soon; one that never stays for long, for its second half."""
        if self.leaves_at is None:
            return None
        return self.leaves_at - min(SOON, (self.leaves_at - self.at) / 2)


def leaving(sight: Sighting, wanted: Protection, facts: TierFacts, *, now: datetime) -> Findings:
    """Say which last copies are about to leave, or have just left."""
    if sight.gone_since is not None:
        return Findings()
    months = _months(sight, facts)
    very_last = last(sight, facts)
    if very_last is not None and _near(very_last, now) and _looked(sight, very_last):
        return Findings(wrong=(_very_last(sight, very_last, now),))
    found = []
    for name, copies in sorted(months.items()):
        goes, over = _last(copies), f"{now.astimezone(UTC):%Y-%m}" > name  # else more may come
        if goes is None or goes.leaves_at is None or wanted.keep_days is None or not over:
            continue
        kept = max(copy.at for copy in copies) + timedelta(days=wanted.keep_days)
        if goes.leaves_at < kept and _near(goes, now):
            found.append(_of_month(sight, name, goes, now))
    return Findings(wrong=tuple(found))


def last(sight: Sighting, facts: TierFacts) -> Leaver | None:
    """Return the copy of an instance that leaves after all others; None where one stays."""
    return _last([copy for copies in _months(sight, facts).values() for copy in copies])


def _last(copies: Iterable[Leaver]) -> Leaver | None:
    known = [(copy.leaves_at, copy) for copy in copies]
    ends = [(end, copy) for end, copy in known if end is not None]
    if len(ends) < len(known):
        return None
    return max(ends, key=lambda pair: pair[0], default=(None, None))[1]


def _near(copy: Leaver, now: datetime) -> bool:
    soon, end = copy.soon_at, copy.leaves_at
    return soon is not None and end is not None and soon <= now < end + PAST


def _looked(sight: Sighting, copy: Leaver) -> bool:
    """Whether a look since it leaves soon has found no newer one."""
    read_at, soon = sight.seen.read_at, copy.soon_at
    return read_at is not None and soon is not None and read_at >= soon


def _months(sight: Sighting, facts: TierFacts) -> Mapping[str, list[Leaver]]:
    """Return the copies that are known of each month, such as ``2026-11``."""
    found: dict[str, list[Leaver]] = {}
    for name, month in sight.months.items():
        snapshot = Leaver(at=month.taken_at, leaves_at=month.leaves_at(facts), export=False)
        found.setdefault(name, []).append(snapshot)
    for copy in sight.copies:
        export = Leaver(at=copy.snapshot_at, leaves_at=copy.until, export=True)
        found.setdefault(f"{copy.snapshot_at.astimezone(UTC):%Y-%m}", []).append(export)
    return found


def _of_month(sight: Sighting, name: str, goes: Leaver, now: datetime) -> Condition:
    end = goes.leaves_at or now
    left = end <= now
    word = "left" if left else "leaves"
    if goes.export:
        what = (
            f"the last export of {sight.instance.name} from {name} {word} the vault at about "
            f"{when(end)}, and nothing of that month stays for longer"
        )
        mend = (
            "`/aura vault list` shows it: put a hold on it, or raise `monthly` in "
            f"`[vault.keep.{sight.environment}]`."
        )
    else:
        what = (
            f"the last exportable snapshot of {sight.instance.name} from {name} {word} at about "
            f"{when(end)}, and no export of that month stays for longer"
        )
        mend = (
            "An export schedule more often than once a month keeps this from happening again."
            if left
            else f"Export it before then: `/aura export {sight.id}`."
        )
    return about(
        sight,
        f"leaving:{sight.id}:{name}",
        Kind.LEAVING,
        Severity.WARNING,
        what=what,
        means="Of that month there is no copy any more that could leave the instance."
        if left and not goes.export
        else "Copies should be kept for longer than this one is.",
        mend=mend,
    )


def _very_last(sight: Sighting, goes: Leaver, now: datetime) -> Condition:
    end = goes.leaves_at or now
    thing = "an export" if goes.export else "an exportable snapshot"
    return about(
        sight,
        f"leaving:{sight.id}:last",
        Kind.LEAVING,
        Severity.WARNING,
        what=f"the very last copy of {sight.instance.name}, {thing} of {when(goes.at)}, "
        f"{'left' if end <= now else 'leaves'} at about {when(end)}",
        means="After that no copy is left that could leave the instance, and none comes by itself.",
        mend=f"Take a snapshot, `/aura snapshot take {sight.id}`, or export it, "
        f"`/aura export {sight.id}`. While it is paused neither is possible.",
    )
