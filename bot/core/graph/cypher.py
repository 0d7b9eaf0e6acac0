"""The statements by which a graph is counted; the count store answers all of them, no scan.

Neo4j keeps how many nodes, nodes of each label, relationships and relationships of each type there
are (https://neo4j.com/docs/cypher-manual/5/planning-and-tuning/operators/operators-detail/
#query-plan-node-count-from-count-store). A count is only read from there when it stands alone: with
anything beside it to group by, Neo4j scans.
"""

from collections.abc import Iterable, Sequence

LABELS = "CALL db.labels() YIELD label RETURN label"
#: https://neo4j.com/docs/operations-manual/5/procedures/#procedure_dbms_components
VERSION = (
    "CALL dbms.components() YIELD name, versions "
    "WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"
)
TYPES = "CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType"
TOTALS = "RETURN COUNT { () } AS nodes, COUNT { ()-->() } AS relationships"
CONSTRAINTS = "SHOW CONSTRAINTS YIELD createStatement RETURN createStatement"
#: Those that a constraint brings are told with it.
INDEXES = (
    "SHOW INDEXES YIELD createStatement, owningConstraint "
    "WHERE owningConstraint IS NULL RETURN createStatement"
)


def quoted(name: str) -> str:
    """Return a name as Cypher reads it, whatever it holds.

    Neo4j 5 reads ``\\uXXXX`` anywhere in a statement, in quoted names too, and before it looks for
    the closing quote (https://neo4j.com/docs/cypher-manual/5/syntax/parsing/), so that backslashes
    are written that way themselves.
    """
    return "`" + name.replace("\\", "\\u005C").replace("`", "``") + "`"


def count_labels(names: Sequence[str]) -> str:
    """Return a statement of one row: how many nodes have each label."""
    return _counts(f"(:{quoted(name)})" for name in names)


def count_types(names: Sequence[str]) -> str:
    """Return a statement of one row: how many relationships are of each type."""
    return _counts(f"()-[:{quoted(name)}]->()" for name in names)


def _counts(patterns: Iterable[str]) -> str:
    return "RETURN " + ", ".join(f"COUNT {{ {one} }} AS n{at}" for at, one in enumerate(patterns))
