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
from bot.core.protection import Protection
from bot.core.sightings import Copy, Sighting
from bot.core.tiers import TierFacts

#: A copy that leaves within this time is spoken of, and for so long after it has left.
SOON, PAST = timedelta(hours=48), timedelta(hours=24)
#: An instance that cannot be looked at for so long is spoken of.
BLIND = timedelta(hours=1)


class Findings(Frozen):
    """What is wrong, and the keys of what could not be judged."""

    wrong: tuple[Condition, ...] = ()
    unknown: frozenset[str] = frozenset()

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(wrong=self.wrong + other.wrong, unknown=self.unknown | other.unknown)


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
    return _about(
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


def states(sight: Sighting, *, ours: bool) -> Findings:
    """Say what happens to an instance without us. ``ours``: an operation of ours is at work."""
    key = f"state:{sight.id}"
    name = sight.instance.name
    if sight.gone_since is not None:
        return _one(
            _about(
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
    else:
        mend = "Resume it in the Aura console when it is needed again."
    since = when(sight.status_since) if sight.status_since else "unknown"
    return _one(
        _about(
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
        _about(
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


def leaving(sight: Sighting, wanted: Protection, facts: TierFacts, *, now: datetime) -> Findings:
    """Say which last copies are about to leave, and nothing longer-lived holds what they hold."""
    if sight.gone_since is not None or wanted.keep_days is None:
        return Findings()
    found: list[Condition] = []
    longest = facts.longest_days
    if longest is not None and wanted.keep_days > longest:
        for name, month in sorted(sight.months.items()):
            last = month.leaves_at(facts)
            over = f"{now:%Y-%m}" > name  # else a later one of this month may come
            if last is None or not over or _outlived(name, sight.copies, last):
                continue
            if last - SOON <= now < last + PAST:
                found.append(_month(sight, name, last, now))
    found += _last_export(sight, facts, now)
    return Findings(wrong=tuple(found))


def _month(sight: Sighting, name: str, last: datetime, now: datetime) -> Condition:
    left = last <= now
    return _about(
        sight,
        f"leaving:{sight.id}:{name}",
        Kind.LEAVING,
        Severity.WARNING,
        what=f"the last exportable snapshot of {sight.instance.name} from {name} "
        f"{'left' if left else 'leaves'} at about {when(last)}, and no export holds that month",
        means="Copies should be kept for longer than Aura keeps them."
        if not left
        else "Of that month there is no copy any more that could leave the instance.",
        mend=f"Export it before then: `/aura export {sight.id}`."
        if not left
        else "An export schedule more often than once a month keeps this from happening again.",
    )


def _last_export(sight: Sighting, facts: TierFacts, now: datetime) -> list[Condition]:
    ends = [copy.until for copy in sight.copies]
    if not ends or None in ends:
        return []
    last = max(end for end in ends if end is not None)
    newest = [month.leaves_at(facts) for month in sight.months.values()]
    if any(end is None or end > last for end in newest) or not last - SOON <= now < last + PAST:
        return []
    word = "left" if last <= now else "leaves"
    return [
        _about(
            sight,
            f"leaving:{sight.id}:export",
            Kind.LEAVING,
            Severity.WARNING,
            what=f"the last export of {sight.instance.name} {word} the vault at {when(last)}, "
            "and no snapshot outlives it",
            means="After that nothing outside the instance holds its data.",
            mend=f"Export it anew: `/aura export {sight.id}`, or put a hold on the export.",
        )
    ]


def _outlived(month: str, copies: Iterable[Copy], last: datetime) -> bool:
    return any(
        f"{copy.snapshot_at:%Y-%m}" == month and (copy.until is None or copy.until > last)
        for copy in copies
    )


def _one(condition: Condition) -> Findings:
    return Findings(wrong=(condition,))


def _about(
    sight: Sighting,
    key: str,
    kind: Kind,
    severity: Severity,
    *,
    what: str,
    means: str,
    mend: str,
) -> Condition:
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
