"""What Slack may answer about people, for stories in which it answers something else."""

from collections.abc import Sequence

from bot.core.base import GroupId, UserId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.people import Standing
from bot.ports import ChannelFacts, Directory, Identity


class Altered:
    """Slack's directory with another answer about one person, or none about groups."""

    def __init__(
        self,
        real: Directory,
        *,
        standing: Standing | ChatFailed | None = None,
        groups: ChatFailed | None = None,
    ) -> None:
        self._real = real
        self._standing = standing
        self._groups = groups

    async def me(self) -> Identity:
        return await self._real.me()

    async def channel(self, channel_id: str) -> ChannelFacts:
        return await self._real.channel(channel_id)  # type: ignore[arg-type]

    async def standing(self, user_id: UserId, *, live: bool = True) -> Standing:
        if isinstance(self._standing, ChatFailed):
            raise self._standing
        if self._standing is not None and user_id == self._standing.person.user_id:
            return self._standing
        return await self._real.standing(user_id, live=live)

    async def members(self, group_id: GroupId, *, live: bool = True) -> Sequence[UserId]:
        if self._groups:
            raise self._groups
        return await self._real.members(group_id, live=live)


class Nameless(Altered):
    """A directory that does not say who the bot is."""

    async def me(self) -> Identity:
        raise ChatUnavailable("Slack did not answer (auth.test)", code="timeout")
