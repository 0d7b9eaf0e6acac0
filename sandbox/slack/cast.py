"""The cast of the sandbox: a workspace, its channels, the people in it, and the app under test."""

from dataclasses import dataclass, field
from typing import Literal

from sandbox.slack.wire import Payload

PersonKind = Literal[
    "member", "guest", "single_channel_guest", "invited", "external", "bot", "deactivated"
]

TEAM_ID = "T0SANDBOX1"
PARTNER_TEAM_ID = "T0PARTNER1"

REQUESTER = "U0REQUEST1"
APPROVER_ONE = "U0APPROVE1"
APPROVER_TWO = "U0APPROVE2"
GUEST = "U0GUEST001"
EXTERNAL = "U0EXTERNAL"
DEACTIVATED = "U0GONE0001"
BOT = "U0SAVEBOT1"

OPS_PRODUCTION = "C0PRODUCT1"
OPS_STAGING = "C0STAGING1"
OPS_DEVELOPMENT = "C0DEVELOP1"
OPS_ALERTS = "C0ALERTS01"
GENERAL = "C0GENERAL1"
OLD_MIGRATION = "C0ARCHIVE1"
PARTNER_BRIDGE = "C0PARTNER1"

DB_APPROVERS = "S0APPROVER"


@dataclass(slots=True)
class Person:
    """Somebody in the workspace. `name` is the handle, `title` the role shown beside it."""

    id: str
    name: str
    real_name: str
    title: str = ""
    kind: PersonKind = "member"
    team_id: str = TEAM_ID


@dataclass(slots=True)
class ChannelSeed:
    """A channel and the ids of those who are in it."""

    id: str
    name: str
    members: set[str]
    private: bool = False
    archived: bool = False


@dataclass(slots=True)
class UserGroup:
    """A user group: `@handle` stands for `users`."""

    id: str
    handle: str
    name: str
    users: list[str]
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command as the manifest declares it."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = True


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut as the manifest declares it; `kind` is global or message."""

    kind: Literal["global", "message"]
    callback_id: str
    name: str


SCOPES = (
    *("app_mentions:read", "channels:read", "chat:write", "commands", "groups:read"),
    *("usergroups:read", "users:read"),
)
EVENTS = ("app_home_opened", "app_mention")


@dataclass(frozen=True, slots=True)
class App:
    """The app under test: its ids, its tokens and what its manifest asks for."""

    id: str = "A0SAVEPNT1"
    bot_id: str = "B0SAVEPNT1"
    bot_user_id: str = BOT
    bot_token: str = "xoxb-sandbox-bot-token"
    app_token: str = "xapp-sandbox-app-token"
    signing_secret: str = "sandbox-signing-secret"
    scopes: tuple[str, ...] = SCOPES
    events: tuple[str, ...] = EVENTS
    commands: tuple[Command, ...] = (
        Command("/aura", "Backup and restore of Neo4j Aura", "help [topic]"),
    )
    shortcuts: tuple[Shortcut, ...] = (
        Shortcut("global", "restore_shortcut", "Restore an instance"),
        Shortcut("message", "thread_shortcut", "Restore from here"),
    )
    home_tab: bool = True
    messages_tab: bool = True
    """Whether people have direct messages with the app at all."""
    messages_read_only: bool = False
    """Whether they only read them: then there is no place to type in, not even a command."""

    @classmethod
    def from_manifest(cls, manifest: Payload) -> "App":
        """The app that a parsed app manifest describes (KeyError where it is not one).

        Source: https://docs.slack.dev/reference/app-manifest
        """
        features = manifest["features"]
        tabs = features.get("app_home", {})
        return cls(
            home_tab=tabs.get("home_tab_enabled", False),
            messages_tab=tabs.get("messages_tab_enabled", False),
            messages_read_only=tabs.get("messages_tab_read_only_enabled", False),
            scopes=tuple(manifest["oauth_config"]["scopes"]["bot"]),
            events=tuple(manifest["settings"]["event_subscriptions"]["bot_events"]),
            commands=tuple(
                Command(
                    each["command"],
                    each["description"],
                    each.get("usage_hint", ""),
                    each.get("should_escape", False),
                )
                for each in features.get("slash_commands", [])
            ),
            shortcuts=tuple(
                Shortcut(each["type"], each["callback_id"], each["name"])
                for each in features.get("shortcuts", [])
            ),
        )


def _people() -> list[Person]:
    return [
        Person(REQUESTER, "requester", "Requester", "Requester · on-call engineer"),
        Person(APPROVER_ONE, "approver.one", "Approver One", "Approver · database team"),
        Person(APPROVER_TWO, "approver.two", "Approver Two", "Approver · platform lead"),
        Person(GUEST, "guest", "Guest", "Guest · contractor", "guest"),
        Person(EXTERNAL, "partner", "Partner", "External · partner", "external", PARTNER_TEAM_ID),
        Person(DEACTIVATED, "former", "Former Colleague", "Deactivated", "deactivated"),
        Person(BOT, "savepoint", "Savepoint", "App", "bot"),
    ]


def _channels() -> list[ChannelSeed]:
    staff = {REQUESTER, APPROVER_ONE, APPROVER_TWO}
    return [
        ChannelSeed(OPS_PRODUCTION, "ops-production", staff | {GUEST, BOT}),
        ChannelSeed(OPS_STAGING, "ops-staging", staff | {BOT}),
        ChannelSeed(OPS_DEVELOPMENT, "ops-development", staff | {BOT}),
        ChannelSeed(OPS_ALERTS, "ops-alerts", staff | {BOT}, private=True),
        ChannelSeed(GENERAL, "general", staff | {GUEST}),
        ChannelSeed(PARTNER_BRIDGE, "partner-bridge", staff | {EXTERNAL, BOT}),
        ChannelSeed(OLD_MIGRATION, "old-migration", staff | {BOT}, archived=True),
    ]


def _groups() -> list[UserGroup]:
    return [
        UserGroup(DB_APPROVERS, "db-approvers", "DB approvers", [APPROVER_ONE, APPROVER_TWO]),
    ]


@dataclass(slots=True)
class Cast:
    """Everything a fresh workspace starts with."""

    team_id: str = TEAM_ID
    team_name: str = "Sandbox"
    team_domain: str = "sandbox"
    people: list[Person] = field(default_factory=_people)
    channels: list[ChannelSeed] = field(default_factory=_channels)
    groups: list[UserGroup] = field(default_factory=_groups)
    app: App = field(default_factory=App)
