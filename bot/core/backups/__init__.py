"""What a backup file says of itself, read as its bytes go by."""

from bot.core.backups.inspection import Inspection, Kind, StoreFormat
from bot.core.backups.inspector import Inspector

__all__ = ["Inspection", "Inspector", "Kind", "StoreFormat"]
