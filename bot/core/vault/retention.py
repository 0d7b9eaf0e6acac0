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

from bot.core.base import Frozen
from bot.core.vault.manifest import Contents, Debris, Export


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


_PERIODS: tuple[tuple[str, Callable[[datetime], tuple[int, ...]]], ...] = (
    ("hourly", lambda at: (at.year, at.month, at.day, at.hour)),
    ("daily", lambda at: (at.year, at.month, at.day)),
    ("weekly", lambda at: tuple(at.isocalendar()[:2])),
    ("monthly", lambda at: (at.year, at.month)),
    ("yearly", lambda at: (at.year,)),
)


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
    groups: dict[tuple[str, str, str], list[Export]] = defaultdict(list)
    for export in exports:
        m = export.manifest
        groups[m.environment, m.instance_id, m.kind].append(export)
    found: dict[str, tuple[Export, tuple[str, ...]]] = {}
    for (environment, _, _), group in groups.items():
        keep = rules.get(environment)
        chosen = _chosen([e for e in group if e.sound], keep) if keep else {}
        for export in group:
            why = [*_protected(export, keep, now), *chosen.get(export.name, [])]
            found[export.name] = (export, tuple(why))
    return found


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
    for word, period in _PERIODS:
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
