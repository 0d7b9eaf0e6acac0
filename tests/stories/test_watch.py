"""What happens to the fleet is noticed within one poll, told once, and cleared once."""

from datetime import timedelta

import pytest

from bot.core.alerts import Kind, Severity
from bot.core.base import ChannelId
from bot.core.protection import Protection
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Story
from tests.stories.props import bury
from tests.stories.watching import alert, heads, look, passes, thread, watched


async def test_where_nothing_is_wanted_nothing_is_looked_at_and_nothing_said(story: Story) -> None:
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    before = len(story.aura.calls)
    await passes(story, minutes=20)
    assert len(story.aura.calls) == before
    assert story.messages() == []


async def test_a_fleet_that_is_well_is_quiet(story: Story) -> None:
    watched(story)
    await passes(story, hours=3)
    assert story.messages() == []
    clocks = {s.instance.name: clocks for s, clocks in await story.bot.house.watch.clocks()}
    assert set(clocks) == {"orders-prod", "catalog-prod"}
    assert [str(r.state) for r in clocks["orders-prod"]] == ["fresh", "fresh", "None", "None"]


async def test_a_restore_by_the_console_is_told_within_one_poll_and_cleared(story: Story) -> None:
    watched(story)
    await passes(story, minutes=6)
    story.aura.set_status(aura.ORDERS_PROD, "restoring", for_seconds=1200)
    await passes(story, minutes=5)

    [head] = heads(story)
    assert "Changed without me: orders-prod" in str(head)
    assert "orders-prod is restoring, and no operation of mine asked for it" in str(head)
    assert "Its data is being replaced by that of a snapshot." in str(head)
    assert aura.ORDERS_PROD in str(head)
    assert thread(story, head) == []

    await passes(story, minutes=30)
    [head] = heads(story)
    assert "Over: Changed without me: orders-prod" in str(head)
    assert head.buttons == ()
    [line] = thread(story, head)
    assert "All clear" in line
    assert "If data was replaced meanwhile, it stays replaced." in line


async def test_a_restore_of_ours_raises_no_alert(story: Story) -> None:
    watched(story, poll=30)
    await look(story)
    await story.requested()
    await story.approved()
    seen: set[str] = set()
    while not (op := await story.operation()).final:
        await story.advance(minutes=1)
        story.aura.world.instances[aura.ORDERS_PROD].settle(story.clock.now())
        seen.add(story.aura.status_of(aura.ORDERS_PROD))
        await look(story)
        assert heads(story) == []
    assert op.phase == "done"
    assert "restoring" in seen


async def test_a_restore_of_ours_that_failed_is_not_told_a_second_time(story: Story) -> None:
    watched(story)
    await look(story)
    await story.requested()
    await story.approved()
    story.aura.faults.restore_fails.next(1)
    while not (await story.operation()).final:
        await story.advance(minutes=1)
    assert (await story.operation()).phase == "failed"
    await story.advance(minutes=4)
    await passes(story, hours=2)
    assert story.aura.status_of(aura.ORDERS_PROD) == "loading failed"
    assert heads(story) == []


@pytest.mark.parametrize(
    ("status", "severity"),
    [
        ("overwriting", Severity.CRITICAL),
        ("loading", Severity.CRITICAL),
        ("loading failed", Severity.CRITICAL),
        ("destroying", Severity.CRITICAL),
        ("paused", Severity.WARNING),
        ("suspended", Severity.WARNING),
    ],
)
async def test_other_states_that_nobody_here_asked_for_are_told(
    story: Story, status: str, severity: Severity
) -> None:
    watched(story)
    await look(story)
    story.aura.set_status(aura.CATALOG_PROD, status)
    await passes(story, minutes=5)
    assert (await alert(story)).alert.condition.severity is severity
    [head] = heads(story)
    assert f"catalog-prod is {status}" in str(head)


async def test_a_free_instance_that_aura_pauses_by_itself_is_told_with_the_day_of_its_deletion(
    story: Story,
) -> None:
    watched(story, environment="development")
    await look(story)
    await story.advance(hours=73)
    await passes(story, minutes=5)
    [head] = [h for h in heads(story) if "is paused" in str(h)]
    assert f"`{aura.SANDBOX_FREE}`" in str(head)
    assert "Aura deletes it by 2026-12-25" in str(head)


async def test_an_instance_that_is_gone_is_told_once_and_not_looked_at_again(story: Story) -> None:
    watched(story)
    await look(story)
    bury(story)
    await passes(story, minutes=12)
    [head] = heads(story)
    assert "orders-prod is gone" in str(head)
    assert "Exports remain." in str(head)
    found = [s.id for s, _ in await story.bot.house.watch.clocks("production")]
    assert found == [aura.CATALOG_PROD]


async def test_a_clock_that_is_overdue_is_told_once_grows_worse_and_clears(story: Story) -> None:
    watched(story, Protection(in_place_hours=6))
    story.aura.set_status(aura.CATALOG_PROD, "paused")  # takes no snapshots
    await passes(story, hours=8)
    told = [h for h in heads(story) if "Backup overdue" in str(h)]
    [head] = told
    assert "at most 6 h old" in str(head)
    assert "Whatever has changed since then would be lost" in str(head)
    assert f"/aura snapshot take {aura.CATALOG_PROD}" in str(head)
    lines = thread(story, head)

    await passes(story, hours=6)
    [head] = [h for h in heads(story) if "Backup overdue" in str(h)]
    assert "critical" in str(head)
    assert len(thread(story, head)) > len(lines)

    story.aura.set_status(aura.CATALOG_PROD, "running")
    await passes(story, hours=3)
    [head] = [h for h in heads(story) if "Backup overdue" in str(h)]
    assert "Over: Backup overdue: catalog-prod" in str(head)
    assert "All clear" in thread(story, head)[-1]
    assert await story.bot.house.watch.open_alerts() == ()


async def test_while_aura_is_away_clocks_are_unknown_and_one_alert_says_why(story: Story) -> None:
    watched(story, Protection(in_place_hours=2))
    await look(story)
    story.aura.faults.unavailable.always()
    await passes(story, hours=4)
    raised = await alert(story)
    assert raised.alert.condition.kind is Kind.SILENCE
    assert raised.alert.condition.severity is Severity.CRITICAL
    [head] = heads(story)
    assert "Aura's API does not answer since" in str(head)
    clocks = dict((s.instance.name, r) for s, r in await story.bot.house.watch.clocks())
    assert str(clocks["orders-prod"][0].state) == "unknown"

    story.aura.faults.unavailable.off()
    await passes(story, minutes=20)
    assert await story.bot.house.watch.open_alerts() == ()
    assert len(heads(story)) == 1
    assert "Over: No answer: Aura" in str(heads(story)[0])


async def test_an_alert_goes_where_its_severity_is_routed(story: Story) -> None:
    watched(story, routes={Severity.CRITICAL: ChannelId(slack.OPS_PRODUCTION)})
    await look(story)
    story.aura.set_status(aura.ORDERS_PROD, "restoring")
    story.aura.set_status(aura.CATALOG_PROD, "paused")
    await passes(story, minutes=5)
    assert "orders-prod" in str(heads(story, slack.OPS_PRODUCTION)[0])
    assert "catalog-prod" in str(heads(story)[0])


async def test_a_clock_set_back_or_forth_raises_no_storm(story: Story) -> None:
    watched(story)
    await passes(story, minutes=10)
    for jump in (timedelta(days=-2), timedelta(days=2)):
        story.clock.at += jump
        await passes(story, minutes=10)
        assert heads(story) == []


async def test_a_new_instance_is_watched_and_one_the_file_forgets_is_not(story: Story) -> None:
    watched(story)
    await look(story)
    story.change_environment(instances=(aura.ORDERS_PROD, aura.SANDBOX_PAID))
    await passes(story, minutes=6)
    found = [s.instance.name for s, _ in await story.bot.house.watch.clocks()]
    assert found == ["orders-prod", "sandbox"]
