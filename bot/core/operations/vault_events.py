"""Events of the vault: what moved a hold change or a verification."""

from typing import Literal

from bot.core.base import Frozen


class HoldChanged(Frozen):
    """The hold on an export was set or released, as approved."""

    kind: Literal["hold_changed"] = "hold_changed"


class ReadingBegun(Frozen):
    """The reading of an export begins."""

    kind: Literal["reading_begun"] = "reading_begun"


class ReadSoFar(Frozen):
    """So many bytes of an export were read."""

    kind: Literal["read_so_far"] = "read_so_far"
    done: int


class FoundWhole(Frozen):
    """An export was read as a whole, and is what was stored."""

    kind: Literal["found_whole"] = "found_whole"
