"""Stories of the watch: what is wanted of production, passes, and what stands in the channel."""

from datetime import datetime, timedelta
from typing import Any

from bot.core.alerts import AlertRules
from bot.core.base import ChannelId, InstanceId
from bot.core.environments import Watch
from bot.core.protection import Protection
from bot.core.watch import WatchRules
from bot.ports import Raised
from sandbox.slack import cast as slack
from sandbox.slack.sightings import Seen
from tests.stories.harness import Story

#: What every fresh fleet of the sandbox fulfils.
CALM = Protection(in_place_hours=26, off_instance_hours=8 * 24)


def watched(
    story: Story,
    protection: Protection = CALM,
    *,
    environment: str = "production",
    rules: AlertRules | None = None,
    routes: dict[Any, ChannelId] | None = None,
    **watching: Any,
) -> None:
    """Want something of an environment's backups, as an edited configuration would."""
    watch = Watch(protection=protection, alerts=rules or AlertRules(), routes=routes or {})
    watches = {**story.estate.watches, environment: watch}
    rules_of_watch = WatchRules(calls=1000, **watching)
    changes = {"watches": watches, "watching": rules_of_watch}
    story.change_estate(story.estate.model_copy(update=changes))


async def passes(story: Story, **span: float) -> None:
    """Let time pass, minute by minute, with a pass of the watch in each."""
    end = story.clock.now() + timedelta(**span)
    await look(story)
    while story.clock.now() < end:
        await story.advance(minutes=1)
        await look(story)


async def look(story: Story) -> None:
    """Let the scheduler and then the watch look once."""
    await story.bot.house.scheduler(forced=True)
    await story.settle()
    await story.bot.house.watch(forced=True)


def heads(story: Story, channel: str = slack.OPS_ALERTS) -> list[Seen]:
    """The alerts of the watch in a channel, without their threads."""
    found = story.approver.channel(channel)
    return [m for m in found if m.thread_ts in (None, m.ts) and "alt-" in str(m)]


def thread(story: Story, head: Seen, channel: str = slack.OPS_ALERTS) -> list[str]:
    """The lines under an alert."""
    found = story.approver.person.sees(channel, head.ts)
    return [str(m) for m in found if m.ts != head.ts]


async def alert(story: Story) -> Raised:
    """The one open alert."""
    [raised] = await story.bot.house.watch.open_alerts()
    return raised


def moved(story: Story, at: datetime) -> None:
    """Set the clock, forwards or back."""
    story.clock.at = at


def instance(story: Story, instance_id: str) -> Any:
    """An instance as Aura holds it."""
    return story.aura.world.instances[InstanceId(instance_id)]
