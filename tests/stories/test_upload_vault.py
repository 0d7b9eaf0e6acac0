"""Loading an export of the vault: plain, encrypted with and without its key, and what is none."""

from collections.abc import AsyncIterator
from pathlib import Path

import pyrage  # type: ignore[import-untyped]
import pytest

from bot.adapters.clock import new_id
from bot.adapters.vault import ObstoreVault, open_place
from bot.core.base import InstanceId
from bot.core.errors import VaultUnavailable
from bot.core.vault import Facts, Kind, Manifest
from bot.services.backup_files import BackupFiles
from bot.services.exports import NOBODY, Exports
from sandbox.aura import fleet as aura
from sandbox.aura.archives import graph_in
from tests.stories.harness import Story
from tests.stories.uploads import anybody, asked, loads, sample, uploaded


class Shelf:
    """A vault in a folder, put into the story's world."""

    def __init__(self, story: Story, folder: Path, *, sealed: bool, key: bool) -> None:
        folder.mkdir()
        self.story = story
        secret = pyrage.x25519.Identity.generate()
        clock = story.clock
        self.vault = ObstoreVault(
            lambda: open_place(f"file://{folder}", options={}, secrets={}, clock=clock),
            clock=clock,
            new_id=new_id,
            tool="savepoint test",
            recipients=(str(secret.to_public()),) if sealed else (),
            identity=str(secret) if key else None,
        )
        story.change_world(vault=self.vault)

    async def bare(self, content: bytes) -> Manifest:
        """Store a file without looking into it, as an older version did."""
        return await self.add(content, bare=True)

    async def add(
        self, content: bytes, kind: Kind = Kind.BACKUP, *, bare: bool = False
    ) -> Manifest:
        """Store a file as an export of orders-prod."""
        facts = Facts(
            environment="production",
            instance_id=InstanceId(aura.ORDERS_PROD),
            instance_name="orders-prod",
            taken_at=self.story.clock.now(),
            kind=kind,
            extension="backup" if kind is Kind.BACKUP else "tar.zst",
        )

        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(content), 1000):
                yield content[at : at + 1000]

        if kind is not Kind.BACKUP or bare:
            return await self.vault.put(facts, chunks())
        world = self.story.bot.house.world
        exports = Exports(vault=self.vault, audit=world.audit, clock=world.clock, rules={})
        return await exports.add(facts, chunks(), actor=NOBODY)


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
async def test_an_export_is_loaded_by_its_id(story: Story, tmp_path: Path, sealed: bool) -> None:
    shelf = Shelf(story, tmp_path / "shelf", sealed=sealed, key=sealed)
    kept = await shelf.add(sample(story))
    await story.requester.types(f"/aura upload orders-prod {kept.id}")
    assert f"Load the file `{kept.name}`" in str(story.requester.modal)
    assert await story.requester.sends(reason="Bad import", suffix="7a11") == {}
    op = await uploaded(story)
    assert op.plan.file.sha256 == kept.plain.sha256
    await story.approved()
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "done"
    assert story.aura.graph(aura.ORDERS_PROD) == graph_in(sample(story))


async def test_an_encrypted_export_without_its_key_is_explained(
    story: Story, tmp_path: Path
) -> None:
    kept = await Shelf(story, tmp_path / "shelf", sealed=True, key=False).add(sample(story))
    await story.requester.types(f"/aura upload orders-prod {kept.id}")
    assert "The export is encrypted, and the key to it is not here" in str(story.requester.modal)
    assert not await story.bot.operations.recent(1)


async def test_a_manifest_that_does_not_know_the_header_is_completed_from_the_file(
    story: Story, tmp_path: Path
) -> None:
    shelf = Shelf(story, tmp_path / "shelf", sealed=False, key=False)
    kept = await shelf.bare(sample(story))
    assert kept.header == {}
    await asked(story, file=kept.id)
    file = (await uploaded(story)).plan.file
    assert file.inspection.database == "neo4j"
    files = BackupFiles(story.bot.house.world)
    assert await files.differences(file, anybody) == ()
    other = file.model_copy(update={"sha256": "0" * 64})
    assert await files.differences(other, anybody) == ("the file is not the one that was read",)


async def test_an_archive_of_the_graph_is_no_backup(story: Story, tmp_path: Path) -> None:
    shelf = Shelf(story, tmp_path / "shelf", sealed=False, key=False)
    kept = await shelf.add(b"rows and rows", Kind.ARCHIVE)
    await story.requester.types(f"/aura upload orders-prod {kept.id}")
    assert "`neo4j-admin database import full` reads archives" in str(story.requester.modal)


async def test_an_export_nobody_knows_is_refused(story: Story, tmp_path: Path) -> None:
    Shelf(story, tmp_path / "shelf", sealed=False, key=False)
    await story.requester.types("/aura upload orders-prod exp-0000000000")
    assert "nor the vault has “exp-0000000000”" in str(story.requester.modal)
    story.change_world(files=None)
    await story.requester.types("/aura upload orders-prod sample.backup")
    assert "nor the vault has “sample.backup”" in str(story.requester.modal)


@pytest.mark.parametrize("deed", ["deleted", "unconfigured"])
async def test_an_export_that_is_gone_by_then_ends_it(
    story: Story, tmp_path: Path, deed: str
) -> None:
    shelf = Shelf(story, tmp_path / "shelf", sealed=False, key=False)
    kept = await shelf.add(sample(story))
    await asked(story, file=kept.id)
    if deed == "deleted":
        for path in (tmp_path / "shelf").rglob("*"):
            if path.is_file():
                path.unlink()
    else:
        story.change_world(vault=None)
    await story.approved()
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "voided"
    assert loads(story) == 0


async def test_a_vault_that_is_away_is_waited_for(story: Story, tmp_path: Path) -> None:
    shelf = Shelf(story, tmp_path / "shelf", sealed=False, key=False)
    kept = await shelf.add(sample(story))
    await asked(story, file=kept.id)

    class Absent:
        def __init__(self, phase: str) -> None:
            self.phase = phase

        def __getattr__(self, name: str) -> object:
            return getattr(shelf.vault, name)

        async def manifest(self, name: str) -> Manifest:
            if (await uploaded(story)).phase == self.phase == "approved":
                raise VaultUnavailable("the store does not answer")
            return await shelf.vault.manifest(name)

        async def plain(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
            if (await uploaded(story)).phase == self.phase == "transferring":
                raise VaultUnavailable("the store does not answer")
            async for piece in shelf.vault.plain(name, start=start):
                yield piece

    story.change_world(vault=Absent("approved"))
    await story.approved()
    await story.advance(minutes=2)
    assert (await uploaded(story)).phase == "approved"
    story.change_world(vault=Absent("transferring"))
    await story.advance(minutes=2)
    assert (await uploaded(story)).phase == "transferring"
    story.change_world(vault=shelf.vault)
    await story.advance(minutes=15)
    assert (await uploaded(story)).phase == "done"
