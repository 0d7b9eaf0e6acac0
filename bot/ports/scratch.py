"""What is kept of instances that the bot creates: the ledger, and secrets for a while."""

from collections.abc import Callable
from typing import Protocol

from pydantic import SecretStr

from bot.core.scratch import ScratchEntry


class Ledger(Protocol):
    """The scratch instances that we create (promise P13). Methods raise StoreUnavailable."""

    async def enter(self, entry: ScratchEntry, *, most: int) -> ScratchEntry | None:
        """Write an entry before Aura is asked, unless ``most`` of them live already: then None.

        An entry of this name that is there already is returned as it stands.
        """

    async def get(self, name: str) -> ScratchEntry | None:
        """Return an entry, also of one that has gone, or None."""

    async def update(
        self, name: str, modify: Callable[[ScratchEntry], ScratchEntry]
    ) -> ScratchEntry:
        """Change an entry by compare-and-swap and return it as stored.

        ``modify`` is pure and may run several times. One with ``gone_at`` lives no more. Raises
        UnknownOperation when there is none.
        """

    async def living(self) -> tuple[ScratchEntry, ...]:
        """Return every entry that has not gone, oldest first."""

    async def forgo(self, entry: ScratchEntry) -> bool:
        """Give up the leave to create; True when it was unused, and then nobody ever will."""


class Secrets(Protocol):
    """Passwords, each in a key of its own that ends by itself. Methods raise StoreUnavailable."""

    async def put(self, key: str, secret: SecretStr, *, ttl: float) -> None:
        """Keep a secret for ``ttl`` seconds."""

    async def get(self, key: str) -> SecretStr | None:
        """Return a secret, or None when it has gone."""

    async def take(self, key: str) -> SecretStr | None:
        """Return a secret and forget it, in one step: one caller gets it."""

    async def drop(self, key: str) -> None:
        """Forget a secret."""
