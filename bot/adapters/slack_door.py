"""The only outgoing door to Slack, where its refusals are sorted and its tokens stay.

A refusal means one of three things. Slack does not do it now: ChatUnavailable, and it is worth
another try. Slack takes the token no more: ChatLockedOut, and nothing helps but another token.
Slack does not do this: ChatFailed, and the caller finds another way. Sources:
https://docs.slack.dev/reference/methods/chat.postMessage#errors and
https://docs.slack.dev/reference/methods/chat.update#errors
"""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.core.base import TeamId, UserId
from bot.core.errors import ChatFailed, ChatLockedOut, ChatUnavailable
from bot.ports import Clock, Identity

log = structlog.get_logger(__name__)

#: ``(method, outcome, seconds)``, for the metrics.
Observe = Callable[[str, str, float], None]

#: Seconds until another try, where Slack names none.
SOON, LATER = 5.0, 30.0
#: Slack's words for "not now", and when to try again.
PASSING = {
    **dict.fromkeys(
        ("ratelimited", "rate_limited", "message_limit_exceeded", "internal_error", "fatal_error",
         "service_unavailable", "request_timeout", "update_failed"), SOON,
    ),
    **dict.fromkeys(
        ("team_added_to_org", "org_login_required", "external_channel_migrating",
         "ekm_access_denied"), LATER,
    ),
}  # fmt: skip
#: Slack's words for a token that opens nothing any more; the next one says what was left unsaid.
LOCKED_OUT = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired",
     "accesslimited", "team_access_not_granted"}
)  # fmt: skip


class SlackDoor:
    """One guarded way to call the Web API; errors become ours, tokens never appear in them."""

    def __init__(self, client: AsyncWebClient, clock: Clock, observe: Observe) -> None:
        self._client = client
        self._clock = clock
        self._observe = observe
        self.locked_out: str | None = None
        """Why Slack takes the token no more; None while it does, and until it was tried."""

    async def call(self, method: str, *, http_verb: str = "POST", **payload: Any) -> dict[str, Any]:
        """Call one method; raises ChatUnavailable, ChatLockedOut or ChatFailed."""
        if http_verb == "GET":
            sent = self._client.api_call(method, http_verb="GET", params=payload)
        else:
            sent = self._client.api_call(method, json=payload)
        answer = await self._guarded(method, sent)
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    async def identify(self) -> Identity:
        """Return whose token this is, and its scopes, which only a header tells.

        https://docs.slack.dev/reference/methods/auth.test
        """
        answer = await self._guarded("auth.test", self._client.auth_test())
        headers = {str(key).lower(): str(value) for key, value in answer.headers.items()}
        named = headers.get("x-oauth-scopes", "").split(",")
        return Identity(
            team_id=TeamId(answer["team_id"]),
            user_id=UserId(answer["user_id"]),
            scopes=frozenset(scope for each in named if (scope := each.strip())),
        )

    async def open_socket(self, app_token: str) -> str:
        """Return the address of one Socket Mode connection, a secret in itself.

        https://docs.slack.dev/reference/methods/apps.connections.open
        """
        asked = self._client.apps_connections_open(app_token=app_token)
        return str((await self._guarded("apps.connections.open", asked))["url"])

    async def _guarded(
        self, method: str, sent: Awaitable[AsyncSlackResponse]
    ) -> AsyncSlackResponse:
        began = self._clock.monotonic()
        outcome = "ok"
        try:
            answer = await sent
            self._known(None)
            return answer
        except SlackApiError as refusal:
            error = _translated(method, refusal.response)
            outcome = error.code
            self._known(error)
            raise error from None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError, AttributeError) as absent:
            # AttributeError: slack_sdk stumbles over a 200 whose body is plain text
            outcome = "unreachable"
            raise ChatUnavailable(
                f"Slack did not answer ({method})", code=type(absent).__name__
            ) from None
        finally:
            self._observe(method, outcome, self._clock.monotonic() - began)

    def _known(self, error: ChatFailed | None) -> None:
        """Note, and say once, whether Slack takes the token; "not now" tells nothing of that."""
        if isinstance(error, ChatLockedOut):
            if self.locked_out is None:
                log.error("Slack takes the token no more", why=error.summary)
            self.locked_out = error.summary
        elif self.locked_out is not None and not isinstance(error, ChatUnavailable):
            log.warning("Slack takes the token again")
            self.locked_out = None


def _translated(method: str, response: Any) -> ChatFailed:
    """Read a refusal; where its body is no JSON, slack_sdk hands out other kinds of response."""
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    if code in LOCKED_OUT:
        return ChatLockedOut(f"Slack refused {method}: {code}", code=code, retry_after=LATER)
    if not code or code in PASSING or status == 429 or status >= 500:
        headers = {str(k).lower(): str(v) for k, v in (response.headers or {}).items()}
        asked = headers.get("retry-after", "")
        return ChatUnavailable(
            f"Slack asks to wait ({method})",
            code=code or f"http_{status}",
            retry_after=float(asked) if asked.isdecimal() else PASSING.get(code, SOON),
        )
    return ChatFailed(f"Slack refused {method}: {code}", code=code)
