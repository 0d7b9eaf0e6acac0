"""The tables of `savepoint.toml`. Their JSON Schema is published as docs/savepoint.schema.json."""

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from bot.config import checks, export, graph, passwords, scratch, vault
from bot.config.checks import CheckTable
from bot.config.export import ExportTable
from bot.config.graph import GraphTable
from bot.config.passwords import PasswordTable
from bot.config.protection import AlertTable, ProtectionTable, TierTable, known_tiers
from bot.config.robots import RobotTable
from bot.config.scratch import ScratchTable
from bot.config.shapes import INSTANCE, NAME, VARIABLE, InstanceText, NameText, VariableText
from bot.config.upload import UploadTable
from bot.config.vault import VaultTable
from bot.config.watch import WatchTable
from bot.core.base import ChannelId, GroupId, InstanceId, ProjectId, UserId
from bot.core.clone_names import TEMPLATE, template_fault
from bot.core.environments import Environment, Estate, Watch
from bot.core.people import Group
from bot.core.schedules import Timing

_USER = r"^[UW][A-Z0-9]{5,}$"
_USER_GROUP = r"^S[A-Z0-9]{5,}$"
_CHANNEL = r"^[CG][A-Z0-9]{5,}$"
_PROJECT = scratch.PROJECT

#: What each shape means, in words; an id's name in place of the id is the usual slip.
SHAPES = {
    _USER: "a Slack user id such as U012AB3CD (profile → Copy member ID)",
    _USER_GROUP: "a Slack user group id such as S012AB3CD",
    _CHANNEL: "a Slack channel id such as C012AB3CD (channel → About)",
    INSTANCE: "an Aura instance id: 8 hexadecimal digits, in lower case",
    _PROJECT: "an Aura project id: a UUID",
    **scratch.SHAPES,
    **passwords.SHAPES,
    **vault.SHAPES,
    **export.SHAPES,
    **graph.SHAPES,
    **checks.SHAPES,
    NAME: "a name: letters, digits, _ and -, 40 at most",
    # what stands there may be the secret itself, so it is not shown
    VARIABLE: "the name of an environment variable, such as AURA_CLIENT_ID",
}
SECRETIVE = frozenset({VARIABLE, *vault.SHAPES})

_User = Annotated[str, StringConstraints(pattern=_USER)]
_UserGroup = Annotated[str, StringConstraints(pattern=_USER_GROUP)]
_Channel = Annotated[str, StringConstraints(pattern=_CHANNEL)]
_Project = Annotated[str, StringConstraints(pattern=_PROJECT)]


#: A time or, as None, never; read by one validator, so that a slip is one fault and not two.
_Digest = Annotated[
    Timing | None,
    BeforeValidator(
        lambda said: None if said is False else said,
        json_schema_input_type=Timing | Literal[False],
    ),
]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupTable(_Closed):
    """People, by user id or user group id."""

    users: tuple[_User, ...] = ()
    groups: tuple[_UserGroup, ...] = ()

    def group(self) -> Group:
        """Return it as the core knows it."""
        return Group(
            users=tuple(UserId(u) for u in self.users),
            groups=tuple(GroupId(g) for g in self.groups),
        )


class EnvironmentTable(_Closed):
    """`[environments.NAME]`."""

    channel: _Channel = Field(description="Where requests, progress and results are posted.")
    alert_channel: _Channel = Field(description="Where failures are posted.")
    operators: GroupTable = Field(
        default=GroupTable(), description="Who may take snapshots and ask for restores."
    )
    approvers: GroupTable = Field(
        default=GroupTable(), description="Who may approve restores; empty means nobody."
    )
    viewers: GroupTable | None = Field(
        default=None, description="Who may look; absent means every full member."
    )
    quorum: int = Field(default=1, ge=1, le=9, description="How many approvers must agree.")
    confirm_instance_suffix: bool = Field(
        default=False, description="Demand the last four characters of the instance id too."
    )
    clone_needs_approval: bool = Field(
        default=False, description="Whether a new instance from a snapshot needs approval too."
    )
    clone_name: str = Field(
        default=TEMPLATE,
        description="How a clone is called unless somebody types another name: {instance}, {id}, "
        "{date} (2026-11-22) and {day} (11-22) are filled in.",
    )
    approval_minutes: int = Field(
        default=30, ge=1, le=1440, description="How long a request waits for its approvers."
    )
    execution_minutes: int = Field(
        default=10, ge=1, le=1440, description="How long an approved restore may wait to begin."
    )
    projects: tuple[_Project, ...] = Field(default=(), description="Aura project ids.")
    instances: tuple[InstanceText, ...] = Field(
        default=(), description="Aura instance ids; they win over `projects`."
    )
    protection: ProtectionTable = ProtectionTable()
    alerts: AlertTable = AlertTable()
    digest: _Digest = Field(
        default=None,
        description="When to tell what needs a person: a cron time and a zone, or false for never. "
        "Left out, a watched environment hears it at the time of its preset.",
    )

    @field_validator("clone_name")
    @classmethod
    def _template(cls, template: str) -> str:
        if fault := template_fault(template):
            raise ValueError(fault)
        return template

    def environment(self, name: str) -> Environment:
        """Return it as the core knows it."""
        return Environment(
            name=name,
            channel=ChannelId(self.channel),
            alert_channel=ChannelId(self.alert_channel),
            operators=self.operators.group(),
            approvers=self.approvers.group(),
            viewers=None if self.viewers is None else self.viewers.group(),
            quorum=self.quorum,
            confirm_instance_suffix=self.confirm_instance_suffix,
            clone_needs_approval=self.clone_needs_approval,
            clone_name=self.clone_name,
            approval_minutes=self.approval_minutes,
            execution_minutes=self.execution_minutes,
            projects=tuple(ProjectId(p.lower()) for p in self.projects),
            instances=tuple(InstanceId(i) for i in self.instances),
        )

    def watch(self) -> Watch:
        """Return what is wanted of its backups, as the core knows it."""
        return Watch(
            protection=self.protection.protection(),
            alerts=self.alerts.rules(),
            routes=self.alerts.routes(),
            digest=self.digest if "digest" in self.model_fields_set else self.protection.digest(),
        )


class CredentialTable(_Closed):
    """`[credentials.NAME]`: an Aura API credential; `default` reads the usual variables."""

    client_id_env: VariableText = "AURA_CLIENT_ID"
    client_secret_env: VariableText = "AURA_CLIENT_SECRET"  # noqa: S105 -- a variable's name
    requests_per_minute: int = Field(
        default=125, ge=1, le=10_000, description="25 on Free and trials without billing, else 125."
    )
    made_on: date | None = Field(
        default=None, description="When it was made, for `watch.credential_days`."
    )


class RunnerTable(_Closed):
    """`[runner]`: how patiently Aura is watched, in seconds."""

    poll_least: float = Field(default=2.0, gt=0, le=60)
    poll_most: float = Field(default=15.0, gt=0, le=300)
    settle: float = Field(default=10.0, ge=0, le=600)
    look: float = Field(default=60.0, ge=1, le=3600)
    send_grace: float = Field(default=45.0, ge=1, le=600)


class File(_Closed):
    """`savepoint.toml` as a whole."""

    environments: dict[NameText, EnvironmentTable] = Field(min_length=1)
    aliases: dict[NameText, InstanceText] = Field(
        default={}, description="Short names that people may type in place of an instance."
    )
    credentials: dict[NameText, CredentialTable] = Field(
        default={"default": CredentialTable()}, min_length=1
    )
    runner: RunnerTable = RunnerTable()
    watch: WatchTable = WatchTable()
    tiers: dict[str, TierTable] = Field(
        default={}, description="Tier facts that have changed since this version."
    )
    scratch: ScratchTable = ScratchTable()
    export: ExportTable = ExportTable()
    robots: dict[NameText, RobotTable] = Field(
        default={}, description="Pipelines that may use `savepoint do`."
    )
    graph: GraphTable = GraphTable()
    checks: tuple[CheckTable, ...] = Field(
        default=(), description="What must be true of a graph that was restored."
    )

    upload: UploadTable = UploadTable()
    vault: VaultTable | None = Field(default=None, description="Where exports are kept.")
    passwords: PasswordTable = PasswordTable()

    def estate(self) -> Estate:
        """Return it as the core knows it."""
        return Estate(
            environments=tuple(t.environment(name) for name, t in self.environments.items()),
            aliases={alias.lower(): InstanceId(i) for alias, i in self.aliases.items()},
            watches={name: table.watch() for name, table in self.environments.items()},
            tiers=known_tiers(self.tiers),
            robots=tuple(table.robot(name) for name, table in self.robots.items()),
            watching=self.watch.rules(
                per_minute=sum(c.requests_per_minute for c in self.credentials.values()),
                made={n: c.made_on for n, c in self.credentials.items() if c.made_on is not None},
            ),
        )
