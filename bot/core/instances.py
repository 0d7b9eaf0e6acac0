"""Aura instances: what they are, what their status means, and how a typed name finds one."""

from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from pydantic import AwareDatetime, Field

from bot.core.base import Frozen, InstanceId, ProjectId
from bot.core.errors import AmbiguousInstance, UnknownInstance

#: Aura's type words and the product names people know
#: (https://neo4j.com/docs/aura/platform/api/specification/).
TIERS = {
    "free-db": "AuraDB Free",
    "professional-db": "AuraDB Professional",
    "business-critical": "AuraDB Business Critical",
    "enterprise-db": "AuraDB Virtual Dedicated Cloud",
    "professional-ds": "AuraDS Professional",
    "enterprise-ds": "AuraDS Enterprise",
}
FREE = "free-db"


S = TypeVar("S", bound="InstanceSummary")


class Condition(StrEnum):
    """What a status word means for backup and restore."""

    RUNNING = "running"
    PAUSED = "paused"
    """Can be restored into, cannot take a snapshot."""
    BROKEN = "broken"
    """`loading failed`: often just what must be restored; can take no snapshot."""
    BUSY = "busy"
    """Aura is doing something; also every word we do not know."""
    LEAVING = "leaving"
    """Being deleted, cannot be brought back."""


_CONDITIONS = {
    "running": Condition.RUNNING,
    "paused": Condition.PAUSED,
    "suspended": Condition.PAUSED,
    "loading failed": Condition.BROKEN,
    "destroying": Condition.LEAVING,
    "deleting": Condition.LEAVING,
}


#: Aura's words while the data of an instance is being replaced
#: (https://neo4j.com/docs/aura/platform/api/specification/).
_REPLACING = frozenset({"restoring", "overwriting", "loading"})


class Project(Frozen):
    """An Aura project (the v1 API calls it a tenant)."""

    id: ProjectId
    name: str


class InstanceSummary(Frozen):
    """What Aura's list gives: everything but the state."""

    id: InstanceId
    name: str
    project_id: ProjectId
    cloud: str = ""
    created_at: AwareDatetime | None = None


class Instance(InstanceSummary):
    """One instance as Aura describes it now. Sizes are Aura's own words, such as ``8GB``."""

    status: str
    tier: str
    region: str = ""
    memory: str | None = None
    storage: str | None = None
    cdc_mode: str | None = None
    # left out where there is none, so that plans sealed before it was read keep their seals
    key_id: str | None = Field(default=None, exclude_if=lambda key: key is None)
    """The customer's own key that encrypts its storage; None: one of Aura's."""

    @property
    def condition(self) -> Condition:
        """The status read for backup and restore."""
        return _CONDITIONS.get(self.status, Condition.BUSY)

    @property
    def replacing(self) -> bool:
        """Whether Aura is replacing its data: by a restore, an overwrite, or a loaded file."""
        return self.status in _REPLACING

    @property
    def tier_name(self) -> str:
        """The product name of the tier."""
        return TIERS.get(self.tier, self.tier)

    @property
    def cdc_on(self) -> bool:
        """Whether change data capture is on: its consumers break after a restore."""
        return self.cdc_mode not in (None, "", "OFF")


def find(wanted: str, fleet: Sequence[S], aliases: dict[str, InstanceId] | None = None) -> S:
    """Return the one instance that an alias, an id or a unique name means.

    Raises UnknownInstance (with near names) or AmbiguousInstance (with the candidates).
    """
    word = wanted.strip()
    target = (aliases or {}).get(word.lower(), word)
    for instance in fleet:
        if instance.id == target.lower():
            return instance
    if target != word:  # never fall back on a name that only looks like the alias (promise P14)
        raise UnknownInstance(
            f"the alias “{word[:80]}” means `{target}`, which I cannot see",
            hint="`/aura instance list` shows those I can see; aliases stand in `savepoint.toml`.",
        )
    named = [instance for instance in fleet if instance.name.lower() == word.lower()]
    if len(named) == 1:
        return named[0]
    if named:
        listed = ", ".join(f"`{instance.id}`" for instance in named)
        raise AmbiguousInstance(
            f"{len(named)} instances are called “{named[0].name}”",
            hint=f"Use the id instead: {listed}.",
        )
    known = [*(aliases or {}), *(instance.name for instance in fleet)]
    near = get_close_matches(word[:80], known, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(f'`{n}`' for n in near)}?" if near else None
    raise UnknownInstance(
        f"there is no instance “{word[:80]}”",
        hint=hint or "`/aura instance list` shows those I can see.",
    )


def safety_obstacle(instance: Instance) -> str | None:
    """Say why no safety snapshot should be taken before restoring, or None when one can.

    On Free only the latest on-demand snapshot is kept, so a safety snapshot would push out the
    very one to be restored; a paused or broken instance can take none
    (https://neo4j.com/docs/aura/managing-instances/backup-restore-export/).
    """
    if instance.tier == FREE:
        return (
            "AuraDB Free keeps only the latest snapshot: a safety snapshot would push out "
            "the one to be restored"
        )
    match instance.condition:
        case Condition.PAUSED:
            return "the instance is paused, and a paused instance can take no snapshot"
        case Condition.BROKEN:
            return "the instance failed to load, and in that state it can take no snapshot"
        case _:
            return None


def age(of: datetime, now: datetime) -> float:
    """Seconds since ``of``, never negative."""
    return max(0.0, (now - of).total_seconds())
