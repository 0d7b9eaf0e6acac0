"""What works for a short time only: trigger ids and response URLs.

Source: https://docs.slack.dev/interactivity/handling-user-interaction
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.slack.wire import SlackError
from sandbox.slack.world import World

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class Trigger:
    """A right to open one view; `view_id` is set when it came from inside a view."""

    user: str
    issued: datetime
    view_id: str | None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """A right to answer in a channel; `message_ts` is the message it came from, if from one."""

    user: str
    channel: str
    issued: datetime
    message_ts: str | None
    thread_ts: str | None
    uses: int = 0


class Tickets:
    """All that were handed out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """A fresh trigger id for something `user` did."""
        key = self._world.new_id("") + ".trigger"
        self._triggers[key] = Trigger(user, self._world.now(), view_id)
        return key

    def use_trigger(self, key: object) -> Trigger:
        """Spend a trigger id: once, and within 3 seconds."""
        trigger = self._triggers.get(str(key))
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._world.now() - trigger.issued > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(
        self,
        user: str,
        channel: str,
        *,
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """A fresh response URL on this server."""
        key = self._world.new_id("R")
        now = self._world.now()
        self._urls[key] = ResponseUrl(user, channel, now, message_ts, thread_ts)
        return f"{self._world.base_url}/response/{key}"

    def use_response_url(self, key: str) -> ResponseUrl:
        """Spend one of the five uses that a response URL has in its 30 minutes."""
        url = self._urls.get(key)
        if url is None:
            raise SlackError("invalid_url")
        if self._world.now() - url.issued > RESPONSE_URL_LIFE:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackError("used_url")
        url.uses += 1
        return url
