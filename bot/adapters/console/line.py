"""The line to the console and its storage: one exchange at a time, its errors translated."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType
from typing import TypeVar

import httpx

from bot.adapters.aura.spending import Consume, Spending
from bot.adapters.console.guard import SHAPES, Effect, Guard
from bot.adapters.console.wire import complaint
from bot.adapters.tls import trusted
from bot.core.errors import (
    AuraAuthFailed,
    AuraConflict,
    AuraError,
    AuraNotFound,
    AuraRefused,
    AuraThrottled,
    AuraUnavailable,
    AuraUnreachable,
)
from bot.core.permits import Permit
from bot.core.uploads import Consent
from bot.ports import Clock

T = TypeVar("T")
TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=10.0)
#: A piece may lie for minutes in the buffers of a slow line before its storage can answer.
STORING = httpx.Timeout(300.0, connect=10.0, pool=10.0)
#: How often a call that may succeed later is repeated, and the longest wait between, as in
#: Neo4j's own command: 2^n seconds and up to one more.
MOST_TRIES = 50
LONGEST_WAIT = 64.0
_WAIT_WHEN_THROTTLED = 10.0
_MOST_TEXT = 200
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Line:
    """A guarded HTTP client for one console. Sends what it is told to, once."""

    def __init__(
        self,
        *,
        url: str,
        clock: Clock,
        consume: Consume,
        chance: Callable[[], float],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.clock = clock
        self._chance = chance
        origin = httpx.URL(url)
        self._guard = Guard(
            transport or httpx.AsyncHTTPTransport(verify=trusted()),
            origin=origin,
            spending=Spending(consume, clock),
        )
        self._http = httpx.AsyncClient(
            base_url=origin,
            transport=self._guard,
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
        said: Mapping[str, object] | None = None,
        consent: Consent | None = None,
        permit: Permit | None = None,
    ) -> bytes:
        """Send one call to the console and return what it answers; raises AuraError."""
        request = self._http.build_request(
            SHAPES[effect].method,
            target,
            headers=dict(headers),
            json=said,
            extensions={"effect": effect, "consent": consent, "permit": permit},
        )
        response = await _translated(lambda: self._http.send(request))
        if response.is_success:
            return response.content
        raise _error(response)

    async def store(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: AsyncIterator[bytes] | None = None,
        length: int = 0,
    ) -> httpx.Response:
        """Send a piece of a file to a signed address; raises AuraUnavailable without an answer."""
        request = self._http.build_request(
            method,
            url,
            headers={**headers, "Content-Length": str(length)},
            content=content,
            timeout=STORING,
            extensions={"effect": Effect.STORE},
        )

        async def send() -> httpx.Response:
            # past the client, which writes every address into the log of the library
            response = await self._guard.handle_async_request(request)
            response.request = request
            await response.aread()
            return response

        return await _translated(send)

    async def patiently(self, act: Callable[[], Awaitable[T]], *, until: float = math.inf) -> T:
        """Do something that may be repeated, again and again while Aura is absent.

        ``until`` is a moment of the clock's ``monotonic``: what would wait beyond it is raised.
        """
        tried = 0
        while True:
            try:
                return await act()
            except (AuraUnavailable, AuraThrottled):
                wait = self.backoff(tried)
                tried += 1
                if tried == MOST_TRIES or self.clock.monotonic() + wait >= until:
                    raise
                await self.clock.sleep(wait)

    def backoff(self, tried: int) -> float:
        """Return the seconds to wait after so many tries."""
        return min(2.0**tried + self._chance(), LONGEST_WAIT)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()


async def _translated(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    try:
        return await send()
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
        # `from None`: what httpx says may name the address, and signed ones are secrets
        raise AuraUnreachable(
            "Aura's console or its storage cannot be reached",
            hint="Check the network, and the address of the console.",
        ) from None
    except httpx.TimeoutException:
        raise AuraUnavailable("Aura's console or its storage did not answer in time") from None
    except httpx.RequestError:
        raise AuraUnavailable("the connection to Aura's console or storage broke") from None


def _error(response: httpx.Response) -> AuraError:
    status, said = response.status_code, complaint(response.content)
    quote = f" The console says: “{said.message[:_MOST_TEXT]}”." if said.message else ""
    match status:
        case 401 | 403:
            summary = {
                401: "the console does not accept the user and password of the database",
                403: "the configured user is not an administrator of the database",
            }[status]
            hint = "Check the password of the database in the configuration."
            return AuraAuthFailed(summary, hint=hint + quote, status=status, reason=said.reason)
        case 404:
            return AuraNotFound(
                "the console knows no such database, or it is not running",
                hint="It must be running, and reachable from the public network." + quote,
                status=status,
                reason=said.reason,
            )
        case 409:
            return AuraConflict(
                "the instance holds data, and the console was not given consent to replace it",
                hint=quote.strip() or None,
                status=status,
                reason=said.reason,
            )
        case 422 if said.reason == "ImportExceedsMaxSize":
            return AuraRefused(
                "the file does not fit into the instance",
                hint="Resize the instance first: the store must fit into its storage." + quote,
                status=status,
                reason=said.reason,
            )
        case 429:
            return AuraThrottled(
                "the console asks to wait", retry_after=_WAIT_WHEN_THROTTLED, status=status
            )
        case _ if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return AuraUnavailable(
                f"Aura's console does not work at the moment ({status})", status=status
            )
        case _:
            return AuraRefused(
                f"Aura's console refuses ({status})",
                hint="It may want a newer way of asking: use `neo4j-admin database upload`."
                + quote,
                status=status,
                reason=said.reason,
            )
