"""Spending a permit: once, right before the call, and never after a long sleep."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.adapters.aura.copies import Blocked
from bot.core.base import OperationId
from bot.core.errors import AuraUnreachable, NotAllowed, StoreUnavailable
from bot.core.permits import Permit
from bot.ports import Clock

Consume = Callable[[OperationId], Awaitable[bool]]

#: A permit that was consumed longer ago than this, in seconds, is not used any more: a process
#: that was frozen in between wakes up in a world that nobody has looked at.
LONGEST_GAP = 5.0
#: The same for the way from the recorded intent to the wire, by the wall clock, which also counts
#: the time in which the whole machine was suspended.
LONGEST_WAY = timedelta(seconds=60)


@dataclass(frozen=True)
class Spent:
    """A permit that was consumed a moment ago."""

    clock: Clock
    began: float
    intended_at: datetime

    def check(self) -> None:
        """Raise AuraUnreachable when too much time has passed since."""
        on_its_way = abs(self.clock.now() - self.intended_at)
        if self.clock.monotonic() - self.began >= LONGEST_GAP or on_its_way >= LONGEST_WAY:
            raise AuraUnreachable(
                "too much time passed before the call, so nothing was sent to Aura",
                hint="Ask anew.",
            )

    async def trace(self, event: str, info: object) -> None:
        """Check once more when the first byte is about to leave: connecting takes time as well.

        An extension of httpcore (https://www.encode.io/httpcore/extensions/#trace).
        """
        if event.endswith("send_request_headers.started"):
            self.check()


class Spending:
    """Consumes permits; ``consume`` returns True once per operation, ever."""

    def __init__(self, consume: Consume, clock: Clock) -> None:
        self._consume = consume
        self._clock = clock

    async def spend(self, permit: object, effect: str, names: dict[str, str]) -> Spent:
        """Consume the permit for exactly this call; raises Blocked, NotAllowed, AuraUnreachable."""
        if not isinstance(permit, Permit):
            raise Blocked("this call needs a permit", hint="Nothing was sent.")
        if (effect, names) != (permit.effect, permit.names):
            raise Blocked("the permit is for another call", hint="Nothing was sent.")
        began = self._clock.monotonic()
        try:
            first = await self._consume(permit.operation_id)
        except StoreUnavailable as exc:
            raise AuraUnreachable(
                "the permit could not be checked, so nothing was sent to Aura", hint=exc.hint
            ) from exc
        if not first:
            raise NotAllowed(
                "the permit of this operation has been used before",
                hint="What replaces data is sent to Aura at most once; ask anew.",
            )
        spent = Spent(self._clock, began, permit.intended_at)
        spent.check()
        return spent
