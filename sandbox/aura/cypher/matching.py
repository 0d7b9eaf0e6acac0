"""Finds every way in which patterns lie on a graph; no relationship twice within one MATCH."""

from collections.abc import Iterator

from sandbox.aura.cypher.draft import NodeAt, RelationshipAt
from sandbox.aura.cypher.syntax import Expression, Match, NodePattern, Path, RelationshipPattern
from sandbox.aura.cypher.values import Row, Scope, unfit
from sandbox.aura.graphs import Relationship

_Used = frozenset[int]


def matches(scope: Scope, clause: Match, row: Row) -> Iterator[Row]:
    """The rows that a row becomes."""
    for found, _ in _paths(scope, clause.paths, row, frozenset()):
        if clause.where is None or scope.truth(clause.where, found):
            yield found


def _paths(
    scope: Scope, paths: tuple[Path, ...], row: Row, used: _Used
) -> Iterator[tuple[Row, _Used]]:
    if not paths:
        yield row, used
        return
    first, *others = paths
    for start, bound in _starts(scope, first.nodes[0], row):
        for found, then_used in _steps(scope, first, 0, start, bound, used):
            yield from _paths(scope, tuple(others), found, then_used)


def _steps(
    scope: Scope, path: Path, at: int, node: int, row: Row, used: _Used
) -> Iterator[tuple[Row, _Used]]:
    if at == len(path.relationships):
        yield row, used
        return
    wanted = path.relationships[at]
    for joined in scope.draft.graph.touching.get(node, ()):
        if joined.id in used:
            continue
        for end in _ends(wanted.direction, joined, node):
            bound = _relationship(scope, wanted, joined, row)
            if bound is not None:
                bound = _node(scope, path.nodes[at + 1], end, bound)
            if bound is not None:
                yield from _steps(scope, path, at + 1, end, bound, used | {joined.id})


def _ends(direction: str, joined: Relationship, node: int) -> set[int]:
    forward = {joined.end} if joined.start == node and direction != "<" else set()
    backward = {joined.start} if joined.end == node and direction != ">" else set()
    return forward | backward


def _starts(scope: Scope, pattern: NodePattern, row: Row) -> Iterator[tuple[int, Row]]:
    there = row.get(pattern.name) if pattern.name is not None else None
    if isinstance(there, NodeAt):
        candidates = [there.id]
    elif pattern.name in row:
        return
    else:
        candidates = list(scope.draft.graph.nodes)
    for node in candidates:
        bound = _node(scope, pattern, node, row)
        if bound is not None:
            yield node, bound


def _node(scope: Scope, pattern: NodePattern, node: int, row: Row) -> Row | None:
    found = scope.draft.graph.nodes.get(node)
    if found is None or not set(pattern.labels) <= found.labels:
        return None
    return _bound(scope, pattern.name, NodeAt(node), pattern.properties, row)


def _relationship(
    scope: Scope, pattern: RelationshipPattern, joined: Relationship, row: Row
) -> Row | None:
    if pattern.types and joined.type not in pattern.types:
        return None
    return _bound(scope, pattern.name, RelationshipAt(joined.id), pattern.properties, row)


def _bound(
    scope: Scope,
    name: str | None,
    at: NodeAt | RelationshipAt,
    properties: Expression | None,
    row: Row,
) -> Row | None:
    if name is not None and row.get(name, at) != at:
        return None
    if properties is not None:
        wanted, there = scope.value(properties, row), scope.properties(at)
        if not isinstance(wanted, dict):
            raise unfit("properties must be a map")
        if any(value is None or there.get(key) != value for key, value in wanted.items()):
            return None
    return row if name is None else {**row, name: at}
