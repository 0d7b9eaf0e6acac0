"""What each tier of Aura backs up by itself and how long it keeps it: dated figures, no promises.

Neo4j's page has changed these figures before, and its older versions disagree. So they can be
replaced in the configuration, and what the bot sees disappear counts for more than any table.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType

from pydantic import Field

from bot.core.base import Frozen
from bot.core.snapshots import Exportable, Snapshot

AS_OF = date(2026, 11, 22)
SOURCE = "https://neo4j.com/docs/aura/managing-instances/backup-restore-export/"


class TierFacts(Frozen):
    """One tier's own backups. Days count from the time of the snapshot; None means never."""

    full_hours: int | None = Field(default=None, ge=1)
    """Hours between two full snapshots that Aura takes by itself."""
    any_hours: int | None = Field(default=None, ge=1)
    """Hours between two of any kind, differential ones included."""
    restorable_days: int | None = Field(default=None, ge=0)
    """How long a scheduled one can be restored in place."""
    exportable_days: int | None = Field(default=None, ge=0)
    """How long a full scheduled one can be exported or copied; a differential one never can."""
    on_demand_days: int | None = Field(default=None, ge=0)
    """How long one that was asked for is kept; None with ``only_latest``: until the next one."""
    only_latest: bool = False
    """Whether an on-demand snapshot pushes out the one before."""
    deleted_after: int | None = Field(default=None, ge=1)
    """Days after which Aura deletes it when it stays paused; None: it does not
    (https://neo4j.com/docs/aura/auradb/getting-started/create-database)."""
    as_of: date = AS_OF
    source: str = SOURCE

    def kept_days(self, *, on_demand: bool) -> int:
        """Return for how many days exportable ones are had; 0 when none are, or nothing says.

        ``on_demand`` says whether any are asked for besides those that Aura takes by itself.
        """
        asked = self.on_demand_days if on_demand else None
        return max(self.exportable_days or 0, asked or 0)

    def leaves_at(self, snapshot: Snapshot) -> datetime | None:
        """Return when a snapshot is expected to disappear, or None when nothing says."""
        days = self.on_demand_days if snapshot.on_demand else self.restorable_days
        return None if days is None else snapshot.taken_at + timedelta(days=days)

    def unexportable_at(self, snapshot: Snapshot) -> datetime | None:
        """Return when a snapshot is expected to stop being exportable, or None."""
        if snapshot.exportable is Exportable.NO:
            return snapshot.taken_at
        days = self.on_demand_days if snapshot.on_demand else self.exportable_days
        return None if days is None else snapshot.taken_at + timedelta(days=days)


#: By Aura's own type words. What the API does not tell (the database's version) is read as the
#: latest one.
FACTS: Mapping[str, TierFacts] = MappingProxyType(
    {
        "free-db": TierFacts(only_latest=True, deleted_after=30),
        "professional-db": TierFacts(
            full_hours=24, any_hours=24, restorable_days=7, exportable_days=7, on_demand_days=7
        ),
        "business-critical": TierFacts(
            full_hours=24, any_hours=1, restorable_days=30, exportable_days=30, on_demand_days=30
        ),
        "enterprise-db": TierFacts(
            full_hours=24, any_hours=1, restorable_days=60, exportable_days=60, on_demand_days=90
        ),
        "professional-ds": TierFacts(
            full_hours=24, any_hours=24, restorable_days=7, exportable_days=7, on_demand_days=30
        ),
        "enterprise-ds": TierFacts(
            full_hours=24, any_hours=24, restorable_days=14, exportable_days=7, on_demand_days=90
        ),
    }
)

#: Of a tier that nobody has heard of, nothing is expected.
UNKNOWN = TierFacts()


def facts(tier: str, known: Mapping[str, TierFacts] = FACTS) -> TierFacts:
    """Return what is known of a tier, by Aura's type word."""
    return known.get(tier, UNKNOWN)
