"""What the stories about clones share."""

from bot.core.operations import Clone
from sandbox.aura import Call
from sandbox.aura import fleet as aura
from sandbox.slack import cast as slack
from tests.stories.harness import Actor, Story

NAME = "orders-copy"


async def cloned(story: Story) -> Clone:
    """The newest operation as it is stored: a clone."""
    [op] = await story.bot.operations.recent(1)
    assert isinstance(op, Clone)
    return op


async def sends(story: Story, who: Actor, **values: object) -> dict[str, str]:
    """Fill the open form in and send it; returns the errors by field."""
    with story.clock.stopped():
        errors = await who.person.submits(who.modal, values)
    await story.settle()
    return {block_id.partition(".")[0]: said for block_id, said in errors.items()}


async def asked(story: Story, text: str = "/aura clone orders-prod", **more: object) -> None:
    """Let the requester ask for a clone."""
    await story.requester.types(text)
    values = {"Name of the new instance": NAME, "Reason": "Look into the bad deploy", **more}
    errors = await sends(story, story.requester, **values)
    assert errors == {}, errors


async def ended(story: Story, *phases: str) -> Clone:
    """Let time pass, bell by bell, until the clone stands in one of the phases."""
    await story.settle()
    for _ in range(1000):
        op = await cloned(story)
        if op.phase in (phases or ("done", "failed")):
            return op
        at = story.queue.next_at()
        assert at is not None, f"{op.id} is {op.phase}, and nothing will ever move it"
        story.clock.at = max(at, story.clock.at)
        await story.settle()
    raise AssertionError("it never ends")


def creations(story: Story) -> list[Call]:
    """Every call that asked for an instance."""
    return [c for c in story.aura.calls if c.method == "POST" and c.path == "/v1/instances"]


def secret(story: Story, op: Clone) -> str:
    """The first password that Aura gave the new instance."""
    assert op.clone_id is not None
    return story.aura.world.instances[op.clone_id].users["neo4j"]


def alerts(story: Story) -> list[str]:
    return [str(m) for m in story.requester.channel(slack.OPS_ALERTS)]


def gate_all(story: Story) -> None:
    """From now on clones of production need approval."""
    story.change_environment("production", clone_needs_approval=True)


ORDERS = aura.ORDERS_PROD
