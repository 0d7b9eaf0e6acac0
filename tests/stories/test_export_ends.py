"""Whatever ends an export while its file comes: its last word is what is in the vault."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.base import OperationId
from bot.core.errors import NotABackup
from bot.core.exports import CalledOff, DeliveryBusy
from bot.core.operations.export import ExportPhase as P
from bot.ports import Receipt
from sandbox.slack import cast as slack
from sandbox.uploads import passwords
from tests.app.test_config import VARIABLES
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world
from tests.stories.test_exports import asked, dies_after_storing, exported, from_console, token


class Coming:
    """A file of which the last byte comes when the story says so."""

    def __init__(self, story: Story, secret: str, content: bytes) -> None:
        self._content = content
        self._begun, self._rest = asyncio.Event(), asyncio.Event()
        take = story.bot.house.deliveries.take(secret, self._pieces(), len(content))
        self._take = asyncio.create_task(take)

    async def _pieces(self) -> AsyncIterator[bytes]:
        self._begun.set()
        yield self._content[:-1]
        await self._rest.wait()
        yield self._content[-1:]

    async def begun(self) -> None:
        await self._begun.wait()

    async def ends(self) -> Receipt:
        self._rest.set()
        return await self._take


async def coming(story: Story) -> Coming:
    """A guided export whose file is on its way."""
    op = await asked(story)
    file = Coming(story, await token(story), from_console(story, op))
    await file.begun()
    return file


async def names(story: Story) -> list[str]:
    """What is in the vault: exports, and what is none."""
    contents = await story.bot.house.exports.contents()
    return [e.name for e in contents.exports] + [d.name for d in contents.debris]


async def test_a_file_of_an_export_that_is_cancelled_meanwhile_is_not_kept(story: Story) -> None:
    file = await coming(story)
    op = await exported(story)
    await story.requester.types(f"/aura job cancel {op.id}")
    assert "Nothing is kept of it in the vault" in str(story.approver.thread()[-1])
    with pytest.raises(CalledOff, match="nothing of it was kept"):
        await file.ends()
    assert await names(story) == []
    assert (await exported(story)).phase is P.CANCELLED


async def test_an_export_cancelled_in_the_last_moment_takes_its_file_back(story: Story) -> None:
    vault = story.bot.house.world.vault

    async def cancel(name: str) -> None:
        if name == "put":
            op = await exported(story)
            await story.bot.house.jobs.cancel(op.requester, op.id)

    change_world(story, vault=Cued(vault, after=cancel))
    file = await coming(story)
    with pytest.raises(CalledOff):
        await file.ends()
    assert await names(story) == []
    assert (await exported(story)).phase is P.CANCELLED
    assert (await story.audit())[-1] == "vault.withdraw allowed"


async def test_a_file_on_its_way_when_time_is_up_still_arrives(story: Story) -> None:
    file = await coming(story)
    until = (await exported(story)).until
    assert until is not None
    await story.advance(seconds=(until - story.clock.now()).total_seconds() + 90)
    assert (await exported(story)).phase is P.CLOSING
    assert "may still arrive" in str(story.approver.card())
    assert story.approver.card().buttons == ()
    receipt = await file.ends()
    await story.settle()
    op = await exported(story)
    assert op.phase is P.DONE
    assert op.stored is not None
    assert [op.stored.name] == [receipt.name] == await names(story)
    assert story.approver.channel(slack.OPS_ALERTS) == []


async def test_a_file_that_breaks_after_time_was_up_ends_the_export(story: Story) -> None:
    op = await asked(story)
    whole = from_console(story, op)
    broken = Coming(story, await token(story), whole[: len(whole) // 2])
    await broken.begun()
    await story.advance(hours=24)
    assert (await exported(story)).phase is P.CLOSING
    with pytest.raises(NotABackup):
        await broken.ends()
    await story.advance(minutes=2)
    assert (await exported(story)).phase is P.FAILED
    told = [str(m) for m in story.approver.thread()]
    assert "Nothing of it was kept, and time is up" in told[-2]
    assert "nobody brought the file in time" in told[-1].lower()
    assert await names(story) == []


async def test_what_is_in_the_vault_when_time_is_up_is_not_called_missing(story: Story) -> None:
    op = await asked(story)
    await dies_after_storing(story, await token(story), from_console(story, op))
    story.queue.bells.clear()  # nobody looks until time is up
    assert op.until is not None
    story.clock.at = op.until
    await story.restart()
    await story.advance(minutes=1)
    assert (await exported(story)).phase is P.DONE
    assert len(await names(story)) == 1


# -- from a shell ----------------------------------------------------------------------------


async def brings(folder: Path, store: str, file: Path, op: OperationId) -> tuple[int, str]:
    """Run `savepoint vault bring` as its own process beside the bot."""
    env = {
        **VARIABLES,
        **passwords(),
        "SAVEPOINT_CONFIG": str(folder / "savepoint.toml"),
        "REDIS_URL": store,
        "PYTHONPATH": str(Path.cwd()),
    }
    words = (sys.executable, "-m", "bot", "vault", "bring", str(file), op)
    pipe = asyncio.subprocess.PIPE
    shell = await asyncio.create_subprocess_exec(*words, env=env, stdout=pipe, stderr=pipe)
    out, err = await shell.communicate()
    return shell.returncode or 0, (out + err).decode()


async def test_a_file_from_a_shell_is_recorded_at_once(
    story: Story, valkey_url: str, tmp_path: Path
) -> None:
    op = await asked(story)
    file = tmp_path / "orders.backup"
    file.write_bytes(from_console(story, op))
    code, said = await brings(tmp_path, valkey_url, file, op.id)
    assert code == 0, said
    done = await exported(story)
    assert done.phase is P.DONE
    assert done.stored is not None
    assert await names(story) == [done.stored.name]
    assert "export.stored done" in await story.audit()
    await story.bot.house.sweep(forced=True)
    await story.settle()
    assert "is in the vault as" in str(story.approver.thread()[-1])
    code, said = await brings(tmp_path, valkey_url, file, op.id)
    assert (code, "waits for no file: it is done" in said) == (1, True)


async def test_a_shell_leaves_a_file_alone_that_is_coming_already(
    story: Story, valkey_url: str, tmp_path: Path
) -> None:
    file = await coming(story)
    op = await exported(story)
    path = tmp_path / "orders.backup"
    path.write_bytes(from_console(story, op))
    code, said = await brings(tmp_path, valkey_url, path, op.id)
    assert (code, "another file is being received" in said.lower()) == (1, True)
    assert (await file.ends()).name in await names(story)


async def test_two_files_of_one_export_never_come_at_once(story: Story) -> None:
    file = await coming(story)
    second = Coming(story, await token(story), b"")
    with pytest.raises(DeliveryBusy):
        await second.ends()
    await file.ends()
