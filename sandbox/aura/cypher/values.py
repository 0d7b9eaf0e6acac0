"""What an expression is worth in a row. Null is None, and most things with it are null."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from sandbox.aura.cypher.draft import Draft, NodeAt, RelationshipAt
from sandbox.aura.cypher.functions import aggregate, apply, compare
from sandbox.aura.cypher.syntax import (
    Binary,
    Call,
    Counted,
    Expression,
    HasLabels,
    ListOf,
    Literal,
    MapOf,
    Parameter,
    Property,
    QueryError,
    Unary,
    Variable,
)

Row = Mapping[str, object]

AGGREGATES = frozenset({"count", "sum", "min", "max", "avg", "collect"})
_TEXT: Mapping[str, Callable[[str, str], bool]] = {
    "STARTS WITH": str.startswith,
    "ENDS WITH": str.endswith,
    "CONTAINS": str.__contains__,
}


def is_aggregate(expression: Expression) -> bool:
    """True when there is an aggregate anywhere in it."""
    match expression:
        case Call(name, arguments):
            return name in AGGREGATES or any(is_aggregate(a) for a in arguments)
        case Binary(_, left, right):
            return is_aggregate(left) or is_aggregate(right)
        case Unary(_, operand):
            return is_aggregate(operand)
        case Property(of) | HasLabels(of):
            return is_aggregate(of)
        case ListOf(items):
            return any(is_aggregate(i) for i in items)
        case MapOf(entries):
            return any(is_aggregate(value) for _, value in entries)
        case _:
            return False


@dataclass(frozen=True)
class Scope:
    """Where names are looked up: the graph, the parameters, and the rows that count together."""

    draft: Draft
    parameters: Mapping[str, object]
    group: tuple[Row, ...] | None = None

    def value(self, expression: Expression, row: Row) -> object:
        """Evaluate; QueryError for an unknown name or values that do not fit."""
        match expression:
            case Literal(value):
                return value
            case Parameter(name):
                if name not in self.parameters:
                    message = f"Expected parameter(s): {name}"
                    raise QueryError("Neo.ClientError.Statement.ParameterMissing", message)
                return self.parameters[name]
            case Variable(name):
                if name not in row:
                    message = f"Variable `{name}` not defined"
                    raise QueryError("Neo.ClientError.Statement.SyntaxError", message)
                return row[name]
            case Property(of, key):
                return self.properties(self.value(of, row)).get(key)
            case HasLabels(of, labels):
                node = self.value(of, row)
                return None if node is None else set(labels) <= self._labels(node)
            case ListOf(items):
                return [self.value(item, row) for item in items]
            case MapOf(entries):
                return {key: self.value(value, row) for key, value in entries}
            case Counted(relationships, name):
                return self._counted(relationships, name)
            case Call():
                return self._call(expression, row)
            case Unary(operator, operand):
                return self._unary(operator, self.value(operand, row))
            case Binary(operator, left, right):
                return self._binary(operator, self.value(left, row), self.value(right, row))
            case _:
                assert_never(expression)

    def _counted(self, relationships: bool, name: str | None) -> int:
        graph = self.draft.graph
        if name is None:
            return len(graph.relationships if relationships else graph.nodes)
        return (graph.types() if relationships else graph.labels()).get(name, 0)

    def truth(self, expression: Expression, row: Row) -> bool:
        """Evaluate a condition; null is not true."""
        return self.value(expression, row) is True

    def properties(self, of: object) -> Mapping[str, object]:
        """The properties of a node, relationship or map; none for null or what is deleted."""
        match of:
            case NodeAt():
                node = self.draft.node(of)
                return node.properties if node is not None else {}
            case RelationshipAt():
                joined = self.draft.relationship(of)
                return joined.properties if joined is not None else {}
            case dict():
                return of
            case None:
                return {}
            case _:
                raise unfit(f"{of!r} has no properties")

    def _labels(self, node: object) -> frozenset[str]:
        if not isinstance(node, NodeAt):
            raise unfit(f"{node!r} is no node")
        found = self.draft.node(node)
        return found.labels if found is not None else frozenset()

    def _call(self, call: Call, row: Row) -> object:
        if call.name in AGGREGATES:
            if self.group is None:
                message = f"Invalid use of aggregating function {call.name}(...) in this context"
                raise QueryError("Neo.ClientError.Statement.SyntaxError", message)
            if call.star:
                return len(self.group)
            alone = Scope(self.draft, self.parameters)
            values = [alone.value(call.arguments[0], one) for one in self.group]
            return aggregate(call.name, values, distinct=call.distinct)
        values = [self.value(argument, row) for argument in call.arguments]
        if None in values:
            return None
        match call.name, values:
            case "labels", [node]:
                return sorted(self._labels(node))
            case "type", [RelationshipAt() as at]:
                joined = self.draft.relationship(at)
                return joined.type if joined is not None else None
            case "properties", [of]:
                return dict(self.properties(of))
            case "keys", [of]:
                return sorted(self.properties(of))
            case "id", [NodeAt(id) | RelationshipAt(id)]:
                return id
            case name, _:
                return apply(name, values)

    def _unary(self, operator: str, value: object) -> object:
        match operator, value:
            case "IS NULL", _:
                return value is None
            case "IS NOT NULL", _:
                return value is not None
            case _, None:
                return None
            case "NOT", bool():
                return not value
            case "-", int() | float() if not isinstance(value, bool):
                return -value
            case _:
                raise unfit(f"{operator} does not fit {value!r}")

    def _binary(self, operator: str, left: object, right: object) -> object:
        if operator in {"AND", "OR"}:
            decisive = operator == "OR"
            if left is decisive or right is decisive:
                return decisive
            return None if left is None or right is None else not decisive
        if left is None or right is None:
            return None
        match operator, left, right:
            case "IN", _, list():
                return True if left in right else None if None in right else False
            case (("STARTS WITH" | "ENDS WITH" | "CONTAINS"), str(), str()):
                return _TEXT[operator](left, right)
            case (("STARTS WITH" | "ENDS WITH" | "CONTAINS"), _, _):
                return None
            case _:
                return compare(operator, left, right)


def unfit(message: str) -> QueryError:
    """Values of a type that does not fit."""
    return QueryError("Neo.ClientError.Statement.TypeError", message)
