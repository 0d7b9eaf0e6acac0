"""What drills prove and the vault holds moves the clocks, and ends their alerts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.base import InstanceId
from bot.core.clocks import Clock, Reading, State
from bot.core.errors import VaultUnavailable
from bot.core.protection import Protection
from bot.core.schedules import Timing
from bot.core.vault import Facts, Keep, Kind
from sandbox.aura import fleet as aura
from tests.stories.drilling import ended
from tests.stories.harness import Story
from tests.stories.props import Cued
from tests.stories.watching import heads, look, passes, thread, watched

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


async def stored(story: Story, taken_at: datetime) -> None:
    """Lay an archive of that moment into the vault, as a schedule would have."""
    vault = story.bot.house.world.vault
    assert vault is not None
    story.clock.at = taken_at
    export = Facts(
        environment="production",
        instance_id=ORDERS,
        instance_name="orders-prod",
        taken_at=taken_at,
        kind=Kind.ARCHIVE,
        extension="tar",
    )
    await vault.put(export, once(b"a graph"))


@pytest.mark.parametrize(
    ("keep", "told"), [(Keep(daily=0, weekly=6, monthly=0), True), (Keep(), False)]
)
async def test_the_last_export_of_a_month_is_told_before_the_rules_of_the_vault_let_it_go(
    story: Story, keep: Keep, told: bool
) -> None:
    weekly = Timing(cron="0 4 * * MON")
    watched(story, Protection(keep_days=60, exports=(weekly,)))
    story.change_environment(instances=(ORDERS,))
    story.change_world(keep={"production": keep})
    exports = replace(story.bot.house.exports, rules={"production": keep})
    first = datetime(2026, 11, 30, 4, tzinfo=UTC)
    for week in range(6):  # the last of November, and five of December and January
        await stored(story, first + timedelta(weeks=week))
    comes = first + timedelta(weeks=6)

    async def watch() -> None:  # the scheduler itself would make an export of the last slot
        await story.bot.house.world.watch.heard("scheduler", story.clock.now())
        await story.bot.house.watch(forced=True)

    story.clock.at = comes - timedelta(hours=50)
    await watch()
    assert heads(story) == []
    story.clock.at = comes - timedelta(hours=30)
    await watch()
    if not told:
        assert heads(story) == []
        return
    [head] = heads(story)
    assert (
        "the last export of orders-prod from 2026-11 leaves the vault at about "
        "2027-01-11 04:00 UTC, and nothing of that month stays for longer"
    ) in " ".join(str(head).split()).lower().replace("utc", "UTC")
    assert (await exports.expiry()).going == ()  # foreseen, and not so yet

    await stored(story, comes)
    story.clock.at = comes + timedelta(hours=2)
    await watch()
    assert "left the vault at about 2027-01-11 04:00" in thread(story, heads(story)[0])[-1]
    [gone] = (await exports.expire()).going
    assert gone.manifest.taken_at == first
    story.clock.at += timedelta(hours=2)
    await watch()
    assert "Over: A last copy leaves: orders-prod" in str(heads(story)[0])


async def test_an_instance_whose_snapshots_never_leave_aura_is_overdue_outside_of_it(
    story: Story,
) -> None:
    watched(story, Protection(off_instance_hours=48, export_hours=48))
    story.change_environment(instances=(ORDERS,))
    await passes(story, minutes=2)
    assert (await clock(story, Clock.OFF_INSTANCE)).state is State.FRESH
    assert (await clock(story, Clock.EXPORTED)).state is State.OVERDUE
    [head] = heads(story)
    assert "orders-prod has no export outside Aura, and wants one every 48 h" in str(head)
    await stored(story, story.clock.now())
    story.clock.at += timedelta(minutes=61)
    await look(story)
    assert (await clock(story, Clock.EXPORTED)).state is State.FRESH
    assert "Over: Backup overdue: orders-prod" in str(heads(story)[0])


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
