"""What Aura does by itself, tier by tier: backs up, keeps for how long, pauses: dated data.

Source: the table in Neo4j's documentation
https://neo4j.com/docs/aura/managing-instances/backup-restore-export/, the newest version known on
the date below. Older versions and the course material disagree (on-demand snapshots of Professional
7 or 30 days, of Business Critical 30 or 7; exportable days on VDC 60 or 14), so nobody should take
these figures for a promise.

The page contradicts itself on whether a differential snapshot can be restored in place: the table
gives hourly ones restorable days, one sentence denies it. The double follows the table.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

AS_OF = date(2026, 11, 22)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

UNUSED_AT_MOST = 72 * HOUR
"""After so long without a query that writes, a Free instance is paused
(https://neo4j.com/docs/aura/auradb/getting-started/create-database)."""
PAUSED_AT_MOST = 30 * DAY
"""After so long a paused Free instance is deleted, says the same page; any other is resumed
(https://neo4j.com/docs/aura/managing-instances/instance-actions/)."""


@dataclass(frozen=True, kw_only=True)
class Longer:
    """Each so-manieth scheduled snapshot outlives the others: can be restored, and exported."""

    every: int
    scheduled: timedelta
    exportable: timedelta


@dataclass(frozen=True, kw_only=True)
class Retention:
    """The rules of one tier.

    `every`: span between two scheduled snapshots, None = no schedule. `full_every`: each so-manieth
    of them is a full one, the others are differentials, which can never be exported.
    `scheduled`, `exportable`, `on_demand`: how long a scheduled snapshot can be restored, a full
    scheduled one exported, and an on-demand one used for both; some scheduled ones live `longer`.
    `only_latest`: a new on-demand snapshot pushes out the one before.
    """

    every: timedelta | None
    full_every: int = 1
    scheduled: timedelta = timedelta(0)
    exportable: timedelta = timedelta(0)
    on_demand: timedelta
    only_latest: bool = False
    longer: Longer | None = None

    def spans(self, slot: int) -> tuple[timedelta, timedelta | None]:
        """How long the scheduled snapshot of a slot can be restored, and exported if ever."""
        if self.longer is not None and slot % self.longer.every == 0:
            return self.longer.scheduled, self.longer.exportable
        return self.scheduled, self.exportable if slot % self.full_every == 0 else None

    @property
    def longest(self) -> timedelta:
        """How long the last of the scheduled snapshots can be restored."""
        return self.scheduled if self.longer is None else self.longer.scheduled


_FREE = Retention(every=None, on_demand=3650 * DAY, only_latest=True)
_PROFESSIONAL = Retention(every=DAY, scheduled=7 * DAY, exportable=7 * DAY, on_demand=7 * DAY)
_CRITICAL = Retention(
    every=HOUR, full_every=24, scheduled=30 * DAY, exportable=30 * DAY, on_demand=30 * DAY
)
_VDC = Retention(
    every=HOUR, full_every=24, scheduled=60 * DAY, exportable=60 * DAY, on_demand=90 * DAY
)
# Which of the four a day lives long is not documented.
_VDC_4 = Retention(
    every=6 * HOUR,
    scheduled=7 * DAY,
    exportable=7 * DAY,
    on_demand=90 * DAY,
    longer=Longer(every=4, scheduled=60 * DAY, exportable=14 * DAY),
)
_DS_PROFESSIONAL = Retention(every=DAY, scheduled=7 * DAY, exportable=7 * DAY, on_demand=30 * DAY)
_DS_ENTERPRISE = Retention(every=DAY, scheduled=14 * DAY, exportable=7 * DAY, on_demand=90 * DAY)

NEWEST = MappingProxyType(
    {
        "free-db": _FREE,
        "professional-db": _PROFESSIONAL,
        "business-critical": _CRITICAL,
        "enterprise-db": _VDC,
        "professional-ds": _DS_PROFESSIONAL,
        "enterprise-ds": _DS_ENTERPRISE,
    }
)


def retention(tier: str, version: str) -> Retention:
    """The rules for an instance of this `type` and `version` ("4" or "5"); KeyError otherwise."""
    if tier == "enterprise-db" and version == "4":
        return _VDC_4
    return NEWEST[tier]
