"""Aura is away, slow or busy for a while: the operation waits and goes on (promise P7)."""

from datetime import timedelta
from itertools import pairwise

import pytest

from sandbox.aura import fleet as aura
from tests.stories.harness import Story
from tests.stories.props import approved, before_aura, sent_restores, until

#: How the operation comes to each phase in which Aura is asked.
PHASES = ("approved", "snapshotting", "ready", "restoring", "verifying")


async def _come_to(story: Story, phase: str) -> None:
    """Reach a phase, with Aura going down the moment it is reached."""
    if phase == "approved":
        await story.requested()
        story.aura.faults.unavailable.always()
        await story.approved()
    elif phase == "ready":
        await approved(story)
        before_aura(story, "snapshots", story.aura.faults.unavailable.always)
    else:
        await approved(story)
        await until(story, phase)
        story.aura.faults.unavailable.always()
    await until(story, phase)


@pytest.mark.parametrize("phase", PHASES)
async def test_aura_away_for_minutes_in_any_phase_only_delays_it(story: Story, phase: str) -> None:
    await _come_to(story, phase)
    await story.advance(minutes=6)
    assert (await story.operation()).phase == phase
    assert {c.status for c in story.aura.calls if c.status >= 500} == {500, 502, 503, 504}

    story.aura.faults.unavailable.off()
    await story.advance(minutes=15)
    assert (await story.operation()).phase == "done"
    assert len(sent_restores(story)) == 1


async def test_aura_away_when_the_restore_is_sent_is_not_asked_twice(story: Story) -> None:
    await approved(story)
    before_aura(story, "overwrite_in_place", lambda: story.aura.faults.unavailable.always())
    await until(story, "uncertain")
    await story.advance(minutes=5)
    assert (await story.operation()).phase == "uncertain"

    story.aura.faults.unavailable.off()
    await story.advance(minutes=5)
    assert (await story.operation()).phase == "stuck"
    assert len(sent_restores(story)) == 1
    assert story.restores == 0


async def test_aura_that_names_a_pause_is_given_it(story: Story) -> None:
    await approved(story)
    story.aura.faults.throttle.next(12)
    await story.advance(minutes=15)

    assert (await story.operation()).phase == "done"
    assert len(sent_restores(story)) == 1
    throttled = [call for call in story.aura.calls if call.status == 429]
    pauses = [b.at - a.at for a, b in pairwise(throttled)]
    assert min(pauses) >= timedelta(seconds=2)


async def test_a_scheduled_snapshot_is_waited_for_before_the_safety_snapshot(story: Story) -> None:
    await story.requested()
    _begin_snapshot(story)
    log = story.aura.world.instances[aura.ORDERS_PROD].snapshots(story.clock.now())
    scheduled = log.running(story.clock.now())
    assert scheduled is not None
    await story.approved()
    await story.advance(seconds=5)
    assert (await story.operation()).phase in ("approved", "snapshotting")
    await story.advance(minutes=15)

    op = await story.operation()
    assert op.phase == "done"
    assert op.safety_snapshot != scheduled.id


async def test_a_running_instance_that_refuses_the_safety_snapshot_is_asked_again(
    story: Story,
) -> None:
    await story.requested()
    story.aura.faults.conflict.next(3)
    await story.approved()
    await story.advance(minutes=15)

    assert (await story.operation()).phase == "done"
    assert story.writes.count(f"snapshots {aura.ORDERS_PROD}") == 4
    assert [call.status for call in sent_restores(story)] == [202]


async def test_a_snapshot_that_runs_is_waited_for_before_the_restore(story: Story) -> None:
    await approved(story)
    before_aura(story, "snapshots", lambda: _begin_snapshot(story))
    op = await until(story, "ready")
    assert "running" in story.aura.status_of(aura.ORDERS_PROD)
    await story.advance(seconds=20)
    assert (await story.operation()).phase == "ready"
    await story.advance(minutes=15)

    op = await story.operation()
    assert op.phase == "done"
    assert [call.status for call in sent_restores(story)] == [202]


@pytest.mark.parametrize("word", ["updating", "resuming", "resizing", "stopped", "rebalancing"])
async def test_a_busy_instance_is_waited_for_also_where_the_word_is_unknown(
    story: Story, word: str
) -> None:
    await approved(story)
    story.aura.set_status(aura.ORDERS_PROD, word, for_seconds=300)
    await story.advance(minutes=4)
    assert (await story.operation()).phase == "ready"
    await story.advance(minutes=10)

    assert (await story.operation()).phase == "done"
    assert [call.status for call in sent_restores(story)] == [202]


@pytest.mark.parametrize("word", ["stopped", "encryption key error", "rebalancing"])
async def test_a_restore_on_its_way_goes_on_through_a_word_that_nobody_knows(
    story: Story, word: str
) -> None:
    await approved(story)
    await until(story, "restoring")
    story.aura.set_status(aura.ORDERS_PROD, word, for_seconds=900)
    await story.advance(minutes=10)
    assert (await story.operation()).phase == "restoring"
    await story.advance(minutes=15)

    assert (await story.operation()).phase == "done"
    assert len(sent_restores(story)) == 1


async def test_a_lost_answer_to_a_snapshot_does_not_take_a_second_one(story: Story) -> None:
    await story.requested()
    story.aura.faults.drop_answer.next()
    await story.approved()
    op = await until(story, "done")

    taken = [c for c in story.aura.calls if c.method == "POST" and c.path.endswith("/snapshots")]
    assert len(taken) == 1
    assert "found again after an interruption" in "".join(map(str, story.requester.thread()))
    assert op.safety_snapshot is not None


def _begin_snapshot(story: Story) -> None:
    """Let Aura's own schedule begin a snapshot now."""
    log = story.aura.world.instances[aura.ORDERS_PROD].snapshots(story.clock.now())
    log.take_initial(story.clock.now(), taking=timedelta(seconds=60))
