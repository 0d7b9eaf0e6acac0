"""An operation that does nothing but need a scratch instance."""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, ClassVar

from bot.core.base import ChannelId, InstanceId, OperationId, SnapshotId, TeamId, UserId
from bot.core.operations import Operation
from bot.core.operations import events as e
from bot.core.operations.base import Recorded, Table
from bot.core.people import Person
from bot.core.scratch import Purpose
from bot.services.scratch import Scratches
from bot.services.steps import Later
from sandbox.aura import Call
from sandbox.aura import fleet as aura
from tests.stories.harness import Story

ORDERS = InstanceId(aura.ORDERS_PROD)


class Stage(StrEnum):
    GOING = "going"


KINDS = (e.ScratchPlanned, e.ScratchCreated, e.ScratchRunning, e.ScratchGone, e.StepFailed)


class Trial(Operation):
    """Takes every event around a scratch instance at any time."""

    TABLE: ClassVar[Table] = {Stage.GOING: dict.fromkeys(KINDS, Stage.GOING)}

    kind: str = "trial"
    plan: Any = None
    phase: Stage = Stage.GOING


def a_trial(story: Story, name: str = "drl-1") -> Trial:
    return Trial(
        id=OperationId(name),
        environment="production",
        requester=Person(team_id=TeamId("T1"), user_id=UserId("U1")),
        instance_id=ORDERS,
        channel=ChannelId("C1"),
        created_at=story.clock.now(),
    )


def recorded(story: Story, op: Trial, event: e.Event) -> Trial:
    """Note an event in the operation, as the runner would."""
    entry = Recorded(at=story.clock.now(), event=event)
    return op.model_copy(update={"history": (*op.history, entry)})


async def planned(story: Story, name: str = "drl-1") -> Trial:
    """An operation whose scratch instance stands in the ledger."""
    op = a_trial(story, name)
    event = await begun(story, op)
    assert isinstance(event, e.ScratchPlanned)
    return recorded(story, op, event)


async def begun(story: Story, op: Trial) -> e.ScratchPlanned | Later:
    """Take the first step."""
    source = await story.bot.house.world.aura.instance(ORDERS)
    return await scratches(story).begin(
        op, purpose=Purpose.DRILL, source=source, snapshot_id=exportable(story)
    )


def exportable(story: Story) -> SnapshotId:
    """The newest snapshot that can leave the instance."""
    now = story.clock.now()
    found = story.aura.world.instances[ORDERS].snapshots(now).all(now)
    return SnapshotId(max((s for s in found if s.exportable(now)), key=lambda s: s.at).id)


def scratches(story: Story) -> Scratches:
    return story.bot.house.scratches


async def patiently(
    story: Story, step: Callable[[], Awaitable[e.Event | Later]], *, most: int = 400
) -> e.Event:
    """Take a step again and again as the runner would, until it brings an event."""
    for _ in range(most):
        outcome = await step()
        if not isinstance(outcome, Later):
            return outcome
        await story.advance(seconds=outcome.seconds)
    raise AssertionError("it never ends")


async def created(story: Story, op: Trial) -> Trial:
    """Have Aura accept a planned scratch instance."""
    return recorded(story, op, await patiently(story, lambda: scratches(story).create(op)))


async def running(story: Story, op: Trial) -> Trial:
    """Bring a planned scratch instance to where it runs."""
    made = await created(story, op)
    return recorded(story, made, await patiently(story, lambda: scratches(story).ready(made)))


def creations(story: Story) -> list[Call]:
    """Every call that asked for an instance."""
    return [c for c in story.aura.calls if c.method == "POST" and c.path == "/v1/instances"]


def deletions(story: Story) -> list[str]:
    """The ids of the instances whose deletion Aura accepted."""
    sent = [c for c in story.aura.calls if c.method == "DELETE" and c.status == 202]
    return [c.path.rpartition("/")[2] for c in sent]


def scratch_id(op: Trial) -> InstanceId:
    """The id of the operation's instance, once created."""
    made = op.last(e.ScratchCreated)
    assert made is not None
    return made.scratch_id
