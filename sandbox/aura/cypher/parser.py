"""Reads a statement, clause by clause."""

from sandbox.aura.cypher import schema
from sandbox.aura.cypher.expressions import Reader
from sandbox.aura.cypher.syntax import (
    BeyondError,
    Clause,
    Create,
    Delete,
    Expression,
    Item,
    Match,
    NodePattern,
    Parameter,
    Path,
    Procedure,
    RelationshipPattern,
    Return,
    SetLabels,
    SetProperty,
    Statement,
    Unwind,
)

PROCEDURES = {"db.labels": "label", "db.relationshiptypes": "relationshipType"}


def parse(statement: str) -> Statement:
    """Read; BeyondError says where it stopped."""
    reader = _Clauses(statement)
    clauses: list[Clause] = []
    while reader.next.kind != "end" and not reader.take(";"):
        if clauses and isinstance(clauses[-1], Return):
            raise reader.stuck()
        clauses += reader.clause()
    if reader.next.kind != "end" or not clauses:
        raise reader.stuck()
    if isinstance(clauses[-1], Match | Unwind):
        raise BeyondError("a statement cannot end with MATCH or UNWIND")
    return Statement(tuple(clauses))


class _Clauses(Reader):
    def clause(self) -> list[Clause]:
        if about_schema := schema.read(self):
            return [about_schema]
        if self.take("MATCH"):
            paths = self._paths()
            return [Match(paths, self.expression() if self.take("WHERE") else None)]
        if self.take("UNWIND"):
            items = self.expression()
            self.expect("AS")
            return [Unwind(items, self.name())]
        if self.take("CREATE"):
            return [Create(self._paths())]
        if self.take("SET"):
            return [self._assignment(), *self._more_assignments()]
        if self.take("DETACH", "DELETE"):
            return [Delete(self._targets(), detach=True)]
        if self.take("DELETE"):
            return [Delete(self._targets(), detach=False)]
        if self.take("RETURN"):
            return [self._return()]
        if self.take("CALL"):
            return self._procedure()
        raise self.stuck()

    def _more_assignments(self) -> list[Clause]:
        more: list[Clause] = []
        while self.take(","):
            more.append(self._assignment())
        return more

    def _assignment(self) -> Clause:
        name = self.name()
        if self.ahead(":"):
            return SetLabels(name, self.labels())
        self.expect(".")
        key = self.name()
        self.expect("=")
        return SetProperty(name, key, self.expression())

    def _targets(self) -> tuple[Expression, ...]:
        targets = [self.expression()]
        while self.take(","):
            targets.append(self.expression())
        return tuple(targets)

    def _procedure(self) -> list[Clause]:
        start = self.next
        name = self.name()
        while self.take("."):
            name += "." + self.name()
        column = PROCEDURES.get(name.lower())
        if column is None:
            message = f"it knows no procedure {name} (character {start.at + 1})"
            raise BeyondError(message)
        if self.take("("):
            self.expect(")")
        if self.take("YIELD") and self.name() != column:
            raise self.stuck()
        return [Procedure(name.lower())]

    def _return(self) -> Return:
        distinct = self.take("DISTINCT")
        items = [] if self.take("*") else [self._item()]
        while items and self.take(","):
            items.append(self._item())
        order: list[tuple[Expression, bool]] = []
        if self.take("ORDER", "BY"):
            order.append(self._sorting())
            while self.take(","):
                order.append(self._sorting())
        return Return(
            items=tuple(items),
            distinct=distinct,
            order=tuple(order),
            skip=self.expression() if self.take("SKIP") else None,
            limit=self.expression() if self.take("LIMIT") else None,
        )

    def _sorting(self) -> tuple[Expression, bool]:
        expression = self.expression()
        if self.take("DESC") or self.take("DESCENDING"):
            return expression, True
        if not self.take("ASC"):
            self.take("ASCENDING")
        return expression, False

    def _item(self) -> Item:
        start = self.next.at
        expression = self.expression()
        title = self.statement[start : self.next.at].strip()
        return Item(expression, self.name() if self.take("AS") else title)

    def _paths(self) -> tuple[Path, ...]:
        paths = [self._path()]
        while self.take(","):
            paths.append(self._path())
        return tuple(paths)

    def _path(self) -> Path:
        nodes, relationships = [self._node()], []
        while self.ahead("-") or self.ahead("<"):
            relationships.append(self._relationship())
            nodes.append(self._node())
        return Path(tuple(nodes), tuple(relationships))

    def _node(self) -> NodePattern:
        self.expect("(")
        name = self.name() if self.next.kind in {"word", "name"} else None
        labels = self.labels()
        if self.ahead("|"):
            raise self.stuck()
        properties = self._properties()
        self.expect(")")
        return NodePattern(name, labels, properties)

    def _relationship(self) -> RelationshipPattern:
        left = self.take("<")
        self.expect("-")
        name, types, properties = None, [], None
        if self.take("["):
            name = self.name() if self.next.kind in {"word", "name"} else None
            if self.take(":"):
                types.append(self.name())
                while self.take("|"):
                    types.append(self.name())
            properties = self._properties()
            self.expect("]")
        self.expect("-")
        right = self.take(">")
        direction = "" if left == right else "<" if left else ">"
        return RelationshipPattern(name, tuple(types), properties, direction)

    def _properties(self) -> Expression | None:
        if self.ahead("{"):
            return self.map()
        return Parameter(self.name()) if self.take("$") else None
