"""`/aura instance …`."""

from bot.core.commands import InstanceList, InstanceShow
from bot.core.policy import Role
from bot.views import instances as views
from bot.views.kit import Message
from handlers.edge import Context


async def list_(ctx: Context, command: InstanceList) -> Message:
    """List the instances that this person may see."""
    return views.listing(await ctx.house.home.rows(ctx.person), now=ctx.house.world.clock.now())


async def show(ctx: Context, command: InstanceShow) -> Message:
    """Show one instance."""
    house = ctx.house
    # a guest learns no names either
    await house.gate.require(ctx.person, Role.VIEWER, None, action="instance.view")
    instance = await house.fleet.find(command.instance)
    environment = house.fleet.environment(instance)
    await house.gate.require(
        ctx.person, Role.VIEWER, environment, action="instance.view", instance=instance
    )
    holder = await house.world.operations.holder(instance.id)
    return views.shown(
        await house.fleet.row(instance),
        project=await house.fleet.project(instance),
        running=await house.world.operations.get(holder) if holder else None,
        counted=await house.fingerprints.newest(instance.id),
        now=house.world.clock.now(),
    )
