"""Signed HTTP delivery, the alternative to Socket Mode.

An event is acknowledged by any status of 200 to 299, a command or an interaction by 200 alone;
two redirects are followed.

Sources: https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/interactivity/handling-user-interaction,
https://docs.slack.dev/authentication/verifying-requests-from-slack and
https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

from aiohttp import (
    ClientError,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    TooManyRedirects,
)

from sandbox.slack.wire import Envelope, Now, Payload, Reply

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
REDIRECTS_MAX = 2
_GOOD = {"events_api": range(200, 300), "slash_commands": (200,), "interactive": (200,)}


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature of a body sent at `timestamp` (whole epoch seconds)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpMode:
    """Posts every envelope to one request URL, signed."""

    def __init__(self, *, url: str, secret: str, now: Now) -> None:
        self._url = url
        self._secret = secret
        self._now = now
        self._session: ClientSession | None = None

    async def deliver(self, envelope: Envelope, *, within: float) -> Reply:
        """Post an envelope; a good status within the time is the acknowledgement."""
        body, kind = _encoded(envelope)
        timestamp = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if envelope.retry_attempt:
            headers["X-Slack-Retry-Num"] = str(envelope.retry_attempt)
            headers["X-Slack-Retry-Reason"] = envelope.retry_reason
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=None))
        try:
            async with asyncio.timeout(within):
                async with self._session.post(
                    self._url, data=body, headers=headers, max_redirects=REDIRECTS_MAX + 1
                ) as answer:
                    text = await answer.text()
                    status = answer.status
                    no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
        except TimeoutError:
            return Reply(acked=False, failure="operation_timeout")
        except TooManyRedirects:
            return Reply(acked=False, failure="too_many_redirects")
        except ClientSSLError:
            return Reply(acked=False, failure="ssl_error")
        except ClientError:
            return Reply(acked=False, failure="dispatch_failed")
        if status not in _GOOD[envelope.kind]:
            return Reply(acked=False, failure="http_service_error", unwanted=no_retry)
        return Reply(acked=True, payload=_answer(text))

    async def close(self) -> None:
        """End the client."""
        if self._session is not None:
            await self._session.close()


def _encoded(envelope: Envelope) -> tuple[bytes, str]:
    match envelope.kind:
        case "slash_commands":
            return urlencode(envelope.payload).encode(), _FORM
        case "interactive":
            return urlencode({"payload": json.dumps(envelope.payload)}).encode(), _FORM
        case "events_api":
            return json.dumps(envelope.payload).encode(), _JSON


def _answer(text: str) -> Payload:
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {"text": text}
    return found if isinstance(found, dict) else {"text": text}
