"""(e) A backup file of 2 GiB to the clouds' storage, against a bare stream of the same bytes.

Ours and the floor send the same bytes to the same double, in turns that begin with either, each in
a process of its own: `python -m benchmarks.upload ours|bare <way> <url> <folder> <crc32>`.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Literal

import httpx
import pyrage  # type: ignore[import-untyped]
from pydantic import SecretStr

from benchmarks.goals import Part, Row
from benchmarks.processes import peak, python, told
from benchmarks.setting import KEYS, fleet
from bot.adapters.clock import SystemClock, new_id
from bot.adapters.console.client import NEO4J_VERSION, Console, Login
from bot.adapters.folder import Folder
from bot.adapters.vault import ObstoreVault, open_place
from bot.core.backups import Inspection, Kind
from bot.core.base import InstanceId, OperationId
from bot.core.uploads import BackupFile, Consent, Sending
from bot.core.vault import Facts
from bot.core.vault import Kind as Kept
from bot.ports import Source
from sandbox.aura import AuraDouble
from sandbox.aura.fleet import database_password

SIZE = 2 << 30
TIMES = 3
_PIECE = 1 << 20
#: Amazon's parts in this measurement, in bytes: 32 of them.
_PART = 64 << 20
#: One instance on Google, and one on Amazon.
_GOOGLE, _AMAZON = (InstanceId(seed.id) for seed in fleet(2).seeds)
_FILE, _VAULT, _KEY, _NAME = "large.dump", "vault", "key", "name"


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where the bytes come from, and where they go."""

    what: str
    instance: InstanceId
    place: Literal["vault", "local"] = "local"

    @property
    def password(self) -> str:
        """The password of the database."""
        return database_password(self.instance, "neo4j")


WAYS = {
    "google": Way(what="a local file to Google", instance=_GOOGLE),
    "amazon": Way(what="a local file to Amazon", instance=_AMAZON),
    "sealed": Way(what="an encrypted export to Google", instance=_GOOGLE, place="vault"),
}


async def measure(folder: Path) -> Part:
    """Send by each way in turns; the median of each counts, since others use the machine too."""
    await asyncio.to_thread(_fill, folder / _FILE)
    await _store(folder)
    rows, seconds = list[Row](), list[str]()
    async with python("-m", "benchmarks.upload", "serve", env={}) as aura:
        url = (await told(aura, 1))["AURA_API_URL"]
        for number, (name, way) in enumerate(WAYS.items()):
            took: dict[str, list[float]] = {"ours": [], "bare": []}
            memory: dict[str, list[float]] = {"ours": [], "bare": []}
            for turn in range(TIMES):
                for at, who in enumerate(list(took)[:: 1 if turn % 2 == 0 else -1]):
                    crc32 = str(100 * number + 10 * turn + at)
                    words = ("-m", "benchmarks.upload", who, name, url, str(folder), crc32)
                    async with python(*words, env={}) as child:
                        said = await told(child, 2)
                    took[who].append(float(said["SECONDS"]))
                    memory[who].append(float(said["MEMORY_MB"]))
            rows += _rows(way, took, memory)
            seconds.append(f"{way.what}: ours {_all(took['ours'])}; floor {_all(took['bare'])}")
    return Part(
        title="A backup file of 2 GiB to the clouds' storage",
        rows=rows,
        notes=[
            "The floor is httpx alone: to Google one `PUT` that streams the file in pieces of "
            "1 MiB, to Amazon one for each of 32 parts; of the export it streams what the vault "
            "decrypts. Ours sends resumable pieces, asks the guard for each, and keeps its "
            "position after each.",
            f"All seconds, {TIMES} turns: {'. '.join(seconds)}.",
            "A ratio of 1.25 is 0.8 times the throughput.",
        ],
    )


def _rows(way: Way, took: dict[str, list[float]], memory: dict[str, list[float]]) -> list[Row]:
    ours, bare = median(took["ours"]), median(took["bare"])
    return [
        Row(
            what=f"{way.what}: seconds until it has arrived, median of {TIMES}",
            value=f"{ours:.2f} ({SIZE / ours / 2**20:.0f} MiB/s)",
            floor=f"{bare:.2f} ({SIZE / bare / 2**20:.0f} MiB/s)",
            ratio=ours / bare,
            goal="upload time ratio",
            measured=ours / bare,
        ),
        Row(
            what=f"{way.what}: resident memory of the process at its peak, MB",
            value=f"{max(memory['ours']):.0f}",
            floor=f"{max(memory['bare']):.0f}",
            goal="upload memory MB",
            measured=max(memory["ours"]),
        ),
    ]


def _all(times: list[float]) -> str:
    return ", ".join(f"{each:.2f}" for each in times)


def _fill(path: Path) -> None:
    block = os.urandom(_PIECE)
    with path.open("wb") as file:
        for _ in range(SIZE // _PIECE):
            file.write(block)


async def _store(folder: Path) -> None:
    """Put the file into a vault, encrypted; its key and its name are laid beside."""
    secret = pyrage.x25519.Identity.generate()
    (folder / _VAULT).mkdir()
    (folder / _KEY).write_text(str(secret), encoding="utf-8")
    facts = Facts(
        environment="bench",
        instance_id=_GOOGLE,
        instance_name="bench",
        taken_at=datetime(2026, 1, 1, tzinfo=UTC),
        kind=Kept.DUMP,
        extension="dump",
    )
    vault = _vault(folder, recipients=(str(secret.to_public()),))
    kept = await vault.put(facts, Folder(folder).read(_FILE), size=SIZE)
    (folder / _NAME).write_text(kept.name, encoding="utf-8")


def _vault(folder: Path, *, recipients: tuple[str, ...] = ()) -> ObstoreVault:
    clock, url = SystemClock(), (folder / _VAULT).as_uri()
    return ObstoreVault(
        lambda: open_place(url, options={}, secrets={}, clock=clock),
        clock=clock,
        new_id=new_id,
        tool="benchmark",
        recipients=recipients,
        identity=(folder / _KEY).read_text(encoding="utf-8"),
    )


def _source(way: Way, folder: Path) -> Source:
    if way.place == "vault":
        vault, name = _vault(folder), (folder / _NAME).read_text(encoding="utf-8")
        return lambda start: vault.plain(name, start=start)
    files = Folder(folder)
    return lambda start: files.read(_FILE, start=start)


async def _ours(way: Way, url: str, folder: Path, crc32: int) -> None:
    said = Inspection(kind=Kind.DUMP, form="DZV1", size=SIZE, compressed=True)
    file = BackupFile(
        place=way.place,
        name=_FILE,
        sha256=sha256(b"").hexdigest(),
        crc32=crc32,
        inspection=said,
    )
    consent = Consent(
        operation_id=OperationId("upl-1"), seal="", instance_id=way.instance, crc32=crc32
    )
    kept = list[Sending]()

    async def never(operation_id: OperationId) -> bool:
        return False

    async def keep(sending: Sending) -> None:
        kept.append(sending)

    logins = {way.instance: Login(password=SecretStr(way.password))}
    source, clock = _source(way, folder), SystemClock()
    async with Console(url=url, logins=logins, clock=clock, consume=never) as console:
        sent = await console.send(consent, file, source, held=None, keep=keep)
    if not sent.complete:
        raise RuntimeError("the file did not arrive")


async def _bare(way: Way, url: str, folder: Path, crc32: int) -> None:
    base = f"{url}/v%d/databases/{way.instance}/import"
    async with httpx.AsyncClient(timeout=600) as client:
        signed_in = await client.post(
            base % 1 + "/auth", auth=("neo4j", way.password), headers={"Confirmed": "true"}
        )
        token = {"Authorization": f"Bearer {signed_in.json()['Token']}"}
        begun = await client.post(
            base % 2,
            headers={**token, "Neo4j-Version": NEO4J_VERSION},
            json={"Crc32": crc32, "DumpSize": SIZE, "FullSize": SIZE},
        )
        said = begun.json()
        links, headers = said["SignedLinks"], {"x-goog-resumable": "start", "Content-Type": ""}
        if said["Provider"] == "GCP":
            started = await client.post(said["SignedURI"], headers=headers)
            links = [started.headers["Location"]]
        part = -(-SIZE // len(links))
        for number, link in enumerate(links):
            start = number * part
            count = min(part, SIZE - start)
            done = await client.put(
                link,
                content=_bytes(way, folder, start, count),
                headers={"Content-Length": str(count)},
            )
            done.raise_for_status()


async def _bytes(way: Way, folder: Path, start: int, count: int) -> AsyncIterator[bytes]:
    if way.place == "vault":
        async for piece in _source(way, folder)(start):
            yield piece
        return
    with (folder / _FILE).open("rb") as file:
        file.seek(start)
        while piece := file.read(min(_PIECE, count)):
            count -= len(piece)
            yield piece


async def _child(who: str, way: Way, url: str, folder: Path, crc32: int) -> None:
    began = time.perf_counter()
    await (_ours if who == "ours" else _bare)(way, url, folder, crc32)
    took = time.perf_counter() - began
    sys.stdout.write(f"SECONDS={took}\nMEMORY_MB={peak()}\n")
    sys.stdout.flush()


async def _serve() -> None:
    """Be the double until SIGTERM."""
    stop, plain = asyncio.Event(), fleet(2)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    google, amazon = plain.seeds
    double = AuraDouble(
        seed=replace(plain, seeds=(google, replace(amazon, cloud_provider="aws"))),
        requests_per_minute=None,
        clients={key.client: key.secret for key in KEYS},
        reach={key.client: [key.project] for key in KEYS},
        keep_calls=1,
        part_size=_PART,
    )
    async with double:
        sys.stdout.write(f"AURA_API_URL={double.url}\n")
        sys.stdout.flush()
        await stop.wait()


def _main(words: list[str]) -> None:
    with suppress(KeyboardInterrupt):
        if words == ["serve"]:
            asyncio.run(_serve())
            return
        who, name, url, folder, crc32 = words
        asyncio.run(_child(who, WAYS[name], url, Path(folder), int(crc32)))


if __name__ == "__main__":
    _main(sys.argv[1:])
