"""`conversations.*`: channels, their members and what was said in them.

Source: https://docs.slack.dev/reference/methods?family=conversations
"""

from sandbox.slack.api import SOME_DAY, Api, Args, Endpoint
from sandbox.slack.wire import Payload, SlackError
from sandbox.slack.world import Channel

_FAMILY = {"channel": "channels", "private": "groups", "app": "im"}
_TYPE = {"channel": "public_channel", "private": "private_channel", "app": "im"}


def _need(api: Api, channel: Channel, right: str) -> None:
    """Each kind of conversation has a scope of its own."""
    api.need_scope(f"{_FAMILY[channel.kind]}:{right}")


def _object(api: Api, channel: Channel) -> Payload:
    world = api.world
    found: Payload = {
        "id": channel.id,
        "created": SOME_DAY,
        "is_archived": channel.archived,
        "is_im": channel.kind == "app",
        "is_org_shared": False,
        "context_team_id": world.cast.team_id,
        "updated": SOME_DAY * 1000,
    }
    if channel.kind == "app":
        (other,) = channel.members - {world.app.bot_user_id}
        return found | {"user": other, "is_user_deleted": False, "priority": 0}
    teams = sorted({world.people[user].team_id for user in channel.members})
    if world.is_ext_shared(channel):
        found["conversation_host_id"] = world.cast.team_id
    return found | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_mpim": False,
        "is_private": channel.kind == "private",
        "is_general": channel.name == "general",
        "is_member": world.app.bot_user_id in channel.members,
        "is_shared": world.is_ext_shared(channel),
        "is_ext_shared": world.is_ext_shared(channel),
        "is_pending_ext_shared": False,
        "creator": world.cast.people[0].id,
        "unlinked": 0,
        "shared_team_ids": teams,
        "internal_team_ids": [world.cast.team_id],
        "pending_shared": [],
        "pending_connected_team_ids": [],
        "is_moved": 0,
        "parent_conversation": None,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def _at_length(api: Api, channel: Channel) -> Payload:
    """A conversation asked for by itself: as listed, with what only a member or a partner sees."""
    found = _object(api, channel)
    if channel.kind != "app" and found["is_member"]:
        found["last_read"] = "0000000000.000000"
    if "conversation_host_id" in found:
        home = found["conversation_host_id"]
        found["connected_team_ids"] = [t for t in found["shared_team_ids"] if t != home]
    return found


def _counted(channel: Channel) -> Payload:
    return {} if channel.kind == "app" else {"num_members": len(channel.members)}


def info(api: Api, args: Args) -> Payload:
    """`conversations.info`."""
    channel = api.channel(args.need("channel"))
    _need(api, channel, "read")
    found = _at_length(api, channel)
    if args.flag("include_num_members"):
        found |= _counted(channel)
    return {"channel": found}


def list_(api: Api, args: Args) -> Payload:
    """`conversations.list`: public channels unless `types` asks for others."""
    wanted = (args.text("types") or "public_channel").replace(" ", "").split(",")
    for kind, family in _FAMILY.items():
        if _TYPE[kind] in wanted:
            api.need_scope(f"{family}:read")
    bot = api.world.app.bot_user_id
    found = [
        channel
        for channel in api.world.channels.values()
        if _TYPE[channel.kind] in wanted
        and (channel.kind == "channel" or bot in channel.members)
        and not (channel.archived and args.flag("exclude_archived"))
    ]
    page, more = args.page(found)
    shown = [_object(api, each) | _counted(each) for each in page]
    return {"channels": shown, "response_metadata": more}


def members(api: Api, args: Args) -> Payload:
    """`conversations.members`."""
    channel = api.channel(args.need("channel"))
    _need(api, channel, "read")
    page, more = args.page(sorted(channel.members))
    return {"members": page, "response_metadata": more}


def join(api: Api, args: Args) -> Payload:
    """`conversations.join`: public channels only."""
    api.need_scope("channels:join")
    channel = api.channel(args.need("channel"))
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    channel.members.add(api.world.app.bot_user_id)
    api.world.changed()
    return {"channel": _at_length(api, channel)}


def open_(api: Api, args: Args) -> Payload:
    """`conversations.open`: the direct messages of one person and the app.

    https://docs.slack.dev/reference/methods/conversations.open lists `user_disabled`.
    """
    user = args.need("users")
    if "," in user:
        raise SlackError("method_not_supported_for_channel_type")
    person = api.world.people.get(user)
    if person is None:
        raise SlackError("user_not_found")
    if person.kind == "deactivated":
        raise SlackError("user_disabled")
    dm = api.world.dm_of(user)
    if dm is None:
        raise SlackError("cannot_dm_bot")
    whole = _object(api, dm) if args.flag("return_im") else {"id": dm.id}
    return {"no_op": True, "already_open": True, "channel": whole}


def replies(api: Api, args: Args) -> Payload:
    """`conversations.replies`: a root and its thread."""
    channel = api.channel(args.need("channel"))
    _need(api, channel, "history")
    root = channel.messages.get(args.need("ts"))
    if root is None or root.ephemeral_to:
        raise SlackError("thread_not_found")
    whole = [root, *channel.replies(root.ts)]
    page, more = args.page(whole)
    return {
        "messages": [api.message_object(each) for each in page],
        "has_more": bool(more["next_cursor"]),
        "response_metadata": more,
    }


def history(api: Api, args: Args) -> Payload:
    """`conversations.history`: roots, newest first."""
    channel = api.channel(args.need("channel"))
    _need(api, channel, "history")
    if api.world.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    roots = sorted(channel.roots, key=lambda message: message.ts, reverse=True)
    if oldest := args.text("oldest"):
        inclusive = args.flag("inclusive")
        roots = [m for m in roots if m.ts > oldest or (inclusive and m.ts == oldest)]
    page, more = args.page(roots)
    return {
        "messages": [api.message_object(each) for each in page],
        "has_more": bool(more["next_cursor"]),
        "response_metadata": more,
    }


ENDPOINTS = {
    "conversations.info": Endpoint(info),
    "conversations.list": Endpoint(list_),
    "conversations.members": Endpoint(members),
    "conversations.join": Endpoint(join),
    "conversations.open": Endpoint(open_, "im:write"),
    "conversations.replies": Endpoint(replies),
    "conversations.history": Endpoint(history),
}
