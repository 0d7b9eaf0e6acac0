"""`[environments.NAME.protection]`, `[environments.NAME.alerts]` and `[tiers.NAME]`."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.core.alerts import AlertRules, QuietHours, Severity
from bot.core.base import ChannelId
from bot.core.protection import PRESETS, Protection
from bot.core.schedules import Timing
from bot.core.tiers import FACTS, TierFacts, facts

#: When an environment hears its digest where nothing is said of it: what was held back from a
#: channel stands there, so it may not be late where much depends on it.
_MORNING = Timing(cron="0 8 * * *")
_DIGESTS = {
    "development": Timing(cron="0 8 * * MON"),
    "staging": Timing(cron="0 8 * * MON-FRI"),
    "production": _MORNING,
}


class ProtectionTable(Protection):
    """`[environments.NAME.protection]`: a preset, and whatever differs from it."""

    preset: Literal["development", "staging", "production"] | None = Field(
        default=None, description="Where to start from; each key beside it replaces the preset's."
    )

    def protection(self) -> Protection:
        """Return it as the core knows it."""
        base = PRESETS[self.preset] if self.preset else Protection()
        given = {key: getattr(self, key) for key in self.model_fields_set - {"preset"}}
        return base.model_copy(update=given)

    def digest(self) -> Timing | None:
        """Return when the environment hears its digest by default; never where nothing is wanted.

        Where nothing is wanted nothing is watched either, so there is nothing to tell.
        """
        if self.protection() == Protection():
            return None
        return _DIGESTS[self.preset] if self.preset else _MORNING


class TierTable(BaseModel):
    """`[tiers.NAME]`: what is known of a tier, where it differs from the table of the bot."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    full_hours: int | None = Field(default=None, ge=1)
    any_hours: int | None = Field(default=None, ge=1)
    restorable_days: int | None = Field(default=None, ge=0)
    exportable_days: int | None = Field(default=None, ge=0)
    on_demand_days: int | None = Field(default=None, ge=0)
    as_of: date = Field(description="When somebody last looked.")
    source: str = Field(min_length=1, description="Where it stands.")

    def facts(self, tier: str) -> TierFacts:
        """Return what is known of the tier with this on top."""
        given = {key: getattr(self, key) for key in self.model_fields_set}
        return facts(tier).model_copy(update=given)


class AlertTable(BaseModel):
    """`[environments.NAME.alerts]`: where alerts go, and when they call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    escalate_hours: int = Field(
        default=4, ge=0, le=168, description="Call again while it stays open; 0 for never."
    )
    quiet: QuietHours | None = Field(
        default=None, description="When only critical ones are told; the rest follows after."
    )
    per_hour: int = Field(
        default=12, ge=1, le=60, description="New alerts per hour; the rest waits in the digest."
    )
    channels: dict[Literal["notice", "warning", "critical"], str] = Field(
        default={}, description="Channels for a severity, where not alert_channel."
    )

    def rules(self) -> AlertRules:
        """Return how alerts behave."""
        return AlertRules(
            escalate_hours=self.escalate_hours, quiet=self.quiet, per_hour=self.per_hour
        )

    def routes(self) -> dict[Severity, ChannelId]:
        """Return where alerts of a severity go besides the alert channel."""
        return {Severity[name.upper()]: ChannelId(c) for name, c in self.channels.items()}


def known_tiers(tables: dict[str, TierTable]) -> dict[str, TierFacts]:
    """Return what is known of every tier."""
    return {**FACTS, **{tier: table.facts(tier) for tier, table in tables.items()}}
