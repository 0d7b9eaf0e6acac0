"""The Home tab of a large fleet: what it costs, what can be chosen, and what can be done there."""

from bot.core.base import InstanceId
from bot.core.board import ATTENTION, PAGE, key
from bot.core.protection import Protection
from bot.core.snapshots import SEARCH_DAYS
from bot.views.blockkit import check_view
from sandbox.aura import fleet as aura
from sandbox.slack.sightings import SeenView
from tests.stories.harness import Actor, Story
from tests.stories.props import grow
from tests.stories.watching import CALM, alert, instance, look, passes, watched

#: No fresh fleet fulfils it.
STRICT = Protection(in_place_hours=26, proven_days=1)


def enlarge(story: Story, count: int) -> None:
    """Let production have so many more instances."""
    grow(story, count)
    ids = tuple(InstanceId(seed.id) for seed in aura.synthetic(count).seeds)
    production = next(e for e in story.estate.environments if e.name == "production")
    story.change_environment(instances=(*production.instances, *ids))


def home(actor: Actor) -> SeenView:
    """The tab as this person sees it now, which Slack would take."""
    shown = actor.person.home
    assert shown is not None
    published = {key: shown.given[key] for key in ("type", "private_metadata", "blocks")}
    assert check_view(published) == []
    return shown


async def test_the_tab_of_200_watched_instances_costs_one_call_a_page(story: Story) -> None:
    enlarge(story, 200)
    watched(story)
    for _ in range(3):
        await look(story)
    await story.requester.opens_home()
    before = len(story.aura.calls)
    await story.requester.person.picks(home(story.requester), "Which instances", key("production"))
    await story.settle()
    pages = [str(home(story.requester))]
    assert "1 to 20 of 202 instances" in pages[0]
    while "Next" in home(story.requester).buttons:
        await story.requester.clicks("Next", in_=home(story.requester))
        pages.append(str(home(story.requester)))
    assert len(pages) == 11
    asked = [call.path for call in story.aura.calls[before:]]
    assert asked == ["/v1/instances"] * len(pages)


async def _lists(story: Story) -> tuple[str, set[str]]:
    """What `instance list` tells, and the instances that Aura was asked for."""
    before = len(story.aura.calls)
    await story.requester.types("/aura instance list")
    asked = [call.path for call in story.aura.calls[before:] if "oauth" not in call.path]
    assert asked[0] == "/v1/instances"
    return story.requester.whisper, {path.split("/")[3] for path in asked[1:]}


async def test_a_list_of_200_instances_asks_for_those_alone_that_nobody_watches(
    story: Story,
) -> None:
    enlarge(story, 200)
    watched(story)
    for _ in range(3):
        await look(story)
    await story.advance(minutes=7)
    told, read = await _lists(story)
    assert read == {
        aura.ORDERS_STAGING,
        aura.SEARCH_STAGING,
        aura.SANDBOX_FREE,
        aura.SANDBOX_PAID,
    }
    assert "catalog-prod* `ca7a1095` · AuraDB Virtual Dedicated Cloud · running · newest sn" in told
    assert "202 of these are as the watch saw them within the last 7 min: " in told


async def test_what_the_watch_has_lost_sight_of_is_asked_for_in_a_list_of_many(
    story: Story,
) -> None:
    enlarge(story, 30)
    watched(story)
    for _ in range(3):
        await look(story)
    instance(story, aura.ORDERS_PROD).status = "paused"
    told, _ = await _lists(story)
    assert "orders-prod* `0d5e7a11` · AuraDB Business Critical · running" in told
    await story.advance(minutes=61)
    told, read = await _lists(story)
    assert len(read) == 36
    assert "orders-prod* `0d5e7a11` · AuraDB Business Critical · paused" in told
    assert "as the watch saw them" not in told


async def test_of_200_unwatched_instances_only_those_shown_are_read(story: Story) -> None:
    enlarge(story, 200)
    before = len(story.aura.calls)
    await story.requester.opens_home()
    asked = [call.path for call in story.aura.calls[before:] if "oauth" not in call.path]
    read = {path.split("/")[3] for path in asked if path.count("/") > 2}
    assert len(read) == PAGE
    assert len(asked) <= 1 + PAGE * (1 + SEARCH_DAYS)
    assert "newest snapshot" in str(home(story.requester))


async def test_one_may_look_at_an_environment_or_at_what_needs_somebody(story: Story) -> None:
    enlarge(story, 30)
    watched(story, CALM)
    watched(story, STRICT, environment="staging")
    for _ in range(2):
        await look(story)
    await story.requester.opens_home()
    await story.requester.person.picks(home(story.requester), "Which instances", ATTENTION)
    await story.settle()
    needy = str(home(story.requester))
    assert "orders-staging" in needy
    assert "graph-" not in needy

    await story.requester.person.picks(home(story.requester), "Which instances", key("production"))
    await story.settle()
    assert "# Running in production" in str(home(story.requester))
    assert "orders-staging" not in str(home(story.requester))
    await story.requester.clicks("Next", in_=home(story.requester))
    assert "21 to" in str(home(story.requester))
    await story.requester.opens_home()
    assert "21 to" in str(home(story.requester))  # opened again, it stands where it was left
    assert "orders-staging" not in str(home(story.requester))


async def paused(story: Story) -> None:
    """Let an instance be paused from the console, and the watch see it."""
    watched(story)
    await look(story)
    story.aura.set_status(aura.ORDERS_PROD, "paused")
    await passes(story, minutes=5)


async def test_an_alert_is_acknowledged_on_the_tab_as_in_its_channel(story: Story) -> None:
    await paused(story)
    await story.requester.opens_home()
    assert "# 1 open alert" in str(home(story.requester))
    await story.requester.clicks("Acknowledge", in_=home(story.requester))

    seen = home(story.requester)
    assert "acknowledged by @Requester" in str(seen)
    assert "Acknowledge" not in seen.buttons
    assert (await alert(story)).alert.acknowledged_by is not None
    assert "alert.acknowledge allowed" in await story.audit()
    assert "is acknowledged" in story.requester.whisper


async def test_a_button_that_came_too_late_says_so_and_the_tab_is_shown_anew(
    story: Story,
) -> None:
    await paused(story)
    await story.approver.opens_home()
    await story.requester.opens_home()
    await story.requester.clicks("Acknowledge", in_=home(story.requester))

    await story.approver.clicks("Acknowledge", in_=home(story.approver))
    assert "has acknowledged this already" in story.approver.whisper
    assert "Acknowledge" not in home(story.approver).buttons


async def test_who_can_decide_is_led_to_the_thread_where_everything_stands(story: Story) -> None:
    await story.requested()
    op = await story.operation()
    card = await story.bot.house.world.cards.get(op.id)
    await story.approver.opens_home()
    links = [
        block["accessory"]["url"]
        for block in home(story.approver).given["blocks"]
        if "accessory" in block
    ]
    assert links == [card.link]
    assert "> Bad deploy at 07:30" in str(home(story.approver))
    # to decide, one reads what the thread says: the tab does not follow the state of a request
    assert not {"Approve", "Deny…"} & set(home(story.approver).buttons)


async def test_while_aura_is_silent_the_tab_shows_what_was_last_seen(story: Story) -> None:
    watched(story)
    await look(story)
    await story.requested()
    story.aura.faults.unavailable.always()
    await story.approver.opens_home()
    shown = str(home(story.approver))
    assert "Instances are shown as they were last seen" in shown
    assert "orders-prod" in shown
    assert "Waiting for your decision" in shown
