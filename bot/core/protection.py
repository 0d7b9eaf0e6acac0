"""Protection: what an environment wants of its backups, and whether a tier can give it.

A preset is a place to start from; every key of it can be replaced. A wish that the tier cannot
fulfil is said, with what would.
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
from bot.core.instances import FREE, TIERS
from bot.core.schedules import After, Timing, Work, Zone
from bot.core.tiers import TierFacts


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
    """RPO when the instance is lost: the age of the newest copy that can leave it."""
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
            keep_days=7,
        ),
        "production": Protection(
            snapshots=(Timing(after=After.DEPLOY),),
            exports=(Timing(cron="0 4 * * SUN"),),
            drills=(Timing(cron="0 6 * * MON"),),
            in_place_hours=26,
            off_instance_hours=8 * 24,
            proven_days=8,
            keep_days=30,
        ),
    }
)


class Wish(Frozen):
    """A wish that cannot be fulfilled as things are: what, why not, and what would."""

    subject: str
    why: str
    mend: str


def unmet(
    wanted: Protection, *, tier: str, region: str, facts: TierFacts, vault: bool, customer_key: bool
) -> tuple[Wish, ...]:
    """Compare what an environment wants with what an instance of this tier can give.

    ``vault`` says whether exports outside Aura are set up, ``customer_key`` whether the
    instance's storage is encrypted with a key of the customer's.
    """
    name = TIERS.get(tier, tier)
    found = []
    if wanted.in_place_hours and facts.any_hours is None and not _regular(wanted.snapshots):
        found.append(
            Wish(
                subject=f"a snapshot every {wanted.in_place_hours} h",
                why=f"{name} takes none by itself, and no snapshot schedule is set",
                mend='Set snapshots = [{ cron = "0 2 * * *" }], or choose a paid tier.',
            )
        )
    if facts.any_hours and wanted.in_place_hours and facts.any_hours > wanted.in_place_hours:
        found.append(
            Wish(
                subject=f"a snapshot every {wanted.in_place_hours} h",
                why=f"{name} takes one every {facts.any_hours} h by itself",
                mend="Set a snapshot schedule as often as that.",
            )
        )
    if tier == FREE and (wanted.exports or wanted.off_instance_hours or wanted.drills):
        found.append(
            Wish(
                subject="copies outside the instance",
                why=f"{name} keeps only the latest snapshot",
                mend="Choose AuraDB Professional or above, or take these wishes back.",
            )
        )
    longest = facts.longest_days
    if wanted.keep_days and longest is not None and wanted.keep_days > longest and not vault:
        found.append(
            Wish(
                subject=f"copies kept for {wanted.keep_days} days",
                why=f"{name} keeps none longer than {longest} days",
                mend="Set up a [vault] and an export schedule; exports are kept as you say.",
            )
        )
    if wanted.exports and not vault:
        found.append(
            Wish(
                subject="exports",
                why="there is no vault to put them in",
                mend="Set [vault] url to a folder or a bucket.",
            )
        )
    if wanted.regions and region and region not in wanted.regions:
        found.append(
            Wish(
                subject=f"regions {', '.join(wanted.regions)}",
                why=f"the instance is in {region}, and so are its snapshots",
                mend="Copy it into an allowed region, or allow this one.",
            )
        )
    if Encryption.CUSTOMER_KEY in wanted.encryption and not customer_key:
        found.append(
            Wish(
                subject="a key of your own",
                why="the instance is encrypted with a key of Aura's",
                mend="A key is chosen when an instance is made; copy it into one that has it.",
            )
        )
    return tuple(found)


def _regular(timings: tuple[Timing, ...]) -> bool:
    return any(timing.cron for timing in timings)
