"""Between the double's graphs, which are values, and a real server, which holds one graph."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, TypeVar

from sandbox.aura.graphs import Definition, Graph, Node, Relationship
from sandbox.neo4j.server import Neo4j

T = TypeVar("T")
_BATCH = 5000


def load(server: Neo4j, graph: Graph) -> None:
    """Replace what the server holds."""
    for name, *_ in server.run("SHOW CONSTRAINTS YIELD name"):
        server.run(f"DROP CONSTRAINT {_quoted(str(name))}")
    for name, *_ in server.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP'"):
        server.run(f"DROP INDEX {_quoted(str(name))}")
    while server.run(f"MATCH (n) WITH n LIMIT {_BATCH} DETACH DELETE n RETURN count(*)") != [[0]]:
        pass
    at: dict[int, str] = {}
    kinds: dict[tuple[str, ...], list[Node]] = {}
    for node in graph.nodes.values():
        kinds.setdefault(tuple(sorted(node.labels)), []).append(node)
    for labels, nodes in kinds.items():
        carried = "".join(f":{_quoted(label)}" for label in labels)
        create = (
            f"UNWIND $rows AS row CREATE (n{carried}) SET n = row.p RETURN row.id, elementId(n)"
        )
        for batch in _batches(nodes):
            rows = [{"id": node.id, "p": dict(node.properties)} for node in batch]
            at.update((int(str(key)), str(there)) for key, there in server.run(create, rows=rows))
    types: dict[str, list[Relationship]] = {}
    for joined in graph.relationships.values():
        types.setdefault(joined.type, []).append(joined)
    for kind, relationships in types.items():
        join = (
            "UNWIND $rows AS row MATCH (a) WHERE elementId(a) = row.a "
            "MATCH (b) WHERE elementId(b) = row.b "
            f"CREATE (a)-[r:{_quoted(kind)}]->(b) SET r = row.p"
        )
        for some in _batches(relationships):
            ends = [{"a": at[r.start], "b": at[r.end], "p": dict(r.properties)} for r in some]
            server.run(join, rows=ends)
    for definition in graph.schema:
        server.run(definition.statement)
    server.run("CALL db.awaitIndexes(60)")


def read(server: Neo4j) -> Graph:
    """What the server holds; times and points come back as text."""
    nodes: list[list[Any]] = server.run("MATCH (n) RETURN id(n), labels(n), properties(n)")
    joined: list[list[Any]] = server.run(
        "MATCH (a)-[r]->(b) RETURN id(r), type(r), id(a), id(b), properties(r)"
    )
    return Graph(
        {n: Node(id=n, labels=frozenset(labels), properties=own) for n, labels, own in nodes},
        {
            r: Relationship(id=r, type=kind, start=start, end=end, properties=own)
            for r, kind, start, end, own in joined
        },
        tuple(sorted(_schema(server), key=lambda one: one.name)),
    )


def _schema(server: Neo4j) -> Iterator[Definition]:
    columns = "name, entityType, labelsOrTypes, properties"
    shown = {
        True: f"SHOW CONSTRAINTS YIELD {columns}, type WHERE type = 'UNIQUENESS' RETURN {columns}",
        False: (
            f"SHOW INDEXES YIELD {columns}, type, owningConstraint "
            f"WHERE type = 'RANGE' AND owningConstraint IS NULL RETURN {columns}"
        ),
    }
    for constraint, statement in shown.items():
        rows: list[list[Any]] = server.run(statement)
        for name, entity, [of], properties in rows:
            yield Definition(
                name=name,
                constraint=constraint,
                of=of,
                properties=tuple(properties),
                relationship=entity == "RELATIONSHIP",
            )


def _batches(items: list[T]) -> Iterator[list[T]]:
    left = iter(items)
    while batch := list(islice(left, _BATCH)):
        yield batch


def _quoted(name: str) -> str:
    return "`" + name.replace("\\", "\\u005C").replace("`", "``") + "`"
