"""Steps of workflows: what Workflow Builder can let the bot do, and wait for."""

from bot.core.errors import BadCommand, BotError
from bot.core.operations import Origin
from bot.core.people import WORKFLOW, Robot
from handlers.edge import Context, told
from handlers.payloads import StepRun

#: Whoever builds a workflow can write any name into it, so a step acts as this robot and nobody
#: else; `[robots.workflow]` says where.
ROBOT = Robot(name=WORKFLOW)


async def take_snapshot(ctx: Context, ran: StepRun) -> None:
    """Take a snapshot; the step ends when it has ended."""
    try:
        instance = ran.inputs.get("instance", "").strip()
        if not instance:
            raise BadCommand("the step names no instance")
        op = await ctx.house.snapshots.take(
            ctx.person,
            instance,
            note=ran.inputs.get("note", "")[:300],
            origin=Origin(execution=ran.execution),
        )
    except BotError as refusal:
        await ctx.house.world.chat.finish_step(ran.execution, error=told(refusal))
        return
    await ctx.house.announcer.introduce(op.id)
