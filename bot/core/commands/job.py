"""`/aura job …`."""

from bot.core.commands.fields import Id
from bot.core.grammar import Typed


class JobList(Typed):
    """List the operations that run, wait, or ended lately."""

    words = ("job", "list")
    aliases = (("jobs",),)
    examples = ("job list",)


class JobShow(Typed):
    """Show one operation: where it stands and what happened so far."""

    words = ("job", "show")
    examples = ("job show rst-9k2m4c7x",)

    id: Id


class JobCancel(Typed):
    """Take back an operation of yours, as long as that is safe."""

    words = ("job", "cancel")
    examples = ("job cancel rst-9k2m4c7x",)

    id: Id
