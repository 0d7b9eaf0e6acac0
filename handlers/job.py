"""`/aura job …`."""

from bot.core.commands import JobCancel, JobList, JobShow
from bot.views import jobs as views
from bot.views.kit import Message
from handlers.edge import Context


async def list_(ctx: Context, command: JobList) -> Message:
    """List the latest operations."""
    found = await ctx.house.jobs.list(ctx.person)
    return views.listing(found, now=ctx.house.world.clock.now())


async def show(ctx: Context, command: JobShow) -> Message:
    """Show one operation."""
    op, link = await ctx.house.jobs.show(ctx.person, command.id)
    return views.shown(op, link=link, now=ctx.house.world.clock.now())


async def cancel(ctx: Context, command: JobCancel) -> Message:
    """Cancel an operation of one's own."""
    op = await ctx.house.jobs.cancel(ctx.person, command.id)
    return views.shown(op, link=None, now=ctx.house.world.clock.now())
