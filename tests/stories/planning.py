"""What stories about schedules share: what is wanted, time that passes, and what began."""

from datetime import timedelta

from bot.core.base import InstanceId
from bot.core.environments import Watch
from bot.core.operations import AnyOperation, TakeSnapshot
from bot.core.protection import Freeze, Protection
from sandbox.aura import fleet as aura
from tests.stories.harness import Story
from tests.stories.props import grow


def wants(story: Story, name: str = "production", /, **keys: object) -> None:
    """Put a protection into the configuration, as an edited file and a restart would."""
    watches = {**story.estate.watches, name: Watch(protection=Protection.model_validate(keys))}
    story.change_estate(story.estate.model_copy(update={"watches": watches}))


def has(story: Story, count: int) -> tuple[InstanceId, ...]:
    """Let production have so many instances, and no other; returns their ids."""
    grow(story, count)
    ids = tuple(InstanceId(seed.id) for seed in aura.synthetic(count).seeds)
    story.change_environment(instances=ids, projects=())
    return ids


def hurried(story: Story, *, begins: int = 10_000) -> None:
    """Let scheduled work begin with so many calls of Aura a minute."""
    rules = story.estate.watching.model_copy(update={"begins": begins})
    story.change_estate(story.estate.model_copy(update={"watching": rules}))


def frozen(story: Story) -> Freeze:
    """Return a freeze that is on."""
    start = story.clock.now().replace(tzinfo=None) - timedelta(days=1)
    return Freeze(name="year end", start=start, end=start + timedelta(days=60))


async def looks(story: Story, **span: float) -> int:
    """Let time pass, and then let the scheduler look."""
    await story.advance(**span)
    begun = await story.bot.house.scheduler(forced=True)
    await story.settle()
    return begun


async def rounds(story: Story, *, minutes: float) -> int:
    """Let the scheduler go its rounds, every 30 seconds, for so long; returns how many began."""
    return sum([await looks(story, seconds=30) for _ in range(round(minutes * 2))])


async def began(story: Story) -> list[AnyOperation]:
    """What schedules began, the oldest first."""
    found = await story.bot.operations.recent(500)
    return [op for op in reversed(found) if op.origin.schedule]


async def snapshots(story: Story) -> list[TakeSnapshot]:
    """The snapshots that were begun, the oldest first."""
    found = await story.bot.operations.recent(50)
    return [op for op in reversed(found) if isinstance(op, TakeSnapshot)]


async def added(story: Story, text: str = 'snapshot --cron "0 9 * * *"') -> str:
    """Add a schedule of orders-prod and return its id."""
    await story.requester.types(f"/aura schedule add orders-prod {text}")
    (schedule,) = await story.bot.house.world.schedules.all()
    return schedule.id
