"""A freeze, as whoever asks and whoever decides reads of it."""

from bot.core.protection import Freeze
from bot.views.kit import Block, clean, section


def frozen(freeze: Freeze | None) -> list[Block]:
    """Tell that a freeze is on, and that it holds nothing of what people decide; or nothing."""
    if freeze is None:
        return []
    until = f"{freeze.end:%Y-%m-%d %H:%M} {clean(freeze.zone, 40)}"
    return [
        section(
            f"⚠ *The freeze “{clean(freeze.name, 80)}” is on* until {until}. It holds scheduled "
            "work alone, so whether this can wait is for people to decide."
        )
    ]
