"""Retention, grandfather-father-son: which exports may go.

For each instance and kind, the newest sound export is kept of each of the last `hourly` hours,
`daily` days, `weekly` weeks, `monthly` months and `yearly` years *in which there is one* (UTC, by
the time of the data). So the mere passing of time takes nothing away: when exports stop coming,
the old ones stay. Besides these, the newest `copies` sound ones always stay, and so does
everything that is held, younger than `days` in the vault, not sound, or in an environment
without rules: what is doubtful is for a person to remove.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from pydantic import Field

from bot.core.base import Frozen, InstanceId
from bot.core.vault.manifest import Contents, Debris, Export, Kind


class Keep(Frozen):
    """The rules of one environment: how many periods of each length keep an export."""

    hourly: int = Field(default=0, ge=0, le=1000)
    daily: int = Field(default=7, ge=0, le=1000)
    weekly: int = Field(default=4, ge=0, le=1000)
    monthly: int = Field(default=12, ge=0, le=1000)
    yearly: int = Field(default=0, ge=0, le=1000)
    copies: int = Field(default=2, ge=1, le=1000)
    """So many verified copies of each instance always stay."""
    days: int = Field(default=1, ge=1, le=3650)
    """Nothing goes before it has been in the vault for so long."""


#: Each period's name, how a moment falls into one, and about how long one is.
_PERIODS: tuple[tuple[str, Callable[[datetime], tuple[int, ...]], timedelta], ...] = (
    ("hourly", lambda at: (at.year, at.month, at.day, at.hour), timedelta(hours=1)),
    ("daily", lambda at: (at.year, at.month, at.day), timedelta(days=1)),
    ("weekly", lambda at: tuple(at.isocalendar()[:2]), timedelta(days=7)),
    ("monthly", lambda at: (at.year, at.month), timedelta(days=30)),
    ("yearly", lambda at: (at.year,), timedelta(days=365)),
)


def reach(keep: Keep, every: timedelta) -> timedelta:
    """Return about how old the oldest export grows that stays, where one comes ``every`` so often.

    Between the last of a period and the first of the next lies one such step; the periods that
    follow are as long as they are, or as that step where it is longer.
    """
    found = [keep.copies * every, timedelta(days=keep.days)]
    for word, _, length in _PERIODS:
        if count := getattr(keep, word):
            found.append((count - 1) * max(length, every) + every)
    return max(found)


class Expiry(Frozen):
    """What retention says of a vault at one moment."""

    going: tuple[Export, ...]
    """Oldest first."""
    staying: tuple[Export, ...]
    """Newest first."""
    why: dict[str, tuple[str, ...]]
    """Why each of them stays, by name."""
    abandoned: tuple[Debris, ...]
    """Half-written things older than a day, which are cleared away too."""

    @classmethod
    def of(cls, contents: Contents, rules: Mapping[str, Keep], now: datetime) -> "Expiry":
        """Say what may go of these contents, and why the rest stays."""
        found = reasons(contents.exports, rules, now)
        return cls(
            going=expiring(contents.exports, rules, now),
            staying=tuple(export for export in contents.exports if found[export.name][1]),
            why={name: why for name, (_, why) in found.items() if why},
            abandoned=tuple(debris for debris in contents.debris if debris.abandoned(now)),
        )


def expiring(
    exports: Iterable[Export], rules: Mapping[str, Keep], now: datetime
) -> tuple[Export, ...]:
    """Return the exports that may go now, oldest first; ``rules`` by environment."""
    going = [export for export, why in reasons(exports, rules, now).values() if not why]
    return tuple(sorted(going, key=_age))


def reasons(
    exports: Iterable[Export], rules: Mapping[str, Keep], now: datetime
) -> dict[str, tuple[Export, tuple[str, ...]]]:
    """Return, by name, each export and why it stays; no reason means that it may go."""
    found: dict[str, tuple[Export, tuple[str, ...]]] = {}
    for (environment, _, _), group in _grouped(exports).items():
        keep = rules.get(environment)
        chosen = _chosen([e for e in group if e.sound], keep) if keep else {}
        for export in group:
            why = [*_protected(export, keep, now), *chosen.get(export.name, [])]
            found[export.name] = (export, tuple(why))
    return found


def foreseen(
    exports: Iterable[Export],
    rules: Mapping[str, Keep],
    coming: Mapping[tuple[str, InstanceId], Iterable[datetime]],
    *,
    now: datetime,
    within: timedelta,
) -> Mapping[str, datetime]:
    """Return, by name, when the rules will let each export go, as far as that is foreseen.

    ``coming`` are the times of the archives that schedules will bring, by environment and
    instance; only an export that comes, or the end of its first ``days``, can make one go. What
    may go already is told with the moment from which on it might. The daily pass deletes it
    within a day after that.
    """
    found: dict[str, datetime] = {}
    for (environment, instance, kind), group in _grouped(exports).items():
        keep = rules.get(environment)
        if keep is None:
            continue
        slots = coming.get((environment, instance), ()) if kind is Kind.ARCHIVE else ()
        life = _Life(group, keep, rules, slots)
        for export in group:
            end = life.end(export, now=now, until=now + within)
            if end is not None:
                found[export.name] = end
    return found


def _grouped(exports: Iterable[Export]) -> Mapping[tuple[str, InstanceId, Kind], list[Export]]:
    """Return the exports of each instance and kind: only among these the rules choose."""
    groups: dict[tuple[str, InstanceId, Kind], list[Export]] = defaultdict(list)
    for export in exports:
        m = export.manifest
        groups[m.environment, m.instance_id, m.kind].append(export)
    return groups


class _Life:
    """The past and the foreseen future of the exports of one instance and kind."""

    def __init__(
        self, group: list[Export], keep: Keep, rules: Mapping[str, Keep], slots: Iterable[datetime]
    ) -> None:
        coming = [_like(group[0], at) for at in slots]
        self._all = [*group, *coming]
        self._rules = rules
        stored = [export.manifest.stored_at for export in self._all]
        self._moments = sorted({*stored, *(at + timedelta(days=keep.days) for at in stored)})
        self._goes: dict[datetime, set[str]] = {}

    def end(self, export: Export, *, now: datetime, until: datetime) -> datetime | None:
        """Return from when on it may go; None when not before ``until``."""
        past = [at for at in self._moments if export.manifest.stored_at <= at <= now]
        first: datetime | None = None
        for at in (now, *reversed(past)):  # back to when it began to be of no more use
            if export.name not in self._going(at):
                break
            first = at
        if first is not None:
            return first
        ahead = (at for at in self._moments if now < at <= until)
        return next((at for at in ahead if export.name in self._going(at)), None)

    def _going(self, at: datetime) -> set[str]:
        if at not in self._goes:
            there = [export for export in self._all if export.manifest.stored_at <= at]
            found = reasons(there, self._rules, at)
            self._goes[at] = {name for name, (_, why) in found.items() if not why}
        return self._goes[at]


def _like(export: Export, at: datetime) -> Export:
    """Return the export that a schedule will bring at that time, beside one that is there."""
    coming = {"name": f"coming {at.isoformat()}", "taken_at": at, "stored_at": at}
    return Export(manifest=export.manifest.model_copy(update=coming))


def _protected(export: Export, keep: Keep | None, now: datetime) -> list[str]:
    why = []
    if export.hold is not None:
        why.append("held")
    if not export.sound:
        why.append("damaged")
    if keep is None:
        why.append("no rules")
    elif now - export.manifest.stored_at < timedelta(days=keep.days):
        why.append("new")
    return why


def _chosen(sound: list[Export], keep: Keep) -> dict[str, list[str]]:
    """Return which sound exports of an instance the rules keep, and by which of them."""
    why: dict[str, list[str]] = defaultdict(list)
    newest = sorted(sound, key=_age, reverse=True)
    for export in newest[: keep.copies]:
        why[export.name].append("copies")
    for word, period, _ in _PERIODS:
        left, seen = getattr(keep, word), set()
        for export in newest:
            of = period(export.manifest.taken_at.astimezone(UTC))
            if left and of not in seen:
                seen.add(of)
                left -= 1
                why[export.name].append(word)
    return why


def _age(export: Export) -> tuple[datetime, datetime, str]:
    m = export.manifest
    return (m.taken_at, m.stored_at, m.name)
