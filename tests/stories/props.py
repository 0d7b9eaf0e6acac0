"""What goes wrong in a story: ports that act on cue, and steps through an operation's phases."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from inspect import iscoroutinefunction
from typing import Any

from bot.core.operations import Restore
from bot.services.house import furnish
from sandbox.aura import Call
from sandbox.aura import fleet as aura
from sandbox.aura.instances import GONE
from tests.stories.harness import Story

Hook = Callable[[str], Coroutine[Any, Any, None]]


async def nothing(_: str) -> None:
    """Let a call pass."""


class Cued:
    """A port that calls ``before`` and ``after`` around each of its own calls, by name."""

    def __init__(self, port: Any, *, before: Hook = nothing, after: Hook = nothing) -> None:
        self._port = port
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not iscoroutinefunction(found):
            return found

        async def call(*args: Any, **options: Any) -> Any:
            await self._before(name)
            answer = await found(*args, **options)
            await self._after(name)
            return answer

        return call


def change_world(story: Story, **ports: Any) -> None:
    """Go on with other ports, as a process that meets other services would."""
    house = furnish(replace(story.bot.house.world, **ports))
    for name in house.__dataclass_fields__:
        object.__setattr__(story.bot.house, name, getattr(house, name))


def before_aura(story: Story, name: str, deed: Callable[[], None]) -> None:
    """Do something right before the bot next makes a call of this name to Aura, once."""
    left = [deed]

    async def hook(called: str) -> None:
        if called == name and left:
            left.pop()()

    change_world(story, aura=Cued(story.bot.house.world.aura, before=hook))


async def until(story: Story, *phases: str) -> Restore:
    """Let time pass, bell by bell, until the newest operation stands in one of the phases."""
    await story.settle()
    op = await story.operation()
    for _ in range(1000):
        op = await story.operation()
        if op.phase in phases:
            return op
        at = story.queue.next_at()
        assert at is not None, f"{op.id} is {op.phase}, and nothing will ever move it"
        story.clock.at = max(at, story.clock.at)
        await story.settle()
    raise AssertionError(f"{op.id} is still {op.phase}")


async def approved(story: Story, instance: str = aura.ORDERS_PROD) -> Restore:
    """Ask, approve, and stop while the safety snapshot is being taken."""
    await story.requested(instance)
    await story.approved()
    return await until(story, "snapshotting")


def drop_restore(story: Story, then: Callable[[], None] = lambda: None) -> None:
    """Cut the connection after Aura took the next POST; ``then`` happens before anybody looks."""

    def cut(call: Call) -> None:
        if call.dropped:
            then()

    story.aura.faults.drop_answer.next(1)
    story.aura.on_call = cut


async def stuck(story: Story) -> Restore:
    """Bring a restore to where nobody can know whether it ran."""
    await approved(story)
    drop_restore(story, lambda: story.aura.set_status(aura.ORDERS_PROD, "running"))
    return await until(story, "stuck")


def sent_restores(story: Story) -> list[Call]:
    """Every restore call that reached Aura, accepted or not."""
    return [c for c in story.aura.calls if c.method == "POST" and c.path.endswith("/restore")]


def bury(story: Story, instance: str = aura.ORDERS_PROD) -> None:
    """Delete an instance behind the bot's back."""
    story.aura.world.instances[instance].become(story.clock.now(), GONE)


def grow(story: Story, count: int) -> None:
    """Give Aura more instances, which belong to no environment."""
    for seed in aura.synthetic(count).seeds:
        story.aura.world._plant(seed, story.clock.now())
