"""What goes out to Slack and what is asked of it: messages, views, and who people are."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from bot.adapters.slack_door import SlackDoor
from bot.core.base import ChannelId, GroupId, TeamId, UserId
from bot.core.errors import ChatFailed, ChatUnavailable
from bot.core.people import Person, Standing
from bot.ports import Budget, ChannelFacts, Clock, Identity, MessageRef
from bot.views.kit import Message, View

#: How long an answer about a person or a group may be reused where nothing is decided by it.
RECENT = 30.0
#: ``chat.postMessage`` is about 1 a second and channel
#: (https://docs.slack.dev/apis/web-api/rate-limits).
POSTS = "chat.postMessage"
#: Seconds that a message waits for its turn in a busy channel; then others are told meanwhile.
PATIENCE = 5.0


class SlackChat:
    """Fulfils `bot.ports.Chat`."""

    def __init__(
        self, door: SlackDoor, budget: Budget, clock: Clock, http: httpx.AsyncClient
    ) -> None:
        self._door = door
        self._budget = budget
        self._clock = clock
        self._http = http

    async def post(
        self, channel: ChannelId, message: Message, *, thread_ts: str | None = None
    ) -> MessageRef:
        """Post a message, keeping to one a second in each channel.

        Raises ChatUnavailable when others were faster for PATIENCE seconds.
        """
        until = self._clock.monotonic() + PATIENCE
        while wait := await self._budget.take(f"{POSTS}:{channel}"):
            if self._clock.monotonic() + wait > until:
                raise ChatUnavailable("the channel is busy", code="budget", retry_after=wait)
            await self._clock.sleep(wait)
        answer = await self._door.call(
            "chat.postMessage",
            channel=channel,
            unfurl_links=False,
            unfurl_media=False,
            **_body(message),
            **({"thread_ts": thread_ts} if thread_ts else {}),
        )
        return MessageRef(channel=ChannelId(answer["channel"]), ts=answer["ts"])

    async def edit(self, ref: MessageRef, message: Message) -> None:
        """Replace a message of ours."""
        await self._door.call("chat.update", channel=ref.channel, ts=ref.ts, **_body(message))

    async def whisper(
        self, channel: ChannelId, to: UserId, message: Message, *, thread_ts: str | None = None
    ) -> None:
        """Show a message to one person."""
        await self._door.call(
            "chat.postEphemeral",
            channel=channel,
            user=to,
            **_body(message),
            **({"thread_ts": thread_ts} if thread_ts else {}),
        )

    async def dm(self, to: UserId, message: Message) -> MessageRef:
        """Write to one person; Slack opens the conversation for a user id."""
        return await self.post(ChannelId(to), message)

    async def respond(self, response_url: str, message: Message, *, replace: bool = False) -> None:
        """Whisper through a response URL, which works in channels without the bot."""
        try:
            answer = await self._http.post(
                response_url,
                json={
                    "response_type": "ephemeral",
                    "replace_original": replace,
                    **_body(message),
                },
            )
        except httpx.HTTPError as absent:
            raise ChatUnavailable("Slack did not answer", code=type(absent).__name__) from None
        if answer.status_code != 200:
            raise ChatFailed("Slack refused the reply", code=f"http_{answer.status_code}")

    async def open_view(self, trigger_id: str, view: View) -> str:
        """Open a modal."""
        answer = await self._door.call("views.open", trigger_id=trigger_id, view=view)
        return str(answer["view"]["id"])

    async def update_view(self, view_id: str, view: View, *, hash: str | None = None) -> None:
        """Replace a modal."""
        await self._door.call(
            "views.update", view_id=view_id, view=view, **({"hash": hash} if hash else {})
        )

    async def publish_home(self, to: UserId, view: View) -> None:
        """Show a person's Home tab."""
        await self._door.call("views.publish", user_id=to, view=view)

    async def finish_step(
        self, execution: str, *, outputs: Mapping[str, str] | None = None, error: str = ""
    ) -> None:
        """Let a workflow go on, or end it.

        https://docs.slack.dev/reference/methods/functions.completeSuccess
        """
        run = {"function_execution_id": execution}
        if error:
            await self._door.call("functions.completeError", **run, error=error[:1000])
        else:
            await self._door.call("functions.completeSuccess", **run, outputs=dict(outputs or {}))

    async def permalink(self, ref: MessageRef) -> str:
        """Return the address of a message."""
        answer = await self._door.call(
            "chat.getPermalink", http_verb="GET", channel=ref.channel, message_ts=ref.ts
        )
        return str(answer["permalink"])


class SlackDirectory:
    """Fulfils `bot.ports.Directory`."""

    def __init__(self, door: SlackDoor, clock: Clock) -> None:
        self._door = door
        self._clock = clock
        self._recent: dict[str, tuple[float, Any]] = {}
        self._identity: Identity | None = None

    async def me(self) -> Identity:
        """Return the bot's own identity; asked for once."""
        if self._identity is None:
            self._identity = await self._door.identify()
        return self._identity

    async def standing(self, user_id: UserId, *, live: bool = True) -> Standing:
        """Return what `users.info` says (https://docs.slack.dev/reference/objects/user-object).

        There is no single flag for people of other workspaces: a stranger, or another team in the
        user or its profile, is external.
        """

        async def ask() -> Standing:
            home = (await self.me()).team_id
            answer = await self._door.call("users.info", http_verb="GET", user=user_id)
            user = answer["user"]
            profile = user.get("profile") or {}
            teams = {t for t in (user.get("team_id"), profile.get("team")) if t}
            return Standing(
                person=Person(team_id=TeamId(user.get("team_id") or home), user_id=user_id),
                name=str(user.get("real_name") or user.get("name") or ""),
                deactivated=bool(user.get("deleted")),
                bot=bool(user.get("is_bot")),
                guest=bool(user.get("is_restricted")) or bool(user.get("is_ultra_restricted")),
                invited=bool(user.get("is_invited_user")),
                external=bool(user.get("is_stranger")) or bool(teams - {home}),
            )

        found: Standing = await self._ask(f"user:{user_id}", ask, live)
        return found

    async def members(self, group_id: GroupId, *, live: bool = True) -> tuple[UserId, ...]:
        """Return the members of a user group; a disabled or unknown group has none."""

        async def ask() -> tuple[UserId, ...]:
            try:
                answer = await self._door.call(
                    "usergroups.users.list", http_verb="GET", usergroup=group_id
                )
            except ChatUnavailable:
                raise
            except ChatFailed as refusal:
                if refusal.code in ("no_such_subteam", "subteam_not_found"):
                    return ()
                raise
            return tuple(UserId(u) for u in answer.get("users") or ())

        found: tuple[UserId, ...] = await self._ask(f"group:{group_id}", ask, live)
        return found

    async def channel(self, channel_id: ChannelId) -> ChannelFacts:
        """Return what `conversations.info` says of a channel."""
        answer = await self._door.call("conversations.info", http_verb="GET", channel=channel_id)
        channel = answer["channel"]
        return ChannelFacts(
            id=channel_id,
            name=str(channel.get("name") or channel_id),
            member=bool(channel.get("is_member") or channel.get("is_im")),
            archived=bool(channel.get("is_archived")),
            external=bool(channel.get("is_ext_shared")),
        )

    async def _ask(self, key: str, ask: Callable[[], Awaitable[Any]], live: bool) -> Any:
        now = self._clock.monotonic()
        if not live and key in self._recent and now - self._recent[key][0] < RECENT:
            return self._recent[key][1]
        answer = await ask()
        if len(self._recent) > 5000:
            self._recent.clear()
        self._recent[key] = (now, answer)
        return answer


def _body(message: Message) -> dict[str, Any]:
    return {"text": message.text, "blocks": list(message.blocks)}
