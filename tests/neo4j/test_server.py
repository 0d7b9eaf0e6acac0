"""The server that the other tests here stand on is the real thing, and minds its own business."""

from pathlib import Path

import psutil
import pytest

from sandbox.neo4j import Home, Neo4j, NotStarted, running


def test_server_is_neo4j_of_the_line_that_aura_dumps_are_made_for(neo4j: Neo4j) -> None:
    [[version]] = neo4j.run(
        "CALL dbms.components() YIELD name, versions "
        "WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version"
    )
    assert str(version).startswith("5.26.")


def test_server_listens_on_loopback_only(neo4j: Neo4j) -> None:
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(neo4j.process.pid).net_connections()
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert {ip.removeprefix("::ffff:") for ip in listening} == {"127.0.0.1"}


def test_start_that_fails_says_what_the_server_said(server: Neo4j, tmp_path: Path) -> None:
    nonsense = Home(tmp_path, {"server.no.such.setting": "1"})
    with (
        pytest.raises(NotStarted, match=r"No declared setting with name: server\.no\.such"),
        running(nonsense, password="never-used"),
    ):
        pass
