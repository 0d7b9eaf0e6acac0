"""Neo4j's Query API v2: Cypher over HTTP, with the user name and password of the database.

https://neo4j.com/docs/query-api/current/query/ has the requests and answers. The real one is served
by the instance's own host, `https://<id>.databases.neo4j.io`; here the instance is named by the
`Host` header or in front of the path, `/databases/<id>/db/<name>/query/v2`. An instance that is
not awake answers 503 (the real host is not there at all).
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import Protocol, runtime_checkable

from sandbox.aura import typed
from sandbox.aura.answers import Answer
from sandbox.aura.cypher import BeyondError, QueryError, Result, parse, run
from sandbox.aura.cypher.draft import Counters
from sandbox.aura.databases import Database
from sandbox.aura.instances import Instance
from sandbox.aura.world import World

BEYOND = "Savepoint.Sandbox.Statement.Beyond"
"""The `code` of a statement that the double's small engine does not know: not one of Neo4j's."""

_HOST = re.compile(r"([0-9a-f]{8})\.databases\.")
_READER = "reader"
_PRIVILEGES = re.compile(
    r"\s*(?:/\*.*?\*/\s*)?SHOW USER PRIVILEGES YIELD access, action RETURN access, action\s*"
)
"""What a user may do: asked as the documentation of privileges shows, and in no other way."""
_COMPONENTS = re.compile(
    r"\s*(?:/\*.*?\*/\s*)?CALL dbms\.components\(\) YIELD name, versions "
    r"WHERE name = 'Neo4j Kernel' RETURN versions\[0\] AS version\s*"
)
_VERSION = "5.27-aura"
_READING = ("access", "match", "show_constraint", "show_index", "execute")
_AWAKE = frozenset({"running", "updating"})
_FORBIDDEN = "Neo.ClientError.Security.Forbidden"


@runtime_checkable
class Elsewhere(Protocol):
    """A database that a real server holds."""

    def forward(
        self, body: Mapping[str, object], *, reads: bool, headers: Mapping[str, str]
    ) -> Answer:
        """Have the server run a statement."""


def instance_of(path: Mapping[str, str], host: str) -> str:
    """The id of the instance that a request is for; empty when it names none."""
    if "instance" in path:
        return path["instance"]
    named = _HOST.match(host)
    return named.group(1) if named else ""


def answer_query(
    world: World,
    now: datetime,
    *,
    instance_id: str,
    database: str,
    authorization: str,
    body: Mapping[str, object],
    typed_in: bool = False,
    typed_out: bool = False,
) -> Answer | Callable[[], Answer]:
    """Run a statement and answer with its rows: 202, or an error with Neo4j's `code`.

    `typed_in` and `typed_out` say that parameters and rows are in typed JSON. Where a real server
    holds the database, what is returned asks it: that takes its time.
    """
    instance = world.instances.get(instance_id)
    if instance is None:
        return _error(404, "Neo.ClientError.Request.Invalid", "no such instance")
    instance.settle(now)
    instance.snapshots(now)  # what was due before must not see what this statement changes
    if instance.status not in _AWAKE:
        return Answer(status=503, body={"error": f"the instance is {instance.status}"})
    user = _user(instance, authorization)
    if user is None:
        return _error(401, "Neo.ClientError.Security.Unauthorized", "Invalid credential.")
    there = instance.databases.by_name.get(database)
    if there is None:
        message = f"Database does not exist. Database name: '{database}'."
        return _error(404, "Neo.ClientError.Database.DatabaseNotFound", message)
    if there.doing is not None:
        message = f"Database '{database}' is unavailable."
        return _error(503, "Neo.TransientError.General.DatabaseUnavailable", message)
    statement, parameters = body.get("statement"), body.get("parameters", {})
    if not isinstance(statement, str) or not isinstance(parameters, dict):
        message = "the body needs a statement, and parameters as an object"
        return _error(400, "Neo.ClientError.Request.InvalidFormat", message)
    if isinstance(there, Elsewhere) and not _PRIVILEGES.fullmatch(statement):
        headers = {
            "Content-Type": typed.MEDIA if typed_in else "application/json",
            "Accept": typed.MEDIA if typed_out else "application/json",
        }
        reads = user == _READER or body.get("accessMode", "WRITE") == "READ"
        return partial(there.forward, body, reads=reads, headers=headers)
    try:
        given = {n: typed.plain(v) for n, v in parameters.items()} if typed_in else parameters
    except ValueError as error:
        return _error(400, "Neo.ClientError.Request.InvalidFormat", str(error))
    reads = body.get("accessMode", "WRITE") == "READ"
    try:
        result = _run(there, statement, given, reader=user == _READER, reads=reads)
    except BeyondError as beyond:
        message = f"The sandbox's graph knows only a small part of Cypher: {beyond}"
        return _error(400, BEYOND, message)
    except QueryError as error:
        status = 403 if error.code == _FORBIDDEN else 400
        return _error(status, error.code, str(error))
    if result.changed:
        instance.alone_since = now
        graph = result.graph
        there.graph = lambda: graph
    shown = _shown(result, counters=body.get("includeCounters") is True)
    if typed_out:
        rows = [[typed.typed(value) for value in row] for row in result.values]
        shown["data"] = {"fields": list(result.fields), "values": rows}
    return Answer(status=202, body=shown)


def _run(
    database: Database,
    statement: str,
    parameters: Mapping[str, object],
    *,
    reader: bool,
    reads: bool,
) -> Result:
    if _PRIVILEGES.fullmatch(statement):
        granted = _READING if reader else (*_READING, "write", "dbms_actions")
        values: list[list[object]] = [["GRANTED", action] for action in granted]
        return Result(("access", "action"), values, database.graph(), Counters())
    if _COMPONENTS.fullmatch(statement):
        return Result(("version",), [[_VERSION]], database.graph(), Counters())
    parsed = parse(statement)
    if parsed.writes and reader:
        message = "Write operations are not allowed for user 'reader'."
        raise QueryError(_FORBIDDEN, message)
    if parsed.writes and reads:
        message = "Writing in read access mode not allowed."
        raise QueryError("Neo.ClientError.Statement.AccessMode", message)
    return run(parsed, database.graph(), parameters)


def _user(instance: Instance, authorization: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except ValueError:  # no Base64, or no text in it
        return None
    right = instance.users.get(user)
    same = right is not None and hmac.compare_digest(right.encode(), password.encode())
    return user if same else None


def _shown(result: Result, *, counters: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "data": {"fields": list(result.fields), "values": result.values},
        "bookmarks": ["FB:sandbox"],
    }
    if counters:
        done = asdict(result.counters)
        words = {name.split("_")[0] + name.split("_")[1].title(): n for name, n in done.items()}
        shown["counters"] = {
            "containsUpdates": result.changed,
            **words,
            **dict.fromkeys(("labelsRemoved", "systemUpdates"), 0),
            "containsSystemUpdates": False,
        }
    return shown


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status=status, body={"errors": [{"code": code, "message": message}]})
