"""Environments: our own classes of instances, each with its people, channels and rules."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import Field

from bot.core.alerts import AlertRules, Severity
from bot.core.base import ChannelId, Frozen, InstanceId, ProjectId
from bot.core.clone_names import TEMPLATE
from bot.core.instances import InstanceSummary
from bot.core.people import Group, Person, Robot
from bot.core.protection import Freeze, Protection
from bot.core.schedules import Schedule, Timing
from bot.core.seal import seal
from bot.core.tiers import FACTS, TierFacts
from bot.core.watch import WatchRules


class Environment(Frozen):
    """One class of instances, such as production.

    ``operators`` may take snapshots and ask for restores; ``approvers`` decide about them, and
    ``quorum`` (1 to 9) of them must agree. An empty list means nobody (promise P3). ``viewers``
    absent means every full member of the workspace may look.
    """

    name: str
    channel: ChannelId
    alert_channel: ChannelId
    operators: Group = Group()
    approvers: Group = Group()
    viewers: Group | None = None
    quorum: int = Field(default=1, ge=1, le=9)
    confirm_instance_suffix: bool = False
    # left out of the seal where it says nothing: an upgrade voids no approval
    clone_needs_approval: bool = Field(default=False, exclude_if=lambda needed: not needed)
    # no rule: a change of it voids no approval
    clone_name: str = Field(default=TEMPLATE, exclude=True)
    approval_minutes: int = Field(default=30, ge=1, le=24 * 60)
    execution_minutes: int = Field(default=10, ge=1, le=24 * 60)
    projects: tuple[ProjectId, ...] = ()
    instances: tuple[InstanceId, ...] = ()

    @property
    def policy_version(self) -> str:
        """A fingerprint of these rules; it stands in each sealed plan (promise P4)."""
        return seal(self)[:12]

    @property
    def approval_window(self) -> timedelta:
        """How long a request waits for its approvers."""
        return timedelta(minutes=self.approval_minutes)

    @property
    def execution_window(self) -> timedelta:
        """How long an approved operation may wait to begin."""
        return timedelta(minutes=self.execution_minutes)


class Watch(Frozen):
    """What is wanted of an environment's backups, and where it is told when that is not so.

    It stands beside the rules of the environment, since a change of it voids no approval.
    """

    protection: Protection = Protection()
    alerts: AlertRules = AlertRules()
    routes: Mapping[Severity, ChannelId] = Field(default={})
    digest: Timing | None = None
    """When the environment hears what needs a person; None for never."""

    @property
    def on(self) -> bool:
        """Whether it is watched at all: only where something is wanted of its backups."""
        return self.protection != Protection()


class Estate(Frozen):
    """All environments and aliases of the configuration, and what is wanted of them."""

    environments: tuple[Environment, ...] = ()
    aliases: dict[str, InstanceId] = Field(default={})
    watches: Mapping[str, Watch] = Field(default={})
    """By the environment's name."""
    tiers: Mapping[str, TierFacts] = Field(default=dict(FACTS))
    robots: tuple[Robot, ...] = ()
    watching: WatchRules = WatchRules()

    def environment_of(self, instance: InstanceSummary) -> Environment | None:
        """Return the environment that names the instance, or else its project, or None."""
        for environment in self.environments:
            if instance.id in environment.instances:
                return environment
        for environment in self.environments:
            if instance.project_id in environment.projects:
                return environment
        return None

    def environment(self, name: str) -> Environment | None:
        """Return the environment of this name, or None."""
        return next((e for e in self.environments if e.name == name), None)

    def robot(self, person: Person) -> Robot | None:
        """Return the pipeline that this is, or None when it is configured no more."""
        return next((robot for robot in self.robots if robot.person == person), None)

    def watch(self, name: str) -> Watch:
        """Return what is wanted of an environment; nothing, where nothing is said."""
        return self.watches.get(name, Watch())

    def freeze(self, name: str, now: datetime) -> Freeze | None:
        """Return the freeze that is on in an environment, or None."""
        return self.watch(name).protection.frozen(now)

    def watched(self) -> tuple[Environment, ...]:
        """Return the environments that are watched."""
        return tuple(e for e in self.environments if self.watch(e.name).on)

    def schedules(self) -> tuple[Schedule, ...]:
        """Return the schedules of the configuration; their ids stay while their order does."""
        return tuple(
            Schedule(id=f"{name}-{work}-{number}", environment=name, work=work, timing=timing)
            for name, watch in self.watches.items()
            for number, (work, timing) in enumerate(watch.protection.timings(), start=1)
        )
