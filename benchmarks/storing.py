"""Putting a large file into the vault, against a bare put through obstore, each in its own process.

`python -m benchmarks.storing <bare|vault> <file> <folder>` stores once and prints what it took.
``SAVEPOINT_BENCH_MIB`` makes the file smaller than its 2 GiB.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import obstore
from obstore.store import LocalStore

from benchmarks.goals import Part, Row
from benchmarks.processes import peak, python, told
from bot.adapters.clock import SystemClock, new_id
from bot.adapters.vault import ObstoreVault, open_place
from bot.adapters.vault.stream import LEAST_PART
from bot.core.base import InstanceId
from bot.core.vault import Facts, Kind

MIB = 1024 * 1024
SIZE = int(os.environ.get("SAVEPOINT_BENCH_MIB", "2048"))
ROUNDS = 7
PIECE = LEAST_PART


async def measure(folder: Path) -> Part:
    """Take turns: the bare copy, then the vault, and compare the medians."""
    source = folder / "source.bin"
    _fill(source)
    took: dict[str, list[float]] = {"bare": [], "read": [], "vault": [], "up": []}
    most = 0.0
    for number in range(ROUNDS):
        for way in ("bare", "vault") if number % 2 else ("vault", "bare"):
            target = folder / f"{way}-{number}"
            target.mkdir()
            _cool(source)
            arguments = ("-m", "benchmarks.storing", way, str(source), str(target))
            async with python(*arguments, env={"SAVEPOINT_BENCH_MIB": str(SIZE)}) as process:
                found = {key: float(value) for key, value in (await told(process, 3)).items()}
            took[way].append(found["SECONDS"])
            took["read" if way == "bare" else "up"].append(found["PART"])
            if way == "vault":
                most = max(most, found["PEAK"])
            _empty(target)
    return _part({name: median(values) for name, values in took.items()}, took, most)


def _part(mid: dict[str, float], took: dict[str, list[float]], most: float) -> Part:
    def rate(seconds: float) -> str:
        return f"{SIZE / seconds:.0f}"

    floor = mid["bare"]
    up, whole = mid["up"] / floor, mid["vault"] / (floor + mid["read"])
    spread = ", ".join(
        f"{name} {min(values):.1f} to {max(values):.1f} s" for name, values in took.items()
    )
    return Part(
        title=f"A file of {SIZE} MiB into the vault (a folder)",
        rows=[
            Row(
                what="up: hashed on the way, synced, MiB/s",
                value=rate(mid["up"]),
                floor=rate(floor),
                ratio=up,
                goal="vault upload time ratio",
                measured=up,
            ),
            Row(
                what="the whole add: up, read back, hashed again, manifest, MiB/s",
                value=rate(mid["vault"]),
                floor=rate(floor + mid["read"]),
                ratio=whole,
                goal="vault add time ratio",
                measured=whole,
            ),
            Row(
                what="the whole add against the bare put alone",
                value=rate(mid["vault"]),
                floor=rate(floor),
                ratio=mid["vault"] / floor,
            ),
            Row(
                what="resident memory at its peak, MB",
                value=f"{most:.0f}",
                goal="vault memory MB",
                measured=most,
            ),
        ],
        notes=[
            f"{ROUNDS} rounds that take turns, medians; each add is a process of its own.",
            "The file comes from the disk: its pages are dropped from memory before each add.",
            "The floor of the upload is obstore's put of the same stream in the same parts, synced "
            "at the end; that of the whole add reads the file back besides, as obstore streams it "
            "and without hashing, since an add that was not read back is not one.",
            f"Spread: {spread}.",
        ],
    )


def _fill(path: Path) -> None:
    block = os.urandom(MIB)
    with path.open("wb") as out:
        for number in range(SIZE):
            out.write(number.to_bytes(8, "big") + block[8:])
        out.flush()
        os.fsync(out.fileno())


def _cool(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(handle)


def _empty(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb", buffering=0) as source:
        while piece := await asyncio.to_thread(source.read, PIECE):
            yield piece


async def _bare(source: Path, target: Path) -> tuple[float, float]:
    store = LocalStore(str(target))
    began = time.perf_counter()
    writer = obstore.open_writer_async(store, "copy", buffer_size=LEAST_PART, max_concurrency=2)
    async for piece in _pieces(source):
        await writer.write(piece)
    await writer.close()
    await asyncio.to_thread(_sync, target / "copy")
    put = time.perf_counter() - began
    async for _ in (await obstore.get_async(store, "copy")).stream(PIECE):
        pass
    return put, time.perf_counter() - began - put


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


async def _vault(source: Path, target: Path) -> tuple[float, float]:
    clock = SystemClock()
    place = open_place(target.as_uri(), options={}, secrets={}, clock=clock)
    up: list[float] = []
    began = time.perf_counter()
    settle = place.settle

    class Watched:
        """The place, telling when the data was up and synced."""

        def __getattr__(self, name: str) -> object:
            return getattr(place, name)

        def settle(self, name: str) -> None:
            settle(name)
            up.append(time.perf_counter() - began)

    vault = ObstoreVault(
        Watched,  # type: ignore[arg-type]
        clock=clock,
        new_id=new_id,
        tool="benchmark",
    )
    facts = Facts(
        environment="bench",
        instance_id=InstanceId("0d5e7a11"),
        instance_name="bench",
        taken_at=datetime(2026, 1, 1, tzinfo=UTC),
        kind=Kind.BACKUP,
        extension="backup",
    )
    await vault.put(facts, _pieces(source), size=SIZE * MIB)
    return time.perf_counter() - began, up[0]


def main() -> None:
    """Store once, and print seconds, the part of them that counts besides, and the peak."""
    way, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    seconds, part = asyncio.run((_bare if way == "bare" else _vault)(source, target))
    sys.stdout.write(f"SECONDS={seconds}\nPART={part}\nPEAK={peak()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
