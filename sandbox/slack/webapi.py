"""The Web API over HTTP: tokens, limits and faults around the methods, and a record of each call.

Source: https://docs.slack.dev/apis/web-api/
"""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from sandbox.slack import api_chat, api_conversations, api_functions, api_people, api_views
from sandbox.slack.api import Api, Args
from sandbox.slack.faults import SlackFaults
from sandbox.slack.limits import Limits
from sandbox.slack.timeline import Call, Timeline
from sandbox.slack.wire import Payload, SlackError

ENDPOINTS = {
    **api_chat.ENDPOINTS,
    **api_conversations.ENDPOINTS,
    **api_functions.ENDPOINTS,
    **api_people.ENDPOINTS,
    **api_views.ENDPOINTS,
}
APP_TOKEN_METHODS = frozenset({"apps.connections.open"})
#: Methods that read: they take a query or a form, and overlook a JSON body without a word
#: (https://docs.slack.dev/apis/web-api/, and the content types on each method's page).
FORM_ONLY = frozenset(
    {
        "chat.getPermalink",
        *(f"conversations.{each}" for each in ("history", "info", "list", "members", "replies")),
        *("usergroups.list", "usergroups.users.list", "users.info", "users.list"),
    }
)
FAULT_RETRY_AFTER = 2
SLOW_SECONDS = 2.0
_SHOWN = ("channel", "user", "ts", "thread_ts", "text", "view_id", "user_id", "usergroup", "users")


class WebApi:
    """Answers `/api/<method>`."""

    def __init__(
        self,
        api: Api,
        *,
        limits: Limits | None,
        faults: SlackFaults,
        timeline: Timeline,
        dead_tokens: Mapping[str, str],
        refusals: Mapping[str, str],
    ) -> None:
        self._api = api
        self._limits = limits
        self._faults = faults
        self._timeline = timeline
        self._dead_tokens = dead_tokens
        self._refusals = refusals
        self.calls: list[Call] = []

    async def handle(self, request: web.Request) -> web.Response:
        """One call, from its arguments to its answer."""
        method = request.match_info["method"]
        args = await _arguments(request, method)
        if self._faults.take("slow"):
            await asyncio.sleep(SLOW_SECONDS)
        headers = {}
        body: Payload | None
        try:
            token = _token(request, args)
            if self._faults.take("unavailable"):
                raise GatewayError
            body = self._answer(method, token, args)
            status, error = 200, ""
            if method not in APP_TOKEN_METHODS:
                headers["X-OAuth-Scopes"] = ",".join(self._api.scopes())
        except GatewayError:
            status, error, body = 503, "service_unavailable", None
        except RateLimitedError as limit:
            status, error, body = 429, "ratelimited", {"ok": False, "error": "ratelimited"}
            headers["Retry-After"] = str(limit.seconds)
        except SlackError as refusal:
            status, error = 200, refusal.code
            body = {"ok": False, "error": refusal.code, **refusal.more}
        given = {key: value for key, value in args.items() if key != "token"}
        self.calls.append(Call(self._api.world.now(), method, given, not error, error, status))
        self._timeline.add(
            service="slack",
            direction="out",
            what=method,
            detail={key: str(given[key])[:200] for key in _SHOWN if given.get(key)},
            status=error or "ok",
        )
        if body is None:
            return web.Response(status=status, text="upstream connect error")
        if self._faults.take("drop_answer") and request.transport is not None:
            request.transport.abort()
        return web.json_response(body, status=status, headers=headers)

    def _answer(self, method: str, token: str, args: Payload) -> Payload:
        endpoint = ENDPOINTS.get(method)
        if endpoint is None:
            raise SlackError("unknown_method", req_method=method)
        self._authenticate(method, token)
        self._hold_back(method, str(args.get("channel", "")))
        if method in self._refusals:
            raise SlackError(self._refusals[method])
        if endpoint.scope:
            self._api.need_scope(endpoint.scope)
        if _CHART in str(args.get("blocks", "")) and self._faults.take("no_charts"):
            raise SlackError("invalid_blocks")
        return {"ok": True, **endpoint.run(self._api, Args(args))}

    def _authenticate(self, method: str, token: str) -> None:
        app = self._api.world.app
        if not token:
            raise SlackError("not_authed")
        if token in self._dead_tokens:
            raise SlackError(self._dead_tokens[token])
        uninstalled = self._api.world.people[app.bot_user_id].kind == "deactivated"
        if uninstalled and token == app.bot_token:
            raise SlackError("account_inactive")
        if token not in (app.bot_token, app.app_token):
            raise SlackError("invalid_auth")
        wanted = app.app_token if method in APP_TOKEN_METHODS else app.bot_token
        if token != wanted and method != "auth.test":
            raise SlackError("not_allowed_token_type")

    def _hold_back(self, method: str, channel: str) -> None:
        if self._faults.take("ratelimit"):
            raise RateLimitedError(FAULT_RETRY_AFTER)
        if self._limits is not None and (seconds := self._limits.wait(method, channel)):
            raise RateLimitedError(seconds)


#: A block that workspaces got one after the other
#: (https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block).
_CHART = "data_visualization"


class GatewayError(Exception):
    """Slack itself was not reached."""


class RateLimitedError(Exception):
    """Too many calls: come back after `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


def _token(request: web.Request, args: Payload) -> str:
    header = request.headers.get("Authorization", "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip()
    return str(args.get("token") or "")


async def _arguments(request: web.Request, method: str) -> Payload:
    args: Payload = dict(request.query)
    if request.content_type == "application/json":
        if method in FORM_ONLY:
            return args
        try:
            body = await request.json()
        except ValueError:
            body = None
        if isinstance(body, dict):
            args |= body
    elif request.method == "POST":
        args |= {key: str(value) for key, value in (await request.post()).items()}
    return args
