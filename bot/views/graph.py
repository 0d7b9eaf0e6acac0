"""Graphs in words: how much, what changed, what a restore throws away."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.graph.fingerprint import Change, Difference, Fingerprint, Source
from bot.core.graph.loss import Loss
from bot.views.kit import Block, ago, bold, clean, code, section

_SOURCES = {Source.QUERY: "counted by the database", Source.METRICS: "from Aura's metrics"}


def rough(number: int) -> str:
    """Say a number in three digits: `180,000` for 180,213; small ones stand as they are."""
    digits = len(str(abs(number)))
    return f"{round(number, min(0, 3 - digits)):,}"


def amount(nodes: int, relationships: int) -> str:
    """Say how many nodes and relationships: `about 41,200 nodes and 180,000 relationships`."""
    about = "about " if max(abs(nodes), abs(relationships)) >= 1000 else ""
    return f"{about}{_many(nodes, 'node')} and {_many(relationships, 'relationship')}"


def differs(difference: Difference) -> str:
    """Say by how much the present differs from the snapshot, in one clause."""
    nodes, relationships = difference.nodes, difference.relationships
    if not nodes and not relationships:
        if difference.labels or difference.types:
            return "as many nodes and relationships as in the snapshot, but of other kinds"
        return "exactly as many nodes and relationships as in the snapshot"
    if nodes >= 0 and relationships >= 0:
        return f"{amount(nodes, relationships)} newer than the snapshot"
    if nodes <= 0 and relationships <= 0:
        return f"{amount(-nodes, -relationships)} fewer than in the snapshot"
    return f"{_signed(nodes, 'node')}, {_signed(relationships, 'relationship')} than the snapshot"


def largest(difference: Difference, most: int = 3) -> str:
    """Name the labels, or else the types, that changed most; empty when none is known to."""
    changes = difference.labels or difference.types
    return _changes(changes, most) if changes else ""


def lost(loss: Loss | None, *, asked: bool) -> list[Block]:
    """Say what is thrown away, as far as it is known; nothing where nobody tried to count.

    ``asked`` says that it was counted when the operation was asked for, and not just now.
    """
    if loss is None:
        return []
    when = "When this was asked for, the instance" if asked else "The instance"
    lines = []
    if loss.nodes is not None and loss.relationships is not None and not loss.compared:
        verb = "held" if asked else "holds"
        holds = bold(amount(loss.nodes, loss.relationships), 200)
        lines.append(f"{when} {verb} {holds}; all of it is replaced.")
    elif loss.difference is None:
        what = "was written since the snapshot" if loss.compared else "is replaced"
        lines.append(f"How much {what}: *unknown*, since {clean(loss.why, 200)}.")
    else:
        about = ", going by counts minutes away from it" if loss.near else ""
        has = "had" if asked else "has"
        lines.append(f"{when} {has} {bold(differs(loss.difference), 200)}{about}.")
        if named := largest(loss.difference):
            lines.append(f"Largest changes: {named}.")
    if loss.writing:
        lines.append(f"⚠ The application {'was' if asked else 'is'} still writing.")
    return [section("\n".join(lines))]


def fingerprint_line(fingerprint: Fingerprint, now: datetime) -> str:
    """Say what a fingerprint found, in one line."""
    nodes, relationships = fingerprint.nodes, fingerprint.relationships
    parts = [f"{_exactly(nodes, 'node')} · {_exactly(relationships, 'relationship')}"]
    if fingerprint.labels is not None and fingerprint.types is not None:
        labels, types = len(fingerprint.labels), len(fingerprint.types)
        parts.append(f"{_exactly(labels, 'label')} · {_exactly(types, 'type')}")
    if fingerprint.constraints is not None and fingerprint.indexes is not None:
        constraints, indexes = len(fingerprint.constraints), len(fingerprint.indexes)
        some = _exactly(indexes, "index", "indexes")
        parts.append(f"{_exactly(constraints, 'constraint')} · {some}")
    if fingerprint.store_bytes is not None:
        parts.append(f"{fingerprint.store_bytes / 1e9:,.1f} GB on disk")
    parts.append(f"{_SOURCES[fingerprint.source]} {ago(fingerprint.taken_at, now)}")
    return " · ".join(parts)


def _exactly(number: int, noun: str, many: str = "") -> str:
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"


def _many(number: int, noun: str) -> str:
    return f"{rough(number)} {noun}{'' if number == 1 else 's'}"


def _signed(number: int, noun: str) -> str:
    about = "about " if abs(number) >= 1000 else ""
    return f"{about}{_many(abs(number), noun)} {'more' if number >= 0 else 'fewer'}"


def _changes(changes: Sequence[Change], most: int) -> str:
    shown = [f"{code(change.name, 60)} {change.by:+,}" for change in changes[:most]]
    left = len(changes) - len(shown)
    return ", ".join([*shown, *([f"{left} more"] if left else [])])
