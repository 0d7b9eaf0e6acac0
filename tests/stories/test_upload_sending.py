"""The file on its way: beside the ticks, over slow lines, out of sealed exports, and taken back."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.adapters.vault import ObstoreVault
from bot.core.operations import events as e
from bot.core.operations.upload import TRANSFER_LIMIT
from bot.services import leasing
from sandbox.aura import fleet as aura
from sandbox.aura.archives import backup_file, graph_in
from sandbox.aura.graphs import Graph, Node
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.test_upload_vault import Shelf
from tests.stories.uploads import asked, loads, put, uploaded

MIB = 1 << 20


def noise(story: Story, mib: int) -> bytes:
    """A backup of some megabytes."""
    said = Random(3).randbytes(mib * MIB).hex()  # noqa: S311 -- only has to be hard to pack
    graph = Graph({0: Node(id=0, labels=frozenset({"Noise"}), properties={"noise": said})})
    return backup_file(graph, database="neo4j", taken_at=story.clock.now())


@pytest.fixture
def large(story: Story) -> bytes:
    """A file of several pieces in the folder for uploads."""
    put(story, "large.backup", content := noise(story, 9))
    return content


class Line:
    """The folder for uploads at the end of a line; ``dies_at`` bytes the process goes, once."""

    def __init__(self, story: Story, *, per_second: int, dies_at: int | None = None) -> None:
        self._story = story
        self._files = story.bot.house.world.files
        self._per_second = per_second
        self._dies_at = dies_at
        self.drawn = 0
        self.opened: list[int] = []

    async def size(self, name: str) -> int:
        assert self._files is not None
        return await self._files.size(name)

    async def read(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
        assert self._files is not None
        [op] = await self._story.bot.operations.recent(1) or [None]
        slow = op is not None and op.phase == "transferring"
        if slow:
            self.opened.append(start)
        async for piece in self._files.read(name, start=start):
            yield piece
            if not slow:
                continue
            self.drawn += len(piece)
            if self._dies_at is not None and self.drawn >= self._dies_at:
                self._dies_at = None
                raise asyncio.CancelledError("as if the process had gone")
            self._story.clock.at += timedelta(seconds=len(piece) / self._per_second)


async def test_no_tick_waits_for_the_file(story: Story, large: bytes) -> None:
    await asked(story, file="large.backup")
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def halt(name: str) -> None:
        if name == "put":
            arrived.set()
            await go_on.wait()

    change_world(story, sendings=Cued(story.bot.house.world.sendings, after=halt))
    await story.approver.person.clicks("Approve", story.approver.gate())
    await story.bot.tasks.drain()
    op = await uploaded(story)
    for _ in range(3):
        await story.bot.house.runner.tick(op.id)
    await arrived.wait()
    assert (await uploaded(story)).phase == "transferring"
    go_on.set()
    await story.advance(minutes=20)
    assert (await uploaded(story)).phase == "done"
    assert loads(story) == 1


async def test_a_slow_line_costs_time_and_sends_no_byte_twice(story: Story, large: bytes) -> None:
    line = Line(story, per_second=50_000, dies_at=6 * MIB)
    story.change_world(files=line)
    await asked(story, file="large.backup")
    began = story.clock.now()
    await story.approved()
    await story.restart()
    await story.advance(minutes=20)
    op = await uploaded(story)
    assert op.phase == "done"
    first, second = line.opened
    assert first == 0
    assert second >= 5 * MIB  # within the first piece, which Google has for the most part
    assert line.drawn <= len(large) + 2 * MIB
    arrived = op.when(e.TransferFinished)
    assert arrived is not None
    assert (arrived - began).total_seconds() > 120  # a tick has 60
    told = [r.event.sent for r in op.history if isinstance(r.event, e.Transferred)]
    assert len(told) > 5
    assert told == sorted(told)
    assert story.aura.graph(aura.ORDERS_PROD) == graph_in(large)


class Counted(ObstoreVault):
    """A vault that counts what is read of its data."""

    read = 0

    async def _read(self, name: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        async for piece in super()._read(name, start, end):
            self.read += len(piece)
            yield piece


@pytest.mark.parametrize("crashes", [0, 1])
async def test_a_sealed_export_is_decrypted_once_and_once_more_for_each_crash(
    story: Story, tmp_path: Path, crashes: int
) -> None:
    content = noise(story, 26)
    shelf = Shelf(story, tmp_path / "shelf", sealed=True, key=True)
    kept = await shelf.add(content)
    shelf.vault.__class__ = Counted
    vault = shelf.vault
    assert isinstance(vault, Counted)
    await asked(story, file=kept.id)
    world = story.bot.house.world
    left, pieces = crashes, 0

    async def before(name: str) -> None:
        if name == "send":
            vault.read = 0 if left == crashes else vault.read

    async def dies(name: str) -> None:
        nonlocal left, pieces
        pieces += name == "put"
        if left and pieces == 3:  # most of it has arrived
            left -= 1
            raise asyncio.CancelledError("as if the process had gone")

    read: list[int] = []

    async def after(name: str) -> None:
        if name == "send":
            read.append(vault.read)

    change_world(
        story,
        imports=Cued(world.imports, before=before, after=after),
        sendings=Cued(world.sendings, after=dies),
    )
    await story.approved()
    await story.restart()
    await story.advance(minutes=20)
    assert (await uploaded(story)).phase == "done"
    assert pieces > 3
    assert left == 0
    [came] = read
    assert came >= kept.digests.size
    assert came <= (crashes + 1) * kept.digests.size
    assert story.aura.graph(aura.ORDERS_PROD) == graph_in(content)


async def test_an_upload_that_is_cancelled_stops_sending(
    story: Story, large: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leasing, "RENEW", 0.01)
    await asked(story, file="large.backup")
    ended: list[str] = []

    async def cancel(name: str) -> None:
        if name != "put" or ended:
            return
        op = await uploaded(story)
        try:
            await asyncio.shield(story.bot.house.jobs.cancel(op.requester, op.id))
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    change_world(story, sendings=Cued(story.bot.house.world.sendings, after=cancel))
    await story.approved()
    assert ended == ["cancelled"]
    await story.advance(minutes=30)
    assert (await uploaded(story)).phase == "cancelled"
    assert loads(story) == 0
    assert "cancelled the upload" in str(story.requester.thread()[-1])


async def test_a_file_that_does_not_arrive_within_a_day_ends_it(story: Story, large: bytes) -> None:
    await asked(story, file="large.backup")
    story.aura.faults.storage_down.always()
    await story.approved()
    await story.advance(hours=TRANSFER_LIMIT.total_seconds() / 3600 + 1)
    assert (await uploaded(story)).phase == "failed"
    *_, end, late = [str(line) for line in story.requester.thread()]
    assert "could not be sent within 24 hours" in end
    assert late.startswith("Told late, 2 things")
    assert loads(story) == 0
