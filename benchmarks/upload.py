"""(e) A backup file of 2 GiB to the cloud's storage, against a bare stream of the same bytes.

Both send the same file to the same double of Google's storage, in turns, each in a process of its
own: `python -m benchmarks.upload ours|bare <url> <file> <crc32>`.
"""

import asyncio
import os
import resource
import sys
import time
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
from pydantic import SecretStr

from benchmarks.goals import Part, Row
from benchmarks.processes import python, told
from benchmarks.setting import fleet
from bot.adapters.clock import SystemClock
from bot.adapters.console.client import NEO4J_VERSION, Console, Login
from bot.adapters.folder import Folder
from bot.core.backups import Inspection, Kind
from bot.core.base import InstanceId, OperationId
from bot.core.uploads import BackupFile, Consent, Sending
from sandbox.aura.fleet import database_password

SIZE = 2 << 30
TIMES = 3
INSTANCE = InstanceId(fleet(1).seeds[0].id)
PASSWORD = database_password(INSTANCE, "neo4j")
_PIECE = 1 << 20


async def measure(folder: Path) -> Part:
    """Send the file in turns; the fastest of each counts, since others use the machine too."""
    path = folder / "large.dump"
    await asyncio.to_thread(_fill, path)
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    memory: dict[str, list[float]] = {"ours": [], "bare": []}
    async with python("-m", "benchmarks.aura", "1", "1", "1", env={}) as aura:
        url = (await told(aura, 1))["AURA_API_URL"]
        for turn in range(TIMES):
            for crc32, who in enumerate(seconds, start=10 * turn):
                words = ("-m", "benchmarks.upload", who, url, str(path), str(crc32))
                async with python(*words, env={}) as child:
                    said = await told(child, 2)
                    seconds[who].append(float(said["SECONDS"]))
                    memory[who].append(float(said["MEMORY_MB"]))
    ours, bare = min(seconds["ours"]), min(seconds["bare"])
    return Part(
        title="A backup file of 2 GiB to Google's storage",
        rows=[
            Row(
                what="seconds until it has arrived, best of 3",
                value=f"{ours:.2f} ({SIZE / ours / 2**20:.0f} MiB/s)",
                floor=f"{bare:.2f} ({SIZE / bare / 2**20:.0f} MiB/s)",
                ratio=ours / bare,
                goal="upload time ratio",
                measured=ours / bare,
            ),
            Row(
                what="resident memory of the process at its peak, MB",
                value=f"{max(memory['ours']):.0f}",
                floor=f"{max(memory['bare']):.0f}",
                goal="upload memory MB",
                measured=max(memory["ours"]),
            ),
        ],
        notes=[
            "The floor is one `PUT` of httpx that streams the file in pieces of 1 MiB. Ours sends "
            "resumable pieces, asks the guard for each, and keeps its position after each.",
            f"All seconds: ours {_all(seconds['ours'])}; the floor {_all(seconds['bare'])}.",
            "A ratio of 1.25 is 0.8 times the throughput.",
        ],
    )


def _all(times: list[float]) -> str:
    return ", ".join(f"{each:.2f}" for each in times)


def _fill(path: Path) -> None:
    block = os.urandom(_PIECE)
    with path.open("wb") as file:
        for _ in range(SIZE // _PIECE):
            file.write(block)


async def _ours(url: str, path: Path, crc32: int) -> None:
    said = Inspection(kind=Kind.DUMP, form="DZV1", size=SIZE, compressed=True)
    file = BackupFile(
        place="local",
        name=path.name,
        sha256=sha256(b"").hexdigest(),
        crc32=crc32,
        inspection=said,
    )
    consent = Consent(operation_id=OperationId("upl-1"), seal="", instance_id=INSTANCE, crc32=crc32)
    folder, kept = Folder(path.parent), list[Sending]()

    async def never(operation_id: OperationId) -> bool:
        return False

    async def keep(sending: Sending) -> None:
        kept.append(sending)

    def source(start: int) -> AsyncIterator[bytes]:
        return folder.read(path.name, start=start)

    logins = {INSTANCE: Login(password=SecretStr(PASSWORD))}
    clock = SystemClock()
    async with Console(url=url, logins=logins, clock=clock, consume=never) as console:
        sent = await console.send(consent, file, source, held=None, keep=keep)
    if not sent.complete:
        raise RuntimeError("the file did not arrive")


async def _bare(url: str, path: Path, crc32: int) -> None:
    base = f"{url}/v%d/databases/{INSTANCE}/import"
    async with httpx.AsyncClient(timeout=600) as client:
        confirmed = {"Confirmed": "true"}
        signed_in = await client.post(
            base % 1 + "/auth", auth=("neo4j", PASSWORD), headers=confirmed
        )
        token = {"Authorization": f"Bearer {signed_in.json()['Token']}"}
        begun = await client.post(
            base % 2,
            headers={**token, "Neo4j-Version": NEO4J_VERSION},
            json={"Crc32": crc32, "DumpSize": SIZE, "FullSize": SIZE},
        )
        started = await client.post(
            begun.json()["SignedURI"], headers={"x-goog-resumable": "start", "Content-Type": ""}
        )

        async def pieces() -> AsyncIterator[bytes]:
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece

        done = await client.put(
            started.headers["Location"], content=pieces(), headers={"Content-Length": str(SIZE)}
        )
        done.raise_for_status()


async def _child(who: str, url: str, path: Path, crc32: int) -> None:
    began = time.perf_counter()
    await (_ours if who == "ours" else _bare)(url, path, crc32)
    took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"SECONDS={took}\nMEMORY_MB={peak}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_child(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
