"""What a person does in channels: typing, commands, shortcuts; and what the app hears of it.

Where Slack would show the person a failure, they get it as a notice, and `SlackSaysError` is
raised with the same words.
"""

from typing import NoReturn

from sandbox.slack import payloads
from sandbox.slack.api import Api, client_msg_id
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.escaping import for_command, stored
from sandbox.slack.responses import Responses
from sandbox.slack.wire import Payload, Reply, SlackError, SlackSaysError
from sandbox.slack.world import Channel, Execution, Message

MESSAGE_EVENTS = {
    "channel": ("channel", "message.channels"),
    "private": ("group", "message.groups"),
    "app": ("im", "message.im"),
}
#: The scope without which an event does not come, as each event's page says; others need none
#: (https://docs.slack.dev/reference/events).
EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "subteam_members_changed": "usergroups:read",
}
NO_ANSWER = "Operation timed out. Apps need to respond within 3 seconds."
UNREACHABLE = "This app is not reachable right now. Try again later."
TURNED_OFF = "Sending messages to this app has been turned off."
TROUBLE = "We had some trouble connecting. Try again?"


class Acts:
    """Everything people do outside forms."""

    def __init__(self, api: Api, deliveries: Deliveries, responses: Responses) -> None:
        self._api = api
        self._world = api.world
        self._deliveries = deliveries
        self._responses = responses

    def told(self, user: str, text: str) -> NoReturn:
        """Slack tells `user` that this did not work."""
        self._world.notify(user, text)
        raise SlackSaysError(text)

    def acknowledged(self, user: str, reply: Reply) -> None:
        """Show `user` the failure of an interaction that the app did not take."""
        if not reply.acked:
            timed_out = reply.failure == "operation_timeout"
            self.told(user, NO_ANSWER if timed_out else UNREACHABLE)

    def present(self, user: str, channel_id: str) -> Channel:
        """The channel, if `user` is able to act in it."""
        person = self._world.people.get(user)
        channel = self._world.channels.get(channel_id)
        if person is None or person.kind in ("bot", "deactivated"):
            raise SlackSaysError("nobody can act as this person")
        if channel is None:
            raise SlackSaysError("there is no such channel")
        if user not in channel.members:
            self.told(user, f"You are not in #{channel.name}.")
        if channel.archived:
            self.told(user, f"#{channel.name} is archived.")
        return channel

    def writable(self, user: str, channel_id: str) -> Channel:
        """The channel, if `user` finds a place to type in there.

        https://github.com/slackapi/python-slack-sdk/issues/1015
        """
        channel = self.present(user, channel_id)
        app = self._world.app
        if channel.kind == "app" and (app.messages_read_only or not app.messages_tab):
            self.told(user, TURNED_OFF)
        return channel

    def message(self, user: str, channel_id: str, ts: str) -> Message:
        """A message that `user` sees."""
        channel = self._world.channels.get(channel_id)
        message = channel.messages.get(ts) if channel else None
        if message is None or message.deleted or message.ephemeral_to not in (None, user):
            raise SlackSaysError("there is no such message")
        return message

    async def command(
        self, user: str, channel_id: str, text: str, *, thread_ts: str | None = None
    ) -> None:
        """Type a slash command; it reaches the app only outside threads, and only from our team."""
        channel = self.writable(user, channel_id)
        name, _, rest = text.strip().partition(" ")
        offered = self._api.commands(self._world.people[user])
        declared = next((c for c in offered if c.command == name), None)
        if declared is None:
            self.told(user, f"{name} is not a valid command.")
        if thread_ts:
            self.told(user, f"{name} is not supported in threads. Sorry!")
        said = for_command(self._world, rest.strip(), should_escape=declared.should_escape)
        payload = payloads.command(self._api, declared, user=user, channel=channel, text=said)
        reply = await self._deliveries.send("slash_commands", payload, accepts_response=True)
        if not reply.acked:
            self.told(user, f'{name} failed with the error "{reply.failure}"')
        if reply.payload.get("response_type") == "in_channel":
            self._world.post(channel, user=user, text=f"{name} {said}".strip())
        if reply.payload:
            try:
                self._responses.post(user, channel.id, reply.payload)
            except SlackError as refusal:
                self.told(user, f'{name} failed with the error "{refusal.code}"')

    async def say(
        self, user: str, channel_id: str, text: str, *, thread_ts: str | None = None
    ) -> Message:
        """Write a message; a mention of the app becomes an `app_mention` where the app is in."""
        channel = self.writable(user, channel_id)
        root = channel.messages.get(thread_ts) if thread_ts else None
        if thread_ts and (root is None or root.thread_ts or root.ephemeral_to):
            raise SlackSaysError("there is no such thread")
        message = self._world.post(
            channel, user=user, text=stored(self._world, text), thread_ts=thread_ts
        )
        bot = self._world.app.bot_user_id
        inner: Payload = {
            "user": user,
            "text": message.text,
            "ts": message.ts,
            "team": self._world.people[user].team_id,
            "channel": channel.id,
            "event_ts": message.ts,
            "client_msg_id": client_msg_id(message),
        }
        if thread_ts:
            inner["thread_ts"] = thread_ts
        if bot in channel.members:
            kind, subscription = MESSAGE_EVENTS[channel.kind]
            event = {"type": "message", "channel_type": kind, **inner}
            if root is not None:
                event["parent_user_id"] = root.user
            await self.event(event, subscribed=subscription)
        if f"<@{bot}>" in message.text and channel.kind != "app":
            if bot in channel.members:
                await self.event({"type": "app_mention", **inner})
            else:
                self._world.notify(
                    user, f"{self._world.people[bot].real_name} is not in #{channel.name}."
                )
        return message

    async def run_step(self, callback_id: str, inputs: Payload) -> Execution:
        """Come to a custom step of a workflow; returns its run, which waits for the app.

        https://docs.slack.dev/reference/events/function_executed
        """
        world = self._world
        execution = Execution(id=world.new_id("Fx"), callback_id=callback_id)
        world.executions[execution.id] = execution
        inner: Payload = {
            "type": "function_executed",
            "function": {
                "id": "Fn0SAVEPNT1",
                "callback_id": callback_id,
                "title": callback_id,
                "type": "app",
                "app_id": world.app.id,
            },
            "inputs": inputs,
            "function_execution_id": execution.id,
            "workflow_execution_id": world.new_id("Wx"),
            "event_ts": world.new_ts(),
            "bot_access_token": f"xwfp-sandbox-{execution.id}",
        }
        await self.event(inner)
        return execution

    async def event(self, inner: Payload, *, subscribed: str = "") -> None:
        """Send an event, if the app is subscribed to it and holds the scope that it needs."""
        name = subscribed or inner["type"]
        allowed = EVENT_SCOPES.get(name, "") in ("", *self._api.scopes())
        if name in self._world.app.events and allowed:
            await self._deliveries.send("events_api", payloads.event(self._api, inner))

    async def open_home(self, user: str) -> None:
        """Open the app's Home tab."""
        dm = self._world.dm_of(user)
        if dm is None:
            raise SlackSaysError("nobody can act as this person")
        inner: Payload = {
            "type": "app_home_opened",
            "user": user,
            "channel": dm.id,
            "tab": "home",
            "event_ts": self._world.new_ts(),
        }
        home = self._api.views.home(user)
        if home is not None:
            inner["view"] = self._api.views.render(home)
        await self.event(inner)

    async def shortcut(self, user: str, callback_id: str) -> None:
        """Use a global shortcut."""
        self._declared(user, "global", callback_id)
        payload = payloads.global_shortcut(self._api, user, callback_id)
        self.acknowledged(user, await self._deliveries.send("interactive", payload))

    async def message_shortcut(self, user: str, callback_id: str, channel_id: str, ts: str) -> None:
        """Use a shortcut on a message."""
        self.present(user, channel_id)
        self._declared(user, "message", callback_id)
        message = self.message(user, channel_id, ts)
        payload = payloads.message_shortcut(self._api, user, callback_id, message)
        self.acknowledged(user, await self._deliveries.send("interactive", payload))

    def delete(self, user: str, channel_id: str, ts: str) -> None:
        """Delete a message, as its author or as somebody who may delete any."""
        self.present(user, channel_id)
        self._world.delete(self.message(user, channel_id, ts))

    def _declared(self, user: str, kind: str, callback_id: str) -> None:
        person = self._world.people.get(user)
        if person is None or person.kind in ("bot", "deactivated"):
            raise SlackSaysError("nobody can act as this person")
        known = {(str(s.kind), s.callback_id) for s in self._api.shortcuts(person)}
        if (kind, callback_id) not in known:
            self.told(user, "This shortcut does not exist.")
