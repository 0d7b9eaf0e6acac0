"""`auth.*`, `users.*`, `usergroups.*` and `apps.*`: who there is, and who is asking.

Sources: https://docs.slack.dev/reference/objects/user-object and
https://docs.slack.dev/reference/objects/usergroup-object
"""

from sandbox.slack.api import SOME_DAY, Api, Args, Endpoint
from sandbox.slack.cast import Person, UserGroup
from sandbox.slack.wire import Payload, SlackError


def user_object(api: Api, person: Person) -> Payload:
    """A person as `users.info` shows them; somebody deactivated has fewer keys."""
    avatar = f"{api.world.base_url}/avatars/{person.id}.png"
    profile: Payload = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "first_name": person.real_name.partition(" ")[0],
        "last_name": person.real_name.partition(" ")[2],
        "phone": "",
        "skype": "",
        "title": person.title,
        "team": person.team_id,
        "status_text": "",
        "status_emoji": "",
        "status_emoji_display_info": [],
        "status_expiration": 0,
        "status_text_canonical": "",
        "avatar_hash": "",
        **{f"image_{size}": avatar for size in (24, 32, 48, 72, 192, 512)},
    }
    if person.kind == "bot":
        app = api.world.app
        profile |= {"api_app_id": app.id, "bot_id": app.bot_id, "always_active": True}
    found: Payload = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.kind == "deactivated",
        "profile": profile,
        "is_bot": person.kind == "bot",
        "is_app_user": False,
        "updated": SOME_DAY,
    }
    if person.kind == "deactivated":
        return found
    if api.world.is_external(person):
        found["is_stranger"] = True
    if person.kind == "invited":
        found["is_invited_user"] = True
    return found | {
        "color": "4bbe2e",
        "real_name": person.real_name,
        "tz": "Europe/Berlin",
        "tz_label": "Central European Time",
        "tz_offset": 3600,
        "is_admin": False,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.kind in ("guest", "single_channel_guest"),
        "is_ultra_restricted": person.kind == "single_channel_guest",
        "is_email_confirmed": True,
        "who_can_share_contact_card": "EVERYONE",
    }


def auth_test(api: Api, _args: Args) -> Payload:
    """`auth.test`."""
    world = api.world
    return {
        "url": f"{world.base_url}/",
        "team": world.cast.team_name,
        "user": world.people[world.app.bot_user_id].name,
        "team_id": world.cast.team_id,
        "user_id": world.app.bot_user_id,
        "bot_id": world.app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(api: Api, _args: Args) -> Payload:
    """`apps.connections.open`: an address for one Socket Mode connection."""
    return {"url": api.new_socket_url()}


def users_info(api: Api, args: Args) -> Payload:
    """`users.info`."""
    person = api.world.people.get(args.need("user"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": user_object(api, person)}


def users_list(api: Api, args: Args) -> Payload:
    """`users.list`: everybody, the deactivated too."""
    page, more = args.page(list(api.world.people.values()))
    return {
        "members": [user_object(api, each) for each in page],
        "cache_ts": int(api.world.now().timestamp()),
        "response_metadata": more,
    }


def _group(api: Api, group: UserGroup, args: Args) -> Payload:
    creator = api.world.cast.people[0].id
    found: Payload = {
        "id": group.id,
        "team_id": api.world.cast.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_create": SOME_DAY,
        "date_update": SOME_DAY,
        "date_delete": SOME_DAY if group.disabled else 0,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": creator,
        "updated_by": creator,
        "deleted_by": creator if group.disabled else None,
        "prefs": {"channels": [], "groups": []},
        "user_count": len(group.users),
        "channel_count": 0,
    }
    if args.flag("include_users"):
        found["users"] = list(group.users)
    return found


def usergroups_list(api: Api, args: Args) -> Payload:
    """`usergroups.list`: disabled ones on demand."""
    groups = [
        group
        for group in api.world.groups.values()
        if not group.disabled or args.flag("include_disabled")
    ]
    return {"usergroups": [_group(api, each, args) for each in groups]}


def usergroups_users_list(api: Api, args: Args) -> Payload:
    """`usergroups.users.list`: the ids in one group."""
    group = api.world.groups.get(args.need("usergroup"))
    if group is None or (group.disabled and not args.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


ENDPOINTS = {
    "auth.test": Endpoint(auth_test),
    "apps.connections.open": Endpoint(connections_open),
    "users.info": Endpoint(users_info, "users:read"),
    "users.list": Endpoint(users_list, "users:read"),
    "usergroups.list": Endpoint(usergroups_list, "usergroups:read"),
    "usergroups.users.list": Endpoint(usergroups_users_list, "usergroups:read"),
}
