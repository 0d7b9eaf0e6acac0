"""The doctor: whether everything that was configured works, before somebody needs it at night."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.base import ChannelId, UserId
from bot.core.environments import Environment, Estate
from bot.core.errors import BotError, ChatFailed
from bot.core.findings import Finding, ok, warn, wrong
from bot.core.instances import InstanceSummary, Project
from bot.core.people import Group, ineligible
from bot.ports import Directory


class Credential(Protocol):
    """What was learned by trying an Aura credential."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""

    @property
    def signed_in(self) -> bool:
        """Whether Aura gave it a token."""

    @property
    def projects(self) -> tuple[Project, ...]:
        """What it sees."""

    @property
    def error(self) -> str | None:
        """What went wrong, or None."""

    @property
    def hint(self) -> str | None:
        """What to do about it."""


class Weakness(Protocol):
    """A way in which the store may lose what it accepted."""

    @property
    def what(self) -> str:
        """What was found."""

    @property
    def mend(self) -> str:
        """What to do about it."""


@dataclass(frozen=True, kw_only=True)
class Doctor:
    """Looks at everything and changes nothing; `examine` raises nothing that is expected."""

    estate: Estate
    directory: Directory
    scopes: Collection[str]
    """The scopes that the manifest asks for."""
    open_socket: Callable[[], Awaitable[None]] | None
    """Tries the app token; None in HTTP mode."""
    credentials: Callable[[], Awaitable[Sequence[Credential]]]
    instances: Callable[[], Awaitable[Sequence[InstanceSummary]]]
    api_expires: Callable[[], str | None]
    """When Aura's API ends in the version that was just asked, as Aura puts it."""
    store: Callable[[], Awaitable[Sequence[Weakness]]]

    async def examine(self) -> tuple[Finding, ...]:
        """Return a finding for everything that was looked at."""
        return (*await self._store(), *await self._slack(), *await self._aura())

    async def _store(self) -> list[Finding]:
        try:
            weaknesses = await self.store()
        except BotError as trouble:
            return [_trouble("store", trouble)]
        if not weaknesses:
            return [ok("store", "answers and keeps what it accepts")]
        return [warn("store", weakness.what, weakness.mend) for weakness in weaknesses]

    async def _slack(self) -> list[Finding]:
        found = [await self._app_token()]
        if self.open_socket is None:
            found.append(ok("Slack signing secret", _UNTRIED))
        try:
            me = await self.directory.me()
        except BotError as trouble:
            mend = "Copy the Bot User OAuth Token of “Install App” into SLACK_BOT_TOKEN."
            return [*found, _trouble("Slack bot token", trouble, mend)]
        found.append(ok("Slack bot token", f"belongs to {me.user_id} in {me.team_id}"))
        found.extend(self._scopes(me.scopes))
        for environment in self.estate.environments:
            found.append(await self._channel(environment, "channel", environment.channel))
            found.append(await self._channel(environment, "alerts", environment.alert_channel))
            found.extend(await self._people(environment))
        return found

    async def _app_token(self) -> Finding:
        if self.open_socket is None:
            return ok("Slack app token", "not used: HTTP mode")
        try:
            await self.open_socket()
        except BotError as trouble:
            mend = "Make an app-level token with connections:write and set SLACK_APP_TOKEN."
            return _trouble("Slack app token", trouble, mend)
        return ok("Slack app token", "opens a socket")

    def _scopes(self, held: frozenset[str]) -> list[Finding]:
        subject = "Slack scopes"
        if not held:
            return [warn(subject, "Slack did not name them", "Compare them with the manifest.")]
        found = []
        if missing := sorted(set(self.scopes) - held):
            mend = "Update the app with `savepoint manifest` and install it again."
            found.append(wrong(subject, f"missing: {', '.join(missing)}", mend))
        if needless := sorted(held - set(self.scopes)):
            mend = "Take them from the app: nothing here uses them."
            found.append(warn(subject, f"more than needed: {', '.join(needless)}", mend))
        return found or [ok(subject, "as the manifest says")]

    async def _channel(self, environment: Environment, word: str, channel: ChannelId) -> Finding:
        subject = f"{environment.name}: {word}"
        try:
            facts = await self.directory.channel(channel)
        except BotError as trouble:
            mend = f"Check the id {channel}; a private channel must have the bot invited."
            return _trouble(subject, trouble, mend)
        name = f"#{facts.name} ({channel})"
        if facts.archived:
            return wrong(subject, f"{name} is archived", "Name a living channel.")
        if facts.external:
            what = f"{name} is shared with another organisation"
            return wrong(subject, what, "Name a channel that only your own people can see.")
        if not facts.member:
            return wrong(subject, f"I am not in {name}", "Say `/invite @Savepoint` there.")
        return ok(subject, name)

    async def _people(self, environment: Environment) -> list[Finding]:
        subject = f"{environment.name}: people"
        found: list[Finding] = []
        try:
            # viewers decide nothing, but where their list cannot be read, nobody can approve
            await self._members(subject, environment.viewers or Group(), found)
            operators = await self._members(subject, environment.operators, found)
            approvers = await self._members(subject, environment.approvers, found)
            able = await self._able(subject, environment, approvers, found)
        except ChatFailed as trouble:
            return [*found, _trouble(subject, trouble)]
        if not operators:
            mend = f"Name people in environments.{environment.name}.operators."
            found.append(warn(subject, "nobody may take snapshots or ask for restores", mend))
        found.append(_enough(subject, environment, operators, able))
        return found

    async def _members(self, subject: str, group: Group, found: list[Finding]) -> set[UserId]:
        members = set(group.users)
        for group_id in group.groups:
            those = await self.directory.members(group_id, live=False)
            members.update(those)
            if not those:
                what = f"user group {group_id} is empty, disabled or unknown"
                found.append(warn(subject, what, "Fill it, or name another one."))
        return members

    async def _able(
        self,
        subject: str,
        environment: Environment,
        approvers: set[UserId],
        found: list[Finding],
    ) -> set[UserId]:
        """Find who may really approve; one more than the quorum is enough to know."""
        able: set[UserId] = set()
        named = set(environment.approvers.users)
        for user_id in sorted(approvers, key=lambda user: (user not in named, user)):
            if user_id not in named and len(able) > environment.quorum:
                break  # big groups would cost more calls than Slack allows in a minute
            try:
                why = ineligible(await self.directory.standing(user_id, live=False))
            except ChatFailed as trouble:
                if trouble.code not in ("user_not_found", "user_not_visible"):
                    raise
                why = "is unknown to Slack"
            if why is None:
                able.add(user_id)
            else:
                mend = "Take them from the list of approvers."
                found.append(warn(subject, f"approver {user_id} {why}", mend))
        return able

    async def _aura(self) -> list[Finding]:
        found: list[Finding] = []
        seen: set[str] = set()
        for credential in await self.credentials():
            subject = f"Aura: {credential.name}"
            if credential.error is None:
                seen.update(project.id for project in credential.projects)
                names = ", ".join(sorted(project.name for project in credential.projects))
                found.append(ok(subject, f"sees {names or 'no project'}"))
            else:
                found.append(wrong(subject, credential.error, credential.hint or _AURA_MEND))
        if (expires := self.api_expires()) is not None:
            what = f"Aura will switch off the version of its API that I use: {expires}"
            found.append(warn("Aura: API", what, "Install a newer Savepoint before then."))
        try:
            instances = await self.instances()
        except BotError as trouble:
            return [*found, _trouble("Aura: instances", trouble, _AURA_MEND)]
        return [*found, *self._projects(seen), *self._instances(instances)]

    def _projects(self, seen: Collection[str]) -> list[Finding]:
        mend = "Check the id, and that an API credential may see the project."
        return [
            wrong(f"{environment.name}: project", f"no credential sees {project}", mend)
            for environment in self.estate.environments
            for project in environment.projects
            if project not in seen
        ]

    def _instances(self, instances: Sequence[InstanceSummary]) -> list[Finding]:
        seen = {instance.id for instance in instances}
        found: list[Finding] = []
        mend = "Check the id; it may have been deleted, or no API credential sees it."
        for environment in self.estate.environments:
            subject = f"{environment.name}: instances"
            gone = sorted(set(environment.instances) - seen)
            found.extend(wrong(subject, f"no credential sees {each}", mend) for each in gone)
            mine = [i for i in instances if self.estate.environment_of(i) == environment]
            if mine:
                found.append(ok(subject, ", ".join(sorted(f"{i.name} ({i.id})" for i in mine))))
            else:
                what = "none belongs here"
                found.append(warn(subject, what, "Name its projects or instances."))
        for alias, instance_id in sorted(self.estate.aliases.items()):
            if instance_id not in seen:
                found.append(wrong(f"alias {alias}", f"no credential sees {instance_id}", mend))
        homeless = [i for i in instances if self.estate.environment_of(i) is None]
        for instance in sorted(homeless, key=lambda each: each.id):
            what = f"{instance.name} ({instance.id}) is in no environment, so nobody may touch it"
            found.append(warn("Aura: instances", what, "Name it or its project in one."))
        return found


#: Nobody but Slack can sign a request
#: (https://docs.slack.dev/authentication/verifying-requests-from-slack).
_UNTRIED = "is set; if it is not the app's own, every request of Slack is refused with 401"
_AURA_MEND = "Check the API credential in the Aura console."


def _enough(
    subject: str, environment: Environment, operators: set[UserId], able: set[UserId]
) -> Finding:
    """Say whether every requester finds enough approvers besides themselves (P2, P3)."""
    quorum = environment.quorum
    mend = f"Name more approvers in environments.{environment.name}.approvers."
    if len(able) < quorum:
        what = f"{len(able) or 'nobody'} can approve, and {quorum} must agree"
        return wrong(subject, what, mend)
    stranded = sorted(operators & able) if len(able) == quorum else []
    if stranded:
        what = f"nobody but themselves could complete a request of {', '.join(stranded)}"
        return wrong(subject, what, mend)
    return ok(subject, f"every requester finds {quorum} to approve")


def _trouble(subject: str, trouble: BotError, mend: str = "") -> Finding:
    return wrong(subject, trouble.summary, mend or trouble.hint or "Try again in a minute.")
