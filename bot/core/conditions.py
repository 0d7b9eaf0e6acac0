"""From what was seen of instances to what is wrong with them. Pure: facts in, conditions out.

Each function returns what is wrong; ``Findings.unknown`` names what could not be judged, whose
alerts stay as they are: what was not looked at is neither wrong nor mended.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import assert_never

from bot.core.alerts import Condition, Kind, Severity
from bot.core.base import Frozen
from bot.core.clocks import Clock, Reading, State
from bot.core.sightings import Sighting
from bot.core.tiers import UNKNOWN, TierFacts

#: An instance that cannot be looked at for so long is spoken of.
BLIND = timedelta(hours=1)


class Findings(Frozen):
    """What is wrong, and the keys of what could not be judged."""

    wrong: tuple[Condition, ...] = ()
    unknown: frozenset[str] = frozenset()

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(wrong=self.wrong + other.wrong, unknown=self.unknown | other.unknown)

    @property
    def unjudged(self) -> "Findings":
        """The same where nobody can judge at the moment: what was told stays, nothing is new."""
        return Findings(unknown=self.unknown.union(c.key for c in self.wrong))


def when(moment: datetime) -> str:
    """Say a moment in words that stay the same at every look."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _long(span: timedelta) -> str:
    hours = round(span.total_seconds() / 3600)
    return f"{hours} h" if hours < 72 or hours % 24 else f"{hours // 24} days"


def clocks(sight: Sighting, readings: Iterable[Reading]) -> Findings:
    """Say which clocks are overdue."""
    wrong, unknown = [], set()
    for reading in readings:
        key = f"clock:{sight.id}:{reading.clock}"
        if reading.state is State.UNKNOWN:
            unknown.add(key)
        elif reading.state is State.OVERDUE:
            wrong.append(_overdue(key, sight, reading))
    return Findings(wrong=tuple(wrong), unknown=frozenset(unknown))


def _overdue(key: str, sight: Sighting, reading: Reading) -> Condition:
    goal, age = reading.target or timedelta(0), reading.age or timedelta(0)
    match reading.clock:
        case Clock.IN_PLACE:
            thing = "restorable snapshot"
            means = "Whatever has changed since then would be lost in a restore."
            mend = f"Take one now: `/aura snapshot take {sight.id}`."
        case Clock.OFF_INSTANCE:
            thing = "copy that can leave the instance"
            means = "If the instance itself is lost, this is what is left of its data."
            mend = (
                f"Take a snapshot on demand, which can be exported: "
                f"`/aura snapshot take {sight.id}`."
            )
        case Clock.EXPORTED:
            thing = "export outside Aura"
            means = "If Aura or its account is lost, this is what is left of its data."
            mend = f"Export it: `/aura export {sight.id}`."
        case Clock.PROVEN:
            thing = "snapshot that a drill has proven"
            means = "Newer snapshots are there, and nobody knows whether they restore."
            mend = f"Rehearse one: `/aura drill {sight.id}`."
        case unreachable:
            assert_never(unreachable)
    newest = f"the newest {thing} of {sight.instance.name}"
    if reading.never:
        what = f"{sight.instance.name} has no {thing}, and wants one every {_long(goal)}"
    else:
        since = when(reading.since) if reading.since else "unknown"
        what = f"{newest} is from {since}, and should be at most {_long(goal)} old"
    grave = reading.clock is Clock.IN_PLACE and age > 2 * goal
    return about(
        sight,
        key,
        Kind.CLOCK,
        Severity.CRITICAL if grave else Severity.WARNING,
        what=what,
        means=means,
        mend=mend,
    )


#: What it means when an instance is in such a state, and no operation of ours has asked for it.
_STATES: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {
        "restoring": (Severity.CRITICAL, "Its data is being replaced by that of a snapshot."),
        "overwriting": (Severity.CRITICAL, "Its data is being replaced by another instance's."),
        "loading": (Severity.CRITICAL, "Its data is being replaced by that of a file."),
        "loading failed": (
            Severity.CRITICAL,
            "It serves nobody: what was to replace its data did not load. Its snapshots are there.",
        ),
        "destroying": (Severity.CRITICAL, "It is being deleted, and its snapshots with it."),
        "deleting": (Severity.CRITICAL, "It is being deleted, and its snapshots with it."),
        "paused": (Severity.WARNING, "It serves nobody, and no snapshot of it can be taken."),
        "suspended": (Severity.WARNING, "It serves nobody, and no snapshot of it can be taken."),
    }
)
_REPLACING = frozenset({"restoring", "overwriting", "loading"})
_LEAVING = frozenset({"destroying", "deleting"})


def states(sight: Sighting, tier: TierFacts = UNKNOWN, *, ours: bool) -> Findings:
    """Say what happens to an instance without us. ``ours``: an operation of ours is at work.

    Of a tier that Aura deletes when it stays paused, the last moment is named.
    """
    key = f"state:{sight.id}"
    name = sight.instance.name
    if sight.gone_since is not None:
        return _one(
            about(
                sight,
                key,
                Kind.OUT_OF_BAND,
                Severity.CRITICAL,
                what=f"{name} is gone: Aura knows no such instance since {when(sight.gone_since)}",
                means="Its data and its snapshots in Aura are gone with it. Exports remain.",
                mend="Find out who deleted it. If that was meant, take it out of `savepoint.toml`.",
            )
        )
    known = _STATES.get(sight.status or "")
    if known is None or ours:
        return Findings()
    severity, means = known
    if sight.status in _REPLACING:
        mend = "Find out who began it. Do not begin anything on this instance before it has ended."
    elif sight.status in _LEAVING:
        mend = "Find out who began it. An export, where there is one, brings its data back."
    elif sight.status == "loading failed":
        mend = f"Restore it from a snapshot: `/aura restore {sight.id}`."
    elif sight.status == "paused" and tier.deleted_after and sight.status_since:
        last = when(sight.status_since + timedelta(days=tier.deleted_after))
        means += f" Aura deletes it by {last} if it stays so, its data and its snapshots with it."
        mend = "Resume it in the Aura console before then."
    else:
        mend = "Resume it in the Aura console when it is needed again."
    since = when(sight.status_since) if sight.status_since else "unknown"
    return _one(
        about(
            sight,
            key,
            Kind.OUT_OF_BAND,
            severity,
            what=f"{name} is {sight.status}, and no operation of mine asked for it; "
            f"seen since {since}",
            means=means,
            mend=mend,
        )
    )


def blind(sight: Sighting, *, now: datetime) -> Findings:
    """Say that an instance cannot be looked at, while others can."""
    if sight.trouble_since is None or now - sight.trouble_since < BLIND:
        return Findings()
    return _one(
        about(
            sight,
            f"blind:{sight.id}",
            Kind.SILENCE,
            Severity.WARNING,
            what=f"{sight.instance.name} could not be looked at since "
            f"{when(sight.trouble_since)}: {sight.trouble}",
            means="How old its snapshots are, and whether it runs, is unknown meanwhile.",
            mend="`savepoint check` says whether the credential still sees it.",
        )
    )


def _one(condition: Condition) -> Findings:
    return Findings(wrong=(condition,))


def about(
    sight: Sighting,
    key: str,
    kind: Kind,
    severity: Severity,
    *,
    what: str,
    means: str,
    mend: str,
) -> Condition:
    """Return a condition of an instance."""
    return Condition(
        key=key,
        kind=kind,
        severity=severity,
        environment=sight.environment,
        instance_id=sight.id,
        name=sight.instance.name,
        what=what,
        means=means,
        mend=mend,
    )
