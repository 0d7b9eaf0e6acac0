"""The workspace as it stands: people, channels, messages, and what has changed."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Literal

from sandbox.slack.cast import App, Cast, Person, UserGroup
from sandbox.slack.wire import Now, Payload

ChannelKind = Literal["channel", "private", "app"]


@dataclass(slots=True)
class Message:
    """One message. `ephemeral_to` names the only person who sees it; `thread_ts` its root.

    `edited` is the mark that people see; `edited_ts` is set by every edit.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Payload] = field(default_factory=list)
    bot: bool = False
    thread_ts: str | None = None
    metadata: Payload | None = None
    edited: bool = False
    edited_ts: str = ""
    ephemeral_to: str | None = None
    deleted: bool = False


@dataclass(slots=True)
class Channel:
    """A conversation: a channel, a private one, or the direct messages of a person and the app."""

    id: str
    name: str
    kind: ChannelKind
    members: set[str]
    archived: bool = False
    frozen: bool = False
    """Its connection to another workspace has ended: it is only read."""
    restricted: bool = False
    """A preference of the workspace keeps apps from posting in it."""
    messages: dict[str, Message] = field(default_factory=dict)
    threads: dict[str, list[Message]] = field(default_factory=dict)

    def add(self, message: Message) -> None:
        """Put a message in, and into its thread."""
        self.messages[message.ts] = message
        if message.thread_ts:
            self.threads.setdefault(message.thread_ts, []).append(message)

    @property
    def roots(self) -> Iterator[Message]:
        """Messages outside threads, ephemeral ones excepted."""
        return (m for m in self.messages.values() if not m.thread_ts and not m.ephemeral_to)

    def replies(self, ts: str) -> list[Message]:
        """What stands in the thread under `ts`, ephemeral and deleted ones excepted."""
        return [m for m in self.threads.get(ts, []) if not m.ephemeral_to and not m.deleted]


@dataclass(slots=True)
class Execution:
    """One run of a custom step in a workflow; it waits until the app completes it."""

    id: str
    callback_id: str
    outputs: Payload | None = None
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether the app has completed it."""
        return self.outputs is not None or bool(self.error)


@dataclass(frozen=True, slots=True)
class Notice:
    """What Slack itself told a person."""

    at: datetime
    user: str
    text: str


def spelt_out(value: Any) -> Any:
    """JSON in which each text object says what it leaves to the default, as Slack sends it back."""
    if isinstance(value, list):
        return [spelt_out(each) for each in value]
    if not isinstance(value, dict):
        return value
    default = {"plain_text": {"emoji": True}, "mrkdwn": {"verbatim": False}}
    added = default.get(str(value.get("type")), {})
    return {key: spelt_out(each) for key, each in value.items()} | {
        key: each for key, each in added.items() if key not in value
    }


class World:
    """All that a workspace remembers. Nothing here talks to anybody."""

    def __init__(self, *, cast: Cast, now: Now) -> None:
        self.cast = cast
        self.now = now
        self.base_url = "http://127.0.0.1"
        self.people: dict[str, Person] = {each.id: each for each in cast.people}
        self.groups: dict[str, UserGroup] = {each.id: each for each in cast.groups}
        self.channels: dict[str, Channel] = {}
        for seed in cast.channels:
            kind: ChannelKind = "private" if seed.private else "channel"
            made = Channel(seed.id, seed.name, kind, set(seed.members), seed.archived)
            self.channels[seed.id] = made
        for person in cast.people:
            if person.kind not in ("bot", "deactivated"):
                self.open_dm(person)
        self.notices: list[Notice] = []
        self.executions: dict[str, Execution] = {}
        self.edit_window: timedelta | None = None
        """How old a message may be that is edited; None: any age."""
        self.suspended = False
        """Administrators have suspended all posting by taking back their keys."""
        self.rev = 1
        self.watchers: set[asyncio.Event] = set()
        self._last_read: dict[tuple[str, str], str] = defaultdict(str)
        self._last_micros = 0
        self._ids = count(1)

    @property
    def app(self) -> App:
        """The app under test."""
        return self.cast.app

    def changed(self) -> None:
        """Something is different now: wake everybody who watches."""
        self.rev += 1
        for watcher in self.watchers:
            watcher.set()

    def new_id(self, prefix: str) -> str:
        """An id that no other thing has, as `Ev0000000007`."""
        return f"{prefix}{next(self._ids):010d}"

    def new_ts(self) -> str:
        """A message time stamp: now, and later than every one before."""
        micros = max(int(self.now().timestamp() * 1_000_000), self._last_micros + 1)
        self._last_micros = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def open_dm(self, person: Person) -> Channel:
        """Make the direct messages of a person and the app."""
        dm = f"D{person.id[1:]}"
        members = {person.id, self.cast.app.bot_user_id}
        self.channels[dm] = Channel(dm, self._app_name(), "app", members)
        return self.channels[dm]

    def _app_name(self) -> str:
        return self.people[self.cast.app.bot_user_id].real_name

    def dm_of(self, user: str) -> Channel | None:
        """The direct messages of a person and the app; None for a bot or somebody deactivated."""
        return self.channels.get(f"D{user[1:]}")

    def is_external(self, person: Person) -> bool:
        """From another workspace (https://docs.slack.dev/apis/slack-connect)."""
        return person.team_id != self.cast.team_id

    def is_ext_shared(self, channel: Channel) -> bool:
        """Whether anybody from another workspace is in it."""
        return channel.kind != "app" and any(
            self.is_external(self.people[user]) for user in channel.members
        )

    def post(
        self,
        channel: Channel,
        *,
        user: str,
        text: str,
        blocks: list[Payload] | None = None,
        thread_ts: str | None = None,
        metadata: Payload | None = None,
        ephemeral_to: str | None = None,
    ) -> Message:
        """Put a message into a channel, now. Blocks without a `block_id` are given one."""
        message = Message(
            channel=channel.id,
            ts=self.new_ts(),
            user=user,
            text=text,
            blocks=self.kept(blocks or []),
            bot=self.people[user].kind == "bot",
            thread_ts=thread_ts,
            metadata=metadata,
            ephemeral_to=ephemeral_to,
        )
        channel.add(message)
        if not message.bot:
            self._last_read[user, channel.id] = message.ts
        self.changed()
        return message

    def kept(self, blocks: list[Payload]) -> list[Payload]:
        """A copy of `blocks` as Slack keeps it: every block has an id, every text all its keys."""
        copied: list[Payload] = spelt_out(json.loads(json.dumps(blocks)))
        for block in copied:
            block.setdefault("block_id", self.new_id("b"))
        return copied

    def delete(self, message: Message) -> None:
        """Take a message away. A root with replies leaves a tombstone, and the thread stays."""
        channel = self.channels[message.channel]
        message.deleted, message.text, message.blocks = True, "", []
        if not channel.replies(message.ts):
            del channel.messages[message.ts]
        self.changed()

    def visible(self, user: str, channel: Channel) -> list[Message]:
        """What `user` sees in a channel, oldest first: roots, replies, and whispers to them."""
        if user not in channel.members and channel.kind != "channel":
            return []
        return [m for m in channel.messages.values() if m.ephemeral_to in (None, user)]

    def read(self, user: str, channel: Channel) -> None:
        """`user` has seen all there is."""
        if channel.messages:
            self._last_read[user, channel.id] = max(channel.messages)
        self.changed()

    def unread(self, user: str, channel: Channel) -> tuple[int, int]:
        """How many messages are new to `user`, and how many of them call for their attention.

        As in Slack, replies count when they mention the reader; in direct messages all count.
        """
        seen = self._last_read[user, channel.id]
        new = [
            m
            for m in self.visible(user, channel)
            if m.ts > seen and m.user != user and not m.ephemeral_to and not m.deleted
        ]
        calls = [m for m in new if channel.kind == "app" or self.mentions(user, m)]
        roots = [m for m in new if not m.thread_ts or m in calls]
        return len(roots), len(calls)

    def mentions(self, user: str, message: Message) -> bool:
        """Whether a message calls `user` by id, by a group they are in, or by calling everybody."""
        said = message.text + json.dumps(message.blocks, ensure_ascii=False)
        groups = [group.id for group in self.groups.values() if user in group.users]
        called = [f"<@{user}", *(f"<!subteam^{group}" for group in groups)]
        return any(each in said for each in [*called, "<!channel", "<!here", "<!everyone"])

    def notify(self, user: str, text: str) -> None:
        """Slack itself tells `user` something."""
        self.notices.append(Notice(self.now(), user, text))
        self.changed()

    def permalink(self, message: Message) -> str:
        """The address of a message, on this server."""
        link = f"{self.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
        if message.thread_ts:
            link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
        return link
