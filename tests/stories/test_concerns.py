"""What else goes wrong is told once and cleared once: work, people, credentials, the bot itself."""

from datetime import date, timedelta

import pytest
from redis.asyncio import Redis

from bot.core.alerts import Kind, Severity
from bot.core.base import InstanceId, UserId
from bot.core.errors import AuraAuthFailed, ChatUnavailable
from bot.core.people import Group
from bot.core.protection import Protection
from bot.core.schedules import Timing
from bot.core.sightings import Copy
from bot.core.tiers import facts
from sandbox.aura import fleet as aura
from tests.stories.harness import Story
from tests.stories.props import Cued
from tests.stories.watching import CALM, alert, heads, look, passes, thread, watched

ORDERS = InstanceId(aura.ORDERS_PROD)
HOURLY = Protection(snapshots=(Timing(cron="0 * * * *"),))


async def told_and_cleared(story: Story, words: str) -> None:
    """One head that says so, and is over, with one all-clear in its thread."""
    [head] = [h for h in heads(story) if words in str(h)]
    assert "Over:" in str(head)
    assert ["All clear" in line for line in thread(story, head)][-1:] == [True]


async def test_scheduled_work_that_fails_is_told_once_and_cleared_by_the_next(
    story: Story,
) -> None:
    watched(story, HOURLY)
    story.change_environment(instances=(ORDERS,))
    story.aura.faults.snapshot_fails.next(1)
    await passes(story, minutes=50)
    [head] = heads(story)
    assert "Scheduled work failed: orders-prod" in str(head)
    assert "the scheduled snapshot of orders-prod failed" in str(head).lower()
    assert "/aura job show snp-" in str(head)
    assert "/aura schedule run production-snapshot-1" in str(head)
    assert len([m for m in story.messages() if m.thread_ts is None]) == 1
    await passes(story, hours=1)
    await told_and_cleared(story, "Scheduled work failed")


async def test_a_slot_that_is_refused_is_told(story: Story) -> None:
    watched(story, HOURLY)
    story.change_environment(instances=(aura.ORDERS_STAGING,))  # paused: no snapshot of it
    await passes(story, minutes=25)
    [head] = [h for h in heads(story) if "Scheduled work failed" in str(h)]
    assert "was refused at 2026-11-22 08:0" in str(head)


async def test_in_an_environment_that_is_not_watched_failed_work_is_told_as_before(
    story: Story,
) -> None:
    await story.requester.types('/aura schedule add orders-prod snapshot --cron "0 * * * *"')
    story.aura.faults.snapshot_fails.next(1)
    await passes(story, minutes=50)
    assert heads(story) == []
    assert [m for m in story.messages() if "failed" in str(m)]


async def test_a_credential_that_aura_refuses_is_told_and_cleared(story: Story) -> None:
    watched(story)
    await look(story)
    real = story.bot.house.world.aura

    async def refuse(name: str) -> None:
        raise AuraAuthFailed("Aura does not accept the API credential “default”", status=401)

    story.change_world(aura=Cued(real, before=refuse))
    await passes(story, minutes=10)
    raised = await alert(story)
    assert raised.alert.condition.kind is Kind.CREDENTIAL
    assert "does not accept the API credential" in str(heads(story)[0])
    story.change_world(aura=real)
    await passes(story, minutes=6)
    await told_and_cleared(story, "Credential: Aura credential")


async def test_a_credential_revoked_for_hours_is_one_alert_and_not_one_for_each_instance(
    story: Story,
) -> None:
    watched(story)
    await look(story)
    story.aura.gate.revoke(aura.CLIENT_ID)
    await passes(story, hours=2)
    [head] = heads(story)
    assert "Credential: Aura credential" in str(head)
    story.aura.gate.accept(aura.CLIENT_ID, aura.CLIENT_SECRET)
    await passes(story, minutes=6)
    assert len(heads(story)) == 1
    await told_and_cleared(story, "Credential: Aura credential")


async def test_an_instance_that_cannot_be_looked_at_stays_told_while_aura_is_away(
    story: Story,
) -> None:
    watched(story)
    await look(story)
    real = story.bot.house.world.aura

    class Shut:
        """Aura, whose answer about one instance is a refusal."""

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        async def instance(self, instance_id: InstanceId, **more: bool) -> object:
            if instance_id == ORDERS:
                raise AuraAuthFailed("Aura does not permit this", status=403)
            return await real.instance(instance_id, **more)

    story.change_world(aura=Shut())
    await passes(story, hours=1, minutes=10)
    [head] = heads(story)
    assert "orders-prod could not be looked at" in str(head)
    story.aura.faults.unavailable.always()
    await passes(story, minutes=10)
    assert len(heads(story)) == 1
    assert "Over:" not in str(heads(story)[0])
    assert not any("All clear" in line for line in thread(story, head))


async def test_an_old_credential_is_told(story: Story) -> None:
    made = {"default": date(2026, 1, 1), "other": date(2026, 11, 1)}
    watched(story, credential_days=90, credentials=made)
    await look(story)
    [head] = heads(story)
    assert "“default” is from 2026-01-01" in str(head)
    watched(story, credential_days=400, credentials=made)
    await look(story)
    await told_and_cleared(story, "Credential: default")


async def test_approvers_that_no_longer_reach_the_quorum_are_told(story: Story) -> None:
    watched(story)
    await look(story)
    assert heads(story) == []
    before = story.estate
    story.change_environment(approvers=Group(users=(UserId("U0GUEST001"), UserId("U0NOBODY99"))))
    await passes(story, hours=1, minutes=1)
    [head] = heads(story)
    assert "no restore of production can be approved any more" in str(head).lower()
    assert "1 must agree, and nobody could" in str(head)
    story.change_estate(before)
    await passes(story, minutes=6)
    await told_and_cleared(story, "Nobody can approve: production")


async def test_late_bells_are_told(story: Story) -> None:
    watched(story)
    lags = [300.0]

    async def lag() -> float:
        return lags[0]

    story.change_world(lag=lag)
    await look(story)
    assert "more than 2 minutes" in str(heads(story)[0])
    lags[0] = 1000.0
    await look(story)
    assert (await alert(story)).alert.condition.severity is Severity.CRITICAL
    lags[0] = 0.0
    await look(story)
    await told_and_cleared(story, "Work is late: Savepoint")


async def test_a_broken_audit_chain_is_told(story: Story, valkey_url: str) -> None:
    watched(story)
    for _ in range(3):
        await story.guest.types("/aura instance list")  # refused, and audited
    await look(story)
    assert heads(story) == []
    store = Redis.from_url(valkey_url, decode_responses=True)
    first = await store.xrange("sp:audit", count=1)
    await store.xdel("sp:audit", str(first[0][0]))  # type: ignore[index]
    await store.aclose()
    await passes(story, minutes=5)  # entries that were verified are verified again next day
    assert heads(story) == []
    story.clock.at += timedelta(days=1)
    await look(story)
    [head] = heads(story)
    assert "the audit log is broken at entry 1" in str(head).lower()


async def test_a_silent_scheduler_is_told_and_cleared(story: Story) -> None:
    watched(story)
    await look(story)
    for _ in range(12):
        await story.advance(minutes=1)
        await story.bot.house.watch(forced=True)
    [head] = heads(story)
    assert "nothing was heard of the scheduler since" in str(head).lower()
    await look(story)
    await told_and_cleared(story, "No answer: Scheduler")


async def test_a_schedule_that_rests_for_long_is_told_once(story: Story) -> None:
    watched(story, HOURLY)
    story.change_environment(instances=(ORDERS,))
    await story.requester.types("/aura schedule pause production-snapshot-1 --reason moving")
    for _ in range(8):
        story.clock.at += timedelta(days=1)
        await look(story)
    [head] = heads(story)
    assert "Schedule rests: production-snapshot-1" in str(head)
    assert "🔵" in str(head)
    await passes(story, hours=6)
    assert thread(story, head) == []  # a notice calls nobody again
    await story.requester.types("/aura schedule resume production-snapshot-1")
    await look(story)
    await told_and_cleared(story, "Schedule rests")


async def test_the_last_exportable_of_a_month_is_told_before_it_leaves(story: Story) -> None:
    watched(story, Protection(keep_days=365))
    story.change_environment(instances=(ORDERS,))
    await look(story)
    assert facts("business-critical").exportable_days == 30
    story.clock.at = story.clock.at.replace(month=12, day=1)
    await look(story)
    await look(story)
    story.clock.at = story.clock.at.replace(day=30) - timedelta(hours=12)
    await look(story)
    [head] = heads(story)
    assert "A last copy leaves: orders-prod" in str(head)
    assert "exportable snapshot of orders-prod from 2026-11 leaves at about" in str(head)
    saved = story.clock.at.replace(month=11, day=30)
    await story.bot.house.world.watch.copied(ORDERS, "exp-1", Copy(snapshot_at=saved))
    await look(story)
    await told_and_cleared(story, "A last copy leaves")


async def test_what_aura_keeps_shorter_than_is_written_is_told_once(story: Story) -> None:
    watched(story)
    story.change_environment(instances=(ORDERS,))
    for _ in range(40):  # days
        await look(story)
        log = story.aura.world.instances[ORDERS].snapshots(story.clock.now())
        for old in [s for s in log.all(story.clock.now()) if story.clock.now() - s.at > KEEPS]:
            log.forget(old.id)
        story.clock.at += timedelta(days=1)
    told = [h for h in heads(story) if "Retention differs" in str(h)]
    assert sorted(str(h).split("\n")[1] for h in told) == [
        "Aura keeps exportable snapshots of business-critical for less than the 30 days that are "
        "written.",
        "Aura keeps scheduled snapshots of business-critical for less than the 30 days that are "
        "written.",
    ]
    assert all(thread(story, head) == [] for head in told)


KEEPS = timedelta(days=20)


async def test_the_bot_says_elsewhere_that_it_lives_while_people_can_be_told(
    story: Story,
) -> None:
    heard: list[float] = []

    async def ping() -> None:
        heard.append(story.clock.monotonic())

    watched(story, CALM)
    story.change_world(ping=ping)
    await look(story)
    assert len(heard) == 1
    chat = story.bot.house.world.chat

    async def away(name: str) -> None:
        raise ChatUnavailable("Slack does not answer", code="timeout")

    story.change_world(chat=Cued(chat, before=away))
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    story.clock.at += timedelta(minutes=6)
    await look(story)
    assert len(heard) == 1


@pytest.mark.parametrize("loop", ["watch"])
async def test_one_replica_does_each_pass(story: Story, loop: str) -> None:
    watched(story)
    house = story.bot.house
    assert [await getattr(house, loop)(), await getattr(house, loop)()] == [True, False]
