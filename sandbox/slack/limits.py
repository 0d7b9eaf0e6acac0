"""How often each method may be called: tiers per minute, and messages per channel.

Slack promises at least these rates and does not publish its bursts; the double grants exactly
the promised rate, in a sliding minute, per method. `chat.postMessage` is about one a second per
channel with short bursts, and several hundred a minute for the workspace. `apps.connections.open`
is tier 1 in Slack's Java SDK and tier 3 elsewhere; what is granted here suffices to reconnect.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

import math
from collections import defaultdict, deque
from datetime import datetime, timedelta

from sandbox.slack.wire import Now

MINUTE = timedelta(minutes=1)
TIER_2, TIER_3, TIER_4, SPECIAL = 20, 50, 100, 300
PER_CHANNEL_BURST = 10

PER_MINUTE: dict[str, int] = {
    "apps.connections.open": 20,
    "auth.test": SPECIAL,
    "chat.delete": TIER_3,
    "chat.getPermalink": SPECIAL,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": SPECIAL,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.join": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.open": TIER_3,
    "conversations.replies": TIER_3,
    "functions.completeError": TIER_3,
    "functions.completeSuccess": TIER_3,
    "usergroups.list": TIER_2,
    "usergroups.users.list": TIER_2,
    "users.info": TIER_4,
    "users.list": TIER_2,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}


class Limits:
    """Counts calls; `wait` says how long the next one must wait."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._calls: dict[str, deque[datetime]] = defaultdict(deque)
        self._filled: dict[str, tuple[float, datetime]] = {}

    def wait(self, method: str, channel: str = "") -> int:
        """Whole seconds until `method` may be called (0: now, and this call has been counted)."""
        now = self._now()
        calls = self._calls[method]
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= PER_MINUTE[method]:
            return math.ceil((calls[0] + MINUTE - now).total_seconds())
        if method == "chat.postMessage" and not self._drop_in_bucket(channel, now):
            return 1
        calls.append(now)
        return 0

    def _drop_in_bucket(self, channel: str, now: datetime) -> bool:
        level, since = self._filled.get(channel, (0.0, now))
        level = max(0.0, level - (now - since).total_seconds())
        if level + 1 > PER_CHANNEL_BURST:
            self._filled[channel] = (level, now)
            return False
        self._filled[channel] = (level + 1, now)
        return True
