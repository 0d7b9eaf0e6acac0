"""What a restore throws away is read before it is decided, and counted before and after it."""

import asyncio
from pathlib import Path

import pytest

from bot.core.base import InstanceId
from bot.core.graph.fingerprint import Kept, Moment, compare
from sandbox.aura import fleet as aura
from tests.stories.harness import Story
from tests.stories.looking import look_in, write

ORDERS = InstanceId(aura.ORDERS_PROD)
GROWN = "UNWIND range(1, 1500) AS n CREATE (:Order {number: 1000000 + n})-[:OF]->(:Batch)"


@pytest.fixture
def looking(story: Story, tmp_path: Path) -> Story:
    look_in(story, tmp_path)
    return story


async def taken(story: Story) -> str:
    """Take a snapshot and let it complete."""
    await story.requester.types(f"/aura snapshot take {ORDERS}")
    await story.advance(minutes=3)
    return story.snapshots()[0]


async def counted(story: Story) -> tuple[Kept, ...]:
    return await story.bot.house.world.fingerprints.of(ORDERS)


async def test_form_and_card_say_how_much_is_newer_than_the_snapshot(looking: Story) -> None:
    snapshot = await taken(looking)
    await asyncio.to_thread(write, looking, GROWN)
    await looking.requester.types(f"/aura restore {ORDERS} {snapshot}")
    newer = "about 3,000 nodes and 1,500 relationships newer than the snapshot"
    largest = "Largest changes: `Batch` +1,500, `Order` +1,500."
    assert f"The instance has *{newer}*.\n{largest}" in str(looking.requester.modal)
    await looking.requester.sends(reason="Bad deploy", suffix=ORDERS[-4:])
    asked = f"When this was asked for, the instance had *{newer}*.\n{largest}"
    for seen in (looking.approver.card(), looking.approver.gate(), looking.approver.dm):
        assert asked in str(seen)


async def test_numbers_on_the_card_are_under_its_seal(looking: Story) -> None:
    snapshot = await taken(looking)
    await looking.requester.types(f"/aura restore {ORDERS} {snapshot}")
    await looking.requester.sends(reason="Bad deploy", suffix=ORDERS[-4:])
    plan = (await looking.operation()).plan
    assert plan.loss is not None
    assert plan.loss.nodes is not None
    more = plan.loss.model_copy(update={"nodes": plan.loss.nodes + 1})
    assert plan.model_copy(update={"loss": more}).seal != plan.seal


async def test_instance_is_counted_before_and_after_and_the_graph_is_back(looking: Story) -> None:
    snapshot = await taken(looking)
    await asyncio.to_thread(write, looking, GROWN)
    await looking.requester.types(f"/aura restore {ORDERS} {snapshot}")
    await looking.requester.sends(reason="Bad deploy", suffix=ORDERS[-4:])
    await looking.approved()
    await looking.advance(minutes=10)
    op = await looking.operation()
    assert op.phase == "done"
    by_moment = {kept.moment: kept for kept in reversed(await counted(looking))}
    then = by_moment[Moment.SNAPSHOT]
    before, after = by_moment[Moment.BEFORE], by_moment[Moment.AFTER]
    assert (before.operation_id, after.operation_id) == (op.id, op.id)
    assert (then.snapshot_id, before.snapshot_id) == (snapshot, op.safety_snapshot)
    assert compare(then.fingerprint, before.fingerprint).nodes == 3000
    assert compare(then.fingerprint, after.fingerprint).nothing


async def test_snapshot_that_nobody_counted_leaves_the_loss_unknown(looking: Story) -> None:
    await looking.requested()
    unknown = (
        "How much was written since the snapshot: *unknown*, since nothing was counted when the "
        "snapshot was taken."
    )
    assert unknown in str(looking.approver.gate())


async def test_graph_that_cannot_be_read_holds_up_nothing(looking: Story) -> None:
    instance = looking.aura.world.instances[ORDERS]
    instance.users = {}  # the password was changed behind our back
    await looking.requested()
    said = str(looking.approver.gate())
    assert "*unknown*, since Neo4j refused: Invalid credential." in said
    await looking.approved()
    await looking.advance(minutes=10)
    op = await looking.operation()
    assert op.phase == "done"  # it answers, if only to refuse: nobody waits for that
    assert {line.verdict for line in op.checks} == {"not run"}
    assert "is restored, but 3 of 3 checks could not run" in str(looking.approver.thread()[-1])
    assert await counted(looking) == ()


async def test_no_password_of_a_database_is_seen_anywhere(looking: Story) -> None:
    await looking.requested()
    await looking.approved()
    await looking.advance(minutes=10)
    secret = aura.database_password(ORDERS, "reader")
    seen = [str(message) for message in looking.messages()]
    kept = [record.model_dump_json() for record in await looking.records()]
    assert secret not in "\n".join([*seen, *kept, repr(looking.bot.house.world)])
