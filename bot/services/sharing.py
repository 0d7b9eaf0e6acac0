"""One question for many who ask it at the same moment.

Slack answers `usergroups.users.list` about 20 times a minute
(https://docs.slack.dev/apis/web-api/rate-limits): hundreds of operations that each looked at the
same list for themselves would use that up, be told to wait, and lapse. An answer, or a refusal, is
shared for ``AS_NOW`` seconds. That is for the second look at execution alone; where a person
decides, each decision asks for itself. Aura is asked in the same way for what is merely offered.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.core.base import ChannelId, GroupId, UserId
from bot.core.errors import ChatUnavailable
from bot.core.people import Standing
from bot.ports import ChannelFacts, Clock, Directory, Identity

#: Seconds: 20 questions a minute about one list, and no more.
AS_NOW = 3.0
MOST_REMEMBERED = 1000


@dataclass(frozen=True)
class _Asked:
    at: float
    answer: asyncio.Future[Any]

    def holds(self, now: float, kept: float) -> bool:
        """Whether this answer, or the one under way, is shared at ``now``."""
        if not self.answer.done():
            return True
        if self.answer.cancelled():
            return False
        trouble = self.answer.exception()
        if trouble is not None:
            kept = max(AS_NOW, trouble.retry_after if isinstance(trouble, ChatUnavailable) else 0.0)
        return now - self.at < kept


class Shared:
    """Answers for everybody who asks: those under way, and those of late.

    An answer is kept for ``kept`` seconds from its question, a refusal for ``AS_NOW``, or for as
    long as Slack asks to wait.
    """

    def __init__(self, clock: Clock, *, kept: float = AS_NOW) -> None:
        self._clock = clock
        self._kept = kept
        self._asked: dict[str, _Asked] = {}

    async def of(self, key: str, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Return the answer under this key; ``ask`` is called when there is none."""
        now = self._clock.monotonic()
        asked = self._asked.get(key)
        if asked is None or not asked.holds(now, self._kept):
            if len(self._asked) >= MOST_REMEMBERED:
                self._asked.clear()
            answer = asyncio.ensure_future(ask())
            answer.add_done_callback(_read)
            asked = self._asked[key] = _Asked(now, answer)
        return await asyncio.shield(asked.answer)  # one that gives up is not the others


class SharedDirectory:
    """Fulfils `bot.ports.Directory` by another one."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._shared = Shared(clock)

    async def me(self) -> Identity:
        """Return the bot's own identity."""
        return await self._directory.me()

    async def standing(self, user_id: UserId, *, live: bool = True) -> Standing:
        """Return what Slack says of a person, at most ``AS_NOW`` seconds ago."""
        found: Standing = await self._shared.of(
            f"user {user_id}", lambda: self._directory.standing(user_id, live=live)
        )
        return found

    async def members(self, group_id: GroupId, *, live: bool = True) -> tuple[UserId, ...]:
        """Return the members of a user group, at most ``AS_NOW`` seconds ago."""
        found: tuple[UserId, ...] = await self._shared.of(
            f"group {group_id}", lambda: self._directory.members(group_id, live=live)
        )
        return found

    async def channel(self, channel_id: ChannelId) -> ChannelFacts:
        """Return what Slack says of a channel, at most ``AS_NOW`` seconds ago."""
        found: ChannelFacts = await self._shared.of(
            f"channel {channel_id}", lambda: self._directory.channel(channel_id)
        )
        return found


def _read(answer: asyncio.Future[Any]) -> None:
    """Ask for the exception, lest asyncio complain when nobody waits any more."""
    if not answer.cancelled():
        answer.exception()
