"""`/aura report`, and the page that an address of it opens once."""

import httpx
import pytest

from bot.core.base import TeamId, UserId
from bot.core.people import Group, Person
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.fetching import served
from tests.stories.harness import Story
from tests.stories.props import approved, bury
from tests.stories.watching import look, passes, watched

REQUESTER = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.REQUESTER))


async def test_a_report_tells_what_the_records_show(story: Story) -> None:
    await approved(story)
    await story.advance(hours=1)
    await story.requester.types("/aura snapshot take orders-prod")
    await story.advance(hours=1)

    await story.requester.types("/aura report production")
    told = story.requester.whisper
    assert "Restores" in told
    assert "1 done" in told
    assert "entries, whole" in told

    reports = story.bot.house.reports
    found, link = await reports.asked(REQUESTER, "production", since=None, until=None)
    assert link is not None
    assert link.startswith(f"{story.bot.settings.public_url}/fetch/")
    (orders,) = [line for line in found.instances if line.id == aura.ORDERS_PROD]
    assert orders.taken == 1  # the safety snapshot is part of its restore
    assert [line.outcome for line in found.restores] == ["done"]
    assert story.restores == 1


async def test_a_report_counts_what_the_watch_saw_and_names_what_is_gone(story: Story) -> None:
    watched(story)
    await look(story)
    bury(story)
    await passes(story, minutes=12)
    reports = story.bot.house.reports
    found, _ = await reports.asked(REQUESTER, "production", since=None, until=None)
    lines = {str(line.id): line for line in found.instances}
    assert lines[aura.CATALOG_PROD].seen > 0
    assert lines[aura.ORDERS_PROD].there is False
    assert "orders-prod is gone" in found.alerts[0].what
    [taken] = [a for a in found.answers if "as the policy says" in a.question]
    assert "that Aura took by itself, of 2 instances on" in taken.answer


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("nowhere", "There is no environment “nowhere”"),
        ("production --from yesterday", "want a day such as 2026-11-22"),
        ("production --from 2026-11-22 --to 2026-11-01", "is after"),
        ("production --to 2027-01-01", "is in the future"),
        ("production --from 2020-01-01", "more than 400 days back"),
        ("production --from 2026-02-30", "want a day"),
    ],
)
async def test_a_report_that_cannot_be_is_refused_with_the_reason(
    story: Story, typed: str, told: str
) -> None:
    await story.requester.types(f"/aura report {typed}")
    assert told.lower() in story.requester.whisper.lower()


async def test_whoever_may_not_look_gets_no_report(story: Story) -> None:
    story.change_environment(viewers=Group(users=()))
    await story.guest.types("/aura report production")
    assert "guest" in story.guest.whisper
    assert "report.view denied" in await story.audit()


async def test_the_address_of_a_page_opens_once(story: Story) -> None:
    async with served(story), httpx.AsyncClient() as http:
        _, link = await story.bot.house.reports.asked(
            REQUESTER, "production", since=None, until=None
        )
        assert link is not None
        assert (await http.head(link)).status_code == 405
        first = await http.get(link)
        assert first.status_code == 200
        assert "Backup and restore of production" in first.text
        assert first.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert (await http.get(link)).status_code == 404
        assert (await http.get(f"{link}x")).status_code == 404
