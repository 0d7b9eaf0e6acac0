"""Slack: what leaves for it, and who people are."""

from collections.abc import Mapping
from typing import Protocol

from bot.core.base import ChannelId, Frozen, GroupId, TeamId, UserId
from bot.core.people import Standing
from bot.views.kit import Message, View


class MessageRef(Frozen):
    """Where a message stands in Slack."""

    channel: ChannelId
    ts: str


class ChannelFacts(Frozen):
    """What Slack knows of a channel."""

    id: ChannelId
    name: str
    member: bool
    archived: bool = False
    external: bool = False


class Identity(Frozen):
    """Who the bot is in Slack."""

    team_id: TeamId
    user_id: UserId
    scopes: frozenset[str] = frozenset()


class Chat(Protocol):
    """Everything that leaves for Slack.

    Methods raise ChatFailed where Slack refuses this, ChatUnavailable where it does not do it now,
    and ChatLockedOut, a ChatUnavailable, where it takes the token no more.
    """

    async def post(
        self, channel: ChannelId, message: Message, *, thread_ts: str | None = None
    ) -> MessageRef:
        """Post a message, or a reply in a thread."""

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message of ours; the caller has taken an edit from the budget."""

    async def whisper(
        self, channel: ChannelId, to: UserId, message: Message, *, thread_ts: str | None = None
    ) -> None:
        """Show a message to one person in a channel."""

    async def dm(self, to: UserId, message: Message) -> MessageRef:
        """Write to one person."""

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Whisper where the bot may not be a member; 5 uses within 30 minutes.

        ``replace`` puts the message in the place of the one whose button was pressed.
        """

    async def open_view(self, trigger_id: str, view: View) -> str:
        """Open a modal and return its view id; the trigger lives 3 s and works once."""

    async def update_view(self, view_id: str, view: View, *, hash: str | None = None) -> None:
        """Replace a modal; with ``hash``, only if nobody changed it meanwhile."""

    async def publish_home(self, to: UserId, view: View) -> None:
        """Show a person's Home tab."""

    async def finish_step(
        self, execution: str, *, outputs: Mapping[str, str] | None = None, error: str = ""
    ) -> None:
        """Let a workflow go on behind a step of ours, with outputs; or end it with an error."""

    async def permalink(self, ref: MessageRef) -> str:
        """Return the address of a message."""


class Directory(Protocol):
    """Who people are, read live; methods raise ChatFailed, and the caller fails closed."""

    async def me(self) -> Identity:
        """Return the bot's own identity."""

    async def standing(self, user_id: UserId, *, live: bool = True) -> Standing:
        """Return what Slack says of a person now; not ``live``, at most 30 s ago."""

    async def members(self, group_id: GroupId, *, live: bool = True) -> tuple[UserId, ...]:
        """Return the members of a user group now; empty when it is disabled or unknown."""

    async def channel(self, channel_id: ChannelId) -> ChannelFacts:
        """Return what Slack says of a channel now."""
