import gzip
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO

import pytest

from bot.core.archive import About, ArchiveManifest, ArchiveWriter, Member
from bot.core.archive.errors import NotArchivable
from bot.core.archive.members import CHUNK, END
from bot.core.archive.sheets import MOST_HELD, MOST_SHEETS
from bot.core.base import InstanceId
from bot.core.graph.values import Value

ABOUT = About(
    instance_id=InstanceId("0a1b2c3d"),
    instance_name="orders-prod",
    tier="professional",
    made_at=datetime(2026, 11, 22, tzinfo=UTC),
    tool="Savepoint (test)",
)

NodeRow = tuple[int, tuple[str, ...], Mapping[str, Value]]


def written(nodes: Iterable[NodeRow]) -> Iterator[Member]:
    writer = ArchiveWriter(ABOUT)
    yield from writer.begin()
    for node in nodes:
        writer.node(*node)
        yield from writer.ready()
        assert writer.held < MOST_HELD
    yield from writer.finish()


def texts(members: Iterable[Member]) -> dict[str, str]:
    return {member.name: member.text for member in members}


def test_rows_with_the_same_labels_share_a_file_and_short_rows_are_filled_up() -> None:
    found = texts(written([(1, ("A",), {"x": 1}), (2, ("A",), {"y": "z"}), (3, ("A",), {})]))
    assert found["nodes/h0001.csv"] == ':ID,:LABEL,"x:long","y:string"\n'
    assert found["nodes/h0001-000001.csv.gz"] == '1,"A",1,\n2,"A",,"z"\n3,"A",,\n'


def test_a_property_of_another_type_goes_to_a_file_of_its_own() -> None:
    found = texts(written([(1, (), {"x": 1}), (2, (), {"x": "one"}), (3, (), {"x": 2})]))
    assert found["nodes/h0001-000001.csv.gz"] == "1,,1\n3,,2\n"
    assert found["nodes/h0002-000002.csv.gz"] == '2,,"one"\n'


def test_memory_is_bounded_whatever_the_graph_looks_like() -> None:
    half = "x" * (CHUNK // 2)
    many: Iterator[NodeRow] = ((i, (f"L{i}",), {"text": half}) for i in range(40))
    assert sum("csv.gz" in member.name for member in written(many)) == 40
    scattered: Iterator[NodeRow] = ((i, (f"L{i}",), {f"p{i}": i}) for i in range(3 * MOST_SHEETS))
    assert sum("csv.gz" in member.name for member in written(scattered)) == 3 * MOST_SHEETS


def test_members_stand_one_after_the_other_as_a_tar_file() -> None:
    members = list(written([(1, ("A",), {"x": 1})]))
    stream = b"".join(member.framed(ABOUT.made_at) for member in members) + END
    with tarfile.open(fileobj=BytesIO(stream)) as tar:
        assert tar.getnames() == [member.name for member in members]
        for member in members:
            there = tar.extractfile(member.name)
            assert there is not None
            content = there.read()
            plain = gzip.decompress(content) if member.name.endswith(".gz") else content
            assert plain.decode() == member.text
        assert {info.mtime for info in tar} == {int(ABOUT.made_at.timestamp())}


def test_what_no_column_holds_is_marked_and_given_back_by_a_statement() -> None:
    found = texts(written([(1, ("A",), {"x": (), "{y}": 2})]))
    assert found["nodes/h0001-000001.csv.gz"] == '1,"A\x1f_SavepointMarked",2,1\n'
    assert found["restore/2-values-000001.cypher"] == (
        "UNWIND [[1, [[]]]] AS row MATCH (e:`_SavepointMarked`) "
        "WHERE e.`_savepoint_mark` = row[0] SET e.`x` = row[1][0] "
        "REMOVE e.`_savepoint_mark`, e:`_SavepointMarked`;\n"
    )
    assert "SET e.`{y}` = e.`_savepoint_name_1`" in found["restore/3-names.cypher"]
    assert ArchiveManifest.model_validate_json(found["manifest.json"]).counts.labels == {"A": 1}


def test_many_leftovers_become_statements_of_hundreds_of_rows() -> None:
    few = texts(written((i, ("A",), {"x": ()}) for i in range(1200)))
    assert few["restore/2-values-000001.cypher"].count("\n") == 3
    big = texts(written((i, ("A",), {f"x{i}": (f"\x1f{'y' * 2000}",)}) for i in range(3000)))
    values = [text for name, text in big.items() if name.startswith("restore/2-")]
    assert len(values) > 2
    assert sum(text.count("UNWIND") for text in values) == 3000


def test_a_line_break_and_a_long_row_are_told_to_the_import_tool() -> None:
    plain = texts(written([(1, (), {"x": "a"})]))["import.args"]
    assert "--multiline" not in plain
    assert "--read-buffer-size" not in plain
    other = texts(written([(1, (), {"x": "a\n" + "x" * 2_000_000})]))["import.args"]
    assert "--multiline-fields=true\n" in other
    assert "--read-buffer-size=16000" in other


def test_an_archive_that_was_never_restored_to_its_end_is_not_archived_again() -> None:
    with pytest.raises(NotArchivable, match="_SavepointMarked"):
        list(written([(1, ("_SavepointMarked",), {})]))


def test_a_label_with_the_delimiter_is_refused() -> None:
    with pytest.raises(NotArchivable, match="U\\+001F"):
        list(written([(1, ("a\x1fb",), {})]))


def test_readme_says_what_is_not_inside() -> None:
    readme = texts(written([]))["README.txt"]
    assert "users, roles and privileges" in readme
    assert "its present state" in readme


def test_a_relationship_s_leftovers_are_found_by_its_type() -> None:
    writer = ArchiveWriter(ABOUT)
    writer.relationship(1, 2, "T `x`", {"none": b"", "{a}": "b"})
    found = texts(writer.finish())
    assert "()-[e:`T ``x```]->()" in found["restore/2-values-000001.cypher"]
    assert "FOR ()-[e:`T ``x```]-()" in found["restore/1-indexes.cypher"]
    assert "MATCH ()-[e]->() WHERE" in found["restore/3-names.cypher"]
    manifest = ArchiveManifest.model_validate_json(found["manifest.json"])
    assert manifest.changed == {"empty byte array became an empty list": 1}
    assert writer.rows == 1
