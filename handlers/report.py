"""`/aura report`."""

from bot.core.commands import ReportShow
from bot.views import report as views
from bot.views.kit import Message
from handlers.edge import Context


async def show(ctx: Context, command: ReportShow) -> Message:
    """Show the figures of an environment, with an address of the whole page."""
    reports = ctx.house.reports
    report, link = await reports.asked(
        ctx.person, command.environment, since=command.from_, until=command.to
    )
    return views.summary(report, link=link)
