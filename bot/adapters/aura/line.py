"""The line to Aura: one HTTP exchange, its errors translated and its outcome counted."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType

import httpx
import structlog

from bot.adapters.aura.decode import Answer, decode
from bot.adapters.aura.guard import SHAPES, AnyPermit, Effect, Guard, Ledger
from bot.adapters.aura.spending import Consume
from bot.adapters.tls import trusted
from bot.core.errors import (
    AuraAuthFailed,
    AuraConflict,
    AuraNotFound,
    AuraThrottled,
    AuraUnavailable,
    AuraUnreachable,
    BotError,
    NotAllowed,
)
from bot.ports import Clock

log = structlog.get_logger(__name__)

#: effect, outcome, seconds
Observe = Callable[[str, str, float], None]

#: Seconds; reading is generous, since Aura's slow answers are still answers.
TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=10.0)

#: So many reads are on their way at a time. Aura's rate limit keeps them fewer by far; without
#: it httpx, whose cost of a call grows with the calls that wait, would starve everything else.
LANES = 12
#: Room for the reads and a few calls that change something, which never queue behind reads; all
#: stay open, since a new TLS connection costs more than most calls.
LIMITS = httpx.Limits(max_connections=2 * LANES, max_keepalive_connections=2 * LANES)

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})

#: The most special class comes first.
_OUTCOMES: tuple[tuple[type[BotError], str], ...] = (
    (NotAllowed, "blocked"),
    (AuraAuthFailed, "auth"),
    (AuraNotFound, "not_found"),
    (AuraConflict, "conflict"),
    (AuraThrottled, "throttled"),
    (AuraUnreachable, "unreachable"),
    (AuraUnavailable, "unavailable"),
    (BotError, "refused"),
)


class Line:
    """A guarded HTTP client for one Aura. Sends what it is told to, once.

    ``expires`` is when Aura said last that this version of its API ends, None if it never did.
    """

    def __init__(
        self,
        *,
        url: str,
        clock: Clock,
        consume: Consume,
        observe: Observe,
        transport: httpx.AsyncBaseTransport | None,
        ledger: Ledger | None = None,
    ) -> None:
        self.clock = clock
        self.expires: str | None = None
        self._observe = observe
        self._lanes = asyncio.Semaphore(LANES)
        origin = httpx.URL(url)
        guard = Guard(
            transport or httpx.AsyncHTTPTransport(verify=trusted(), limits=LIMITS),
            origin=origin,
            consume=consume,
            clock=clock,
            ledger=ledger,
        )
        self._http = httpx.AsyncClient(
            base_url=origin,
            transport=guard,
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,  # no .netrc, no proxy that would bypass the guard
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            headers={"Accept": "application/json", "User-Agent": "savepoint"},
        )

    async def ask(
        self,
        effect: Effect,
        target: str,
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        permit: AnyPermit | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one call and return its answer; raises AuraError, or NotAllowed by the guard.

        ``body`` is for the one call whose permit says it.
        """
        shape = SHAPES[effect]
        request = self._http.build_request(
            shape.method,
            target,
            headers={**headers, **({"Content-Type": shape.media} if shape.media else {})},
            content=body or shape.body or None,
            extensions={"effect": effect, "permit": permit},
        )
        began, outcome = self.clock.monotonic(), "cancelled"
        try:
            async with self._lanes if shape.method == "GET" else nullcontext():
                answer = await self._exchange(request)
            outcome = "ok"
            return answer
        except BotError as exc:
            outcome = next(word for kind, word in _OUTCOMES if isinstance(exc, kind))
            raise
        finally:
            self._observe(effect, outcome, self.clock.monotonic() - began)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _exchange(self, request: httpx.Request) -> Answer:
        try:
            response = await self._http.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as exc:
            # httpx raises these before a byte of the request is written
            # (https://www.python-httpx.org/exceptions/)
            raise AuraUnreachable(
                "Aura cannot be reached",
                hint="Check the network and the address of Aura.",
            ) from exc
        except httpx.TimeoutException as exc:
            raise AuraUnavailable("Aura did not answer in time") from exc
        except httpx.RequestError as exc:
            raise AuraUnavailable("the connection to Aura broke") from exc
        answer = decode(
            response.status_code, response.headers, response.content, now=self.clock.now()
        )
        if answer.expires not in (None, self.expires):  # it stands above every answer
            log.warning("Aura will switch off this version of its API", at=answer.expires)
            self.expires = answer.expires
        return answer
