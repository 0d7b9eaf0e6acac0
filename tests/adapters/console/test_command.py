"""Neo4j's own command: laid ready, started with a permit once, bounded, and ended."""

from pathlib import Path

import pytest

from bot.adapters.aura.copies import Blocked
from bot.adapters.console.command import Command
from bot.core.base import OperationId
from bot.core.errors import AuraError, AuraRefused, NotABackup, NotAllowed
from bot.core.uploads import BackupFile, Sending
from sandbox.aura import AuraDouble
from sandbox.aura.fleet import database_password
from tests.adapters.aura.stage import MovingClock
from tests.adapters.console.stage import GOOGLE, LARGE, OPERATION, Bytes, Died, Stage

PASSWORD = database_password(GOOGLE, "neo4j")


class Booth:
    """A command over a script of a test's own."""

    def __init__(self, folder: Path, script: str, *, limit: float = 60.0) -> None:
        self.clock = MovingClock()
        self.stage = Stage(AuraDouble(now=self.clock.now), self.clock)
        self.room = folder / "room"
        self.room.mkdir()
        self.program = folder / "neo4j-admin"
        self.program.write_text(f"#!/bin/sh\n{script}\n")
        self.program.chmod(0o700)
        self.command = Command(
            program=self.program,
            logins=self.stage.passwords,
            clock=self.clock,
            consume=self.stage.consume,
            room=self.room,
            limit=limit,
        )

    async def lay(self, *, source: Bytes | None = None, file: BackupFile | None = None) -> Sending:
        stage = self.stage
        return await self.command.send(
            stage.consent(),
            file or stage.file,
            source or stage.source,
            keep=stage.keep,
        )

    async def start(self) -> None:
        await self.command.load_file(self.stage.permit(), self.stage.consent(), self.stage.file)

    async def end(self) -> str:
        await self.command.idle()
        run = self.command.look(self.stage.consent())
        assert run is not None
        assert run.ended
        assert PASSWORD not in run.said
        return "success" if run.succeeded else run.said


async def test_a_large_file_is_laid_ready_from_where_it_was_interrupted(tmp_path: Path) -> None:
    booth = Booth(tmp_path, "exit 3")
    booth.stage.use(LARGE)
    booth.stage.source.piece = 1 << 20
    booth.stage.source.dies_at = 5 << 20
    with pytest.raises(Died):
        await booth.lay()
    booth.stage.source.dies_at = None
    await booth.lay()
    [place] = booth.room.glob("*/*")
    assert place.read_bytes() == LARGE
    assert booth.stage.source.opened == [0, 5 << 20]
    await booth.command.tidy([OPERATION])
    assert place.exists()
    await booth.command.aclose()
    assert list(booth.room.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo Your data was successfully pushed to Aura and is now running.", "success"),
        ("echo Your data was successfully pushed to Aura; exit 1", "ended (1)"),
        ("echo something else", "ended (0): something else"),
        ("true", "ended (0): "),
        ('echo "$NEO4J_PASSWORD"; exit 7', "ended (7): [redacted]"),
        ('yes "$NEO4J_PASSWORD and more" | head -c 100000; exit 1', "ended (1)"),
        ("exec sleep 600", "was ended after its time"),
        ("sleep 600 & wait", "was ended after its time"),
    ],
)
async def test_its_end_is_told_in_bounds_and_without_the_password(
    tmp_path: Path, script: str, said: str
) -> None:
    booth = Booth(tmp_path, script, limit=0.5 if "sleep" in script else 60.0)
    await booth.lay()
    await booth.start()
    told = await booth.end()
    assert said in told
    assert len(told) < 400
    assert list(booth.room.iterdir()) == []


async def test_a_permit_starts_it_once_and_only_for_its_own_file(tmp_path: Path) -> None:
    booth = Booth(tmp_path, f"echo started >> {tmp_path}/starts; exit 1")
    await booth.lay()
    stage = booth.stage
    other = stage.permit().model_copy(update={"names": {"instance": GOOGLE, "crc32": "1"}})
    with pytest.raises(Blocked):
        await booth.command.load_file(other, stage.consent(), stage.file)
    assert stage.spent == []
    await booth.start()
    await booth.end()
    await booth.command.tidy(())
    await booth.lay()
    with pytest.raises(NotAllowed):
        await booth.start()
    assert (tmp_path / "starts").read_text() == "started\n"
    await booth.command.aclose()


async def test_what_was_certainly_not_started_is_a_definite_refusal(tmp_path: Path) -> None:
    booth = Booth(tmp_path, "exit 0")
    with pytest.raises(AuraRefused) as missing:
        await booth.start()
    assert missing.value.definite
    assert booth.stage.spent == []
    await booth.lay()
    booth.program.unlink()
    with pytest.raises(AuraError) as absent:
        await booth.start()
    assert absent.value.definite
    assert booth.command.look(booth.stage.consent()) is None
    await booth.command.aclose()


async def test_a_file_that_is_shorter_or_oddly_named_is_not_laid_ready(tmp_path: Path) -> None:
    booth = Booth(tmp_path, "exit 0")
    file = booth.stage.file
    short = Bytes(booth.stage.source.content[:-1], piece=1 << 30)
    with pytest.raises(NotABackup, match="shorter"):
        await booth.lay(source=short)
    odd = file.inspection.model_copy(update={"database": "../../etc"})
    with pytest.raises(NotABackup, match="name of the database"):
        await booth.lay(file=file.model_copy(update={"inspection": odd}))
    huge = file.inspection.model_copy(update={"size": 1 << 60})
    await booth.command.aclose()
    with pytest.raises(AuraRefused, match="too little room"):
        await booth.lay(file=file.model_copy(update={"inspection": huge}))
    assert list(booth.room.iterdir()) == []


async def test_files_of_ended_operations_alone_are_removed(tmp_path: Path) -> None:
    booth = Booth(tmp_path, "exit 0")
    await booth.lay()
    await booth.command.tidy([OPERATION, OperationId("upl-2")])
    assert len(list(booth.room.iterdir())) == 1
    await booth.command.tidy([OperationId("upl-2")])
    assert list(booth.room.iterdir()) == []
