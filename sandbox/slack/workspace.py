"""What an administrator changes: members, channels, groups, accounts and tokens."""

from datetime import timedelta

from sandbox.slack.acts import Acts
from sandbox.slack.cast import Person
from sandbox.slack.wire import Payload
from sandbox.slack.world import Channel, World


class Workspace:
    """The levers of the workspace. All ids are Slack ids; unknown ones raise KeyError."""

    def __init__(self, world: World, acts: Acts) -> None:
        self._world = world
        self._acts = acts

    def join(self, channel_id: str, user: str) -> None:
        """Put somebody into a channel; an external person makes it a shared one."""
        self._world.channels[channel_id].members.add(self._world.people[user].id)
        self._world.changed()

    def leave(self, channel_id: str, user: str) -> None:
        """Take somebody out of a channel."""
        self._world.channels[channel_id].members.discard(user)
        self._world.changed()

    def archive(self, channel_id: str, *, archived: bool = True) -> None:
        """Archive a channel, or bring it back."""
        self._world.channels[channel_id].archived = archived
        self._world.changed()

    def freeze(self, channel_id: str) -> None:
        """End the sharing of a channel: it stays to be read, and takes nothing more."""
        self._world.channels[channel_id].frozen = True
        self._world.changed()

    def restrict(self, channel_id: str) -> None:
        """Let only some people post in a channel, and no app."""
        self._world.channels[channel_id].restricted = True
        self._world.changed()

    def suspend(self, *, suspended: bool = True) -> None:
        """Take back the keys of the workspace's messages (Enterprise Key Management), or return."""
        self._world.suspended = suspended

    def close_edits(self, after: timedelta) -> None:
        """Let nobody edit a message that is older."""
        self._world.edit_window = after

    def rename(self, user: str, name: str) -> None:
        """Give somebody another handle and another name to show."""
        person = self._world.people[user]
        person.name, person.real_name = name.lower().replace(" ", "."), name
        self._world.changed()

    def deactivate(self, user: str) -> None:
        """Close an account; that of the bot is closed by whoever uninstalls the app.

        Groups and channels keep its id: who reads them must look twice.
        """
        self._world.people[user].kind = "deactivated"
        self._world.changed()

    def add_person(self, person: Person) -> None:
        """Somebody new joins the workspace."""
        self._world.people[person.id] = person
        self._world.open_dm(person)
        self._world.changed()

    async def edit_group(self, group_id: str, users: list[str]) -> None:
        """Set who is in a user group; the app hears `subteam_members_changed`."""
        group = self._world.groups[group_id]
        before, group.users = set(group.users), list(users)
        added, removed = sorted(set(users) - before), sorted(before - set(users))
        stamp = int(self._world.now().timestamp())
        self._world.changed()
        inner: Payload = {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": self._world.cast.team_id,
            "date_previous_update": stamp,
            "date_update": stamp,
            "added_users": added,
            "added_users_count": len(added),
            "removed_users": removed,
            "removed_users_count": len(removed),
            "event_ts": self._world.new_ts(),
        }
        await self._acts.event(inner)

    def disable_group(self, group_id: str) -> None:
        """Disable a user group: it is no longer listed."""
        self._world.groups[group_id].disabled = True
        self._world.changed()

    async def change_channel_id(self, old: str, new: str) -> Channel:
        """Give a channel another id, as happens when a private one is shared."""
        channel = self._world.channels.pop(old)
        channel.id, self._world.channels[new] = new, channel
        for message in channel.messages.values():
            message.channel = new
        self._world.changed()
        await self._acts.event(
            {
                "type": "channel_id_changed",
                "old_channel_id": old,
                "new_channel_id": new,
                "event_ts": self._world.new_ts(),
            }
        )
        return channel
