"""An awkward graph, and the way from a server into an archive and out of it into another one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import SecretStr

from bot.adapters.clock import SystemClock
from bot.core.archive import About, Counts
from bot.core.base import InstanceId
from bot.core.graph.fingerprint import Fingerprint
from bot.core.graph.values import Point, Temporal, TemporalKind, Value, encode
from bot.ports.graph import Graph, GraphDoor
from bot.services.archiving import Archiving
from bot.services.counting import count
from sandbox.neo4j import Home, Neo4j, running

ABOUT = About(
    instance_id=InstanceId("0a1b2c3d"),
    instance_name="orders-prod",
    tier="business-critical",
    made_at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    tool="Savepoint (test)",
)
K = TemporalKind

#: Each becomes a property of a node and of a relationship.
AWKWARD: dict[str, Value] = {
    "empty text": "",
    "blank": " ",
    "lines": 'a "q" , \n\r\n ; \\ \\" \' \t é 😀 \x1f',
    "lowest": -(2**63),
    "highest": 2**63 - 1,
    "infinite": float("-inf"),
    "tiny": 5e-324,
    "minus zero": -0.0,
    "great": 1.7976931348623157e308,
    "truth": True,
    "date": Temporal(K.DATE, "2020-02-29"),
    "ancient": Temporal(K.DATE, "-0044-03-15"),
    "far": Temporal(K.LOCAL_DATETIME, "+999999999-12-31T23:59:59.999999999"),
    "time": Temporal(K.TIME, "12:00:00.123456789-18:00"),
    "local time": Temporal(K.LOCAL_TIME, "00:00:00"),
    "offset": Temporal(K.OFFSET_DATETIME, "2020-02-29T12:00:00.123456789+05:30"),
    "zone": Temporal(K.ZONED_DATETIME, "2020-10-25T02:30:00+01:00[Europe/Berlin]"),
    "span": Temporal(K.DURATION, "P1M-2DT3.000000004S"),
    "backwards": Temporal(K.DURATION, "PT-0.5S"),
    "place": Point(4326, (12.5, -7.25)),
    "high place": Point(4979, (12.5, -7.25, 100.0)),
    "flat": Point(7203, (1e-300, 1e300)),
    "solid": Point(9157, (1.0, 2.0, 3.0)),
    "texts": ("a", "", " b ", "c;d", '"', "\n"),
    "one empty text": ("",),
    "text with unit separator": ("a\x1fb", "'\\u0041`"),
    "numbers": (1, -(2**63), 0),
    "fractions": (1.5, float("inf"), 1e22),
    "truths": (True, False),
    "dates": (Temporal(K.DATE, "2020-02-29"), Temporal(K.DATE, "2021-01-01")),
    "moments": (Temporal(K.ZONED_DATETIME, "2020-06-25T02:30:00+02:00[Europe/Berlin]"),),
    "spans": (Temporal(K.DURATION, "P1M"), Temporal(K.DURATION, "PT-0.5S")),
    "places": (Point(4326, (1.0, 2.0)), Point(4326, (3.0, 4.0))),
    "nothing": (),
    "bytes": bytes(range(256)),
    "long text": "x" * 3_000_000,
    "a:b": 1,
    ":x:": 2,
    "{x}(y)": Temporal(K.DATE, "2020-01-01"),
    "(bytes)": b"\x00\xff",
    " lead and trail ": (3,),
    "new\nline": 4,
    'q"uote` tick': 5,
    "back\\u0041": 6,
    "_savepoint_mark": 7,
    "_savepoint_name_1": "mine",
}


def write(server: Neo4j, cypher: str, **parameters: Value) -> None:
    """Run a statement with typed parameters; the bot itself never writes."""
    typed = "application/vnd.neo4j.query"
    answer = httpx.post(
        f"{server.url}/db/neo4j/query/v2",
        json={"statement": cypher, "parameters": {k: encode(v) for k, v in parameters.items()}},
        headers={"Content-Type": typed, "Accept": typed},
        auth=(server.user, server.password),
        timeout=60,
    )
    assert "errors" not in answer.json(), answer.text


def fill(server: Neo4j) -> None:
    """Make a small graph out of everything that is awkward."""
    for at, (name, value) in enumerate(AWKWARD.items()):
        write(
            server,
            "CREATE (a:Awkward:`with blank` {key: $at}) SET a += $more "
            'CREATE (b:`qu"ote; ``tick``, x:y` {key: $at + 1000}) '
            'CREATE (a)-[r:`TYPE "of", it` {key: $at}]->(b) SET r += $more '
            "CREATE (b)-[:SELF {key: $at + 1000}]->(b)",
            at=at,
            more={name: value},
        )
    server.run("CREATE ({key: 5000}), (:Mixed {key: 5001, v: 1}), (:Mixed {key: 5002, v: 'one'})")
    server.run("CREATE (:Mixed {key: 5003, v: 1.0, w: [1]}), (:Mixed {key: 5004, w: ['x']})")
    server.run("CREATE CONSTRAINT `the key` FOR (n:Awkward) REQUIRE n.key IS UNIQUE")
    server.run('CREATE INDEX `by "v\n` FOR (n:Mixed) ON (n.v)')
    server.run("CREATE FULLTEXT INDEX words FOR (n:Mixed|Awkward) ON EACH [n.v, n.lines]")
    server.run("CREATE POINT INDEX places FOR (n:Awkward) ON (n.place)")
    server.run("CREATE TEXT INDEX typed FOR ()-[r:SELF]-() ON (r.key)")
    server.run("CALL db.awaitIndexes(60)")


def door(server: Neo4j) -> GraphDoor:
    """The way into a test server."""
    return GraphDoor(address=server.url, user=server.user, password=SecretStr(server.password))


async def archive(
    graph: Graph, server: Neo4j, file: Path, expected: Counts | None = None
) -> Archiving:
    """Write a server's graph into a file."""
    archiving = Archiving(graph, door(server), ABOUT, clock=SystemClock(), expected=expected)
    with file.open("wb") as out:
        async for part in archiving.chunks():
            out.write(part)
    return archiving


@contextmanager
def read_back(file: Path, folder: Path) -> Iterator[Neo4j]:
    """Import an archive as its README says, and run the server on it."""
    home = Home(folder)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["tar", "-xf", file, "-C", folder], check=True)  # noqa: S603, S607
    home.admin("database", "import", "full", "neo4j", "@import.args", "--max-off-heap-memory=400m")
    with running(home) as server:
        for script in (*sorted((folder / "restore").glob("*")), folder / "schema.cypher"):
            for statement in script.read_text(encoding="utf-8").split("\n"):
                if statement:
                    server.run(statement.rstrip(";"))
        server.run("CALL db.awaitIndexes(60)")
        yield server


async def rows(graph: Graph, server: Neo4j) -> list[tuple[Value, ...]]:
    """Everything in a graph whose nodes and relationships each have their own `key`."""
    nodes = "MATCH (n) RETURN n.key, labels(n), properties(n) ORDER BY n.key"
    relationships = (
        "MATCH (a)-[r]->(b) RETURN a.key, b.key, r.key, type(r), properties(r) "
        "ORDER BY a.key, b.key, r.key"
    )
    return [
        row
        for statement in (nodes, relationships)
        async for row in graph.stream(door(server), statement, timeout=300)
    ]


async def fingerprint(graph: Graph, server: Neo4j) -> Fingerprint:
    """What the bot itself counts in a graph."""
    return await count(graph, door(server), ABOUT.instance_id, clock=SystemClock(), timeout=60)


def schema(server: Neo4j) -> list[list[object]]:
    """The definitions of all constraints and indexes, by name."""
    constraints = server.run("SHOW CONSTRAINTS YIELD name, createStatement RETURN createStatement")
    indexes = server.run("SHOW INDEXES YIELD name, type, createStatement RETURN createStatement")
    return sorted(map(list, (*constraints, *indexes)))
