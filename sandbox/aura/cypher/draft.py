"""A graph while a statement changes it, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sandbox.aura.cypher.syntax import QueryError
from sandbox.aura.graphs import Definition, Graph, Node, Relationship


@dataclass(frozen=True)
class NodeAt:
    """A node in a row, by id: its content is looked up when it is asked for."""

    id: int


@dataclass(frozen=True)
class RelationshipAt:
    """A relationship in a row, by id."""

    id: int


@dataclass
class Counters:
    """How often what was done; names in JSON as Neo4j's `counters`."""

    nodes_created: int = 0
    nodes_deleted: int = 0
    relationships_created: int = 0
    relationships_deleted: int = 0
    properties_set: int = 0
    labels_added: int = 0
    indexes_added: int = 0
    indexes_removed: int = 0
    constraints_added: int = 0
    constraints_removed: int = 0


class Draft:
    """The graph of a statement that runs; the one it began with is never touched."""

    def __init__(self, graph: Graph) -> None:
        self.counters = Counters()
        self._graph = graph
        self._changed: tuple[dict[int, Node], dict[int, Relationship]] | None = None

    @property
    def graph(self) -> Graph:
        """The graph as it stands."""
        if self._changed is not None:
            self._graph = Graph(*self._changed, self._graph.schema)
            self._changed = None
        return self._graph

    def node(self, at: NodeAt) -> Node | None:
        """A node as it stands; None once it is deleted."""
        return (self._changed[0] if self._changed else self._graph.nodes).get(at.id)

    def relationship(self, at: RelationshipAt) -> Relationship | None:
        """A relationship as it stands; None once it is deleted."""
        return (self._changed[1] if self._changed else self._graph.relationships).get(at.id)

    def set_schema(self, schema: tuple[Definition, ...]) -> None:
        """Have these constraints and indexes from now on."""
        before, after = set(self.graph.schema), set(schema)
        for one in before ^ after:
            what = "constraints" if one.constraint else "indexes"
            done = f"{what}_{'added' if one in after else 'removed'}"
            setattr(self.counters, done, getattr(self.counters, done) + 1)
        self._graph = replace(self.graph, schema=schema)

    def create_node(self, labels: tuple[str, ...], properties: Mapping[str, object]) -> NodeAt:
        """Add a node."""
        nodes, _ = self._change()
        fresh = max(nodes, default=-1) + 1
        nodes[fresh] = Node(id=fresh, labels=frozenset(labels), properties=_kept(properties))
        self.counters.nodes_created += 1
        self.counters.labels_added += len(nodes[fresh].labels)
        self.counters.properties_set += len(nodes[fresh].properties)
        return NodeAt(fresh)

    def create_relationship(
        self, kind: str, start: NodeAt, end: NodeAt, properties: Mapping[str, object]
    ) -> RelationshipAt:
        """Join two nodes."""
        _, relationships = self._change()
        fresh = max(relationships, default=-1) + 1
        made = Relationship(
            id=fresh, type=kind, start=start.id, end=end.id, properties=_kept(properties)
        )
        relationships[fresh] = made
        self.counters.relationships_created += 1
        self.counters.properties_set += len(made.properties)
        return RelationshipAt(fresh)

    def set_property(self, at: NodeAt | RelationshipAt, key: str, value: object) -> None:
        """Set a property, or take it away by null."""
        nodes, relationships = self._change()
        self.counters.properties_set += 1
        if isinstance(at, NodeAt):
            node = nodes[at.id]
            nodes[at.id] = replace(node, properties=_kept({**node.properties, key: value}))
        else:
            joined = relationships[at.id]
            kept = _kept({**joined.properties, key: value})
            relationships[at.id] = replace(joined, properties=kept)

    def add_labels(self, at: NodeAt, labels: tuple[str, ...]) -> None:
        """Add what labels the node does not have."""
        nodes, _ = self._change()
        node = nodes[at.id]
        self.counters.labels_added += len(set(labels) - node.labels)
        nodes[at.id] = replace(node, labels=node.labels | set(labels))

    def delete(self, targets: list[NodeAt | RelationshipAt], *, detach: bool) -> None:
        """Delete together; a node that keeps a relationship is refused unless `detach`."""
        touching = self.graph.touching
        nodes, relationships = self._change()
        doomed = {at.id for at in targets if isinstance(at, RelationshipAt)}
        doomed_nodes = {at.id for at in targets if isinstance(at, NodeAt)} & nodes.keys()
        for node in doomed_nodes:
            joined = {r.id for r in touching.get(node, ())}
            if detach:
                doomed |= joined
            elif joined - doomed:
                message = f"Cannot delete node<{node}>, because it still has relationships."
                raise QueryError("Neo.ClientError.Schema.ConstraintValidationFailed", message)
        for one in doomed & relationships.keys():
            del relationships[one]
            self.counters.relationships_deleted += 1
        for node in doomed_nodes:
            del nodes[node]
            self.counters.nodes_deleted += 1

    def _change(self) -> tuple[dict[int, Node], dict[int, Relationship]]:
        if self._changed is None:
            self._changed = dict(self._graph.nodes), dict(self._graph.relationships)
        return self._changed


def _kept(properties: Mapping[str, object]) -> dict[str, object]:
    for key, value in properties.items():
        entries = value if isinstance(value, list) else [value]
        if not all(entry is None or isinstance(entry, str | int | float) for entry in entries):
            message = f"Property values can only be of primitive types or arrays thereof: {key}"
            raise QueryError("Neo.ClientError.Statement.TypeError", message)
    return {key: value for key, value in properties.items() if value is not None}
