"""Deliveries to the app: what was sent, what was not acknowledged, and what is sent again.

Events that go unacknowledged are sent again at once, after one minute and after five, unless the
app asks with `X-Slack-No-Retry: 1` that they are not; commands and interactions never are, their
person sees a failure instead.

Source: https://docs.slack.dev/apis/events-api/using-http-request-urls#retries
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sandbox.slack.faults import SlackFaults
from sandbox.slack.timeline import Timeline
from sandbox.slack.wire import Envelope, EnvelopeKind, Payload, Reply
from sandbox.slack.world import World

RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
RETRY_REASONS = {
    "operation_timeout": "http_timeout",
    "http_service_error": "http_error",
    "dispatch_failed": "connection_failed",
    "too_many_redirects": "too_many_redirects",
    "ssl_error": "ssl_error",
}
REDELIVER_AFTER = timedelta(seconds=3)


class Transport(Protocol):
    """Socket Mode or signed HTTP."""

    async def deliver(self, envelope: Envelope, *, within: float) -> Reply:
        """Send an envelope and wait so many seconds for its acknowledgement."""
        ...


@dataclass(frozen=True, slots=True)
class _Due:
    at: datetime
    envelope: Envelope


class Deliveries:
    """Everything that goes to the app goes through here."""

    def __init__(
        self,
        world: World,
        transport: Transport,
        *,
        timeline: Timeline,
        faults: SlackFaults,
        ack_seconds: float,
    ) -> None:
        self._world = world
        self._transport = transport
        self._timeline = timeline
        self._faults = faults
        self._due: list[_Due] = []
        self.sent: list[Envelope] = []
        self.ack_seconds = ack_seconds

    async def send(
        self, kind: EnvelopeKind, payload: Payload, *, accepts_response: bool = False
    ) -> Reply:
        """Deliver something new. An event that fails is put down to be sent again."""
        envelope = Envelope(self._world.new_id("env-"), kind, payload, accepts_response)
        if self._faults.take("redeliver"):
            self._due.append(_Due(self._world.now() + REDELIVER_AFTER, envelope))
        return await self.send_again(envelope)

    async def send_again(self, envelope: Envelope) -> Reply:
        """Deliver an envelope, be it new or one that was `sent` before."""
        self.sent.append(envelope)
        reply = await self._transport.deliver(envelope, within=self.ack_seconds)
        self._timeline.add(
            service="slack",
            direction="in",
            what=_what(envelope),
            detail=_detail(envelope),
            status="ok" if reply.acked else reply.failure,
        )
        attempt = envelope.retry_attempt
        again_wanted = envelope.kind == "events_api" and not (reply.acked or reply.unwanted)
        if again_wanted and attempt < len(RETRY_AFTER):
            again = replace(
                envelope,
                id=self._world.new_id("env-"),
                retry_attempt=attempt + 1,
                retry_reason=RETRY_REASONS[reply.failure],
            )
            self._due.append(_Due(self._world.now() + RETRY_AFTER[attempt], again))
        return reply

    async def redeliver_due(self) -> int:
        """Send everything again whose time has come; how many that were."""
        now = self._world.now()
        ready = [due for due in self._due if due.at <= now]
        self._due = [due for due in self._due if due.at > now]
        await asyncio.gather(*(self.send_again(due.envelope) for due in ready))
        return len(ready)


def _what(envelope: Envelope) -> str:
    payload = envelope.payload
    match envelope.kind:
        case "slash_commands":
            return str(payload["command"])
        case "interactive":
            return str(payload["type"])
        case "events_api":
            return str(payload["event"]["type"])


def _detail(envelope: Envelope) -> Payload:
    payload = envelope.payload
    detail: Payload = {"envelope_id": envelope.id}
    if envelope.retry_attempt:
        detail["retry_attempt"] = envelope.retry_attempt
    match envelope.kind:
        case "slash_commands":
            detail |= {key: payload[key] for key in ("text", "user_id", "channel_id")}
        case "interactive":
            detail["user"] = payload["user"]["id"]
            detail["actions"] = [each["action_id"] for each in payload.get("actions", [])]
            detail["callback_id"] = payload.get("callback_id") or payload.get("view", {}).get(
                "callback_id", ""
            )
        case "events_api":
            event = payload["event"]
            detail |= {key: event[key] for key in ("user", "text", "channel") if key in event}
    return {key: value for key, value in detail.items() if value}
