"""One credential at work: rate limit, token, and which calls may be repeated.

Reading is repeated on 429, 5xx and broken connections, and once with a new token on 401 and 403.
The wish for a snapshot, a copy or a deletion is repeated on 429, where the gateway turned it away;
that for a snapshot also once with a new token, since Aura takes tokens back before their time. A
restore never is repeated (promise P6).
"""

import json

from bot.adapters.aura.auth import Credential, Ticket, Tickets
from bot.adapters.aura.bucket import Allowance, OutOfPatience
from bot.adapters.aura.decode import Answer, AuraAsksToWait
from bot.adapters.aura.guard import AnyPermit, Effect
from bot.adapters.aura.line import Line
from bot.core.copies import CopyPermit, DeletePermit
from bot.core.errors import (
    AuraAuthFailed,
    AuraThrottled,
    AuraUnavailable,
    AuraUnreachable,
    StoreUnavailable,
)
from bot.core.permits import Permit

#: Seconds between the tries of a call, when Aura names none.
PAUSES = (1.0, 3.0)
#: Who would have to wait longer than this between two tries comes back by himself.
LONGEST_PAUSE = 20.0

#: How long a call waits for the rate limit, in seconds: people who list weeks of snapshots on
#: the small rate wait for minutes; an approved restore should begin now or not at all.
PATIENCE = 180.0
BACKGROUND_PATIENCE = 60.0
RESTORE_PATIENCE = 15.0


class Session:
    """A credential's calls."""

    def __init__(self, credential: Credential, line: Line, allowance: Allowance) -> None:
        self.credential = credential
        self.tickets = Tickets(credential, line)
        self._line = line
        self._allowance = allowance

    async def get(self, effect: Effect, target: str, *, background: bool = False) -> Answer:
        """Read, with patience; raises AuraError or StoreUnavailable."""
        pauses = iter(PAUSES)
        while True:
            try:
                return await self._get(effect, target, background=background)
            except OutOfPatience:
                raise
            except (AuraThrottled, AuraUnavailable) as exc:
                wait = _pause(exc, next(pauses, None))
                if wait is None:
                    raise
            await self._line.clock.sleep(wait)

    async def take_snapshot(self, target: str) -> Answer:
        """Ask for a snapshot; again on 429, and once with a new token on 401 and 403."""
        try:
            return await self._until_let_in(Effect.TAKE_SNAPSHOT, target, PATIENCE)
        except AuraAuthFailed:  # whose ticket is dropped
            return await self._until_let_in(Effect.TAKE_SNAPSHOT, target, PATIENCE)

    async def create_copy(self, target: str, permit: CopyPermit) -> Answer:
        """Create an instance; again only when the gateway turned it away with 429."""
        return await self._until_let_in(Effect.CREATE_COPY, target, RESTORE_PATIENCE, permit)

    async def delete_owned(self, target: str, permit: DeletePermit) -> Answer:
        """Delete an instance; again only when the gateway turned it away with 429."""
        return await self._until_let_in(Effect.DELETE_OWNED, target, BACKGROUND_PATIENCE, permit)

    async def _until_let_in(
        self, effect: Effect, target: str, patience: float, permit: AnyPermit | None = None
    ) -> Answer:
        pauses = iter(PAUSES)
        while True:
            try:
                return await self._post(effect, target, patience=patience, permit=permit)
            except OutOfPatience:
                raise
            except AuraThrottled as exc:
                wait = _pause(exc, next(pauses, None))
                if wait is None:
                    raise
            await self._line.clock.sleep(wait)

    async def overwrite_in_place(self, target: str, permit: Permit) -> Answer:
        """Restore, once."""
        return await self._post(
            Effect.OVERWRITE_IN_PLACE, target, permit=permit, patience=RESTORE_PATIENCE
        )

    async def overwrite_from(self, target: str, permit: Permit) -> Answer:
        """Overwrite with another instance's snapshot, once."""
        return await self._post(
            Effect.OVERWRITE_FROM, target, permit=permit, patience=RESTORE_PATIENCE
        )

    async def _get(self, effect: Effect, target: str, *, background: bool) -> Answer:
        ticket = await self._turn(background=background)
        try:
            return await self._line.ask(effect, target, headers=ticket.headers)
        except AuraAuthFailed:
            self.tickets.drop(ticket)
        return await self._signed(effect, target, await self._turn(background=background))

    async def _post(
        self, effect: Effect, target: str, *, patience: float, permit: AnyPermit | None = None
    ) -> Answer:
        try:
            ticket = await self._turn(background=False, patience=patience)
        except StoreUnavailable as exc:
            raise AuraUnreachable(f"{exc.summary}, so nothing was sent", hint=exc.hint) from exc
        return await self._signed(effect, target, ticket, permit)

    async def _turn(self, *, background: bool, patience: float | None = None) -> Ticket:
        """Wait for the rate limit; the call must leave right after, with the ticket returned."""
        if patience is None:
            patience = BACKGROUND_PATIENCE if background else PATIENCE
        await self.tickets.get()  # before, since Aura counts when the call arrives
        await self._allowance.take(self.credential, background=background, patience=patience)
        return await self.tickets.get()  # and after, since waiting uses up a token's life

    async def _signed(
        self, effect: Effect, target: str, ticket: Ticket, permit: AnyPermit | None = None
    ) -> Answer:
        try:
            return await self._line.ask(
                effect, target, headers=ticket.headers, permit=permit, body=_body(permit)
            )
        except AuraAuthFailed:
            self.tickets.drop(ticket)
            raise


def _body(permit: AnyPermit | None) -> bytes | None:
    """Return the body that a permit names, where it is not the same for every call."""
    match permit:
        case CopyPermit():
            return permit.order.body()
        case Permit(effect=Effect.OVERWRITE_FROM):
            source, snapshot = permit.names["source"], permit.names["snapshot"]
            named = {"source_instance_id": source, "source_snapshot_id": snapshot}
            return json.dumps(named, separators=(",", ":")).encode()
        case _:
            return None


def _pause(exc: AuraThrottled | AuraUnavailable, otherwise: float | None) -> float | None:
    """Say how long to wait before the next try, or None when there should be none."""
    if otherwise is None:
        return None
    asked = exc.retry_after if isinstance(exc, AuraThrottled | AuraAsksToWait) else otherwise
    return asked if asked <= LONGEST_PAUSE else None
