"""What the inspector learns of each kind of file, however it is cut into chunks."""

import gzip
import io
import itertools
import struct
import tarfile
from random import Random

import pytest
import zstandard

from bot.core.backups import Inspection, Inspector, Kind
from bot.core.errors import NotABackup
from tests.core.backups import writer
from tests.core.backups.writer import FILES, TAKEN, Told

STORE = sum(map(len, FILES.values()))


def inspect(content: bytes, chunk: int = 1 << 20) -> Inspection:
    inspector = Inspector()
    for at in range(0, len(content), chunk):
        inspector.feed(content[at : at + chunk])
    return inspector.finish()


def entries(*given: tuple[str, bytes, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, type_, content in given:
            entry = tarfile.TarInfo(name)
            entry.type, entry.size = type_, len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def summed(at: int, instead: bytes, type_: bytes = b"0") -> bytes:
    """Return the header of an entry with other bytes at one place, and a sum that fits them."""
    block = bytearray(tarfile.TarInfo("more").tobuf())
    block[at : at + len(instead)] = instead
    block[156:157] = type_
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}".encode() + b"\0 "
    return bytes(block)


#: A backup up to the end of its only file, and a zstd stream without its last block.
WHOLE = b"BTV1" + Told().first_form() + writer.tar({"neostore": bytes(512)})[:1024]
LARGE = {"neostore": bytes(5 << 20)}
NOISE = Random(1).randbytes(1 << 20)  # noqa: S311 -- only has to be hard to pack
PACKER = zstandard.ZstdCompressor().compressobj()
STREAM = PACKER.compress(b"zstd" + writer.contents(LARGE) + writer.tar(LARGE)) + PACKER.flush(
    zstandard.COMPRESSOBJ_FLUSH_BLOCK
)


def refusal(content: bytes) -> NotABackup:
    with pytest.raises(NotABackup) as caught:
        inspect(content)
    return caught.value


@pytest.mark.parametrize("form", writer.FORMS)
def test_a_backup_says_everything_of_itself(form: str) -> None:
    found = inspect(writer.backup(form, Told(database="orders")))
    assert found.kind is Kind.BACKUP
    assert found.form == form
    assert (found.database, found.database_id) == ("orders", str(writer.DATABASE_ID))
    assert found.taken_at == TAKEN
    assert (found.full, found.recovered, found.compressed) == (True, True, True)
    assert (found.lowest_transaction, found.highest_transaction) == (1, 4711)
    assert str(found.store) == "block-block-1.1"
    assert found.unpacked == STORE


@pytest.mark.parametrize("form", writer.FORMS)
@pytest.mark.parametrize(
    "said",
    list(itertools.product((True, False), repeat=3)),
    ids=lambda s: "".join("ny"[b] for b in s),
)
def test_each_flag_is_read_by_itself(form: str, said: tuple[bool, bool, bool]) -> None:
    full, recovered, compressed = said
    found = inspect(
        writer.backup(form, Told(full=full, recovered=recovered, compressed=compressed))
    )
    assert (found.full, found.recovered, found.compressed) == said


@pytest.mark.parametrize("form", writer.DUMPS)
def test_a_dump_says_how_much_it_holds(form: str) -> None:
    found = inspect(writer.dump(form))
    assert (found.kind, found.form, found.database) == (Kind.DUMP, form, None)
    if form in ("DZV1", "zstd"):
        assert (found.files, found.unpacked) == (len(FILES), STORE)
    else:  # counted while it was unpacked: the archive around the files comes on top
        assert found.unpacked == len(writer.tar(FILES))


@pytest.mark.parametrize("packed", [False, True], ids=["tar", "tar.gz"])
@pytest.mark.parametrize("form", writer.DUMPS)
def test_a_science_export_is_named_by_the_dump_inside(form: str, packed: bool) -> None:
    found = inspect(writer.science_export("movies", form, packed=packed))
    assert (found.kind, found.database) == (Kind.TAR, "movies")
    if form in ("DZV1", "zstd"):
        assert found.unpacked == STORE


@pytest.mark.parametrize("chunk", [1, 3, 511, 4096])
@pytest.mark.parametrize("form", sorted(writer.every()))
def test_the_size_of_the_chunks_does_not_matter(form: str, chunk: int) -> None:
    content = writer.every()[form]
    assert inspect(content, chunk) == inspect(content)
    assert inspect(content).size == len(content)


@pytest.mark.parametrize("form", ["BZV2", "BTV2", "BZV3"])
def test_users_and_roles_are_noticed_and_never_kept(form: str) -> None:
    script = "CREATE USER mallory SET ENCRYPTED PASSWORD 'hash'; " * 20_000
    content = writer.backup(form, Told(pairs={"metadataScript": script[: 1 << 20]}))
    found = inspect(content, 7000)
    assert found.with_users
    assert "mallory" not in repr(found)
    assert not inspect(writer.backup(form, Told(pairs={"topology_version": "1"}))).with_users


def test_the_header_is_known_long_before_the_end() -> None:
    content = writer.backup("BZV3", files={"neostore": NOISE})
    inspector = Inspector()
    assert inspector.so_far is None
    inspector.feed(content[: 200 << 10])
    assert inspector.so_far is not None
    assert inspector.so_far.database == "neo4j"


@pytest.mark.parametrize("form", sorted(writer.every()))
def test_a_file_cut_anywhere_is_refused_as_cut(form: str) -> None:
    content = writer.every()[form]
    last = len(content.rstrip(b"\0")) if form in ("BTV1", "BTV2", "tar") else len(content)
    least = 512 if form == "tar" else 4  # with less nobody can know that it is a tar
    for cut in {4, 40, 600, last // 2, last - 1} & set(range(least, last)):
        assert "too early" in refusal(content[:cut]).summary


@pytest.mark.parametrize("form", [f for f in sorted(writer.every()) if "T" not in f and f != "tar"])
def test_bytes_behind_the_end_are_refused(form: str) -> None:
    assert refusal(writer.every()[form] + b"and more").hint


def test_the_ends_of_blocks_may_fall_between_chunks() -> None:
    content = writer.backup(files={"neostore": NOISE[:150_000]})
    assert inspect(content, 1) == inspect(content)


def test_a_large_first_chunk_is_read_like_small_ones() -> None:
    content = writer.backup("BTV1", files={"neostore": bytes(10 << 20)})
    assert inspect(content, 1 << 30) == inspect(content, 1 << 20)


@pytest.mark.parametrize("chunk", [1, 4096])
def test_a_dump_may_stand_in_a_folder_of_its_tar(chunk: int) -> None:
    folders = [(f"{n}/", tarfile.DIRTYPE, b"") for n in range(10)]
    content = entries(*folders, ("9/movies.dump", tarfile.REGTYPE, writer.dump()))
    assert inspect(content, chunk).database == "movies"


def test_zeros_behind_a_gzip_are_padding() -> None:
    assert inspect(writer.dump("gzip") + bytes(512)).kind is Kind.DUMP


def test_a_stream_of_several_frames_is_whole() -> None:
    files = {"neostore": bytes(100_000)}
    inside = b"zstd" + writer.contents(files) + writer.tar(files)
    single = zstandard.ZstdCompressor().compress
    skippable = struct.pack("<II", 0x184D2A50, 3) + b"abc"
    content = b"DZV1" + single(inside[:4000]) + skippable + single(inside[4000:])
    assert inspect(content).unpacked == 100_000
    assert "too early" in refusal(content[:-2]).summary


@pytest.mark.parametrize(
    ("content", "summary"),
    [
        (b"", "the file is empty"),
        (b"BZ", "the file is no backup of Neo4j"),
        (b"hello", "the file is no backup of Neo4j"),
        (b"\x00" * 2000, "the file is no backup of Neo4j"),
        (b"age-encryption.org/v1\n-> X25519", "the file is encrypted with age, not a backup"),
        (b"-----BEGIN AGE ENCRYPTED FILE-----", "the file is encrypted with age, not a backup"),
        (b"PK\x03\x04" + bytes(2000), "the file is a zip archive, not a backup"),
        (b"<html><body>Sign in</body>", "the file is a web page or an XML answer, not a backup"),
        (b'\n{"error": "expired"}', "the file is JSON, not a backup"),
        (gzip.compress(b"words" * 500), "the file is packed with gzip, but is no dump of Neo4j"),
        (writer.tar({"readme.txt": b"hi"}), "the tar archive does not begin with a dump"),
    ],
)
def test_what_is_no_backup_is_called_by_its_name(content: bytes, summary: str) -> None:
    refused = refusal(content)
    assert refused.summary == summary
    assert refused.hint


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (writer.backup("BTV1", Told(store_id=9)), "the store id has the unknown form 9"),
        (writer.backup("BTV1", Told(database="")), "the name of the database is missing"),
        (writer.backup("BTV1", Told(database="a\nb")), "the name of the database is not text"),
        (b"BZV3\x07" + bytes(64), "the form of the header has the unknown form 7"),
        (b"DZV1" + writer.zstd(writer.contents({}, version=2) + writer.tar(FILES)), "contents"),
        (b"DZV1" + writer.zstd(writer.contents({}) + bytes(9000)), "no archive follows"),
        (b"BTV1" + Told().first_form() + bytes(9000), "no archive follows"),
        (b"DZV1" + b"nonsense" * 100, "zstd stream cannot be unpacked"),
        (b"DGV1" + b"nonsense" * 100, "gzip stream cannot be unpacked"),
        (writer.tar({"neo4j.dump": b"nonsense" * 100}), "the dump inside is none"),
        (writer.tar({".dump": writer.dump()}), "the dump inside has no name"),
        (b"BTV1\x01" + bytes(16) + b"\x01\xff" + bytes(64), "the store engine is not text"),
        (writer.dump("DGV1")[:-6] + bytes(6), "gzip stream cannot be unpacked"),
        (entries(("neo4j", tarfile.DIRTYPE, b"")), "the tar archive is empty"),
        (WHOLE + b"7" * 512 + bytes(512), "wrong sum"),
        (WHOLE + summed(124, b"9" * 11 + b"\0") + bytes(512), "impossible number"),
        (WHOLE + summed(124, b"\xff" * 12) + bytes(512), "impossible size"),
        (WHOLE + summed(124, b"0000400000\0\0", b"x") + bytes(512), "impossible extension"),
        (b"DZV1" + STREAM + b"\x06\0\0", "a block of the zstd stream is impossible"),
    ],
)
def test_a_damaged_header_says_what_is_wrong(content: bytes, what: str) -> None:
    refused = refusal(content)
    assert refused.summary.startswith("the file is damaged: ")
    assert what in refused.summary
    assert refused.hint


def test_times_flags_and_lengths_that_cannot_be_are_refused() -> None:
    first = Told().first_form()
    times = first[:-26] + struct.pack(">q", 1 << 62) + first[-18:]
    assert "time of the backup is impossible" in refusal(b"BTV1" + times).summary
    assert "flags are missing" in refusal(b"BTV1" + first[:-2] + b"\0\0").summary
    for pairs, what in ((-1, "number of its additions"), (1, "length of an addition")):
        said = b"BTV2\x02" + first + struct.pack(">ii", pairs, -5)
        assert what in refusal(said).summary


def test_an_entry_above_eight_gibibytes_is_counted_by_its_extended_header() -> None:
    large = 9 << 30
    for posix in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        entry = tarfile.TarInfo("neostore.block")
        entry.size = large
        head = b"BTV1" + Told().first_form() + entry.tobuf(format=posix)
        inspector = Inspector()
        inspector.feed(head)
        piece = bytes(16 << 20)
        for _ in range(large // len(piece)):
            inspector.feed(piece)
        inspector.feed(bytes(1024))
        assert inspector.finish().unpacked == large


@pytest.mark.parametrize(
    ("kind", "name", "fits"),
    [
        ("BZV3", "orders-2026-11-22.BACKUP", True),
        ("BZV3", "orders.dump", False),
        ("DZV1", "orders.dump", True),
        ("tar", "orders.tar", True),
        ("tar", "orders.tar.gz", False),
        ("tar+gzip", "orders.tar.gz", True),
        ("tar+gzip", "orders.tgz", True),
    ],
)
def test_the_name_must_fit_what_the_file_is(kind: str, name: str, fits: bool) -> None:
    found = inspect(writer.every()[kind])
    if fits:
        found.check_name(name)
    else:
        with pytest.raises(NotABackup, match="by its content, but not by its name"):
            found.check_name(name)


def test_the_writer_writes_what_python_reads() -> None:
    with tarfile.open(fileobj=io.BytesIO(writer.science_export("x"))) as archive:
        assert archive.getnames() == ["x.dump"]
