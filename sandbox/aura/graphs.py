"""A small graph as a value: nodes and relationships, never changed, only replaced by a next one.

So a snapshot is a reference and a restore an assignment.
"""

import bisect
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

Properties = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node; `id` is its own among the nodes of its graph."""

    id: int
    labels: frozenset[str] = frozenset()
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Relationship:
    """A relationship from node `start` to node `end`; `id` is its own among relationships."""

    id: int
    type: str
    start: int
    end: int
    properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A constraint (uniqueness) or an index on nodes of a label, or relationships of a type."""

    name: str
    constraint: bool
    of: str
    properties: tuple[str, ...]
    relationship: bool = False

    @property
    def statement(self) -> str:
        """The statement that makes it, as Neo4j writes it."""
        name, of = _quoted(self.name), _quoted(self.of)
        pattern = f"()-[r:{of}]-()" if self.relationship else f"(n:{of})"
        variable = "r" if self.relationship else "n"
        properties = ", ".join(f"{variable}.{_quoted(key)}" for key in self.properties)
        if self.constraint:
            return f"CREATE CONSTRAINT {name} FOR {pattern} REQUIRE ({properties}) IS UNIQUE"
        return f"CREATE RANGE INDEX {name} FOR {pattern} ON ({properties})"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


@dataclass(frozen=True)
class Graph:
    """Nodes and relationships by id, and the constraints and indexes, by name."""

    nodes: Mapping[int, Node] = field(default_factory=dict)
    relationships: Mapping[int, Relationship] = field(default_factory=dict)
    schema: tuple[Definition, ...] = ()

    def labels(self) -> dict[str, int]:
        """Each label with the number of nodes that carry it, by name."""
        return dict(self._labels)

    def types(self) -> dict[str, int]:
        """Each relationship type with its number, by name."""
        return dict(self._types)

    @cached_property
    def _labels(self) -> Mapping[str, int]:
        counted = Counter(label for node in self.nodes.values() for label in node.labels)
        return dict(sorted(counted.items()))

    @cached_property
    def _types(self) -> Mapping[str, int]:
        return dict(sorted(Counter(r.type for r in self.relationships.values()).items()))

    def find(self, label: str, **properties: object) -> list[Node]:
        """The nodes with this label and these properties, oldest first."""
        return [
            node
            for node in self.nodes.values()
            if label in node.labels
            and all(node.properties.get(key) == value for key, value in properties.items())
        ]

    @cached_property
    def touching(self) -> Mapping[int, tuple[Relationship, ...]]:
        """The relationships at each node, both ways; one from a node to itself stands once."""
        lists: dict[int, list[Relationship]] = {}
        for relationship in self.relationships.values():
            for node in {relationship.start, relationship.end}:
                lists.setdefault(node, []).append(relationship)
        return {node: tuple(there) for node, there in lists.items()}


EMPTY = Graph()

Lazy = Callable[[], Graph]
"""A graph that is only made when somebody looks at it."""

Content = Mapping[str, Lazy]
"""What a snapshot holds: the name of each database, and its graph."""

_KINDS = ("Product", "Customer", "Order", "Order", "Customer", "Order", "Order", "Order")
_ENDS = (("Customer", "PLACED", "Order"), ("Order", "CONTAINS", "Product"))

SHOP = (
    Definition(name="customer_number", constraint=True, of="Customer", properties=("number",)),
    Definition(name="order_number", constraint=True, of="Order", properties=("number",)),
    Definition(name="product_name", constraint=False, of="Product", properties=("name",)),
)
"""What every shop is built with."""


@lru_cache(maxsize=32)
def _whole_shop(seed: str, nodes: int, relationships: int) -> Graph:
    by_kind: dict[str, list[int]] = {kind: [] for kind in _KINDS}
    made = {}
    for i in range(nodes):
        kind = _KINDS[i % len(_KINDS)]
        by_kind[kind].append(i)
        properties = {"number": len(by_kind[kind]), "name": f"{kind} {len(by_kind[kind])}"}
        made[i] = Node(id=i, labels=frozenset({kind}), properties=properties)
    joined = {}
    chance = random.Random(seed)  # noqa: S311  # the same graph in each run
    for j in range(relationships):
        start_kind, kind, end_kind = _ENDS[j % len(_ENDS)]
        # A relationship is younger than what it joins, but for the very first ones.
        oldest = max(len(_KINDS), nodes * j // relationships)
        starts, ends = (
            by_kind[k][: bisect.bisect_left(by_kind[k], oldest)] for k in (start_kind, end_kind)
        )
        if starts and ends:
            start, end = chance.choice(starts), chance.choice(ends)
            joined[j] = Relationship(id=j, type=kind, start=start, end=end)
    return Graph(made, joined, SHOP)


def shop(seed: str, *, nodes: int, relationships: int, share: float = 1.0) -> Graph:
    """Customers who placed orders of products: the same graph for the same seed.

    `share`, 0 to 1, is how far it has grown: what a smaller share has, a bigger one has too.
    """
    whole = _whole_shop(seed, nodes, relationships)
    if share >= 1:
        return whole
    until_node, until_relationship = int(nodes * share), int(relationships * share)
    return Graph(
        {i: node for i, node in whole.nodes.items() if i < until_node},
        {
            j: joined
            for j, joined in whole.relationships.items()
            if j < until_relationship and max(joined.start, joined.end) < until_node
        },
        SHOP,
    )
