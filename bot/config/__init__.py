"""Settings from the environment and `savepoint.toml`, validated once, never at import."""

from bot.config.file import schema
from bot.config.settings import ConfigError, Settings, load

__all__ = ["ConfigError", "Settings", "load", "schema"]
