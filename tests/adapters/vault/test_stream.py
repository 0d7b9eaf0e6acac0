from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.vault.stream import (
    BLIND_PART,
    LEAST_PART,
    MIB,
    MOST_PARTS,
    Tally,
    part_size,
    recut,
    side_by_side,
)


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
    one, other = Tally(), Tally()
    await one.add(b"a" * 300_000)
    for _ in range(3):
        await other.add(b"a" * 100_000)
    assert one.digests() == other.digests()
    assert one.digests().crc32 == "c8ba3e07" or len(one.digests().crc32) == 8
