"""Protection: what an environment wants of its backups.

A preset is a place to start from; every key of it can be replaced. What of it cannot be had is
said by `bot.core.wishes`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from bot.core.base import Frozen
from bot.core.schedules import After, Timing, Work, Zone


class Encryption(StrEnum):
    """What an environment demands of encryption."""

    CUSTOMER_KEY = "customer-key"
    """The instance's storage is encrypted with the customer's own key."""
    EXPORTS = "exports"
    """Exports in the vault are encrypted to recipients of our own."""


class Freeze(Frozen):
    """A time in which no export and no drill begins by itself; protection itself goes on.

    From ``start`` to ``end``, days included, in ``zone``; restores stay possible, and whoever
    approves one reads that a freeze is on.
    """

    name: str = Field(min_length=1, max_length=80)
    start: datetime
    end: datetime
    zone: Zone = "UTC"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start.tzinfo is not None or self.end.tzinfo is not None:
            raise PydanticCustomError("freeze", "times are local to zone: leave the offset out")
        if self.end <= self.start:
            raise PydanticCustomError("freeze", "ends before it begins")
        return self

    def covers(self, now: datetime) -> bool:
        """Whether ``now`` lies in it."""
        local = now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return self.start <= local < self.end


class Protection(Frozen):
    """What an environment wants. Targets are the greatest age that its clocks may reach."""

    snapshots: tuple[Timing, ...] = ()
    exports: tuple[Timing, ...] = ()
    drills: tuple[Timing, ...] = ()
    in_place_hours: int | None = Field(default=None, ge=1)
    """RPO within Aura: the age of the newest restorable snapshot."""
    off_instance_hours: int | None = Field(default=None, ge=1)
    """RPO when the instance is lost: the age of the newest copy that can leave it, or has."""
    export_hours: int | None = Field(default=None, ge=1)
    """RPO when Aura itself is lost: the age of the newest sound export in the vault."""
    proven_days: int | None = Field(default=None, ge=1)
    """The age of the newest snapshot that a drill has proven."""
    keep_days: int | None = Field(default=None, ge=1)
    """How long copies should be had."""
    regions: tuple[str, ...] = ()
    """Where instances may be; empty means anywhere."""
    encryption: tuple[Encryption, ...] = ()
    freezes: tuple[Freeze, ...] = ()

    def timings(self) -> tuple[tuple[Work, Timing], ...]:
        """Return every schedule that this asks for."""
        of = {Work.SNAPSHOT: self.snapshots, Work.EXPORT: self.exports, Work.DRILL: self.drills}
        return tuple((work, timing) for work, timings in of.items() for timing in timings)

    def frozen(self, now: datetime) -> Freeze | None:
        """Return the freeze that is on, or None."""
        return next((freeze for freeze in self.freezes if freeze.covers(now)), None)


PRESETS: Mapping[str, Protection] = MappingProxyType(
    {
        "development": Protection(snapshots=(Timing(after=After.DEPLOY),)),
        "staging": Protection(
            snapshots=(Timing(cron="0 2 * * *"),),
            exports=(Timing(cron="0 4 * * SUN"),),
            in_place_hours=30,
            off_instance_hours=8 * 24,
            export_hours=8 * 24,
            keep_days=7,
        ),
        "production": Protection(
            snapshots=(Timing(after=After.DEPLOY),),
            exports=(Timing(cron="0 4 * * SUN"),),
            drills=(Timing(cron="0 6 * * MON"),),
            in_place_hours=26,
            off_instance_hours=8 * 24,
            export_hours=8 * 24,
            proven_days=8,
            keep_days=30,
        ),
    }
)
