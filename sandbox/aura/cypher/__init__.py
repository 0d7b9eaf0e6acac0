"""A small part of Cypher, enough to look at the double's graphs and to change them.

It knows MATCH … WHERE, UNWIND, CREATE, SET, DELETE, DETACH DELETE, RETURN with DISTINCT, ORDER BY,
SKIP and LIMIT, the aggregates, a few functions, parameters, `CALL db.labels()` and
`CALL db.relationshipTypes()`, `COUNT { … }` of what the count store knows, and SHOW, CREATE and
DROP of constraints and indexes. Whatever else is asked raises `BeyondError`, which says what
stopped it: never a wrong answer. Meaning as in https://neo4j.com/docs/cypher-manual/current/.
"""

from sandbox.aura.cypher.parser import parse
from sandbox.aura.cypher.run import Result, run
from sandbox.aura.cypher.syntax import BeyondError, QueryError, Statement

__all__ = ["BeyondError", "QueryError", "Result", "Statement", "parse", "run"]
