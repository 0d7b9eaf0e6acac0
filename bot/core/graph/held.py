"""What a restored graph holds, against what was counted when its snapshot was taken.

These checks need no configuration. Counts from around the time of a snapshot are never quite those
of the snapshot, where the application writes meanwhile: a small difference warns. A large one, of
the whole or of one label or type, or a lost constraint or index, means that the backup is not what
it should be; unless it was counted minutes away from the snapshot, which says too little for that.
"""

from datetime import timedelta
from typing import Literal

from bot.core.evidence import CheckLine
from bot.core.graph.fingerprint import Change, Difference, Fingerprint, compare

#: The share by which counts may differ before that is more than a warning.
TOLERANCE = 0.05
#: So many of one label or type may come or go by that, whatever their share; all of them may not.
FEW = 3
_AS_MUCH = "as much as when the snapshot was taken"
_SHOWN = 3
_LETTERS = 40


def held(
    found: Fingerprint,
    then: Fingerprint | None,
    *,
    away: timedelta | None = None,
    others: int = 0,
) -> tuple[CheckLine, ...]:
    """Return the checks of a restored graph.

    ``then`` is what was counted when the snapshot was taken, None when nothing was; ``away`` how
    far from the snapshot, where it was not counted with it; ``others`` is how many configured
    checks there are besides.
    """
    lines = [_not_empty(found, then)]
    if then is not None:
        difference = compare(then, found)
        lines += [_as_many(found, then, difference, away), *_schema(then, difference.lost, away)]
    elif not others:
        lines.append(_nothing_known())
    return tuple(lines)


def uncounted(then: Fingerprint) -> CheckLine:
    """Return the check of a restored graph that nobody could count."""
    return CheckLine(
        name=_AS_MUCH,
        severity="error",
        verdict="not run",
        expected=_counts(then),
        found="the database could not be counted",
    )


def _not_empty(found: Fingerprint, then: Fingerprint | None) -> CheckLine:
    empty = then is not None and then.nodes == 0
    good = found.nodes > 0 or empty
    return CheckLine(
        name="holds data",
        severity="error",
        verdict="passed" if good else "failed",
        expected="no nodes, as when it was taken" if empty else "at least 1 node",
        found=_counts(found),
    )


def _as_many(
    found: Fingerprint, then: Fingerprint, difference: Difference, away: timedelta | None
) -> CheckLine:
    apart = max(_apart(then.nodes, found.nodes), _apart(then.relationships, found.relationships))
    kinds = [
        (_off(change), word, change)
        for word, changes in (("label", difference.labels), ("type", difference.types))
        for change in changes or ()
    ]
    wrong = apart > TOLERANCE or any(off for off, _, _ in kinds)
    return CheckLine(
        name=_AS_MUCH,
        severity=_severity(away) if wrong else "warning",
        verdict="failed" if apart or kinds else "passed",
        expected=f"{_counts(then)}{_counted(away)}",
        found=f"{_counts(found)}{_named(kinds)}",
    )


def _named(kinds: list[tuple[bool, str, Change]]) -> str:
    """Name the largest changes, those first by which the graph is not what it should be."""
    ordered = sorted(kinds, key=lambda kind: (not kind[0], -abs(kind[2].by), kind[1:2]))
    shown = [
        f"{word} {_short(change.name)} {change.after:,} instead of {change.before:,}"
        for _, word, change in ordered[:_SHOWN]
    ]
    more = [f"{len(ordered) - _SHOWN} more"] if len(ordered) > _SHOWN else []
    return "; " + ", ".join([*shown, *more]) if shown else ""


def _schema(
    then: Fingerprint, lost: tuple[str, ...] | None, away: timedelta | None
) -> list[CheckLine]:
    if lost is None:
        return []
    shown = "; ".join(lost[:_SHOWN]) + ("; …" if len(lost) > _SHOWN else "")
    count = len(then.constraints or ()) + len(then.indexes or ())
    expected = f"the {count} definitions of then" if count else "none, as then"
    return [
        CheckLine(
            name="all constraints and indexes",
            severity=_severity(away),
            verdict="failed" if lost else "passed",
            expected=f"{expected}{_counted(away)}",
            found=f"{len(lost)} missing: {shown}" if lost else "all of them",
        )
    ]


def _nothing_known() -> CheckLine:
    return CheckLine(
        name="something to compare with",
        severity="warning",
        verdict="not run",
        expected="configured checks, or counts from when the snapshot was taken",
        found="neither",
    )


def _severity(away: timedelta | None) -> Literal["error", "warning"]:
    return "error" if away is None else "warning"


def _counted(away: timedelta | None) -> str:
    if away is None:
        return ""
    return f", counted {max(1, round(away.total_seconds() / 60))} min away from it"


def _off(change: Change) -> bool:
    """Whether a label or type is gone, or has changed by more than a snapshot's minutes explain."""
    if change.after == 0:
        return True
    return abs(change.by) > FEW and _apart(change.before, change.after) > TOLERANCE


def _apart(before: int, after: int) -> float:
    return abs(after - before) / max(before, 1)


def _counts(graph: Fingerprint) -> str:
    return f"{graph.nodes:,} nodes and {graph.relationships:,} relationships"


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
