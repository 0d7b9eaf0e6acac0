"""Many operations speak in one channel, which takes one message a second, from two replicas."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx

from bot.adapters.redis import RedisBudget, RedisCards, RedisOutbox, connect
from bot.adapters.slack import SlackChat
from bot.adapters.slack_door import SlackDoor
from bot.app import PATIENCE, POSTERS
from bot.core.base import ChannelId, InstanceId, OperationId, SnapshotId, TeamId, UserId
from bot.core.operations import AnyOperation, Restore, advance
from bot.core.operations import events as e
from bot.core.people import Person
from bot.services.house import House, furnish
from sandbox.slack import cast as slack
from tests.contracts.samples import restore
from tests.stories.harness import Story, StoryClock

#: So many seconds pass in one.
SCALE = 20.0
OPERATIONS = [f"rst-{number:08x}" for number in range(12)]


@dataclass
class FastClock:
    """The story's date, and seconds that pass SCALE times as fast as on the wall."""

    story: StoryClock

    def now(self) -> datetime:
        return self.story.now()

    def monotonic(self) -> float:
        return time.monotonic() * SCALE

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SCALE)


@asynccontextmanager
async def replica(story: Story, url: str) -> AsyncIterator[House]:
    """A second bot on the same store, with all that the real one waits for, SCALE times as fast."""
    redis, clock, world = connect(url), FastClock(story.clock), story.bot.house.world
    budget = RedisBudget(redis, {"chat.update": (10_000, 60), "chat.postMessage": (1, 1 / SCALE)})
    patience = PATIENCE / SCALE
    async with redis, httpx.AsyncClient() as http:
        door = SlackDoor(story.bot.client, clock, lambda *_: None)
        yield furnish(
            replace(
                world,
                clock=clock,
                budget=budget,
                chat=SlackChat(door, budget, clock, http),
                cards=RedisCards(redis, hold=30 / SCALE, wait=5 / SCALE),
                posts=RedisOutbox(redis, "posts", patience=patience),
                edits=RedisOutbox(redis, "edits", patience=patience),
            )
        )


async def asked(story: Story, name: str) -> None:
    """Store a request that nobody has told of yet."""
    op = restore(name, on=InstanceId(name[4:]), at=story.clock.now())
    requester = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.REQUESTER))
    changes = {"channel": ChannelId(slack.OPS_PRODUCTION), "requester": requester}
    plan = op.plan.model_copy(update={"requester": requester})
    await story.bot.operations.create(op.model_copy(update={**changes, "plan": plan}))
    await story.bot.house.world.posts.mark(op.id, final=False)


async def ended(story: Story, name: str) -> None:
    """Bring it to its end."""
    safety = SnapshotId(f"safety of {name}")
    approver = Person(team_id=TeamId(slack.TEAM_ID), user_id=UserId(slack.APPROVER_ONE))

    def through(op: Restore) -> Restore:
        for event in (
            e.Approved(by=approver, seal=op.plan.seal),
            e.SnapshotStarted(snapshot_id=safety),
            e.SnapshotCompleted(snapshot_id=safety),
            e.RestoreIntended(status_before="running"),
            e.RestoreStarted(request_id=name),
            e.StepFailed(reason="Aura says that loading failed"),
        ):
            op = advance(op, event, now=story.clock.now())
        return op

    await story.bot.operations.update(OperationId(name), through)
    await story.bot.house.world.posts.mark(OperationId(name), final=True)


def posted(story: Story) -> Counter[str]:
    """What was posted, by place, thread and words."""
    calls = [c for c in story.slack.calls if c.method == "chat.postMessage" and c.ok]
    return Counter(f"{c.args['channel']} {c.args.get('thread_ts')} {c.args['text']}" for c in calls)


async def all_told(story: Story, houses: list[House]) -> None:
    """Let every poster of every replica post until each operation was told as it is."""

    async def told(name: str) -> bool:
        op: AnyOperation | None = await story.bot.operations.get(OperationId(name))
        card = await story.bot.house.world.cards.get(OperationId(name))
        assert op is not None
        return card.complete if op.final else len(card.copies) == 2

    left = list(OPERATIONS)

    async def poster(house: House) -> None:
        while left:
            name = left[0]
            if await told(name) and name in left:
                left.remove(name)
            await house.world.clock.sleep(await house.post_office.deliver())

    await asyncio.gather(*[poster(house) for house in houses for _ in range(POSTERS)])


async def test_of_many_in_one_channel_every_message_is_posted_exactly_once(
    story: Story, valkey_url: str
) -> None:
    for name in OPERATIONS:
        await asked(story, name)
    async with replica(story, valkey_url) as one, replica(story, valkey_url) as two:
        story.slack.faults.set("ratelimit", on=True)
        for _ in OPERATIONS:
            assert await one.post_office.deliver() > 0
        assert not posted(story)

        story.slack.faults.set("ratelimit", on=False)
        await all_told(story, [one, two])
        for name in OPERATIONS:
            await ended(story, name)
        await all_told(story, [one, two])

    assert {words: count for words, count in posted(story).items() if count > 1} == {}
    # card, buttons, two invitations; five lines, the end, and the alert
    assert posted(story).total() == len(OPERATIONS) * (4 + 5 + 2)
    await story.settle()
    live = [m for m in story.messages() if "Approve" in m.buttons]
    assert live == []


async def test_an_end_and_its_alert_are_told_before_what_led_there_minutes_ago(
    story: Story,
) -> None:
    name = OPERATIONS[0]
    await asked(story, name)
    await story.settle()
    told = len(story.slack.calls)
    await ended(story, name)
    story.clock.at += timedelta(minutes=3)
    await story.settle()

    calls = [c for c in story.slack.calls[told:] if c.method == "chat.postMessage"]
    alert, end, meanwhile = [str(c.args["text"]) for c in calls]
    assert (calls[0].args["channel"], calls[1].args["channel"]) == (
        slack.OPS_ALERTS,
        slack.OPS_PRODUCTION,
    )
    assert "restore of *orders*" in alert
    assert "failed" in end
    assert meanwhile.startswith("Told late, 5 things that have happened, the oldest first:")


async def test_what_is_left_over_from_a_long_turn_waits_behind_the_end_of_another(
    story: Story,
) -> None:
    slow, quick = OPERATIONS[:2]
    for name in (slow, quick):
        await asked(story, name)
    clock, house = story.clock, story.bot.house

    class Slow:
        """A Slack that takes eight seconds for each message."""

        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        async def post(self, *args: object, **more: object) -> object:
            clock.at += timedelta(seconds=8)
            return await real.post(*args, **more)

    real: Any = house.world.chat
    await story.settle()
    await ended(story, slow)
    story.change_world(chat=Slow())
    told = len(story.slack.calls)
    assert await house.post_office.deliver() == 0.0
    await ended(story, quick)
    await story.settle()

    texts = [c.args.get("thread_ts") for c in story.slack.calls[told:] if "postM" in c.method]
    cards = {name: await house.world.cards.get(OperationId(name)) for name in (slow, quick)}
    assert all(card.complete for card in cards.values())
    roots = {card.root.ts: name for name, card in cards.items() if card.root}
    order = [roots[str(ts)] for ts in texts if ts in roots]
    assert order.index(quick) < len(order) - 1 - order[::-1].index(slow)
