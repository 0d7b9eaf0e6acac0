"""`/aura drill …`, and the evidence of whatever has ended."""

from bot.core.commands import DrillStart
from bot.core.errors import BotError
from bot.views import evidence_window as views
from bot.views import operations
from bot.views.kit import Message
from handlers.edge import Context
from handlers.payloads import Click


async def start(ctx: Context, command: DrillStart) -> Message:
    """Start a drill; its card follows it."""
    op = await ctx.house.drills.start(ctx.person, command, origin=ctx.origin)
    return operations.receipt(op, link=await ctx.house.announcer.introduce(op.id))


async def evidence(ctx: Context, click: Click) -> None:
    """Show the signed record in a modal: opened at once, filled when it is read."""
    view_id = await ctx.open_view(views.loading())
    try:
        record, file, links = await ctx.house.evidence.show(ctx.person, click.value)
    except BotError as trouble:
        await ctx.update_view(view_id, views.broken(trouble))
        return
    await ctx.update_view(view_id, views.shown(record, file, links))
