"""The buttons under an alert of the watch."""

from bot.views import alarms as views
from bot.views.kit import Message
from handlers.edge import Context
from handlers.payloads import Click


async def acknowledge(ctx: Context, click: Click) -> Message:
    """Say that it was seen."""
    return views.acknowledged(await ctx.house.attention.acknowledge(ctx.person, click.value))


async def assign(ctx: Context, click: Click) -> Message:
    """Take it."""
    return views.assigned(await ctx.house.attention.assign(ctx.person, click.value))


async def snooze(ctx: Context, click: Click) -> Message:
    """Silence it for a while."""
    alert_id, _, long = click.value.partition(" ")
    return views.snoozed(await ctx.house.attention.snooze(ctx.person, alert_id, long))
