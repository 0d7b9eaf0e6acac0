"""`/aura help`."""

from bot.core.commands import Help
from bot.views import help as views
from bot.views.kit import Message
from handlers.edge import Context


async def show(ctx: Context, command: Help) -> Message:
    """Show the commands, or one topic."""
    return views.topic(command.topic) if command.topic else views.overview()
