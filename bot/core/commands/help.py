"""`/aura help`."""

from typing import Annotated

from bot.core.grammar import Place, Typed


class Help(Typed):
    """Show all commands, or one of them."""

    words = ("help",)
    examples = ("help", "help snapshot", "help snapshot list")

    topic: Annotated[tuple[str, ...], Place("topic", rest=True)] = ()
