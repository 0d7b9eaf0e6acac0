"""After a real restore the same checks run: done, or done and checks failed, with Undo at once."""

from pathlib import Path

import pytest

from bot.core.operations import Restore
from bot.core.signed import examine
from sandbox.slack import cast as slack
from tests.stories.drilling import ORDERS, counted, newest
from tests.stories.harness import Story
from tests.stories.looking import look_in


async def restored(story: Story) -> Restore:
    """Restore the newest snapshot that a drill could try, to the end."""
    snapshot = await newest(story)
    await story.requester.types(f"/aura restore orders-prod {snapshot.id}")
    assert await story.requester.sends(reason="Bad deploy", suffix=ORDERS[-4:]) == {}
    await story.approved()
    await story.advance(minutes=30)
    return await story.operation()


@pytest.fixture
def seen(story: Story, tmp_path: Path) -> Story:
    """A story whose bot looks into the graphs and has the sandbox's checks."""
    look_in(story, tmp_path)
    return story


async def test_counts_like_those_of_the_snapshot_end_as_done(seen: Story) -> None:
    story = seen
    await counted(story)
    op = await restored(story)
    assert op.phase == "done"
    assert [line.verdict for line in op.checks] == ["passed"] * 5
    assert "as much as when the snapshot was taken" in str(story.approver.thread()[-1])


async def test_data_that_is_not_what_it_was_ends_as_checks_failed_with_undo_at_once(
    seen: Story,
) -> None:
    story = seen
    await counted(story, nodes=41_200)
    op = await restored(story)
    assert op.phase == "done_checks_failed"
    end = story.approver.thread()[-1]
    assert "is restored, and checks failed" in str(end)
    assert "expected 41,200 nodes" in str(end)
    assert end.buttons == ("Undo…", "Evidence…")
    alert = story.approver.card(slack.OPS_ALERTS)
    assert "Done, checks failed: restore of orders-prod" in str(alert)
    assert alert.buttons == ("Undo…",)
    assert "Restored orders-prod, checks failed" in str(story.approver.card())
    assert story.restores == 1
    assert await story.bot.house.world.operations.holder(op.instance_id) is None

    await story.requester.clicks("Undo…", in_=alert)
    assert op.safety_snapshot is not None
    assert op.safety_snapshot in str(story.requester.modal.given)
    assert await story.requester.sends(reason="Checks failed", suffix=ORDERS[-4:]) == {}
    await story.approved()
    await story.advance(minutes=30)
    assert (await story.operation()).phase == "done"
    assert story.restores == 2


async def test_the_evidence_of_a_restore_holds_both_sides_and_its_checks(seen: Story) -> None:
    story = seen
    await counted(story)
    op = await restored(story)
    file = await story.bot.house.world.records.get(op.id)
    assert file is not None
    record = examine(file).evidence
    assert (record.kind, record.outcome) == ("restore", "done")
    assert [approval.seal for approval in record.approvals] == [op.plan.seal]
    assert record.before is not None
    assert record.after is not None
    assert record.before["nodes"] != record.after["nodes"]
    assert record.recovery.running is not None
    assert [line.name for line in record.checks] == [line.name for line in op.checks]
    assert "restore.evidence done" in await story.audit()


async def test_with_nothing_to_check_it_ends_as_before(story: Story) -> None:
    op = await restored(story)
    assert (op.phase, op.checks) == ("done", ())
