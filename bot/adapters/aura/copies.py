"""Leave to create and to delete instances, as the guard asks for it (promises P6 and P13).

A create passes with a permit that names its whole body, and is claimed in the ledger right before.
It may be repeated only where it certainly did not arrive: the gateway turned it away with 429, or
no connection was made. A delete passes while the ledger holds the instance.
"""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Protocol

import httpx

from bot.core.copies import CopyPermit, DeletePermit
from bot.core.errors import AuraUnreachable, NotAllowed, StoreUnavailable

_NOTHING_SENT = "Nothing was sent."
TURNED_AWAY = 429


class Blocked(NotAllowed):
    """The guard let a call not out: a bug above it, never a person's fault. Nothing was sent."""


class Ledger(Protocol):
    """What the store knows of the instances that we create."""

    async def claim(self, permit: CopyPermit) -> bool:
        """Return True for one call only per name, and only while it is waited for."""

    async def holds(self, permit: DeletePermit) -> bool:
        """Whether this instance stands in the ledger under this name and has not gone."""


class NoLedger:
    """Where none is wired, nothing is created or deleted."""

    async def claim(self, permit: CopyPermit) -> bool:
        """Refuse."""
        return False

    async def holds(self, permit: DeletePermit) -> bool:
        """Refuse."""
        return False


class Copies:
    """Remembers which creates certainly did not arrive, in this process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._unsent: set[str] = set()

    async def may_create(self, permit: object, body: bytes) -> CopyPermit:
        """Claim a permit; raises Blocked, NotAllowed, or AuraUnreachable without the store."""
        if not isinstance(permit, CopyPermit):
            raise Blocked("creating an instance needs a permit", hint=_NOTHING_SENT)
        if body != permit.order.body():
            raise Blocked("the permit is for another instance", hint=_NOTHING_SENT)
        name = permit.order.name
        if name in self._unsent:
            self._unsent.remove(name)
        elif not await _asked(self._ledger.claim(permit)):
            raise NotAllowed(
                f"the permit to create {name} has been used before, or nobody waits for it",
                hint="Aura is asked at most once; the instance is looked for by its name.",
            )
        return permit

    async def may_delete(self, permit: object, names: dict[str, str]) -> None:
        """Look into the ledger; raises Blocked, or AuraUnreachable without the store."""
        if not isinstance(permit, DeletePermit):
            raise Blocked("deleting an instance needs a permit", hint=_NOTHING_SENT)
        if names != {"instance": permit.instance_id}:
            raise Blocked("the permit is for another instance", hint=_NOTHING_SENT)
        if not await _asked(self._ledger.holds(permit)):
            raise Blocked("the ledger does not hold this instance", hint=_NOTHING_SENT)

    @contextmanager
    def watched(self, permit: CopyPermit) -> Iterator[None]:
        """Note when a create certainly did not leave."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, AuraUnreachable):
            self._unsent.add(permit.order.name)
            raise

    def answered(self, permit: CopyPermit, status: int) -> None:
        """Note when a create was turned away."""
        if status == TURNED_AWAY:
            self._unsent.add(permit.order.name)


async def _asked(question: Awaitable[bool]) -> bool:
    try:
        return await question
    except StoreUnavailable as exc:
        raise AuraUnreachable(
            "the permit could not be checked, so nothing was sent to Aura", hint=exc.hint
        ) from exc
