"""What drills prove and the vault holds moves the clocks, and ends their alerts."""

from collections.abc import AsyncIterator
from datetime import timedelta

from bot.core.base import InstanceId
from bot.core.clocks import Clock, Reading, State
from bot.core.errors import VaultUnavailable
from bot.core.protection import Protection
from bot.core.vault import Facts
from bot.core.vault.manifest import Kind
from sandbox.aura import fleet as aura
from tests.stories.drilling import ended
from tests.stories.harness import Story
from tests.stories.props import Cued
from tests.stories.watching import heads, look, passes, watched

ORDERS = InstanceId(aura.ORDERS_PROD)


async def clock(story: Story, which: Clock) -> Reading:
    [(_, readings)] = await story.bot.house.watch.clocks("production")
    return next(reading for reading in readings if reading.clock is which)


async def test_a_drill_that_proves_a_backup_moves_its_clock_and_ends_the_alert(
    story: Story,
) -> None:
    watched(story, Protection(proven_days=7))
    story.change_environment(instances=(ORDERS,))
    await look(story)
    [head] = heads(story)
    assert "orders-prod has no snapshot that a drill has proven, and wants one every 7 days" in str(
        head
    )
    assert f"/aura drill {ORDERS}" in str(head)
    await story.requester.types("/aura drill orders-prod")
    op = await ended(story)
    await look(story)
    assert op.snapshot is not None
    proven = await clock(story, Clock.PROVEN)
    assert (proven.since, proven.state) == (op.snapshot.taken_at, State.FRESH)
    assert "Over: Backup overdue: orders-prod" in str(heads(story)[0])


async def once(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_an_export_in_the_vault_counts_as_a_copy_off_the_instance(story: Story) -> None:
    watched(story, Protection(off_instance_hours=1))
    story.change_environment(instances=(ORDERS,))
    await passes(story, minutes=2)
    assert (await clock(story, Clock.OFF_INSTANCE)).state is State.OVERDUE
    vault, now = story.bot.house.world.vault, story.clock.now()
    assert vault is not None
    export = Facts(
        environment="production",
        instance_id=ORDERS,
        instance_name="orders-prod",
        taken_at=now,
        kind=Kind.BACKUP,
        extension="backup",
    )
    await vault.put(export, once(b"a graph"))

    async def away(name: str) -> None:
        raise VaultUnavailable("the vault does not answer")

    story.change_world(vault=Cued(vault, before=away))
    story.clock.at += timedelta(minutes=61)
    await look(story)
    assert (await clock(story, Clock.OFF_INSTANCE)).since != now
    story.change_world(vault=vault)
    await look(story)
    assert (await clock(story, Clock.OFF_INSTANCE)).since == now
