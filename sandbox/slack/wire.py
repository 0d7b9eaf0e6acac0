"""Words shared by every part of the double: payloads, envelopes and refusals."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Payload = dict[str, Any]
"""A JSON object as it travels over the wire."""

Now = Callable[[], datetime]
"""The clock the double lives by: aware, UTC."""

EnvelopeKind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One delivery to the app. `retry_attempt` counts from 1 on redeliveries of events."""

    id: str
    kind: EnvelopeKind
    payload: Payload
    accepts_response: bool = False
    retry_attempt: int = 0
    retry_reason: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """How the app answered an envelope: acknowledged, perhaps with a payload, or why not.

    `unwanted`: it asked not to be sent this one again.
    """

    acked: bool
    payload: Payload = field(default_factory=dict)
    failure: str = ""
    unwanted: bool = False


class SlackError(Exception):
    """A Web API method answers `ok: false` with this code and these further keys."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class SlackSaysError(Exception):
    """What Slack itself shows a person instead of doing what they asked."""
