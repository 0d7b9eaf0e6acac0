"""A database of the double that a real server holds: its queries go there, restores load it."""

from collections.abc import Mapping

import httpx

from sandbox.aura.answers import Answer
from sandbox.aura.databases import Database
from sandbox.aura.graphs import Lazy
from sandbox.neo4j.graphs import load, read
from sandbox.neo4j.server import Neo4j

#: Seconds for a statement; whoever asked may have gone long before.
PATIENCE = 600.0


class Backed(Database):
    """`database`, its graph moved into `server`; a snapshot takes it out again as a value."""

    def __init__(self, database: Database, server: Neo4j) -> None:
        self._server = server
        graph = database.graph
        vars(self).update({k: v for k, v in vars(database).items() if k != "graph"})
        self.graph = graph

    @property
    def graph(self) -> Lazy:
        """What the server holds at this moment."""
        found = read(self._server)
        return lambda: found

    @graph.setter
    def graph(self, graph: Lazy) -> None:
        load(self._server, graph())

    def forward(
        self, body: Mapping[str, object], *, reads: bool, headers: Mapping[str, str]
    ) -> Answer:
        """Have the server run a statement; `reads` keeps it from writing."""
        mode = "READ" if reads else "WRITE"
        try:
            answer = httpx.post(
                f"{self._server.url}/db/neo4j/query/v2",
                json={**body, "accessMode": mode},
                headers=dict(headers),
                auth=(self._server.user, self._server.password),
                timeout=PATIENCE,
            )
        except httpx.HTTPError:
            return Answer(status=503, body={"error": "the server does not answer"})
        return Answer(status=answer.status_code, body=answer.json())
