"""The second look: people, instance, sources and rules as they are at execution (promise P5)."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from bot.core import policy
from bot.core.environments import Environment
from bot.core.errors import AuraNotFound, ChatFailed, ChatUnavailable, NotAllowed
from bot.core.instances import Instance
from bot.core.operations import Asked, Gated
from bot.core.people import ROBOTS, Person, Standing, ineligible
from bot.core.policy import Role
from bot.services.gate import Gate
from bot.services.world import World


@dataclass(frozen=True)
class SecondLook:
    """What was seen, and what speaks against going on."""

    instance: Instance
    differences: tuple[str, ...]


class Recheck:
    """Looks again. Raises AuraUnavailable or ChatUnavailable where nobody answers: then we wait."""

    def __init__(self, world: World, gate: Gate) -> None:
        self._world = world
        self._gate = gate

    async def __call__(self, op: Gated, sources: Awaitable[tuple[str, ...]]) -> SecondLook:
        """Return how the world differs from the sealed plan.

        ``sources`` looks at what the data comes from; it may raise AuraNotFound.
        """
        try:
            instance, of_sources = await asyncio.gather(
                self._world.aura.instance(op.instance_id), sources
            )
        except AuraNotFound as gone:
            return SecondLook(op.plan.instance, (f"{gone.summary}",))
        found = op.plan.differences(
            instance=instance, environment=self._world.estate.environment_of(instance)
        )
        return SecondLook(instance, (*found, *of_sources, *await self.people(op)))

    async def people(self, op: Asked) -> tuple[str, ...]:
        """Return what speaks against the requester and the approvers by now."""
        environment = self._world.estate.environment(op.environment)
        try:
            roster = await self._gate.roster(environment)
        except ChatUnavailable:
            raise
        except ChatFailed as trouble:
            return (f"the people of {op.environment} cannot be read: {trouble.summary}",)
        found: list[str] = []
        try:
            if op.requester.team_id == ROBOTS:
                robot = self._world.estate.robot(op.requester)
                policy.decide_robot(robot, Role.OPERATOR, environment)
            else:
                standing = await self._standing(op.requester)
                policy.decide(Role.OPERATOR, standing, environment, roster)
        except NotAllowed as refusal:
            found.append(f"the requester may not ask any more: {refusal.summary}")
        for approver in op.approvers:
            why = ineligible(await self._standing(approver))
            if why:
                found.append(f"an approver {why}")
            elif approver.user_id not in roster.approvers:
                found.append("an approver is no longer on the list")
        return tuple(found)

    async def looking(self, person: Person, environment: Environment | None) -> tuple[str, ...]:
        """Return what speaks against a person's looking into the environment of a source."""
        try:
            roster = await self._gate.roster(environment)
            policy.decide(Role.VIEWER, await self._standing(person), environment, roster)
        except ChatUnavailable:
            raise
        except (ChatFailed, NotAllowed) as trouble:
            return (f"the requester may not look at the source any more: {trouble.summary}",)
        return ()

    async def _standing(self, person: Person) -> Standing:
        try:
            standing = await self._world.directory.standing(person.user_id)
        except ChatUnavailable:
            raise
        except ChatFailed:
            return Standing(person=person, deactivated=True)
        if standing.person != person:
            return standing.model_copy(update={"external": True})
        return standing
