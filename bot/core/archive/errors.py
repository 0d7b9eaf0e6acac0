"""What stops an archive."""

from bot.core.errors import BotError


class NotArchivable(BotError):
    """The graph holds something that no archive can carry; nothing was kept."""
