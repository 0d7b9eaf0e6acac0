"""Constraints and indexes: reading the statements about them, showing them, and holding to them.

Meaning as in https://neo4j.com/docs/cypher-manual/5/constraints/ and …/indexes/; only uniqueness
of a node's properties, and plain (range) indexes.
"""

from collections.abc import Iterator

from sandbox.aura.cypher.expressions import Reader
from sandbox.aura.cypher.functions import key
from sandbox.aura.cypher.syntax import Clause, Define, Drop, QueryError, Show
from sandbox.aura.graphs import Definition, Graph

#: What each database has from the start.
_LOOKUPS = (
    ("index_343aff4e", "NODE", "CREATE LOOKUP INDEX `index_343aff4e` FOR (n) ON EACH labels(n)"),
    (
        "index_f7700477",
        "RELATIONSHIP",
        "CREATE LOOKUP INDEX `index_f7700477` FOR ()-[r]-() ON EACH type(r)",
    ),
)
_COLUMNS = ("name", "type", "entityType", "labelsOrTypes", "properties", "createStatement")
_INDEX_COLUMNS = (*_COLUMNS, "owningConstraint")


def read(reader: Reader) -> Clause | None:
    """Read a statement about the schema, or nothing when another one comes."""
    for word, constraint in (("CONSTRAINT", True), ("INDEX", False)):
        if reader.take("SHOW", f"{word}S" if constraint else "INDEXES"):
            return _show(reader, constraint)
        if reader.take("CREATE", word):
            return _define(reader, constraint)
        if reader.take("DROP", word):
            return Drop(constraint, reader.name(), quiet=reader.take("IF", "EXISTS"))
    return None


def shown(graph: Graph, clause: Show) -> Iterator[dict[str, object]]:
    """The rows of a SHOW, with the columns that it yields."""
    for row in _constraints(graph) if clause.constraints else _indexes(graph):
        yield {column: row[column] for column in clause.columns}


def changed(schema: tuple[Definition, ...], clause: Define | Drop) -> tuple[Definition, ...]:
    """The schema afterwards; QueryError where Neo4j refuses."""
    if isinstance(clause, Define):
        wanted = clause.definition
        if any(one.name == wanted.name or _same(one, wanted) for one in schema):
            if clause.quiet:
                return schema
            message = f"An equivalent or equally named constraint or index exists: {wanted.name}"
            raise QueryError("Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists", message)
        return tuple(sorted((*schema, wanted), key=lambda one: one.name))
    kept = tuple(
        one for one in schema if (one.name, one.constraint) != (clause.name, clause.constraint)
    )
    if len(kept) == len(schema) and not clause.quiet:
        what, code = ("constraint", "Constraint") if clause.constraint else ("index", "Index")
        message = f"Unable to drop {what} `{clause.name}`: no such {what}."
        raise QueryError(f"Neo.DatabaseError.Schema.{code}DropFailed", message)
    return kept


def hold(graph: Graph) -> None:
    """Raise QueryError when two nodes share what must be one's own."""
    for rule in graph.schema:
        if not rule.constraint:
            continue
        seen: set[str] = set()
        for node in graph.nodes.values():
            values = [node.properties.get(name) for name in rule.properties]
            if rule.of not in node.labels or None in values:
                continue
            mark = key(values)
            if mark in seen:
                message = f"Node({node.id}) already exists with label `{rule.of}` and its values"
                raise QueryError("Neo.ClientError.Schema.ConstraintValidationFailed", message)
            seen.add(mark)


def _same(one: Definition, other: Definition) -> bool:
    return (one.of, one.properties, one.relationship) == (
        other.of,
        other.properties,
        other.relationship,
    )


def _show(reader: Reader, constraints: bool) -> Show:
    known = _COLUMNS if constraints else _INDEX_COLUMNS
    if not reader.take("YIELD"):
        return Show(constraints, tuple(c for c in known if c != "createStatement"), None)
    if reader.take("*"):
        columns = list(known)
    else:
        columns = [reader.name()]
        while reader.take(","):
            columns.append(reader.name())
    if not set(columns) <= set(known):
        raise reader.stuck()
    return Show(constraints, tuple(columns), reader.expression() if reader.take("WHERE") else None)


def _define(reader: Reader, constraint: bool) -> Define:
    name = reader.name()
    quiet = reader.take("IF", "NOT", "EXISTS")
    reader.expect("FOR")
    reader.expect("(")
    relationship = not constraint and reader.take(")", "-", "[")
    variable = reader.name()
    [of] = reader.labels()[:1] or [None]
    if of is None:
        raise reader.stuck()
    for sign in ("]", "-", "(", ")") if relationship else (")",):
        reader.expect(sign)
    reader.expect("REQUIRE" if constraint else "ON")
    properties = _properties(reader, variable)
    if constraint:
        for word in ("IS", "UNIQUE"):
            reader.expect(word)
    found = Definition(
        name=name, constraint=constraint, of=of, properties=properties, relationship=relationship
    )
    return Define(found, quiet=quiet)


def _properties(reader: Reader, variable: str) -> tuple[str, ...]:
    many = reader.take("(")
    found = []
    while True:
        if reader.name() != variable:
            raise reader.stuck()
        reader.expect(".")
        found.append(reader.name())
        if not (many and reader.take(",")):
            break
    if many:
        reader.expect(")")
    return tuple(found)


def _row(one: Definition, kind: str) -> dict[str, object]:
    return {
        "name": one.name,
        "type": kind,
        "entityType": "RELATIONSHIP" if one.relationship else "NODE",
        "labelsOrTypes": [one.of],
        "properties": list(one.properties),
        "createStatement": one.statement,
    }


def _constraints(graph: Graph) -> Iterator[dict[str, object]]:
    return (_row(one, "UNIQUENESS") for one in graph.schema if one.constraint)


def _indexes(graph: Graph) -> Iterator[dict[str, object]]:
    for name, entity, statement in _LOOKUPS:
        yield {
            **dict.fromkeys(_INDEX_COLUMNS),
            **{"name": name, "type": "LOOKUP", "entityType": entity},
            "createStatement": statement,
        }
    for one in graph.schema:
        owner = one.name if one.constraint else None
        yield {**_row(one, "RANGE"), "owningConstraint": owner}
