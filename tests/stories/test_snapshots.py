"""Snapshots in everyday life: list them, look at one, take one."""

from datetime import timedelta

import pytest

from bot.core.base import InstanceId, SnapshotId
from bot.core.errors import ChatUnavailable
from bot.core.operations import events as e
from bot.services.steps.snapshot import begin_snapshot
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.slack.sightings import Seen
from tests.stories.harness import Story
from tests.stories.props import Cued, change_world


async def test_snapshot_list_shows_a_week_by_day_with_age_and_whether_they_can_leave(
    story: Story,
) -> None:
    await story.requester.types("/aura snapshot list orders-prod")

    listing = story.requester.whisper
    assert "Snapshots of orders-prod" in listing
    assert "Sunday, 2026-11-22" in listing
    assert "h ago" in listing
    assert "not exportable" in listing
    assert listing.index("2026-11-22") < listing.index("2026-11-21")


async def test_a_long_list_is_turned_page_by_page_in_its_place(story: Story) -> None:
    await story.requester.types("/aura snapshot list orders-prod --days 7", slack.GENERAL)
    first = story.requester.person.whispers[-1]
    assert "Page 1 of" in str(first)
    assert first.buttons == ("Older",)

    await story.requester.clicks("Older", in_=first)
    second = story.requester.person.whispers[-1]
    assert second.ts == first.ts
    assert "Page 2 of" in str(second)
    assert second.buttons[0] == "Newer"
    await story.requester.clicks("Newer", in_=second)
    assert str(story.requester.person.whispers[-1]) == str(first)


async def test_a_list_of_more_than_a_hundred_snapshots_is_whole(story: Story) -> None:
    await story.requester.types("/aura snapshot list orders-prod --days 30")
    seen: set[str] = set()
    page = story.requester.person.whispers[-1]
    pages = [page]
    while "Older" in page.buttons:
        await story.requester.clicks("Older", in_=page)
        page = story.requester.person.whispers[-1]
        pages.append(page)
    for each in pages:
        seen |= {line for line in str(each).splitlines() if line.startswith("• ")}

    log = story.aura.world.instances[aura.ORDERS_PROD].snapshots(story.clock.now())
    since = (story.clock.now() - timedelta(days=29)).date()
    kept = [s for s in log.all(story.clock.now()) if s.at.date() >= since]
    assert len(seen) == len(kept) > 100


async def test_the_pages_of_an_old_list_cannot_be_turned(story: Story) -> None:
    await story.requester.says(
        "<@U0SAVEBOT1> snapshot list orders-prod --days 30", slack.OPS_PRODUCTION
    )
    page = story.requester.person.whispers[-1]
    redis = story.bot.operations._redis
    for key in await redis.keys("sp:draft:*"):  # an hour later
        await redis.delete(key)
    await story.requester.clicks("Older", in_=page)
    assert "too old to turn its pages" in story.requester.whisper


async def test_only_those_that_can_leave_are_listed_on_demand(story: Story) -> None:
    await story.requester.types("/aura snapshot list orders-prod --exportable")
    listing = story.requester.whisper
    assert "not exportable · " not in listing
    assert "not shown: not exportable" in listing


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--date 2026-11-23", "2026-11-23 is in the future"),
        ("--date 2026-08-23", "more than 90 days back"),
        ("--days 91", "a whole number from 1 to 90"),
        ("--days 0", "a whole number from 1 to 90"),
        ("--date 2026-11-22 --days 3", "exclude each other"),
        ("--date Sunday", "wants a day such as"),
    ],
)
async def test_days_that_cannot_be_are_refused_with_a_hint(
    story: Story, options: str, told: str
) -> None:
    await story.requester.types(f"/aura snapshot list orders-prod {options}")
    assert told in story.requester.whisper
    assert not [call for call in story.aura.calls if "snapshots" in call.path]


@pytest.mark.parametrize("day", ["today", "yesterday", "2026-11-20"])
async def test_one_day_is_one_call(story: Story, day: str) -> None:
    await story.requester.types(f"/aura snapshot list orders-prod --date {day}")
    assert len([call for call in story.aura.calls if "/snapshots?date=" in call.path]) == 1
    assert "(UTC)" in story.requester.whisper


async def test_snapshot_show_tells_all_of_one(story: Story) -> None:
    await story.requester.types("/aura snapshot show orders-prod latest")
    assert "Status" in story.requester.whisper
    assert "To go back to it: `/aura restore 0d5e7a11" in story.requester.whisper


async def test_a_snapshot_of_another_instance_is_unknown_here(story: Story) -> None:
    log = story.aura.world.instances[aura.CATALOG_PROD].snapshots(story.clock.now())
    other = next(log.all(story.clock.now())).id
    await story.requester.types(f"/aura snapshot show orders-prod {other}")
    assert f"“orders-prod” has no snapshot “{other}”" in story.requester.whisper
    assert "/aura snapshot list 0d5e7a11" in story.requester.whisper


async def test_a_taken_snapshot_has_a_card_its_progress_and_an_end(story: Story) -> None:
    await story.requester.types('/aura snapshot take orders-prod --note "before <the> release"')
    card = _card(story)
    assert "Aura is taking a snapshot of orders-prod" in str(card)
    assert "before <the> release" in str(card)
    assert "Open the card" in story.requester.whisper
    await story.advance(minutes=2)

    assert "Snapshot of orders-prod complete" in str(_card(story))
    thread = [
        str(m) for m in story.requester.channel() if m.thread_ts == card.ts and m.ts != card.ts
    ]
    assert "Aura is taking the snapshot" in thread[0]
    assert "@Requester: The snapshot" in thread[-1]
    op = (await story.bot.operations.recent(1))[0]
    await story.requester.types("/aura snapshot list orders-prod --date today")
    assert "“before <the> release” by @Requester" in story.requester.whisper
    await story.requester.types(f"/aura snapshot show orders-prod {op.snapshot_id}")  # type: ignore[union-attr]
    assert "before <the> release" in story.requester.whisper
    assert {"snapshot.take allowed", "snapshot.accepted done"} <= set(await story.audit())


async def test_a_snapshot_asked_for_in_a_thread_has_its_card_there(story: Story) -> None:
    said = await story.requester.person.says("deploying now", slack.OPS_STAGING)
    await story.requester.says(
        "<@U0SAVEBOT1> snapshot take orders-prod", slack.OPS_STAGING, thread_ts=said.ts
    )
    await story.advance(minutes=2)

    replies = story.requester.person.sees(slack.OPS_STAGING, said.ts)
    text = "\n".join(map(str, replies))
    assert "Snapshot of orders-prod complete" in text
    assert "@Requester: The snapshot" in text
    assert [m for m in story.requester.channel() if not m.ephemeral] == []


async def test_a_paused_instance_takes_no_snapshot(story: Story) -> None:
    await story.requester.types("/aura snapshot take orders-staging")
    assert "“orders-staging” is paused, so Aura cannot take a snapshot" in story.requester.whisper
    assert "Resume it" in story.requester.whisper
    assert await story.bot.operations.recent() == ()


async def test_an_instance_being_deleted_takes_no_snapshot(story: Story) -> None:
    story.aura.set_status(aura.ORDERS_PROD, "destroying")
    await story.requester.types("/aura snapshot take orders-prod")
    assert "is being deleted" in story.requester.whisper


async def test_a_snapshot_that_fails_raises_an_alert(story: Story) -> None:
    story.aura.faults.snapshot_fails.next()
    await story.requester.types("/aura snapshot take orders-prod")
    await story.advance(minutes=3)

    op = (await story.bot.operations.recent(1))[0]
    assert op.phase == "failed"
    alert = story.approver.card(slack.OPS_ALERTS)
    assert "Snapshot of orders-prod failed" in str(alert)
    assert op.id in str(alert)


async def test_a_snapshot_of_a_busy_instance_waits_and_then_gives_up(story: Story) -> None:
    await story.requester.types("/aura snapshot take search-staging")
    await story.advance(minutes=25)
    assert (await story.bot.operations.recent(1))[0].phase == "accepted"
    await story.advance(minutes=10)

    op = (await story.bot.operations.recent(1))[0]
    assert op.phase == "failed"
    assert "did not begin the snapshot within 30 minutes" in str(
        story.requester.card(slack.OPS_ALERTS)
    )


async def test_a_snapshot_is_accepted_while_slack_takes_no_card(story: Story) -> None:
    absent = [ChatUnavailable("Slack asks to wait", code="ratelimited", retry_after=2.0)]

    async def busy(name: str) -> None:
        if name == "post" and absent:
            raise absent.pop()

    change_world(story, chat=Cued(story.bot.house.world.chat, before=busy))
    await story.requester.types("/aura snapshot take orders-prod")
    assert "I am asking Aura for a snapshot" in story.requester.whisper
    assert "Open the card" not in story.requester.whisper
    assert "snapshot of orders-prod" in str(_card(story))


async def test_a_snapshot_that_vanishes_is_told(story: Story) -> None:
    await story.requester.types("/aura snapshot take orders-prod")
    op = (await story.bot.operations.recent(1))[0]
    story.aura.forget_snapshot(aura.ORDERS_PROD, str(op.snapshot_id))  # type: ignore[union-attr]
    await story.advance(minutes=1)
    assert (await story.bot.operations.recent(1))[0].phase == "snapshotting"
    await story.advance(minutes=2)
    assert "is not there any more" in str(story.requester.card(slack.OPS_ALERTS))


def _card(story: Story) -> Seen:
    roots = [m for m in story.requester.channel() if m.thread_ts is None and not m.ephemeral]
    return roots[-1]


async def test_the_snapshot_to_be_restored_is_never_adopted_as_the_safety_snapshot(
    story: Story,
) -> None:
    await story.requester.types("/aura snapshot take orders-prod")
    await story.advance(minutes=5)
    [mine, *_] = story.snapshots()
    world = story.bot.house.world
    began = story.clock.now() - timedelta(minutes=6)  # as by a clock that lags behind Aura's
    found = await begin_snapshot(world, InstanceId(aura.ORDERS_PROD), since=began)
    assert isinstance(found, e.SnapshotStarted)
    assert found.snapshot_id == mine
    other = await begin_snapshot(
        world, InstanceId(aura.ORDERS_PROD), since=began, besides=SnapshotId(mine)
    )
    assert isinstance(other, e.SnapshotStarted)
    assert other.snapshot_id != mine
