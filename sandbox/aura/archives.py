"""Backup files that the double makes and takes: real forms, with the double's own graph inside.

What a Neo4j would find in them is one file it does not know; what the double finds is the graph.
The forms were read in Neo4j's public source (https://github.com/neo4j/neo4j, package
`org.neo4j.dbms.archive`): a dump is packed with Zstandard, a backup has a header in front.
"""

import hashlib
import io
import json
import struct
import tarfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import zstandard

from sandbox.aura.graphs import Definition, Graph, Node, Relationship

_MEMBER = "sandbox-graph.json"
_MARK = b"zstd"
_RECOVERED_COMPRESSED_FULL = 0b111
_RECOVERED_COMPRESSED = 0b011


def dump_file(graph: Graph) -> bytes:
    """Write a `.dump`, as `neo4j-admin database dump` does."""
    return b"DZV1" + _packed(_contents(graph))


def backup_file(
    graph: Graph, *, database: str, taken_at: datetime, full: bool = True, highest: int = 4711
) -> bytes:
    """Write a `.backup`, as the Aura console exports it; ``highest`` is the last transaction."""
    flags = _RECOVERED_COMPRESSED_FULL if full else _RECOVERED_COMPRESSED
    identity = hashlib.blake2b(database.encode(), digest_size=16).digest()
    head = b"".join(
        (
            struct.pack(">BBqq", 2, 1, int(taken_at.timestamp()) * 1000, 42),
            *(_short("block"), _short("block"), bytes((1, 1))),
            *(bytes((16,)), identity, _short(database)),
            struct.pack(">qqq", int(taken_at.timestamp()), 1 if full else highest, highest),
            *(bytes((1, flags)), struct.pack(">i", 0)),
        )
    )
    return b"BZV3" + head + _packed(_contents(graph))


def graph_in(content: bytes) -> Graph | None:
    """Find the graph in a file that the double made; None in all others."""
    if not content.startswith((b"DZV1", b"BZV3")):
        return None
    try:
        # a dump's stream begins at once, a backup's after its header
        packed = content[content.index(zstandard.MAGIC_NUMBER.to_bytes(4, "little")) :]
        stream = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed))
        inside = stream.read()
        with tarfile.open(fileobj=io.BytesIO(inside[len(_MARK) + 20 :])) as archive:
            member = archive.extractfile(_MEMBER)
            said = json.loads(member.read()) if member is not None else None
        return _graph(said) if isinstance(said, dict) else None
    except (ValueError, KeyError, TypeError, tarfile.TarError, zstandard.ZstdError):
        return None


def _contents(graph: Graph) -> bytes:
    said = {
        "nodes": [
            {**vars(node), "labels": sorted(node.labels), "properties": dict(node.properties)}
            for node in graph.nodes.values()
        ],
        "relationships": [
            {**vars(r), "properties": dict(r.properties)} for r in graph.relationships.values()
        ],
        "schema": [vars(definition) for definition in graph.schema],
    }
    content = json.dumps(said, default=str).encode()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as tar:
        entry = tarfile.TarInfo(_MEMBER)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return struct.pack(">iqq", 1, 1, len(content)) + archive.getvalue()


def _packed(content: bytes) -> bytes:
    packer = zstandard.ZstdCompressor(write_checksum=True).compressobj()
    return packer.compress(_MARK + content) + packer.flush()


def _graph(said: Mapping[str, list[dict[str, Any]]]) -> Graph:
    nodes = [Node(**{**n, "labels": frozenset(n["labels"])}) for n in said["nodes"]]
    relationships = [Relationship(**r) for r in said["relationships"]]
    schema = [Definition(**{**d, "properties": tuple(d["properties"])}) for d in said["schema"]]
    return Graph({n.id: n for n in nodes}, {r.id: r for r in relationships}, tuple(schema))


def _short(word: str) -> bytes:
    return bytes((len(word),)) + word.encode()
