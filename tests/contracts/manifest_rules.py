"""What Slack lets an app manifest be: the parts a bot like ours can ask for, and their limits.

Sources: https://docs.slack.dev/reference/app-manifest and the JSON Schema of major version 2 in
https://github.com/slackapi/manifest-schema (both read in November 2026). Neither knows the names of
scopes and events; Slack's TypeScript types do, see `tests/contracts/outside`. Keys for workflows,
assistants, unfurling and sign-in are left out: a bot that wants them adds them here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

#: What each subscription needs beside itself (https://docs.slack.dev/reference/events).
SCOPE_OF_EVENT = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "function_executed": "",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "subteam_members_changed": "usergroups:read",
}
Text35 = Annotated[str, Field(min_length=1, max_length=35)]
Url3500 = Annotated[str, Field(pattern=r"^https?://", max_length=3500)]
Names = Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=255)]
Events = Annotated[list[Annotated[str, Field(max_length=50)]], Field(max_length=100)]


class _Part(BaseModel):
    """Unknown keys are refused at every level; a number is no text and a text no boolean."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(_Part):
    major_version: Literal[1, 2] = 1
    minor_version: int = 0


class Display(_Part):
    name: Text35
    description: str | None = Field(None, min_length=1, max_length=140)
    long_description: str | None = Field(None, min_length=175, max_length=4000)
    background_color: str | None = Field(None, pattern=r"^#([0-9a-fA-F]{3}){1,2}$")


class BotUser(_Part):
    display_name: str = Field(min_length=1, max_length=80)
    always_online: bool = False


class Home(_Part):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False
    messages_tab_read_only_enabled: bool = False


class Shortcut(_Part):
    name: str = Field(min_length=1, max_length=24)
    type: Literal["message", "global"]
    callback_id: str = Field(min_length=1, max_length=255)
    description: str = Field(min_length=1, max_length=150)


class Command(_Part):
    command: str = Field(pattern=r"^/", min_length=2, max_length=32)
    description: str = Field(min_length=1, max_length=2000)
    usage_hint: str | None = Field(None, min_length=1, max_length=1000)
    url: str | None = Field(None, pattern=r"^https?://", max_length=3000)
    should_escape: bool = False


class Features(_Part):
    app_home: Home | None = None
    bot_user: BotUser | None = None
    shortcuts: list[Shortcut] | None = Field(None, min_length=1, max_length=10)
    slash_commands: list[Command] | None = Field(None, min_length=1, max_length=50)


class Scopes(_Part):
    bot: Names = []
    user: Names = []
    bot_optional: Names = []
    user_optional: Names = []


class OAuth(_Part):
    redirect_urls: list[Annotated[str, Field(max_length=2500)]] = Field([], max_length=1000)
    scopes: Scopes = Scopes()
    pkce_enabled: bool = False
    token_management_enabled: bool = False


class Subscriptions(_Part):
    request_url: Url3500 | None = None
    bot_events: Events = []
    user_events: Events = []


class Interactivity(_Part):
    is_enabled: bool
    request_url: Url3500 | None = None
    message_menu_options_url: Url3500 | None = None


class Parameter(_Part):
    title: str = Field(min_length=1)
    type: str
    description: str | None = None


class Parameters(_Part):
    properties: dict[str, Parameter]
    required: list[str] = []


class Step(_Part):
    """A custom step of a workflow."""

    title: str = Field(min_length=1, max_length=255)
    description: str = Field(min_length=1)
    input_parameters: Parameters
    output_parameters: Parameters


class Settings(_Part):
    event_subscriptions: Subscriptions = Subscriptions()
    interactivity: Interactivity | None = None
    socket_mode_enabled: bool = False
    org_deploy_enabled: bool = False
    token_rotation_enabled: bool = False
    function_runtime: Literal["remote"] | None = None


class Manifest(_Part):
    metadata: Metadata = Field(Metadata(), alias="_metadata")
    display_information: Display
    features: Features = Features()
    oauth_config: OAuth = OAuth()
    settings: Settings = Settings()
    functions: dict[str, Step] = {}


def faults(manifest: Mapping[str, object]) -> list[str]:
    """Everything Slack would refuse or that would not work, as `where: what`; empty when sound."""
    try:
        read = Manifest.model_validate(manifest)
    except ValidationError as error:
        return [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()]
    return [*_twice(read), *_without_scope(read), *_addresses(read), *_without_steps(read)]


def _twice(read: Manifest) -> Iterator[str]:
    """Lists whose entries must differ."""
    commands = [each.command for each in read.features.slash_commands or []]
    shortcuts = [each.callback_id for each in read.features.shortcuts or []]
    for where, names in (
        ("oauth_config.scopes.bot", read.oauth_config.scopes.bot),
        ("settings.event_subscriptions.bot_events", read.settings.event_subscriptions.bot_events),
        ("features.slash_commands", commands),
        ("features.shortcuts", shortcuts),
    ):
        yield from (f"{where}: {name} twice" for name, count in Counter(names).items() if count > 1)


def _without_scope(read: Manifest) -> Iterator[str]:
    """Features and events that need a scope which is not asked for."""
    scopes = read.oauth_config.scopes.bot
    if (read.features.slash_commands or read.features.shortcuts) and "commands" not in scopes:
        yield "oauth_config.scopes.bot: commands and shortcuts need the scope commands"
    for event in read.settings.event_subscriptions.bot_events:
        needed = SCOPE_OF_EVENT.get(event)
        if needed is None:
            yield f"settings.event_subscriptions.bot_events: which scope {event} needs is not known"
        elif needed and needed not in scopes:
            yield f"settings.event_subscriptions.bot_events: {event} needs the scope {needed}"
    if read.settings.event_subscriptions.bot_events and read.features.bot_user is None:
        yield "features.bot_user: bot events need a bot user"


def _addresses(read: Manifest) -> Iterator[str]:
    """Over Socket Mode nothing has an address; over HTTP everything that is used has one.

    Source: https://docs.slack.dev/apis/events-api/using-socket-mode
    """
    settings = read.settings
    used = {
        f"features.slash_commands.{n}.url": command.url
        for n, command in enumerate(read.features.slash_commands or [])
    }
    if settings.event_subscriptions.bot_events or settings.event_subscriptions.request_url:
        used["settings.event_subscriptions.request_url"] = settings.event_subscriptions.request_url
    if settings.interactivity is not None and settings.interactivity.is_enabled:
        used["settings.interactivity.request_url"] = settings.interactivity.request_url
    for where, url in used.items():
        if settings.socket_mode_enabled and url:
            yield f"{where}: an address is no use with Socket Mode"
        if not settings.socket_mode_enabled and not url:
            yield f"{where}: without Socket Mode an address is needed"


def _without_steps(read: Manifest) -> Iterator[str]:
    """What custom steps need beside themselves.

    Source: https://docs.slack.dev/workflows/creating-custom-steps-workflow-builder
    """
    settings = read.settings
    if read.functions:
        if settings.function_runtime is None:
            yield "settings.function_runtime: steps need it to be remote"
        if not settings.org_deploy_enabled:
            yield "settings.org_deploy_enabled: steps need it"
        if "function_executed" not in settings.event_subscriptions.bot_events:
            yield "settings.event_subscriptions.bot_events: steps need function_executed"
