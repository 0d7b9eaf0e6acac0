"""Backup files as Neo4j writes them, in every form, for tests.

Built from the description of the forms, not by the code that reads them.
"""

import gzip
import io
import struct
import tarfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import UUID

import zstandard

TAKEN = datetime(2026, 11, 22, 6, 0, 3, tzinfo=UTC)
DATABASE_ID = UUID("0f3c9c1e-0000-4000-8000-00000000bb01")
#: Hard to pack, so that even packed files are longer than the first look at them.
NOISE = Random(1).randbytes(10_000)  # noqa: S311 -- the same in each run
FILES = {"neostore": b"store " * 400, "neostore.nodestore.db": NOISE}
FORMS = ("BZV1", "BTV1", "BZV2", "BTV2", "BZV3")
DUMPS = ("DZV1", "DGV1", "zstd", "gzip")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the header of a backup says."""

    database: str = "neo4j"
    taken_at: datetime = TAKEN
    lowest: int = 1
    highest: int = 4711
    full: bool = True
    recovered: bool = True
    compressed: bool = True
    pairs: dict[str, str] = field(default_factory=dict)
    store_id: int = 1

    def first_form(self) -> bytes:
        """Write the first form."""
        flags = self.recovered | self.compressed << 1 | self.full << 2
        return b"".join(
            (
                struct.pack(">Bqq", self.store_id, 1_700_000_000_000, -42),
                _short("block"),
                _short("block"),
                bytes((1, 1)),
                bytes((16,)) + DATABASE_ID.bytes,
                _short(self.database),
                struct.pack(">qqq", int(self.taken_at.timestamp()), self.lowest, self.highest),
                bytes((1, flags)),
            )
        )

    def second_form(self) -> bytes:
        """Write the second form with the byte that announces it."""
        words = [word for pair in self.pairs.items() for word in pair]
        said = b"".join(struct.pack(">i", len(w.encode())) + w.encode() for w in words)
        return bytes((2,)) + self.first_form() + struct.pack(">i", len(self.pairs)) + said


def tar(files: dict[str, bytes]) -> bytes:
    """Write a POSIX archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def zstd(content: bytes) -> bytes:
    """Pack with Neo4j's mark in front, as a stream of unknown length with a checksum."""
    packer = zstandard.ZstdCompressor(level=3, write_checksum=True).compressobj()
    return packer.compress(b"zstd" + content) + packer.flush()


def contents(files: dict[str, bytes], *, version: int = 1) -> bytes:
    """Write what stands before the archive in a zstd stream."""
    return struct.pack(">iqq", version, len(files), sum(map(len, files.values())))


def backup(
    form: str = "BZV3", told: Told | None = None, files: dict[str, bytes] | None = None
) -> bytes:
    """Write a `.backup`."""
    told, files = told or Told(), FILES if files is None else files
    magic, first, second = form.encode(), told.first_form(), told.second_form()
    inside = contents(files) + tar(files)
    match form:
        case "BZV1":
            return magic + zstd(first + inside)
        case "BZV2":
            return magic + zstd(second + inside)
        case "BZV3":
            return magic + second + zstd(inside)
        case "BTV1":
            return magic + first + tar(files)
        case _:
            return magic + second + tar(files)


def dump(form: str = "DZV1", files: dict[str, bytes] | None = None) -> bytes:
    """Write a `.dump`."""
    files = FILES if files is None else files
    match form:
        case "DZV1":
            return b"DZV1" + zstd(contents(files) + tar(files))
        case "DGV1":
            return b"DGV1" + gzip.compress(tar(files))
        case "zstd":
            return zstd(contents(files) + tar(files))
        case _:
            return gzip.compress(tar(files))


def science_export(database: str = "neo4j", form: str = "DZV1", *, packed: bool = False) -> bytes:
    """Write the `.tar` of an AuraDS export."""
    archive = tar({f"{database}.dump": dump(form)})
    return gzip.compress(archive) if packed else archive


def every() -> dict[str, bytes]:
    """Write one of each form, under its name."""
    made = {form: backup(form) for form in FORMS} | {form: dump(form) for form in DUMPS}
    return made | {"tar": science_export(), "tar+gzip": science_export(packed=True)}


def _short(word: str) -> bytes:
    return bytes((len(word.encode()),)) + word.encode()
