"""What was counted in the instance with its snapshot, beside what came of it."""

import asyncio
from pathlib import Path

from bot.core.operations.export import ExportPhase as P
from bot.core.vault import Manifest
from sandbox.aura import fleet as aura
from tests.stories.harness import Story
from tests.stories.looking import look_in, write
from tests.stories.test_exports import asked, door, exported, from_console, token


async def kept(story: Story) -> Manifest:
    [export] = (await story.bot.house.exports.contents()).exports
    return export.manifest


async def test_a_file_carries_what_was_counted_with_its_snapshot(
    story: Story, tmp_path: Path
) -> None:
    look_in(story, tmp_path)
    held = len(story.aura.graph(aura.ORDERS_PROD).nodes)
    op = await asked(story)
    right = from_console(story, op)
    await asyncio.to_thread(write, story, "CREATE (:Later)")
    async with door(story) as client:
        assert (await client.put(f"/bring/{await token(story)}", content=right)).is_success
    manifest = await kept(story)
    assert manifest.fingerprint is not None
    assert manifest.fingerprint["nodes"] == held
    assert "counted in the instance around the snapshot" in manifest.notes[-1]


async def test_an_archive_is_compared_with_its_source(story: Story, tmp_path: Path) -> None:
    look_in(story, tmp_path)
    await story.requester.types("/aura export orders-prod --archive")
    await asyncio.to_thread(write, story, "CREATE (:Later)")
    await story.advance(hours=2)
    assert (await exported(story)).phase is P.DONE
    said = "The source held the same when it was counted around the snapshot, at"
    assert [note for note in (await kept(story)).notes if note.startswith(said)]
    assert said in str(story.approver.thread()[-1])
