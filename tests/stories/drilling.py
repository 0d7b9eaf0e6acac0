"""What stories about drills share: the drill as stored, its baseline, steps through its phases."""

from datetime import timedelta

from bot.core.base import InstanceId
from bot.core.graph.fingerprint import Fingerprint, Kept, Moment, Source
from bot.core.operations import Drill
from bot.core.snapshots import Snapshot
from sandbox.aura import fleet as aura
from tests.stories.harness import Story

ORDERS = InstanceId(aura.ORDERS_PROD)


async def drill(story: Story) -> Drill:
    """The newest drill as it is stored."""
    return next(op for op in await story.bot.operations.recent(9) if isinstance(op, Drill))


async def ended(story: Story) -> Drill:
    """The newest drill once it has ended."""
    op = await drill(story)
    for _ in range(400):
        op = await drill(story)
        if op.final:
            await story.settle()
            return op
        at = story.queue.next_at()
        assert at is not None, f"{op.id} is {op.phase}, and nothing will ever move it"
        story.clock.at = max(at, story.clock.at)
        await story.settle()
    raise AssertionError(f"{op.id} is still {op.phase}")


async def until(story: Story, phase: str) -> Drill:
    """Let time pass, bell by bell, until the newest drill stands in a phase."""
    op = await drill(story)
    for _ in range(400):
        op = await drill(story)
        if op.phase == phase:
            return op
        at = story.queue.next_at()
        assert at is not None, f"{op.id} is {op.phase}, and nothing will ever move it"
        story.clock.at = max(at, story.clock.at)
        await story.settle()
    raise AssertionError(f"{op.id} is still {op.phase}")


async def newest(story: Story) -> Snapshot:
    """The newest snapshot of orders-prod that a drill can try."""
    found = await story.bot.house.world.aura.snapshots(ORDERS, story.clock.now().date())
    return max((s for s in found if s.exportable == "yes"), key=lambda s: s.taken_at)


async def counted(
    story: Story, *, moment: Moment = Moment.SNAPSHOT, **facts: object
) -> Fingerprint:
    """Remember what was counted when that snapshot was taken; ``facts`` bend the truth."""
    snapshot = await newest(story)
    with_it = facts.pop("snapshot_id", snapshot.id)
    log = story.aura.world.instances[ORDERS].snapshots(story.clock.now())
    taken = log.get(snapshot.id, story.clock.now())
    assert taken is not None
    graph = taken.content["neo4j"]()
    fingerprint = Fingerprint(
        instance_id=ORDERS,
        taken_at=snapshot.taken_at + timedelta(seconds=5),
        seconds=0.1,
        source=Source.QUERY,
        nodes=len(graph.nodes),
        relationships=len(graph.relationships),
        labels=graph.labels(),
        types=graph.types(),
    )
    told = fingerprint.model_copy(update=facts)
    kept = Kept.model_validate({"fingerprint": told, "moment": moment, "snapshot_id": with_it})
    await story.bot.house.world.fingerprints.add(kept)
    return told
