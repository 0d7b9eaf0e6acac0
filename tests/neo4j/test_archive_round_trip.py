"""From a real server into an archive, through the import tool, into another real server."""

import math
import tarfile
from pathlib import Path

import pytest

from bot.adapters.graph import QueryApi
from bot.core.archive import ArchiveManifest
from bot.core.graph.fingerprint import compare
from sandbox.neo4j import Neo4j
from tests.neo4j.archives import archive, fill, fingerprint, read_back, rows, schema, write


async def test_everything_awkward_comes_back_as_it_was(neo4j: Neo4j, tmp_path: Path) -> None:
    fill(neo4j)
    async with QueryApi() as graph:
        archiving = await archive(graph, neo4j, tmp_path / "graph.tar")
        before = await rows(graph, neo4j)
        then = await fingerprint(graph, neo4j)
        with read_back(tmp_path / "graph.tar", tmp_path / "home") as server:
            after = await rows(graph, server)
            assert compare(then, await fingerprint(graph, server)).nothing
            assert schema(server) == schema(neo4j)
            assert len(before) == archiving.counts.nodes + archiving.counts.relationships
            for was, is_ in zip(before, after, strict=True):
                assert is_ == was
            left = server.run(
                "CALL db.labels() YIELD label MATCH (n) WHERE label IN labels(n) "
                "RETURN DISTINCT label ORDER BY label"
            )
            assert left == [["Awkward"], ["Mixed"], ['qu"ote; `tick`, x:y'], ["with blank"]]
    assert archiving.manifest is not None
    assert archiving.manifest.restore_needed
    assert archiving.manifest.changed == {}


async def test_what_has_no_other_form_is_counted_as_changed(neo4j: Neo4j, tmp_path: Path) -> None:
    write(neo4j, "CREATE ({key: 1, gone: $none, nan: $nan})", none=b"", nan=math.nan)
    async with QueryApi() as graph:
        archiving = await archive(graph, neo4j, tmp_path / "graph.tar")
        with read_back(tmp_path / "graph.tar", tmp_path / "home") as server:
            [(_, _, properties)] = await rows(graph, server)
    assert isinstance(properties, dict)
    assert properties["gone"] == ()
    assert math.isnan(properties["nan"])
    assert archiving.manifest is not None
    assert archiving.manifest.changed == {"empty byte array became an empty list": 1}


async def test_a_graph_of_nothing_comes_back_as_nothing(neo4j: Neo4j, tmp_path: Path) -> None:
    async with QueryApi() as graph:
        await archive(graph, neo4j, tmp_path / "graph.tar")
        with read_back(tmp_path / "graph.tar", tmp_path / "home") as server:
            assert await rows(graph, server) == []


async def test_the_last_member_says_what_is_inside(neo4j: Neo4j, tmp_path: Path) -> None:
    neo4j.run("UNWIND range(1, 3000) AS i CREATE (:A {key: i})-[:R {key: i}]->(:B {key: -i})")
    async with QueryApi() as graph:
        archiving = await archive(graph, neo4j, tmp_path / "graph.tar")
    with tarfile.open(tmp_path / "graph.tar") as tar:
        names = tar.getnames()
        last = tar.extractfile(names[-1])
        assert last is not None
        manifest = ArchiveManifest.model_validate_json(last.read())
    assert (names[0], names[-1]) == ("README.txt", "manifest.json")
    assert manifest == archiving.manifest
    assert manifest.members == len(names)
    assert manifest.counts.model_dump() == {
        "nodes": 6000,
        "relationships": 3000,
        "labels": {"A": 3000, "B": 3000},
        "types": {"R": 3000},
    }


@pytest.mark.timeout(600)
async def test_a_node_with_many_relationships_and_gaps_between_ids_is_read_whole(
    neo4j: Neo4j, tmp_path: Path
) -> None:
    neo4j.run("UNWIND range(1, 85000) AS i CREATE (:Passing)")
    neo4j.run("CREATE (:Hub {key: 0})")
    neo4j.run("UNWIND range(1, 25000) AS i MATCH (h:Hub) CREATE (h)-[:R {key: i}]->(:X {key: i})")
    neo4j.run("MATCH (n:Passing) DELETE n")
    async with QueryApi() as graph:
        archiving = await archive(graph, neo4j, tmp_path / "graph.tar")
    assert archiving.counts.types == {"R": 25000}
    assert archiving.counts.labels == {"Hub": 1, "X": 25000}
