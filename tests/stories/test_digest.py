"""What an environment hears each morning, and what the Home tab shows of the watch."""

from datetime import timedelta

from bot.core.alerts import AlertRules, QuietHours
from bot.core.base import InstanceId, OperationId
from bot.core.drills import LastDrill, Outcome
from bot.core.environments import Watch
from bot.core.protection import Protection
from bot.core.schedules import Timing
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from sandbox.slack.sightings import Seen
from tests.stories.harness import Story
from tests.stories.props import approved
from tests.stories.watching import CALM, passes, watched

MORNING = Timing(cron="0 9 * * *")
STRICT = Protection(
    in_place_hours=26,
    off_instance_hours=8 * 24,
    proven_days=7,
    snapshots=(Timing(cron="0 3 * * *"),),
)


def mornings(story: Story, protection: Protection = CALM, **more: object) -> None:
    """Let production hear a digest each morning."""
    watched(story, protection)
    watch = story.estate.watch("production").model_copy(update={"digest": MORNING, **more})
    watches = {**story.estate.watches, "production": watch}
    story.change_estate(story.estate.model_copy(update={"watches": watches}))


async def hears(story: Story, **span: float) -> list[Seen]:
    """Let time pass, look for a digest, and return all there are."""
    await passes(story, **span)
    await story.bot.house.digests(forced=True)
    return [m for m in story.approver.channel() if "`/aura report` says it at length" in str(m)]


async def test_a_calm_night_is_told_in_a_few_lines_once(story: Story) -> None:
    mornings(story)
    assert await hears(story) == []
    (told,) = await hears(story, hours=1, minutes=30)
    assert "✅ production: nothing needs you" in str(told)
    assert "Nothing ran." in str(told)
    assert "(How old the clocks are)" in str(told)
    assert len(await hears(story, minutes=5)) == 1


async def test_what_needs_somebody_comes_first(story: Story) -> None:
    mornings(story, STRICT, alerts=AlertRules(per_hour=1))
    await hears(story)
    await approved(story)
    (told,) = await hears(story, hours=1, minutes=30)
    text = str(told)
    assert "🔎 production: please look" in text
    assert text.index("open alert") < text.index("Clocks that need somebody")
    assert "1 restore" in text
    assert "*overdue*" in text


async def test_what_was_held_back_is_listed(story: Story) -> None:
    always = QuietHours.model_validate({"start": "00:00", "end": "23:59"})
    mornings(story, STRICT, alerts=AlertRules(quiet=always))
    await hears(story)
    (told,) = await hears(story, hours=1, minutes=30)
    assert "held back*: it was quiet hours" in str(told)
    assert "open" in str(told)


async def test_what_was_held_back_and_ended_before_the_digest_is_listed_too(story: Story) -> None:
    always = QuietHours.model_validate({"start": "00:00", "end": "23:59"})
    mornings(story, alerts=AlertRules(quiet=always))
    await hears(story)
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await passes(story, minutes=10)
    story.aura.set_status(aura.ORDERS_PROD, "running")
    (told,) = await hears(story, hours=1, minutes=30)
    assert "*1 alert held back*" in str(told)
    assert "Changed without me: orders-prod, since 07:4" in str(told)
    assert "over at 07:" in str(told)
    assert "nothing needs you" in str(told)
    await story.advance(hours=24)
    again = (await hears(story))[-1]
    assert "held back" not in str(again)  # it has been told


async def test_where_slack_has_no_charts_the_same_is_told_in_lines(story: Story) -> None:
    mornings(story)
    await hears(story)
    story.slack.faults.set("no_charts", on=True)
    (told,) = await hears(story, hours=1, minutes=30)
    assert "Of each instance, the clock nearest to its target" in str(told)
    assert "How old the clocks are" not in str(told)


async def test_an_instance_that_no_drill_proved_stands_in_every_digest(story: Story) -> None:
    mornings(story)
    await hears(story)
    failed = LastDrill(
        instance_id=InstanceId(aura.ORDERS_PROD),
        operation_id=OperationId("drl-1"),
        outcome=Outcome.NOT_PROVEN,
        at=story.clock.now(),
        seconds=840,
    )
    await story.bot.house.world.drills.keep(failed)
    for day in range(2):
        told = (await hears(story, hours=1, minutes=30))[-1]
        assert "*The last drill did not prove these*" in str(told)
        assert "(How long the last drills took)" in str(told)
        await story.advance(hours=22, minutes=30 - day)
    proven = failed.model_copy(update={"outcome": Outcome.PROVEN, "at": story.clock.now()})
    await story.bot.house.world.drills.keep(proven)
    told = (await hears(story, hours=1, minutes=30))[-1]
    assert "did not prove" not in str(told)


async def test_after_days_of_silence_one_digest_tells_of_them(story: Story) -> None:
    mornings(story)
    await hears(story)
    story.clock.at += timedelta(days=4)
    await story.bot.house.digests(forced=True)
    assert len(await hears(story)) == 1


async def test_without_a_time_nobody_hears_anything(story: Story) -> None:
    watched(story)
    assert story.estate.watch("production") == Watch(protection=CALM)
    assert await hears(story, hours=2) == []


async def test_the_home_tab_shows_clocks_alerts_and_what_comes_next(story: Story) -> None:
    mornings(story, STRICT)
    await passes(story, hours=1, minutes=5)
    home = str(await story.requester.opens_home())
    assert "open alert" in home
    assert "in place" in home
    assert "off instance" in home
    assert "next: snapshot 2026-11-23 03:00 UTC" in home
    guest = str(await story.guest.opens_home())
    assert "in place" not in guest
    assert "open alert" not in guest


async def test_the_home_tab_of_an_unwatched_fleet_is_as_it_was(story: Story) -> None:
    home = str(await story.requester.opens_home())
    assert "in place" not in home
    assert "next:" not in home
    assert slack.OPS_ALERTS not in home
