"""Where the first password of a new instance goes: Aura tells it once, and nobody after."""

from typing import Protocol

from pydantic import SecretStr

from bot.core.base import Frozen, InstanceId


class FirstPassword(Frozen):
    """What one needs to sign in to a new instance."""

    instance_id: InstanceId
    name: str
    url: str
    username: str
    password: SecretStr


class Passwords(Protocol):
    """A place outside Slack, as the configuration names it."""

    async def keep(self, first: FirstPassword) -> str:
        """Put it there and return where it lies, in words for people.

        Never replaces what lies there already. Raises PasswordNotKept.
        """

    def where(self, instance_id: InstanceId) -> str:
        """Return where the password of an instance would lie, in words for people."""

    async def has(self, instance_id: InstanceId) -> bool | None:
        """Whether one lies there; None where that cannot be told."""
