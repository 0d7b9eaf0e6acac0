"""What every Web API method works with: the arguments it was given and the workspace it acts on."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sandbox.slack.cast import Command, Person, Shortcut
from sandbox.slack.tickets import Tickets
from sandbox.slack.views import Views
from sandbox.slack.wire import Payload, SlackError
from sandbox.slack.world import Channel, Message, World

_TRUE = ("true", "1", True)
PAGE_MAX = 1000
SOME_DAY = 1_767_225_600
"""When everything in the workspace was made, in epoch seconds."""

T = TypeVar("T")


class Args:
    """The arguments of one call, be they from a query, a form or a JSON body."""

    def __init__(self, given: Payload) -> None:
        self.given = given

    def text(self, key: str) -> str:
        """A string, empty when it is not given."""
        value = self.given.get(key)
        return "" if value is None else str(value)

    def need(self, key: str) -> str:
        """A string that must be given."""
        value = self.text(key)
        if not value:
            messages = [f"[ERROR] missing required field: {key}"]
            raise SlackError("invalid_arguments", response_metadata={"messages": messages})
        return value

    def flag(self, key: str) -> bool:
        """A yes or no, in any of the ways it is sent."""
        return self.given.get(key) in _TRUE

    def number(self, key: str, default: int) -> int:
        """A whole number."""
        try:
            return int(self.given.get(key, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_arguments") from None

    def json(self, key: str, error: str) -> object:
        """A JSON value, sent as such or as a string; None when it is not given."""
        value: object = self.given.get(key)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise SlackError(error) from None
        return value

    def page(self, items: list[T]) -> tuple[list[T], Payload]:
        """The page of `items` that was asked for, and the `response_metadata` that leads on."""
        limit = min(max(self.number("limit", 100), 1), PAGE_MAX)
        try:
            start = int(b64decode(self.text("cursor")) or b"0")
        except ValueError:
            raise SlackError("invalid_cursor") from None
        more = start + limit < len(items)
        following = b64encode(str(start + limit).encode()).decode() if more else ""
        return items[start : start + limit], {"next_cursor": following}


@dataclass(frozen=True, slots=True)
class Api:
    """The workspace as the Web API reaches it."""

    world: World
    views: Views
    tickets: Tickets
    scopes: Callable[[], tuple[str, ...]]
    new_socket_url: Callable[[], str]

    def need_scope(self, scope: str) -> None:
        """Refuse the call unless the bot token carries `scope`."""
        provided = self.scopes()
        if scope not in provided:
            raise SlackError("missing_scope", needed=scope, provided=",".join(provided))

    def commands(self, person: Person) -> tuple[Command, ...]:
        """The slash commands that `person` finds: none from another team, none without the scope.

        https://docs.slack.dev/reference/scopes/commands
        """
        found = "commands" in self.scopes() and not self.world.is_external(person)
        return self.world.app.commands if found else ()

    def shortcuts(self, person: Person) -> tuple[Shortcut, ...]:
        """The shortcuts that `person` finds; they need the same scope as commands."""
        found = "commands" in self.scopes() and not self.world.is_external(person)
        return self.world.app.shortcuts if found else ()

    def channel(self, channel_id: str) -> Channel:
        """A conversation that the app can see: a public one, or one it is in, and none frozen.

        https://docs.slack.dev/apis/slack-connect
        """
        channel = self.seen(channel_id)
        if channel.frozen:
            raise SlackError("channel_not_found")
        return channel

    def seen(self, channel_id: str) -> Channel:
        """A conversation that the app can see, or could before it was frozen."""
        channel = self.world.channels.get(channel_id)
        if channel is None:
            raise SlackError("channel_not_found")
        if channel.kind != "channel" and self.world.app.bot_user_id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def writable(self, channel_id: str) -> Channel:
        """A conversation that the app may post to; a user id stands for the direct messages.

        Those with somebody deactivated stay, and take messages that nobody reads
        (https://github.com/slackapi/python-slack-sdk/issues/1156); new ones cannot be opened.
        """
        if self.world.suspended:
            raise SlackError("ekm_access_denied")
        if channel_id[:1] in ("U", "W"):
            dm = self.world.dm_of(channel_id)
            if dm is None or channel_id not in self.world.people:
                raise SlackError("channel_not_found")
            channel_id = dm.id
        channel = self.channel(channel_id)
        if channel.kind == "app" and not self.world.app.messages_tab:
            raise SlackError("messages_tab_disabled")
        if channel.archived:
            raise SlackError("is_archived")
        outside = self.world.app.bot_user_id not in channel.members
        if outside and "chat:write.public" not in self.scopes():
            raise SlackError("not_in_channel")
        if channel.restricted:
            raise SlackError("restricted_action")
        return channel

    def own_message(self, channel: Channel, ts: str, error: str) -> Message:
        """The app's own message at `ts`, not a whisper; `error` when it is somebody else's."""
        message = channel.messages.get(ts)
        if message is None or message.deleted or message.ephemeral_to:
            raise SlackError("message_not_found")
        if message.user != self.world.app.bot_user_id:
            raise SlackError(error)
        return message

    def message_object(self, message: Message) -> Payload:
        """A message as Slack sends it in answers, events and interactions."""
        channel = self.world.channels[message.channel]
        replies = channel.replies(message.ts)
        found = self.message_alone(message)
        if message.thread_ts:
            root = channel.messages.get(message.thread_ts)
            found["thread_ts"] = message.thread_ts
            if root is not None:
                found["parent_user_id"] = root.user
        elif replies:
            users = sorted({reply.user for reply in replies})
            found |= {
                "thread_ts": message.ts,
                "reply_count": len(replies),
                "reply_users_count": len(users),
                "reply_users": users,
                "latest_reply": replies[-1].ts,
                "is_locked": False,
                "subscribed": False,
            }
        return found

    def message_alone(self, message: Message) -> Payload:
        """A message without a word about its thread."""
        world = self.world
        found: Payload = {
            "type": "message",
            "user": message.user,
            "ts": message.ts,
            "text": message.text,
            "team": world.people[message.user].team_id,
        }
        if message.user == world.app.bot_user_id:
            found |= {
                "bot_id": world.app.bot_id,
                "app_id": world.app.id,
                "bot_profile": self._bot_profile(),
            }
        else:
            found["client_msg_id"] = client_msg_id(message)
        if message.blocks:
            found["blocks"] = message.blocks
        if message.metadata:
            found["metadata"] = message.metadata
        if message.edited_ts:
            found["edited"] = {"user": world.app.bot_id, "ts": message.edited_ts}
        if message.deleted:
            found |= {"subtype": "tombstone", "text": "This message was deleted."}
        return found

    def _bot_profile(self) -> Payload:
        world, app = self.world, self.world.app
        icon = f"{world.base_url}/avatars/{app.bot_user_id}.png"
        return {
            "id": app.bot_id,
            "app_id": app.id,
            "name": world.people[app.bot_user_id].real_name,
            "icons": {f"image_{size}": icon for size in (36, 48, 72)},
            "deleted": False,
            "updated": SOME_DAY,
            "team_id": world.cast.team_id,
        }


def client_msg_id(message: Message) -> str:
    """The id that the client of a person gave their message: a UUID, always the same one."""
    return str(UUID(int=int(message.ts.replace(".", ""))))


Method = Callable[[Api, Args], Payload]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method, and the scope it always needs (empty: none)."""

    run: Method
    scope: str = ""
