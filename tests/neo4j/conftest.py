"""A real Neo4j for the tests in this folder, started once; all of them are marked `neo4j`."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.neo4j import Home, Neo4j, running
from tests.neo4j.install import wanted


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("neo4j")


@pytest.fixture(scope="session")
def server() -> Iterator[Neo4j]:
    """One server for the whole run."""
    wanted()
    with (
        tempfile.TemporaryDirectory(prefix="sp-neo4j-") as folder,
        running(Home(Path(folder))) as started,
    ):
        yield started


@pytest.fixture
def neo4j(server: Neo4j) -> Neo4j:
    """The server with an empty graph: no nodes, no constraints, no indexes but the default ones."""
    server.run("MATCH (n) DETACH DELETE n")
    for name, *_ in server.run("SHOW CONSTRAINTS YIELD name"):
        server.run(f"DROP CONSTRAINT `{name}`")
    for name, *_ in server.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name"):
        server.run(f"DROP INDEX `{name}`")
    return server
