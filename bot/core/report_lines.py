"""What a report of an environment is made of: lines, answers, and what they are drawn from."""

from collections.abc import Mapping
from datetime import date, timedelta

from pydantic import AwareDatetime, Field

from bot.core.alerts import Alert
from bot.core.base import Frozen, InstanceId, OperationId
from bot.core.people import Person
from bot.core.protection import Protection
from bot.core.sightings import Sighting
from bot.core.tiers import TierFacts
from bot.core.vault import Keep

#: What takes a copy, by the operation's own word.
TAKES = "snapshot"
#: Phases in which an operation has done what it was asked for.
DONE = ("done", "proven", "proven_with_warnings")


class InstanceLine(Frozen):
    """One instance in the period.

    ``taken`` are completed snapshots of ours, ``longest`` the longest time without one, None with
    fewer than two. ``seen`` is how many the watch saw that Aura took by itself: at least so many
    there were, on ``seen_days`` days. ``copies`` are the exports that were stored in the period
    and stand in the vault, ``older`` those of before.
    """

    id: InstanceId
    name: str
    there: bool
    """Whether Aura still knows it."""
    tier: str
    cloud: str
    region: str
    key: str
    """What its storage is encrypted with."""
    kept: str
    """How long the tier keeps snapshots."""
    taken: int
    failed: int
    longest: timedelta | None
    newest: AwareDatetime | None
    seen: int
    seen_days: int
    copies: int
    older: int
    copied_bytes: int
    encrypted_copies: int
    proven_at: AwareDatetime | None


class WorkLine(Frozen):
    """One restore or drill."""

    id: OperationId
    kind: str
    instance_id: InstanceId
    requester: Person
    approvers: tuple[Person, ...]
    asked_at: AwareDatetime
    ended_at: AwareDatetime | None
    took: timedelta | None
    outcome: str


class ExceptionLine(Frozen):
    """What did not go as it should: a failure or a refusal. ``number`` is that of the audit log."""

    at: AwareDatetime
    number: int
    action: str
    what: str
    instance_id: InstanceId | None
    operation_id: OperationId | None


class AlertLine(Frozen):
    """An alert that was open within the period."""

    id: str
    severity: str
    name: str
    what: str
    opened_at: AwareDatetime
    ended_at: AwareDatetime | None


class Answer(Frozen):
    """A usual question of an audit, what the records answer, and what that rests on."""

    clause: str
    question: str
    answer: str
    evidence: tuple[str, ...]


class Setting(Frozen):
    """What is configured and was watched of an environment, as far as a report speaks of it."""

    wanted: Protection = Protection()
    vault: str = ""
    """Where exports are kept; empty where nowhere."""
    keep: Keep | None = None
    """The vault's rules for the environment; None: nothing expires."""
    tiers: Mapping[str, TierFacts] = Field(default={})
    sights: tuple[Sighting, ...] = ()
    seen: Mapping[InstanceId, Mapping[date, int]] = Field(default={})
    """How many snapshots of Aura's own the watch saw, by instance and UTC day."""
    alerts: tuple[tuple[str, Alert], ...] = ()
    """Those of the environment, each with its reference."""


class Chain(Frozen):
    """The audit log at the time of the report."""

    entries: int
    head: str
    broken_at: int | None


class Report(Frozen):
    """Everything that one page says."""

    environment: str
    since: AwareDatetime
    until: AwareDatetime
    made_at: AwareDatetime
    chain: Chain
    instances: tuple[InstanceLine, ...]
    restores: tuple[WorkLine, ...]
    drills: tuple[WorkLine, ...]
    exceptions: tuple[ExceptionLine, ...]
    alerts: tuple[AlertLine, ...]
    answers: tuple[Answer, ...]
