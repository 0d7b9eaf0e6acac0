"""Drills with configured checks: what was changed before the snapshot is found in its copy."""

import asyncio
from pathlib import Path

import pytest

from bot.core.operations.drill import DrillPhase as P
from sandbox.slack import cast as slack
from tests.services.trial import deletions
from tests.stories.drilling import ORDERS, ended
from tests.stories.harness import Story
from tests.stories.looking import look_in, write


@pytest.fixture
def seen(story: Story, tmp_path: Path) -> Story:
    """A story whose bot looks into the graphs and has the sandbox's checks."""
    look_in(story, tmp_path)
    return story


async def taken(story: Story) -> None:
    """Take a snapshot, and with it the counts that a drill is held against."""
    await story.requester.types(f"/aura snapshot take {ORDERS}")
    await story.advance(minutes=3)


async def test_a_snapshot_of_what_is_in_order_passes_every_configured_check(seen: Story) -> None:
    story = seen
    await taken(story)
    await asyncio.to_thread(write, story, "MATCH (o:Order) SET o.number = null")
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    assert op.phase is P.PROVEN  # what was broken after the snapshot is not in it
    assert {line.name: line.verdict for line in op.checks} == {
        "holds data": "passed",
        "as much as when the snapshot was taken": "passed",
        "all constraints and indexes": "passed",
        "every order has a number": "passed",
        "there are customers": "passed",
        "as many orders as when the snapshot was taken": "passed",
    }
    assert op.baseline is not None
    orders = (op.baseline.labels or {})["Order"]
    [like] = [line for line in op.checks if line.name.startswith("as many orders")]
    assert like.expected == f"{orders:,} to {orders:,} (the baseline has {orders:,})"
    assert like.found == f"{orders:,}"


async def test_data_that_was_broken_before_the_snapshot_is_not_proven_by_right_counts(
    seen: Story,
) -> None:
    story = seen
    broken = "MATCH (o:Order) WHERE o.number < 4 SET o.number = null"
    await asyncio.to_thread(write, story, broken)
    await taken(story)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)

    assert op.phase is P.NOT_PROVEN
    verdicts = {line.name: line.verdict for line in op.checks}
    assert verdicts.pop("every order has a number") == "failed"
    assert set(verdicts.values()) == {"passed"}
    [line] = [line for line in op.checks if not line.passed]
    assert (line.expected, int(line.found)) == ("0", 3)
    for told in (story.approver.card(), story.approver.card(slack.OPS_ALERTS)):
        assert "❌ *every order has a number* · expected 0 · found 3" in str(told)
    assert "“every order has a number” did not pass" in str(story.approver.thread()[-1])
    assert len(deletions(story)) == 1
