import zlib
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.vault.stream import (
    BLIND_PART,
    LEAST_PART,
    MIB,
    MOST_PARTS,
    Tally,
    counted,
    part_size,
    recut,
    side_by_side,
)
from bot.core.vault import Digests


async def of(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@given(st.lists(st.binary(max_size=40)), st.integers(1, 16))
async def test_the_same_bytes_come_in_pieces_of_one_size(pieces: list[bytes], size: int) -> None:
    cut = [piece async for piece in recut(of(pieces), size)]
    assert b"".join(cut) == b"".join(pieces)
    assert all(len(piece) == size for piece in cut[:-1])
    assert all(0 < len(piece) <= size for piece in cut)


@pytest.mark.parametrize("size", [0, 1, LEAST_PART, 48 * 1024 * MIB, 5 * 1024**4])
def test_a_file_of_any_size_fits_into_the_parts_that_a_store_takes(size: int) -> None:
    part = part_size(size)
    assert part >= LEAST_PART
    assert part % MIB == 0
    assert -(-size // part) <= MOST_PARTS


def test_large_parts_go_one_by_one_so_that_memory_stays_bounded() -> None:
    assert side_by_side(LEAST_PART) == 2
    assert side_by_side(part_size(1024**4)) == 1
    assert part_size(None) == BLIND_PART


async def test_hashes_do_not_depend_on_how_the_bytes_were_cut() -> None:
    body = b"a" * 300_000
    sums = Digests(size=300_000, sha256=sha256(body).hexdigest(), crc32=f"{zlib.crc32(body):08x}")
    for size in (300_000, 100_000, 1_000):
        pieces = [body[at : at + size] for at in range(0, len(body), size)]
        added, passed = Tally(), Tally()
        for piece in pieces:
            added.add(piece)
        assert [piece async for piece in counted(of(pieces), passed, None)] == pieces
        assert added.digests() == passed.digests() == sums


async def test_whoever_stops_in_the_middle_has_counted_what_came() -> None:
    tally = Tally()
    passing = counted(of([b"a" * 100_000, b"b" * 100_000]), tally, None)
    assert await anext(passing) == b"a" * 100_000
    await passing.aclose()
    assert tally.digests().sha256 == sha256(b"a" * 100_000).hexdigest()


async def test_a_source_that_fails_comes_out_as_it_is() -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"a"
        raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError, match="gone"):
        async for _ in counted(failing(), Tally(), None):
            pass
