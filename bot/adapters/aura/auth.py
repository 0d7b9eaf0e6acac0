"""Signing in to Aura: OAuth client credentials, one token per credential.

A token lives for an hour and is renewed a minute early; an expired one would be answered by 403,
which is also the word for a missing permission
(https://neo4j.com/docs/aura/api/authentication/).
"""

import asyncio
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field, SecretStr

from bot.adapters.aura.guard import Effect
from bot.adapters.aura.line import Line
from bot.adapters.aura.wire import Token, read
from bot.core.base import Frozen
from bot.core.errors import (
    AuraAuthFailed,
    AuraError,
    AuraThrottled,
    AuraUnavailable,
    AuraUnreachable,
)

#: A token with less life than this left is not used any more.
LEAST_LIFE = timedelta(seconds=60)


class Credential(Frozen):
    """An Aura API credential; ``per_minute`` is the rate its account allows (25 or 125)."""

    name: str
    client_id: str
    client_secret: SecretStr
    per_minute: int = Field(default=125, ge=1)


@dataclass(frozen=True)
class Ticket:
    """A token and the moment when it ends."""

    token: SecretStr
    ends: datetime

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries it."""
        return {"Authorization": f"Bearer {self.token.get_secret_value()}"}


class Tickets:
    """The tokens of one credential. Many may ask at once, one request is made."""

    def __init__(self, credential: Credential, line: Line) -> None:
        self._credential = credential
        self._line = line
        self._held: Ticket | None = None
        self._coming: asyncio.Task[Ticket] | None = None

    @property
    def fresh(self) -> bool:
        """Whether a token with at least a minute of life is at hand."""
        return self._usable() is not None

    async def get(self) -> Ticket:
        """Return a token with at least a minute of life, or one issued just now.

        Raises AuraAuthFailed, AuraThrottled or AuraUnreachable; all of them are definite, since
        whatever the token was wanted for has not been sent.
        """
        if held := self._usable():
            return held
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._fetch())
            self._coming.add_done_callback(self._came)
        return await asyncio.shield(self._coming)  # one caller's end is not the others'

    def drop(self, ticket: Ticket) -> None:
        """Forget a token that Aura refused, unless a newer one has taken its place."""
        if self._held is ticket:
            self._held = None

    async def aclose(self) -> None:
        """End a request that is under way."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.wait([self._coming])

    def _usable(self) -> Ticket | None:
        held = self._held
        if held is None or held.ends - self._line.clock.now() < LEAST_LIFE:
            return None
        return held

    def _came(self, task: asyncio.Task[Ticket]) -> None:
        self._coming = None
        if not task.cancelled():
            task.exception()  # asked for, lest asyncio complain when nobody waits any more

    async def _fetch(self) -> Ticket:
        asked = self._line.clock.now()
        secret = self._credential.client_secret.get_secret_value()
        pair = b64encode(f"{self._credential.client_id}:{secret}".encode()).decode()
        try:
            answer = await self._line.ask(
                Effect.SIGN_IN, "/oauth/token", headers={"Authorization": f"Basic {pair}"}
            )
            said = read(Token, answer)
        except AuraThrottled:
            raise
        except AuraUnavailable as exc:
            raise AuraUnreachable(
                "signing in to Aura did not work, so nothing else was sent",
                hint=exc.hint or f"The cause: {exc.summary}.",
                status=exc.status,
                request_id=exc.request_id,
            ) from exc
        except AuraError as exc:
            raise AuraAuthFailed(
                f"Aura does not accept the API credential “{self._credential.name}”",
                hint="Check its client id and secret, and that it still exists in the console.",
                status=exc.status,
                reason=exc.reason,
                request_id=exc.request_id,
            ) from exc
        self._held = Ticket(
            token=said.access_token, ends=asked + timedelta(seconds=said.expires_in)
        )
        return self._held
