"""What a restored graph holds, against what was counted when its snapshot was taken.

These checks need no configuration. Counts from around the time of a snapshot are never quite those
of the snapshot, where the application writes meanwhile: a small difference warns, a large one, or
a lost constraint or index, means that the backup is not what it should be.
"""

from bot.core.evidence import CheckLine
from bot.core.graph.fingerprint import Fingerprint, compare

#: The share by which counts may differ before that is more than a warning.
TOLERANCE = 0.05
_SHOWN = 3


def held(found: Fingerprint, then: Fingerprint | None, *, others: int = 0) -> tuple[CheckLine, ...]:
    """Return the checks of a restored graph.

    ``then`` is what was counted when the snapshot was taken, None when nothing was; ``others`` is
    how many configured checks there are besides.
    """
    lines = [_not_empty(found, then)]
    if then is not None:
        lines += [_as_many(found, then), *_schema(found, then)]
    elif not others:
        lines.append(_nothing_known())
    return tuple(lines)


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


def _as_many(found: Fingerprint, then: Fingerprint) -> CheckLine:
    apart = max(_apart(then.nodes, found.nodes), _apart(then.relationships, found.relationships))
    return CheckLine(
        name="as much as when the snapshot was taken",
        severity="error" if apart > TOLERANCE else "warning",
        verdict="failed" if apart else "passed",
        expected=_counts(then),
        found=_counts(found),
    )


def _schema(found: Fingerprint, then: Fingerprint) -> list[CheckLine]:
    lost = compare(then, found).lost
    if lost is None:
        return []
    shown = "; ".join(lost[:_SHOWN]) + ("; …" if len(lost) > _SHOWN else "")
    count = len(then.constraints or ()) + len(then.indexes or ())
    return [
        CheckLine(
            name="all constraints and indexes",
            severity="error",
            verdict="failed" if lost else "passed",
            expected=f"the {count} definitions of then" if count else "none, as then",
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


def _apart(before: int, after: int) -> float:
    return abs(after - before) / max(before, 1)


def _counts(graph: Fingerprint) -> str:
    return f"{graph.nodes:,} nodes and {graph.relationships:,} relationships"
