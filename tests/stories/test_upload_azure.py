"""Loading a file into an instance on Azure, which Neo4j's own command does for the bot."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.console.imports import Imports
from bot.core.operations import events as e
from sandbox.aura import fleet as aura
from sandbox.aura.archives import graph_in
from sandbox.slack import cast as slack
from tests.stories.harness import Story, stage
from tests.stories.neo4j_admin import stand_in, starts
from tests.stories.props import Cued, change_world
from tests.stories.test_upload_vault import Shelf
from tests.stories.uploads import asked, loads, put, sample, uploaded

PASSWORD = aura.database_password(aura.ORDERS_PROD, "neo4j")


@pytest.fixture
def admin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stand-in; private files lie in `room` in it."""
    program = stand_in(tmp_path / "admin")
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-not-for-others")
    return program.parent


@pytest.fixture
async def azure(valkey_url: str, tmp_path: Path, admin: Path) -> AsyncIterator[Story]:
    folder = tmp_path / "bot"
    folder.mkdir()
    async with stage(valkey_url, folder, neo4j_admin=admin / "neo4j-admin") as story:
        (admin / "url").write_text(story.aura.url)
        story.aura.world.instances[aura.ORDERS_PROD].cloud_provider = "azure"
        yield story


def seen(admin: Path) -> dict[str, object]:
    told = json.loads((admin / "seen.json").read_text())
    assert isinstance(told, dict)
    return told


def laid(admin: Path) -> list[str]:
    """The private files that lie there."""
    return [p.name for p in (admin.parent / "room").rglob("*") if p.is_file()]


async def ended(story: Story) -> None:
    """Wait until the command has ended."""
    imports = story.bot.house.world.imports
    assert isinstance(imports, Imports)
    await imports.idle()


async def started(story: Story, file: str = "sample.backup") -> None:
    """Ask, approve, and go on until the command is started."""
    await asked(story, file=file)
    await story.approved()
    for _ in range(60):
        if (await uploaded(story)).phase == "restoring":
            return
        await story.advance(seconds=5)
    raise AssertionError((await uploaded(story)).phase)


@pytest.mark.parametrize(("file", "name"), [("sample.backup", "backup"), ("sample.dump", "dump")])
async def test_the_command_loads_the_file_after_the_safety_snapshot(
    azure: Story, admin: Path, file: str, name: str
) -> None:
    begun: list[tuple[list[str], int]] = []

    async def note(called: str) -> None:
        if called == "load_file":
            begun.append((laid(admin), starts(admin)))

    sound = azure.bot.house.world.imports
    change_world(azure, imports=Cued(sound, before=note))
    await asked(azure, file=file)
    card = str(azure.approver.card())
    assert "The safety snapshot is taken first; then `neo4j-admin` sends and loads" in card
    assert starts(admin) == 0
    await azure.approved()
    await azure.advance(minutes=2)
    change_world(azure, imports=sound)
    await ended(azure)
    await azure.advance(minutes=12)

    op = await uploaded(azure)
    assert op.phase == "done"
    order = (e.SnapshotCompleted, e.RestoreIntended, e.RestoreStarted, e.LoadSeen)
    assert [r.event.kind for r in op.history if isinstance(r.event, order)] == [
        "snapshot_completed",
        "restore_intended",
        "restore_started",
        "load_seen",
    ]
    assert begun == [([f"neo4j.{name}"], 0)]
    assert azure.aura.graph(aura.ORDERS_PROD) == graph_in(sample(azure, file))
    assert starts(admin) == loads(azure) == 1
    assert laid(admin) == []
    told = seen(admin)
    assert isinstance(told["arguments"], list)
    assert told["arguments"][:3] == ["database", "upload", "neo4j"]
    assert told["arguments"][4:] == [
        "--to-uri=neo4j+s://0d5e7a11.databases.neo4j.io",
        "--overwrite-destination=true",
    ]
    env = told["env"]
    assert isinstance(env, dict)
    assert (env["NEO4J_USERNAME"], env["NEO4J_PASSWORD"]) == ("neo4j", PASSWORD)
    assert PASSWORD not in str(told["arguments"])
    assert "SLACK_BOT_TOKEN" not in env
    thread = "".join(map(str, azure.requester.thread()))
    assert "`neo4j-admin` was started" in thread
    assert "Aura's storage" not in thread
    assert "Command started" in str(azure.approver.card())


@pytest.mark.parametrize("mode", ["early", "late"])
async def test_a_command_that_fails_is_looked_at_by_a_person_and_not_started_again(
    azure: Story, admin: Path, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (admin / "mode").write_text(mode)
    await started(azure)
    await ended(azure)
    await azure.advance(minutes=20)
    op = await uploaded(azure)
    assert op.phase == "stuck"
    alert = str(azure.approver.card(slack.OPS_ALERTS))
    said = {"early": "is not liked at all", "late": "lost sight of it"}
    assert "neo4j-admin ended (1)" in alert, alert
    assert said[mode] in alert
    assert starts(admin) == 1
    assert laid(admin) == []
    answer = "It did not run" if mode == "early" else "It ran"
    await azure.approver.clicks(answer, in_=azure.approver.card(slack.OPS_ALERTS))
    await azure.advance(minutes=5)
    assert (await uploaded(azure)).phase == ("failed" if mode == "early" else "done")
    assert starts(admin) == 1
    for text in (
        json.dumps([call.args for call in azure.slack.calls], default=str),
        *[record.model_dump_json() for record in await azure.records()],
        *[r.getMessage() + str(r.exc_info) for r in caplog.records],
        *[o.model_dump_json() for o in await azure.bot.operations.recent()],
    ):
        assert PASSWORD not in text


async def test_a_bot_that_stops_ends_the_command_and_starts_it_never_again(
    azure: Story, admin: Path
) -> None:
    (admin / "mode").write_text("hangs")
    os.mkfifo(admin / "ready")
    await started(azure)
    await asyncio.to_thread((admin / "ready").read_text)
    await azure.advance(minutes=3)
    assert (await uploaded(azure)).phase == "restoring"
    pid = seen(admin)["pid"]
    assert isinstance(pid, int)
    await azure.bot.house.world.imports.tidy(())  # what closing does
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert laid(admin) == []
    await azure.restart()
    await azure.advance(minutes=5)
    op = await uploaded(azure)
    assert op.phase == "stuck"
    assert "was never seen loading" in str(azure.approver.card(slack.OPS_ALERTS))
    assert starts(admin) == 1
    assert loads(azure) == 0


async def test_a_bot_that_stops_right_after_the_start_looks_and_never_starts_it_again(
    azure: Story, admin: Path
) -> None:
    sound = azure.bot.house.world.imports

    async def wait(called: str) -> None:
        if called == "load_file":
            assert isinstance(sound, Imports)
            await sound.idle()
            raise asyncio.CancelledError("the bot stops here")

    await asked(azure)
    change_world(azure, imports=Cued(sound, after=wait))
    await azure.approved()
    with pytest.raises(asyncio.CancelledError):
        await azure.advance(minutes=5)
    change_world(azure, imports=sound)
    await azure.restart()
    await azure.advance(minutes=15)
    op = await uploaded(azure)
    assert op.phase in ("done", "stuck")
    assert op.last(e.Interrupted)
    assert starts(admin) == loads(azure) == 1


async def test_a_file_that_lies_ready_no_more_fails_without_a_start(
    azure: Story, admin: Path
) -> None:
    sound = azure.bot.house.world.imports

    async def forget(called: str) -> None:
        if called == "load_file":
            await sound.tidy(())

    change_world(azure, imports=Cued(sound, before=forget))
    await asked(azure)
    await azure.approved()
    await azure.advance(minutes=10)
    assert (await uploaded(azure)).phase == "failed"
    assert "laid ready for neo4j-admin" in str(azure.requester.thread()[-1])
    assert starts(admin) == 0


async def test_a_cancelled_upload_leaves_no_file_behind(azure: Story, admin: Path) -> None:
    await asked(azure)
    await azure.approved()
    await azure.advance(seconds=10)
    assert (await uploaded(azure)).phase == "snapshotting"
    assert laid(admin) == ["neo4j.backup"]
    await azure.requester.clicks("Cancel", in_=azure.requester.gate())
    assert (await uploaded(azure)).phase == "cancelled"
    await azure.bot.house.sweep(forced=True)
    assert laid(admin) == []
    assert starts(admin) == 0


async def test_an_encrypted_export_is_laid_ready_in_the_open_and_loaded(
    azure: Story, admin: Path, tmp_path: Path
) -> None:
    kept = await Shelf(azure, tmp_path / "shelf", sealed=True, key=True).add(sample(azure))
    await started(azure, file=kept.id)
    await ended(azure)
    await azure.advance(minutes=12)
    assert (await uploaded(azure)).phase == "done"
    assert azure.aura.graph(aura.ORDERS_PROD) == graph_in(sample(azure))
    assert laid(admin) == []


async def test_a_file_that_is_exchanged_before_it_lies_ready_is_not_loaded(
    azure: Story, admin: Path
) -> None:
    other = bytearray(sample(azure))
    other[-1] ^= 1  # the same size

    async def exchange(called: str) -> None:
        if called == "send":
            put(azure, "sample.backup", bytes(other))

    change_world(azure, imports=Cued(azure.bot.house.world.imports, before=exchange))
    await asked(azure)
    await azure.approved()
    await azure.advance(minutes=10)
    assert (await uploaded(azure)).phase == "failed"
    assert "not the one that was approved" in str(azure.requester.thread()[-1])
    assert (starts(admin), laid(admin)) == (0, [])
