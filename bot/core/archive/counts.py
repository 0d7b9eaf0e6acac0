"""Counts: how much of what went into an archive, counted while it was written."""

from collections import Counter
from collections.abc import Mapping

from pydantic import Field

from bot.core.base import Frozen


class Counts(Frozen):
    """Nodes and relationships in all, by label and by type; a node counts under each label."""

    nodes: int = Field(ge=0)
    relationships: int = Field(ge=0)
    labels: Mapping[str, int] = Field(default_factory=dict)
    types: Mapping[str, int] = Field(default_factory=dict)


class Tally:
    """Counts in the making."""

    def __init__(self) -> None:
        self.nodes = 0
        self.relationships = 0
        self._labels: Counter[str] = Counter()
        self._types: Counter[str] = Counter()

    def node(self, labels: tuple[str, ...]) -> None:
        """Count a node."""
        self.nodes += 1
        self._labels.update(labels)

    def relationship(self, type_: str) -> None:
        """Count a relationship."""
        self.relationships += 1
        self._types[type_] += 1

    def counts(self) -> Counts:
        """Return what has been counted so far."""
        return Counts(
            nodes=self.nodes,
            relationships=self.relationships,
            labels=dict(sorted(self._labels.items())),
            types=dict(sorted(self._types.items())),
        )
