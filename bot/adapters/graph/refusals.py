"""What Neo4j's errors mean: a code such as ``Neo.ClientError.Statement.SyntaxError``, and a text.

https://neo4j.com/docs/status-codes/5/errors/all-errors/
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.errors import GraphError, GraphRefused, GraphUnavailable

_TOO_LONG = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
        "Neo.ClientError.Transaction.TransactionTerminated",
        "Neo.TransientError.Transaction.Terminated",
    }
)
_HINTS = {
    "Neo.ClientError.Security.Unauthorized": "Check the user, and what its variable holds.",
    "Neo.ClientError.Security.Forbidden": "Give the read-only user the rights it lacks.",
    "Neo.ClientError.Statement.AccessMode": "Only statements that read are sent.",
    "Neo.ClientError.Database.DatabaseNotFound": "Check the name of the database.",
}


def refusal(status: int, errors: Sequence[Mapping[str, Any]]) -> GraphError:
    """Return what an answer with errors means: GraphRefused, or GraphUnavailable for a while."""
    first: Mapping[str, Any] = errors[0] if errors else {}
    code, said = str(first.get("code") or f"HTTP {status}"), str(first.get("message") or "")
    if code in _TOO_LONG:
        return GraphUnavailable("the database ended the statement, since it took too long")
    if code.startswith("Neo.TransientError.") or status >= 500 or status == 429:
        return GraphUnavailable(f"the database cannot answer now ({code[:80]})")
    if 300 <= status < 400:
        return GraphRefused("the database's address leads elsewhere", code=f"HTTP {status}")
    line = said.splitlines()[0][:200].rstrip(". ") if said else f"it answered {status}"
    return GraphRefused(f"Neo4j refused: {line}", code=code[:120], hint=_HINTS.get(code))
