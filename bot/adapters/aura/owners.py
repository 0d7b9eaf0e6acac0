"""Which credential sees which instance: found by listing, looked for again on a miss."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from bot.adapters.aura import wire
from bot.adapters.aura.guard import Effect
from bot.adapters.aura.session import Session
from bot.core.base import InstanceId
from bot.core.errors import (
    AuraError,
    AuraNotFound,
    AuraUnavailable,
    AuraUnreachable,
    BotError,
    StoreUnavailable,
)
from bot.core.instances import InstanceSummary

T = TypeVar("T")


class Owners:
    """The sessions and what each of them sees. The first to see an instance serves it."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self.sessions = tuple(sessions)
        self._known: dict[InstanceId, Session] = {}
        self._failure: BotError | None = None
        self._searches = 0
        self._searching = asyncio.Lock()

    async def everywhere(
        self, ask: Callable[[Session], Awaitable[T]]
    ) -> list[tuple[Session, T | BotError]]:
        """Ask by every credential at once; a failure stands where the answer would."""

        async def one(session: Session) -> tuple[Session, T | BotError]:
            try:
                return session, await ask(session)
            except BotError as exc:
                return session, exc

        return await asyncio.gather(*(one(session) for session in self.sessions))

    def remember(self, instance_id: InstanceId, session: Session) -> None:
        """Note who created an instance: it may be missing in lists for a while."""
        self._known[instance_id] = session

    async def instances(self, *, background: bool = False) -> tuple[InstanceSummary, ...]:
        """List and remember every instance; raises if one credential fails."""
        found, failure = await self._list(background=background)
        if failure is not None:
            raise failure
        return found

    async def through(self, instance_id: InstanceId, ask: Callable[[Session], Awaitable[T]]) -> T:
        """Ask by the credential that sees the instance, and forget it when it does no more.

        What fails before ``ask`` is a definite AuraError.
        """
        session = await self._owner(instance_id)
        try:
            return await ask(session)
        except AuraError as exc:
            if exc.status in (401, 403, 404) and exc.reason != "snapshot-not-found":
                self._known.pop(instance_id, None)
            raise

    async def _owner(self, instance_id: InstanceId) -> Session:
        if len(self.sessions) == 1:
            return self.sessions[0]
        if (owner := self._known.get(instance_id)) is not None:
            return owner
        seen = self._searches
        async with self._searching:
            await self._search_since(seen)
        if (owner := self._known.get(instance_id)) is not None:
            return owner
        match self._failure:
            case None:
                raise AuraNotFound(
                    "Aura knows no such instance",
                    hint="None of the API credentials sees it.",
                    reason="db-not-found",
                )
            case (
                AuraUnavailable() | StoreUnavailable() as failure
            ):  # of the search, not of the call
                raise AuraUnreachable(
                    "it could not be found out which API credential sees the instance, "
                    "so nothing was sent",
                    hint=failure.hint or f"The cause: {failure.summary}.",
                ) from failure
            case failure:
                raise failure

    async def _search_since(self, seen: int) -> None:
        if self._searches == seen:  # else somebody has just searched while we waited
            _, self._failure = await self._list()
            self._searches += 1

    async def _list(
        self, *, background: bool = False
    ) -> tuple[tuple[InstanceSummary, ...], BotError | None]:
        found: dict[InstanceId, InstanceSummary] = {}
        failure: BotError | None = None
        for session, listed in await self.everywhere(partial(_instances, background=background)):
            if isinstance(listed, BotError):
                failure = listed
                continue
            for instance in listed:
                if found.setdefault(instance.id, instance) is instance:
                    self._known[instance.id] = session
        return tuple(found.values()), failure


async def _instances(session: Session, *, background: bool) -> tuple[InstanceSummary, ...]:
    answer = await session.get(Effect.INSTANCES, "/v1/instances", background=background)
    return wire.summaries(answer)
