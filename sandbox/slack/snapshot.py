"""What one person sees of the workspace, as the page takes it."""

from sandbox.slack.api import Api
from sandbox.slack.wire import Payload
from sandbox.slack.world import Channel, Message


def seen_by(api: Api, user: str, *, speed: float) -> Payload:
    """The whole state for `user` (KeyError for nobody known)."""
    world = api.world
    me = world.people[user]
    channels = [
        channel
        for channel in world.channels.values()
        if me.id in channel.members or (channel.kind == "channel" and not world.is_external(me))
    ]
    home = api.views.home(user)
    return {
        "rev": world.rev,
        "now": world.now().isoformat(),
        "speed": speed,
        "me": me.id,
        "team": {"id": world.cast.team_id, "name": world.cast.team_name},
        "people": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "title": person.title,
                "kind": person.kind,
            }
            for person in world.people.values()
        ],
        "channels": [_channel(api, me.id, channel) for channel in channels],
        "messages": {
            channel.id: [_message(api, message) for message in world.visible(me.id, channel)]
            for channel in channels
        },
        "views": [
            api.views.render(view) | {"errors": view.errors} for view in api.views.stack(me.id)
        ],
        "home": api.views.render(home) if home else None,
        "usergroups": [
            {"id": group.id, "handle": group.handle, "users": group.users}
            for group in world.groups.values()
            if not group.disabled
        ],
        "commands": [
            {
                "command": each.command,
                "usage_hint": each.usage_hint,
                "description": each.description,
            }
            for each in api.commands(me)
        ],
        "shortcuts": [
            {"type": each.kind, "callback_id": each.callback_id, "name": each.name}
            for each in api.shortcuts(me)
        ],
        "notices": [
            {"at": notice.at.isoformat(), "text": notice.text}
            for notice in world.notices
            if notice.user == me.id
        ],
    }


def _channel(api: Api, user: str, channel: Channel) -> Payload:
    unread, mentions = api.world.unread(user, channel)
    member = user in channel.members
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "member": member,
        "archived": channel.archived,
        "read_only": channel.kind == "app" and api.world.app.messages_read_only,
        "bot_in": api.world.app.bot_user_id in channel.members,
        "unread": unread if member else 0,
        "mentions": mentions if member else 0,
    }


def _message(api: Api, message: Message) -> Payload:
    found: Payload = {
        "ts": message.ts,
        "user": message.user,
        "bot": message.bot,
        "text": message.text,
        "blocks": message.blocks,
        "edited": message.edited,
        "ephemeral": message.ephemeral_to is not None,
        "deleted": message.deleted,
        "permalink": api.world.permalink(message),
    }
    replies = len(api.world.channels[message.channel].replies(message.ts))
    if message.thread_ts:
        found["thread_ts"] = message.thread_ts
    if replies:
        found["reply_count"] = replies
    return found
