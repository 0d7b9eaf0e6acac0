"""`/aura instance …`."""

from bot.core.commands.fields import Wanted
from bot.core.grammar import Typed


class InstanceList(Typed):
    """List the instances with environment, tier, status and age of the newest snapshot."""

    words = ("instance", "list")
    aliases = (("list",), ("instances",))
    examples = ("instance list",)


class InstanceShow(Typed):
    """Show one instance: what it is, how it does, what runs on it."""

    words = ("instance", "show")
    examples = ("instance show orders-prod",)

    instance: Wanted
