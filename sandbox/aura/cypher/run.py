"""Runs a statement on a graph: clause by clause, each turns rows into rows."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import assert_never

from sandbox.aura.cypher.draft import Counters, Draft, NodeAt, RelationshipAt
from sandbox.aura.cypher.functions import key, sort_key
from sandbox.aura.cypher.matching import matches
from sandbox.aura.cypher.parser import PROCEDURES
from sandbox.aura.cypher.schema import changed, hold, shown
from sandbox.aura.cypher.syntax import (
    Clause,
    Create,
    Define,
    Delete,
    Drop,
    Expression,
    Item,
    Match,
    NodePattern,
    Path,
    Procedure,
    QueryError,
    Return,
    SetLabels,
    SetProperty,
    Show,
    Statement,
    Unwind,
    Variable,
)
from sandbox.aura.cypher.values import Row, Scope, is_aggregate, unfit
from sandbox.aura.graphs import Graph


@dataclass(frozen=True)
class Result:
    """Columns, rows as JSON shows them, the graph afterwards, and what was changed."""

    fields: tuple[str, ...]
    values: list[list[object]]
    graph: Graph
    counters: Counters

    @property
    def changed(self) -> bool:
        """True when anything was."""
        return any(asdict(self.counters).values())


def run(statement: Statement, graph: Graph, parameters: Mapping[str, object]) -> Result:
    """Run; QueryError leaves nothing behind, since the graph is a value."""
    draft = Draft(graph)
    scope = Scope(draft, parameters)
    rows: list[Row] = [{}]
    fields: tuple[str, ...] = ()
    values: list[list[object]] = []
    for clause in statement.clauses:
        match clause:
            case Return():
                fields, values = _projected(scope, clause, rows)
            case Procedure(name):
                rows = _next(scope, clause, rows)
                fields = (PROCEDURES[name],)
                values = [[row[fields[0]]] for row in rows]
            case Show(_, fields):
                rows = _next(scope, clause, rows)
                values = [[row[column] for column in fields] for row in rows]
            case _:
                rows = _next(scope, clause, rows)
                fields, values = (), []
    result = [[_shown(value, draft.graph) for value in row] for row in values]
    if any(asdict(draft.counters).values()):
        hold(draft.graph)
    return Result(fields, result, draft.graph, draft.counters)


def _next(scope: Scope, clause: Clause, rows: list[Row]) -> list[Row]:
    match clause:
        case Match():
            return [found for row in rows for found in matches(scope, clause, row)]
        case Unwind(items, name):
            return [{**row, name: one} for row in rows for one in _listed(scope, items, row)]
        case Create(paths):
            return [_created(scope, paths, row) for row in rows]
        case SetProperty(name, property_, value):
            for row in rows:
                at = scope.value(Variable(name), row)
                if isinstance(at, NodeAt | RelationshipAt):
                    scope.draft.set_property(at, property_, scope.value(value, row))
            return rows
        case SetLabels(name, labels):
            for row in rows:
                at = scope.value(Variable(name), row)
                if isinstance(at, NodeAt):
                    scope.draft.add_labels(at, labels)
            return rows
        case Delete(targets, detach):
            found = [scope.value(target, row) for row in rows for target in targets]
            doomed = [at for at in found if isinstance(at, NodeAt | RelationshipAt)]
            scope.draft.delete(doomed, detach=detach)
            return rows
        case Procedure(name):
            graph = scope.draft.graph
            names = graph.labels() if name == "db.labels" else graph.types()
            return [{**row, PROCEDURES[name]: one} for row in rows for one in names]
        case Show(where=where):
            found_rows = [
                {**row, **one} for row in rows for one in shown(scope.draft.graph, clause)
            ]
            return [row for row in found_rows if where is None or scope.truth(where, row)]
        case Define() | Drop():
            scope.draft.set_schema(changed(scope.draft.graph.schema, clause))
            return rows
        case Return():
            return rows
        case _:
            assert_never(clause)


def _listed(scope: Scope, items: Expression, row: Row) -> list[object]:
    value = scope.value(items, row)
    return value if isinstance(value, list) else [] if value is None else [value]


def _created(scope: Scope, paths: tuple[Path, ...], row: Row) -> Row:
    bound = dict(row)

    def node(pattern: NodePattern) -> NodeAt:
        there = bound.get(pattern.name) if pattern.name is not None else None
        if isinstance(there, NodeAt):
            return there
        made = scope.draft.create_node(pattern.labels, _wanted(scope, pattern.properties, bound))
        if pattern.name is not None:
            bound[pattern.name] = made
        return made

    for path in paths:
        nodes = [node(pattern) for pattern in path.nodes]
        for at, pattern in enumerate(path.relationships):
            if len(pattern.types) != 1 or not pattern.direction:
                message = "A relationship to create needs one type and a direction"
                raise QueryError("Neo.ClientError.Statement.SyntaxError", message)
            ends = nodes[at], nodes[at + 1]
            start, end = ends if pattern.direction == ">" else ends[::-1]
            wanted = _wanted(scope, pattern.properties, bound)
            made = scope.draft.create_relationship(pattern.types[0], start, end, wanted)
            if pattern.name is not None:
                bound[pattern.name] = made
    return bound


def _wanted(scope: Scope, properties: Expression | None, row: Row) -> Mapping[str, object]:
    value = {} if properties is None else scope.value(properties, row)
    if not isinstance(value, dict):
        raise unfit("properties must be a map")
    return value


def _projected(
    scope: Scope, wanted: Return, rows: list[Row]
) -> tuple[tuple[str, ...], list[list[object]]]:
    items = wanted.items or tuple(
        Item(Variable(name), name) for name in (sorted(rows[0]) if rows else ())
    )
    projected: list[tuple[list[object], Row, Scope]] = []
    for group in _groups(scope, items, rows):
        first = group.group[0] if group.group else {}
        values = [group.value(item.expression, first) for item in items]
        projected.append((values, first, group))
    if wanted.distinct:
        seen: dict[str, tuple[list[object], Row, Scope]] = {}
        for one in projected:
            seen.setdefault(key(one[0]), one)
        projected = list(seen.values())
    for expression, descending in reversed(wanted.order):
        projected.sort(
            key=lambda p, e=expression: sort_key(_sorted_by(e, items, *p)),  # type: ignore[misc]
            reverse=descending,
        )
    columns = [p[0] for p in projected]
    skip = 0 if wanted.skip is None else _count(scope.value(wanted.skip, {}))
    until = None if wanted.limit is None else skip + _count(scope.value(wanted.limit, {}))
    return tuple(item.title for item in items), columns[skip:until]


def _groups(scope: Scope, items: tuple[Item, ...], rows: list[Row]) -> Iterator[Scope]:
    plain = [item.expression for item in items if not is_aggregate(item.expression)]
    if len(plain) == len(items):
        yield from (Scope(scope.draft, scope.parameters, (row,)) for row in rows)
        return
    groups: dict[str, list[Row]] = {} if plain else {"": []}
    for row in rows:
        name = key([scope.value(e, row) for e in plain]) if plain else ""
        groups.setdefault(name, []).append(row)
    yield from (Scope(scope.draft, scope.parameters, tuple(group)) for group in groups.values())


def _sorted_by(
    expression: Expression, items: tuple[Item, ...], values: list[object], row: Row, group: Scope
) -> object:
    titles = [item.title for item in items]
    for at, item in enumerate(items):
        if expression in (item.expression, Variable(titles[at])):
            return values[at]
    return group.value(expression, {**row, **dict(zip(titles, values, strict=True))})


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise unfit("SKIP and LIMIT want a whole number")
    return value


def _shown(value: object, graph: Graph) -> object:
    match value:
        case NodeAt(id):
            node = graph.nodes.get(id)
            if node is None:
                return None
            return {
                "elementId": f"4:{id}",
                "labels": sorted(node.labels),
                "properties": dict(node.properties),
            }
        case RelationshipAt(id):
            joined = graph.relationships.get(id)
            if joined is None:
                return None
            return {
                "elementId": f"5:{id}",
                "startNodeElementId": f"4:{joined.start}",
                "endNodeElementId": f"4:{joined.end}",
                "type": joined.type,
                "properties": dict(joined.properties),
            }
        case list():
            return [_shown(one, graph) for one in value]
        case dict():
            return {name: _shown(one, graph) for name, one in value.items()}
        case _:
            return value
