"""After a real restore the same checks run: done, or done and checks failed, with Undo at once."""
# ruff: noqa: E501 -- what people read stands here as they read it

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot
from pydantic import SecretStr

from bot.core.errors import GraphUnavailable
from bot.core.graph.fingerprint import Kept, Moment
from bot.core.operations import Restore
from bot.core.signed import examine
from bot.ports import Access, Accesses, Gauges, MetricsDoor
from sandbox.aura.databases import Databases
from sandbox.slack import cast as slack
from tests.stories.drilling import ORDERS, counted, newest
from tests.stories.harness import Story
from tests.stories.looking import look_in
from tests.stories.props import Cued


async def begun(story: Story) -> None:
    """Have a restore of the newest snapshot that a drill could try approved."""
    chosen = await newest(story)
    await story.requester.types(f"/aura restore orders-prod {chosen.id}")
    assert await story.requester.sends(reason="Bad deploy", suffix=ORDERS[-4:]) == {}
    await story.approved()


async def restored(story: Story) -> Restore:
    """Restore that snapshot to the end."""
    await begun(story)
    await story.advance(minutes=30)
    return await story.operation()


async def running_again(story: Story) -> Databases:
    """Restore that snapshot until Aura calls the instance running; returns its databases."""
    await begun(story)
    while (await story.operation()).phase != "verifying":
        await story.advance(seconds=1)
    return story.aura.world.instances[ORDERS].databases


async def left(story: Story) -> list[Kept]:
    """What was counted after restores."""
    kept = await story.bot.house.world.fingerprints.of(ORDERS)
    return [one for one in kept if one.moment is Moment.AFTER]


def away(story: Story, databases: Databases, **span: float) -> None:
    """Let the database be unavailable for a while, though its instance runs."""
    databases.default.begin(story.clock.now(), "starting", timedelta(**span))


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


async def test_a_database_that_is_up_two_minutes_later_is_counted_and_checked(seen: Story) -> None:
    story = seen
    await counted(story)
    away(story, await running_again(story), minutes=2)
    await story.advance(minutes=1)
    assert (await story.operation()).phase == "verifying"
    await story.advance(minutes=2)
    op = await story.operation()
    assert op.phase == "done"
    assert [line.verdict for line in op.checks] == ["passed"] * 5
    assert "✅ Restored orders-prod" in str(story.approver.card())
    assert [kept.operation_id for kept in await left(story)] == [op.id]


async def test_a_database_that_goes_in_the_midst_of_its_checks_is_waited_for(seen: Story) -> None:
    story = seen
    await counted(story)
    databases = await running_again(story)
    falling = [True]

    async def falls(_: str) -> None:
        if falling and await left(story):
            falling.pop()
            away(story, databases, minutes=1)

    story.change_world(graph=Cued(story.bot.house.world.graph, before=falls))
    await story.advance(minutes=3)
    op = await story.operation()
    assert falling == []
    assert [line.verdict for line in op.checks] == ["passed"] * 5
    assert len(await left(story)) == 1


async def test_a_database_away_for_good_ends_as_done_and_says_what_could_not_run(
    seen: Story,
) -> None:
    story = seen
    await counted(story)
    away(story, await running_again(story), days=1)
    await story.advance(minutes=4)
    assert (await story.operation()).phase == "verifying"
    await story.advance(minutes=2)
    op = await story.operation()
    assert op.phase == "done"
    assert [line.verdict for line in op.checks] == ["not run"] * 4
    end = story.approver.thread()[-1]
    assert await story.read(end) == snapshot("""\
⚠ *orders-prod* `0d5e7a11` is restored, but 4 of 4 checks could not run. It holds the data of 2026-11-22 02:29 UTC. What was written later is gone from it. Whether it is what it should be is not known: what could not run has not passed.
`savepoint check --data 0d5e7a11`, where the bot runs, repeats the checks. Please check your application. The way back is the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`, taken just before.
Requested by @Requester, approved by @Approver One. It took 9 min 30 s from request to end. Asked 07:41 UTC, done 07:50 UTC.
❌ *as much as when the snapshot was taken* · not run · expected 159 nodes and 419 relationships · found the database could not be counted
❌ *every order has a number* · not run · expected 0 · found the database cannot answer now (Neo.TransientError.General.DatabaseUnavailable)
❌ *there are customers* · not run · expected at least 1 · found the database cannot answer now (Neo.TransientError.General.DatabaseUnavailable)
⚠ *as many orders as when the snapshot was taken* · not run · expected the label:Order of the baseline, give or take 0 · found the database cannot answer now (Neo.TransientError.General.DatabaseUnavailable)
*Undo* asks to restore the safety snapshot `70889b24-aae1-4150-9e50-7ac428c11b65`: a new request with the same gates.
[Undo…]
[Evidence…]
Reference `(id)` · plan `(seal)` · Aura's request id `(request)`\
""")
    assert end.buttons == ("Undo…", "Evidence…")
    assert "⚠ Restored orders-prod, but 4 of 4 checks could not run" in str(story.approver.card())
    assert story.approver.channel(slack.OPS_ALERTS) == []  # it calls nobody


async def test_a_metrics_endpoint_that_is_away_is_waited_for_too(story: Story) -> None:
    told = await counted(story)
    await running_again(story)
    back = story.clock.now() + timedelta(minutes=2)
    asked: list[datetime] = []

    class Metrics:
        async def read(self, *_: object) -> Gauges:
            if story.clock.now() < back:
                asked.append(story.clock.now())
                raise GraphUnavailable("the metrics endpoint does not answer")
            return Gauges(nodes=told.nodes, relationships=told.relationships)

    door = MetricsDoor(address="https://m.test", client_id="x", client_secret=SecretStr("x"))
    access = Accesses(instances={ORDERS: Access(metrics=door)})
    story.change_world(accesses=access, gauging=Metrics())
    await story.advance(minutes=3)
    op = await story.operation()
    assert [(line.name, line.verdict) for line in op.checks] == [
        ("holds data", "passed"),
        ("as much as when the snapshot was taken", "passed"),
    ]
    assert len(set(asked)) == len(asked) > 3  # a tick that finds nothing there stays short


async def test_with_nothing_to_check_it_ends_as_before(story: Story) -> None:
    op = await restored(story)
    assert (op.phase, op.checks) == ("done", ())
