"""Hostile files: they may be refused, and nothing else may happen."""

import gzip
import tarfile
import tracemalloc
import zlib
from typing import Protocol

import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.backups import Inspector
from bot.core.errors import NotABackup
from tests.core.backups import writer
from tests.core.backups.writer import Told

GIB = 1 << 30
FORMS = sorted(writer.every())


class Packer(Protocol):
    """What zlib and zstandard have in common."""

    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


def outcome(content: bytes, chunk: int) -> str:
    """Return a sentence, whatever the file is."""
    inspector = Inspector()
    try:
        feed(inspector, content, chunk)
        return inspector.finish().form
    except NotABackup as caught:
        refused = caught
    assert refused.hint
    assert refused.summary[0].islower()
    return refused.summary


def feed(inspector: Inspector, content: bytes, chunk: int) -> None:
    for at in range(0, len(content), chunk):
        inspector.feed(content[at : at + chunk])


@given(
    st.binary(max_size=3000),
    st.sampled_from(
        (
            b"",
            *(m.encode() for m in writer.FORMS),
            b"DZV1",
            b"DGV1",
            b"\x1f\x8b",
            b"\x28\xb5\x2f\xfd",
        )
    ),
    st.integers(1, 700),
)
def test_random_bytes_raise_only_a_sentence(noise: bytes, magic: bytes, chunk: int) -> None:
    outcome(magic + noise, chunk)


@given(st.sampled_from(FORMS), st.data())
def test_mutated_files_raise_only_a_sentence(form: str, data: st.DataObject) -> None:
    content = bytearray(writer.every()[form])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(content) - 1, 700)))
        content[at] = data.draw(st.integers(0, 255))
    outcome(bytes(content), data.draw(st.sampled_from((1, 97, 4096))))


@given(st.binary(max_size=200), st.sampled_from(("BTV1", "BTV2", "BZV1", "BZV3")))
@example(Told().first_form()[:60], "BTV1")
def test_headers_of_noise_raise_only_a_sentence(noise: bytes, form: str) -> None:
    said = noise if form in ("BTV1", "BZV1") else b"\x02" + noise
    outcome(form.encode() + (writer.zstd(said) if form == "BZV1" else said), 64)


@given(st.binary(max_size=2000))
def test_noise_inside_a_good_stream_raises_only_a_sentence(noise: bytes) -> None:
    outcome(b"DZV1" + writer.zstd(writer.contents({}) + noise), 512)
    outcome(gzip.compress(noise), 512)
    outcome(writer.tar({"neo4j.dump": noise}), 512)


@pytest.mark.parametrize("kind", ["zstd", "gzip"])
def test_a_bomb_costs_no_memory(kind: str) -> None:
    entry = tarfile.TarInfo("neostore")
    entry.size = GIB // 4
    beginning, block, zeros = writer.contents({}), bytes(1 << 24), GIB // 4 + 1024
    if kind == "zstd":
        packer: Packer = zstandard.ZstdCompressor(level=3).compressobj()
        bomb = b"DZV1" + packer.compress(b"zstd" + beginning + entry.tobuf())
    else:
        packer = zlib.compressobj(wbits=31)
        bomb = b"DGV1" + packer.compress(entry.tobuf())
    bomb += b"".join(packer.compress(block) for _ in range(zeros // len(block) + 1))
    bomb += packer.flush()
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    assert outcome(bomb, 1 << 20) == bomb[:4].decode()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 40 << 20


def test_a_window_that_would_cost_memory_is_refused() -> None:
    wide = zstandard.ZstdCompressionParameters(window_log=27, enable_ldm=True)
    packer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    inside = b"zstd" + writer.contents({}) + writer.tar({})
    content = b"DZV1" + packer.compress(inside) + packer.flush()
    assert "cannot be unpacked" in outcome(content, 4096)


def test_a_header_that_never_ends_is_refused_while_it_is_small() -> None:
    pair = (64).to_bytes(4, "big")
    said = b"".join(len(w).to_bytes(4, "big") + w for w in (b"k", bytes(2 << 20)) * 8)
    content = b"BTV2" + Told().second_form()[:-4] + pair + said
    inspector = Inspector()
    with pytest.raises(NotABackup, match="header does not end"):
        feed(inspector, content, 1 << 16)
    assert inspector.size < 12 << 20
