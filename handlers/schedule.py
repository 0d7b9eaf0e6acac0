"""`/aura schedule …`."""

from datetime import datetime

from bot.core.commands import (
    ScheduleAdd,
    ScheduleDeployed,
    ScheduleList,
    SchedulePause,
    ScheduleRemove,
    ScheduleResume,
    ScheduleRun,
)
from bot.views import schedules as views
from bot.views.kit import Message
from handlers.edge import Context


async def list_(ctx: Context, command: ScheduleList) -> Message:
    """List what begins by itself."""
    return views.listing(await ctx.house.schedules.list(ctx.person), now=_now(ctx))


async def add(ctx: Context, command: ScheduleAdd) -> Message:
    """Add a schedule."""
    schedule, instance = await ctx.house.schedules.add(
        ctx.person, command.instance, command.work, command.timing
    )
    return views.added(schedule, instance, now=_now(ctx))


async def pause(ctx: Context, command: SchedulePause) -> Message:
    """Let one rest."""
    return views.paused(await ctx.house.schedules.pause(ctx.person, command.id, command.reason))


async def resume(ctx: Context, command: ScheduleResume) -> Message:
    """Let one go on."""
    return views.resumed(await ctx.house.schedules.resume(ctx.person, command.id), now=_now(ctx))


async def remove(ctx: Context, command: ScheduleRemove) -> Message:
    """End one."""
    return views.removed(await ctx.house.schedules.remove(ctx.person, command.id))


async def run(ctx: Context, command: ScheduleRun) -> Message:
    """Begin one's work now."""
    schedule, started = await ctx.house.schedules.run(ctx.person, command.id)
    return views.ran((schedule,), started.begun, started.refused, despite=started.despite)


async def deployed(ctx: Context, command: ScheduleDeployed) -> Message:
    """Begin what is to follow a deploy."""
    schedules, started = await ctx.house.schedules.deployed(
        ctx.person, command.instance, command.note
    )
    return views.ran(schedules, started.begun, started.refused)


def _now(ctx: Context) -> datetime:
    return ctx.house.world.clock.now()
