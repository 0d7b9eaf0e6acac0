"""The gateway before the API: tokens, who may pass, and how often.

An unknown, expired or revoked token is answered 403, only a missing one 401
(https://neo4j.com/docs/aura/api/authentication/). Whether the rate limit counts per credential, per
project or per account is not documented; here it is per credential.
"""

import base64
import math
import random
from collections import deque
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from sandbox.aura.answers import Answer, RefusedError, turned_away
from sandbox.aura.times import retry_after

TOKEN_LIFE = timedelta(seconds=3600)
_WINDOW = timedelta(seconds=60)
_FORM = "application/x-www-form-urlencoded"


class Gate:
    """Tokens, the rate limit, and the end of v1.

    `expires` is when v1 will be switched off, None while nobody says so; the published
    specification reserves a header for it, above every success.
    """

    def __init__(
        self,
        *,
        clients: Mapping[str, str],
        reach: Mapping[str, Collection[str]],
        home: Collection[str],
        requests_per_minute: int | None,
    ) -> None:
        """`clients`: id to secret. `reach`: id to project ids it may see; not listed: `home`."""
        self.requests_per_minute = requests_per_minute
        self.expires: datetime | None = None
        self._clients = dict(clients)
        self._reach = {client: frozenset(projects) for client, projects in reach.items()}
        self._home = frozenset(home)
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._passed: dict[str, deque[datetime]] = {client: deque() for client in clients}
        self._refusals = 0
        self._chance = random.SystemRandom()

    def issue(self, authorization: str, content_type: str, body: str, now: datetime) -> Answer:
        """Answer `POST /oauth/token`: client credentials as Basic, the grant as a form."""
        client = self._client(authorization)
        if client is None:
            return _denied(401, "invalid_client", "Client authentication failed")
        if not body:
            return _denied(404, "invalid_request", "The request body is missing")
        if content_type.partition(";")[0].strip().lower() != _FORM:
            return _denied(400, "invalid_request", f"The request body must be {_FORM}")
        if parse_qs(body).get("grant_type") != ["client_credentials"]:
            return _denied(403, "unsupported_grant_type", "grant_type must be client_credentials")
        token = f"{self._chance.getrandbits(256):064x}"
        self._tokens = {t: v for t, v in self._tokens.items() if now < v[1]}
        self._tokens[token] = (client, now + TOKEN_LIFE)
        body_out = {
            "access_token": token,
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "token_type": "bearer",
        }
        return Answer(status=200, body=body_out)

    def expire_tokens(self) -> None:
        """Revoke every token given out so far."""
        self._tokens.clear()

    def revoke(self, client: str) -> None:
        """Delete a client's credentials, as the console does: its tokens end with them."""
        self._clients.pop(client, None)
        self._tokens = {t: v for t, v in self._tokens.items() if v[0] != client}

    def accept(self, client: str, secret: str) -> None:
        """Let a client sign in with this secret from now on."""
        self._clients[client] = secret
        self._passed.setdefault(client, deque())

    def admit(self, authorization: str, now: datetime) -> str:
        """Name the client whose token this is; refuses with 401, 403 or 429."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise turned_away(401, "Authorization field missing")
        client, expires_at = self._tokens.get(token.strip(), ("", now))
        if now >= expires_at:
            raise turned_away(403, "Access to this API has been disallowed")
        self._count(client, now)
        return client

    def reach(self, client: str) -> frozenset[str]:
        """The project ids this client may see."""
        return self._reach.get(client, self._home)

    def notice(self) -> Mapping[str, str]:
        """What stands above a success of v1 besides."""
        if self.expires is None:
            return {}
        # "UTC", where HTTP itself would have "GMT": so the specification's example
        return {"X-Tyk-Api-Expires": f"{self.expires.astimezone(UTC):%a, %d %b %Y %H:%M:%S UTC}"}

    def too_many(self, now: datetime, wait: timedelta) -> RefusedError:
        """429 whose `Retry-After` is in turn a number of seconds, an HTTP date, and missing."""
        turn, self._refusals = self._refusals % 3, self._refusals + 1
        seconds = max(1, math.ceil(wait.total_seconds()))
        headers = {"Retry-After": retry_after(seconds, now, dated=turn == 1)} if turn < 2 else {}
        return turned_away(429, "API rate limit exceeded", headers=headers)

    def _count(self, client: str, now: datetime) -> None:
        limit = self.requests_per_minute
        if limit is None:
            return
        passed = self._passed[client]
        while passed and passed[0] <= now - _WINDOW:
            passed.popleft()
        if len(passed) >= limit:
            raise self.too_many(now, passed[0] + _WINDOW - now)
        passed.append(now)

    def _client(self, authorization: str) -> str | None:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            decoded = base64.b64decode(credentials, validate=True).decode()
        except ValueError:  # no Base64, or no text in it
            return None
        client, _, secret = decoded.partition(":")
        return client if self._clients.get(client) == secret and secret else None


def _denied(status: int, error: str, description: str) -> Answer:
    return Answer(status=status, body={"error": error, "error_description": description})
