"""Which kind of backup the first bytes announce, and what they say of it.

The magic words and the order of the fields were read in Neo4j's public source
(https://github.com/neo4j/neo4j, package `org.neo4j.dbms.archive`). Unpacking is bounded in output
and window, so that a hostile file costs no memory.
"""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zstandard

from bot.core.backups.ends import GZIP_MAGIC, ZSTD_MAGIC, End, GzipEnd, ZstdEnd
from bot.core.backups.inspection import Kind
from bot.core.backups.metadata import first_form, second_form
from bot.core.backups.reading import NeedMore, Reader, damaged
from bot.core.backups.tar import BLOCK, TarEnd, first_file, is_tar
from bot.core.errors import NotABackup

#: The most that is unpacked to read a header; the longest part, users and roles, is 1 MiB.
UNPACKED_MOST = 4 * 1024 * 1024
#: What every decoder should afford (https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1.1.2).
_WINDOW_MOST = 8 * 1024 * 1024
_MARK = b"zstd"
"""Neo4j puts these letters first into its zstd streams."""
_CONTENTS_VERSION = 1
_CONTENTS = 20
_DUMP = f".{Kind.DUMP}"
_MAGICS = (b"BZV", b"BTV", b"DZV", b"DGV", ZSTD_MAGIC, GZIP_MAGIC)

#: What people send by mistake, by its beginning.
_KNOWN = (
    (b"age-encryption.org/", "is encrypted with age", "Decrypt it first: `age --decrypt`."),
    (b"-----BEGIN AGE", "is encrypted with age", "Decrypt it first: `age --decrypt`."),
    (b"PK\x03\x04", "is a zip archive", "Unpack it and take the file inside."),
    (b"<", "is a web page or an XML answer", "The download failed: look into it with an editor."),
    (b"{", "is JSON", "The download failed, or it is the manifest: take the file beside it."),
)


@dataclass(frozen=True)
class Header:
    """The fields of an Inspection so far, where the stream begins, and who watches its end."""

    fields: dict[str, Any]
    offset: int
    end: Callable[[], End]


def read(head: bytes, *, last: bool = False) -> Header:
    """Read what a file begins with; raises NotABackup, or NeedMore (``last``: there is none)."""
    if len(head) < BLOCK and last and not head.startswith(_MAGICS):
        raise _stranger(head)
    if len(head) < 4:
        raise NeedMore
    magic = head[:4]
    match magic:
        case b"BZV1" | b"BZV2":
            inside = Reader(_unzstd(head[4:]))
            fields = first_form(inside) if magic == b"BZV1" else second_form(inside)
            fields |= _contents(inside.rest())
            return _header(Kind.BACKUP, magic.decode(), fields, 4, ZstdEnd)
        case b"BTV1" | b"BTV2":
            outside = Reader(head, 4)
            fields = first_form(outside) if magic == b"BTV1" else second_form(outside)
            if not is_tar(head, outside.at):
                raise damaged("no archive follows it")
            return _header(Kind.BACKUP, magic.decode(), fields, outside.at, TarEnd)
        case b"BZV3":
            outside = Reader(head, 4)
            fields = second_form(outside)
            fields |= _contents(_unzstd(outside.rest()))
            return _header(Kind.BACKUP, "BZV3", fields, outside.at, ZstdEnd)
        case b"DZV1" | b"DGV1":
            unpack, end = (_unzstd, ZstdEnd) if magic == b"DZV1" else (_ungzip, GzipEnd)
            return _header(Kind.DUMP, magic.decode(), _contents(unpack(head[4:])), 4, end)
        case _ if magic == ZSTD_MAGIC:
            return _header(Kind.DUMP, "zstd", _contents(_unzstd(head)), 0, ZstdEnd)
        case _ if magic.startswith(GZIP_MAGIC):
            inside = Reader(_ungzip(head))
            name, at = _first_file(inside.rest())
            if not name.endswith(_DUMP):
                return _header(Kind.DUMP, "gzip", {}, 0, GzipEnd)
            return _header(Kind.TAR, "tar+gzip", _held(name, inside.rest()[at:]), 0, GzipEnd)
        case _ if _is_tar(head):
            name, at = first_file(head)
            if not name.endswith(_DUMP):
                raise NotABackup(
                    "the tar archive does not begin with a dump",
                    hint="An AuraDS export is a `.tar` that holds one `.dump`.",
                )
            return _header(Kind.TAR, "tar", _held(name, head[at:]), 0, TarEnd)
        case _:
            raise _stranger(head)


def _header(
    kind: Kind, form: str, fields: dict[str, Any], offset: int, end: Callable[[], End]
) -> Header:
    packed = {"compressed": end is not TarEnd}
    return Header({"kind": kind, "form": form} | packed | fields, offset, end)


def _is_tar(head: bytes) -> bool:
    for beginning, _, _ in _KNOWN:
        if head.startswith(beginning):
            return False
    return is_tar(head)


def _contents(inside: bytes) -> dict[str, Any]:
    """Read how many files and bytes a stream of Neo4j's holds; older ones may not say it."""
    if is_tar(inside):
        return {}
    reader = Reader(inside)
    version, files, size = reader.int32(), reader.int64(), reader.int64()
    if version != _CONTENTS_VERSION or files < 0 or size < 0:
        raise damaged("what it says of its contents is impossible")
    if not is_tar(inside, _CONTENTS):
        raise damaged("no archive follows it")
    return {"files": files, "unpacked": size}


def _first_file(inside: bytes) -> tuple[str, int]:
    if not is_tar(inside):
        raise NotABackup(
            "the file is packed with gzip, but is no dump of Neo4j",
            hint="Unpack it with `gunzip` and look what it is.",
        )
    return first_file(inside)


def _held(name: str, dump: bytes) -> dict[str, Any]:
    """Read what the dump inside a tar says; its name is the database's."""
    database = name.rsplit("/", 1)[-1].removesuffix(_DUMP)
    if not database or not database.isprintable():
        raise damaged("the dump inside has no name")
    if len(dump) < BLOCK:
        raise NeedMore
    fields: dict[str, Any] = {"database": database}
    match dump[:4]:
        case b"DZV1":
            fields |= _contents(_unzstd(dump[4:]))
        case magic if magic == ZSTD_MAGIC:
            fields |= _contents(_unzstd(dump))
        case magic if magic == b"DGV1" or magic.startswith(GZIP_MAGIC):
            pass
        case _:
            raise damaged("the dump inside is none")
    return fields


def _unzstd(packed: bytes) -> bytes:
    """Unpack the beginning of a Zstandard stream, without Neo4j's mark."""
    if len(packed) < 4:
        raise NeedMore
    unpacker = zstandard.ZstdDecompressor(max_window_size=_WINDOW_MOST)
    try:
        with unpacker.stream_reader(io.BytesIO(packed)) as stream:
            inside = stream.read(UNPACKED_MOST)
    except (zstandard.ZstdError, MemoryError):
        raise damaged("the zstd stream cannot be unpacked") from None
    if len(inside) < len(_MARK):
        raise NeedMore
    return inside.removeprefix(_MARK)


def _ungzip(packed: bytes) -> bytes:
    """Unpack the beginning of a gzip stream."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(packed, UNPACKED_MOST)
    except zlib.error:
        raise damaged("the gzip stream cannot be unpacked") from None


def _stranger(head: bytes) -> NotABackup:
    if not head:
        return NotABackup("the file is empty", hint="Was it copied while it was being written?")
    for beginning, what, hint in _KNOWN:
        if head.lstrip().startswith(beginning):
            return NotABackup(f"the file {what}, not a backup", hint=hint)
    return NotABackup(
        "the file is no backup of Neo4j",
        hint="I take `.backup`, `.dump` and `.tar`, as the Aura console and neo4j-admin make them.",
    )
