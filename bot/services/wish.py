"""A wish: what may be put before the approvers, before it has a plan."""

from bot.core.base import Frozen
from bot.core.environments import Environment
from bot.core.instances import Instance
from bot.core.operations import Origin
from bot.core.people import Person
from bot.core.plan import Waiver
from bot.core.snapshots import Snapshot


class Wish(Frozen):
    """A restore that may be asked for: all about it was looked at just now."""

    person: Person
    instance: Instance
    environment: Environment
    snapshot: Snapshot
    reason: str
    waiver: Waiver | None
    origin: Origin
