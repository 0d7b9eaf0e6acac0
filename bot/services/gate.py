"""The gate: who may do what, asked of Slack live and failing closed (promises P2, P3, P11)."""

import asyncio

from bot.core import policy
from bot.core.audit import AuditRecord, Verdict
from bot.core.base import UserId
from bot.core.environments import Environment
from bot.core.errors import ChatFailed, NotAllowed
from bot.core.instances import InstanceSummary
from bot.core.operations import Asked
from bot.core.people import ROBOTS, Group, Person, Standing
from bot.core.policy import Role, Roster
from bot.services.world import World


class Gate:
    """Asks Slack and the policy, and writes every refusal to the audit log."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def roster(self, environment: Environment | None, *, live: bool = True) -> Roster:
        """Resolve the people of an environment as they are now; raises ChatFailed."""
        if environment is None:
            return Roster()
        viewers, operators, approvers = await asyncio.gather(
            self._members(environment.viewers or Group(), live),
            self._members(environment.operators, live),
            self._members(environment.approvers, live),
        )
        return Roster(
            viewers=None if environment.viewers is None else viewers,
            operators=operators,
            approvers=approvers,
        )

    async def require(
        self,
        person: Person,
        role: Role,
        environment: Environment | None,
        *,
        action: str,
        instance: InstanceSummary | None = None,
    ) -> Standing:
        """Return the person's standing if they may; raises NotAllowed, and the refusal is kept."""
        live = role is not Role.VIEWER  # looking is harmless, so a moment-old answer will do
        try:
            return await self.decide(person, role, environment, live=live)
        except NotAllowed as refusal:
            await self._refused(person, action, refusal, environment, instance)
            raise

    async def decide(
        self, person: Person, role: Role, environment: Environment | None, *, live: bool = True
    ) -> Standing:
        """Return the person's standing if they may; raises NotAllowed, and nothing is kept."""
        standing = await self.standing(person, live=live)
        if person.team_id == ROBOTS:
            policy.decide_robot(self._world.estate.robot(person), role, environment)
            return standing
        roster = await self._roster_or_refuse(environment, live=live)
        policy.decide(role, standing, environment, roster)
        return standing

    async def allows(self, person: Person, role: Role, environment: Environment | None) -> bool:
        """Say whether a person may, for what is merely shown; nothing is kept."""
        try:
            await self.decide(person, role, environment, live=False)
        except NotAllowed:
            return False
        return True

    async def visible(self, person: Person) -> frozenset[str]:
        """Return the names of the environments that a person may look into; nothing is kept."""
        return frozenset(
            [
                environment.name
                for environment in self._world.estate.environments
                if await self.allows(person, Role.VIEWER, environment)
            ]
        )

    async def require_approver(self, person: Person, op: Asked, *, action: str) -> Standing:
        """Return the person's standing if they may decide about this operation."""
        environment = self._world.estate.environment(op.environment)
        try:
            standing = await self.standing(person)
            policy.check_approver(op, standing, await self._roster_or_refuse(environment))
        except NotAllowed as refusal:
            await self._refused(person, action, refusal, environment, op.plan.instance, op)
            raise
        return standing

    async def require_quorum(
        self,
        requester: Person,
        environment: Environment,
        instance: InstanceSummary,
        *,
        action: str,
    ) -> None:
        """Refuse a request that can never be approved: too few eligible people besides oneself."""
        try:
            roster = await self._roster_or_refuse(environment)
            await self._check_quorum(requester, environment, roster)
        except NotAllowed as refusal:
            await self._refused(requester, action, refusal, environment, instance)
            raise

    async def reachable(
        self, person: Person, environment: Environment, *, action: str, instance: InstanceSummary
    ) -> None:
        """Refuse where the bot cannot report: not in the environment's channel, or archived."""
        try:
            facts = await self._world.directory.channel(environment.channel)
        except ChatFailed:
            facts = None
        if facts is None or not facts.member or facts.archived:
            refusal = _unreachable(environment)
            await self._refused(person, action, refusal, environment, instance)
            raise refusal

    async def standing(self, person: Person, *, live: bool = True) -> Standing:
        """Return what Slack says of a person now; a different team or no answer is a refusal.

        A pipeline is a bot, whatever it is asked for: so it can never approve (promise P3).
        """
        if person.team_id == ROBOTS:
            return Standing(person=person, bot=True)
        try:
            standing = await self._world.directory.standing(person.user_id, live=live)
        except ChatFailed as trouble:
            raise _unchecked() from trouble
        if standing.person != person:
            return standing.model_copy(update={"external": True})
        return standing

    async def _check_quorum(
        self, requester: Person, environment: Environment, roster: Roster
    ) -> None:
        standings: list[Standing] = []
        for user_id in sorted(roster.approvers - {requester.user_id}):
            try:
                standings.append(await self._world.directory.standing(user_id, live=False))
            except ChatFailed:
                continue  # who cannot be read is not eligible
            if len(policy.eligible_approvers(roster, requester, standings)) >= environment.quorum:
                return  # lists may be long, and each person is a call
        policy.check_quorum(environment, policy.eligible_approvers(roster, requester, standings))

    async def _roster_or_refuse(
        self, environment: Environment | None, *, live: bool = True
    ) -> Roster:
        try:
            return await self.roster(environment, live=live)
        except ChatFailed as trouble:
            raise _unchecked() from trouble

    async def _members(self, group: Group, live: bool) -> frozenset[UserId]:
        directory = self._world.directory
        found = await asyncio.gather(*(directory.members(g, live=live) for g in group.groups))
        return frozenset(group.users).union(*found)

    async def _refused(
        self,
        person: Person,
        action: str,
        refusal: NotAllowed,
        environment: Environment | None,
        instance: InstanceSummary | None,
        op: Asked | None = None,
    ) -> None:
        await self._world.audit.append(
            AuditRecord(
                at=self._world.clock.now(),
                action=action,
                verdict=Verdict.DENIED,
                actor=person,
                requester=op.requester if op else None,
                operation_id=op.id if op else None,
                instance_id=instance.id if instance else None,
                environment=environment.name if environment else None,
                plan=op.plan.seal if op else None,
                why=refusal.summary,
            )
        )


def _unchecked() -> NotAllowed:
    return NotAllowed(
        "I could not check with Slack who you are and what you may do",
        hint="Nothing has changed. Try again in a minute.",
    )


def _unreachable(environment: Environment) -> NotAllowed:
    return NotAllowed(
        f"I am not in <#{environment.channel}>, where {environment.name} reports",
        hint="Invite me there with `/invite`, then ask again. Nothing has changed.",
    )
