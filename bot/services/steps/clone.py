"""Steps of the clone machine: check everything again, send one call, then only look."""

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from bot.core.base import InstanceId
from bot.core.errors import AuraError, AuraNotFound, NotAllowed
from bot.core.instances import Condition
from bot.core.operations import Clone
from bot.core.operations import events as e
from bot.core.operations.clone import LONGEST_WAIT, CloneStep, cloneable
from bot.core.scratch import SKEW
from bot.services.burial import APPEARS_WITHIN
from bot.services.passwords import FirstPasswords
from bot.services.recheck import Recheck
from bot.services.steps import Later
from bot.services.world import World


class CloneSteps:
    """Performs what `bot.core.operations.clone` asks for."""

    def __init__(self, world: World, recheck: Recheck, passwords: FirstPasswords) -> None:
        self._world = world
        self._recheck = recheck
        self._passwords = passwords

    async def perform(
        self, op: Clone, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Do one step."""
        match CloneStep(step):
            case CloneStep.INTEND:
                return await self._intend(op)
            case CloneStep.SEND:
                return await self._send(op, recorded_here)
            case CloneStep.LOOK:
                return await self._look(op)
            case CloneStep.WATCH:
                return await self._watch(op)
            case unreachable:
                assert_never(unreachable)

    async def _intend(self, op: Clone) -> e.Event | Later:
        plan, aura = op.plan, self._world.aura
        try:
            instance, snapshot, offers, fleet = await asyncio.gather(
                aura.instance(plan.instance.id),
                aura.snapshot(plan.instance.id, plan.snapshot.id),
                aura.offers(plan.into.id),
                aura.instances(),
            )
        except AuraNotFound as gone:
            return e.Voided(differences=(gone.summary,))
        found = plan.differences(
            instance=instance,
            snapshot=snapshot,
            environment=self._world.estate.environment_of(instance),
            offers=offers,
            fleet=fleet,
        )
        differences = (*found, *await self._recheck.people(op))
        return e.Voided(differences=differences) if differences else e.CloneIntended()

    async def _send(self, op: Clone, recorded_here: e.Event | None) -> e.Event | Later:
        if not isinstance(recorded_here, e.CloneIntended):
            # Somebody else recorded the intent. Their call may still be on its way.
            left = self._world.pace.send_grace - self._age(op)
            if left > 0:
                return Later(seconds=left)
            return e.Interrupted(
                reason="the bot stopped between recording the intent and hearing Aura's answer"
            )
        try:
            made = await self._world.aura.create_copy(cloneable(op))
        except AuraError as trouble:
            if trouble.definite:
                return e.StepFailed(
                    reason=trouble.summary, hint=trouble.hint, request_id=trouble.request_id
                )
            return e.Interrupted(reason=trouble.summary, request_id=trouble.request_id)
        except NotAllowed as refusal:
            # The permit was used before: another worker's call may have been sent.
            return e.Interrupted(reason=refusal.summary)
        return await self._passwords.accepted(made, op.id)

    async def _look(self, op: Clone) -> e.Event | Later:
        """Find it by its name, which nothing else had, or was to have, at the recorded intent."""
        order, intended = op.plan.order, op.when(e.CloneIntended) or op.created_at
        called_so = [
            summary.id
            for summary in await self._world.aura.instances()
            if (summary.project_id, summary.name) == (order.project_id, order.name)
            and summary.id != op.instance_id
            and (summary.created_at is None or summary.created_at >= intended - SKEW)
        ]
        others = await self._of_others(op, since=intended) if called_so else set()
        match [found for found in called_so if found not in others]:
            case []:
                pass
            case [clone_id]:
                return await self._passwords.adopted(clone_id, op.id)
            case several:
                ids = ", ".join(several)
                return e.StepFailed(
                    reason=f"Aura's answer was lost, and {len(several)} instances are called "
                    f"{order.name}: {ids}",
                    hint="Nobody can tell which of them is this clone. Look at them in the Aura "
                    "console: each is billed.",
                )
        if self._world.clock.now() < intended + APPEARS_WITHIN:
            return self._later(op)
        return e.StepFailed(
            reason=f"Aura's answer was lost, and no instance called {order.name} appeared within "
            "10 minutes",
            hint="Look for it once more in the Aura console before you ask again: it would be "
            "billed.",
        )

    async def _of_others(self, op: Clone, *, since: datetime) -> set[InstanceId | None]:
        """Return the instances that other clones know as theirs, of all that may be as young."""
        known = await self._world.operations.since(since - SKEW - LONGEST_WAIT)
        return {o.clone_id for o in known if isinstance(o, Clone) and o.id != op.id}

    async def _watch(self, op: Clone) -> e.Event | Later:
        clone_id, accepted = op.clone_id, op.when(e.CloneAccepted)
        if clone_id is None or accepted is None:  # pragma: no cover -- the table has it before
            return e.StepFailed(reason="the id of the new instance is not known")
        try:
            found = await self._world.aura.instance(clone_id, background=True)
        except AuraNotFound as gone:
            if self._world.clock.now() < accepted + APPEARS_WITHIN:
                return self._later(op)
            return e.StepFailed(
                reason="the new instance has gone while it was being created",
                hint="Look in the Aura console who deleted it.",
                request_id=gone.request_id,
            )
        match found.condition:
            case Condition.RUNNING:
                return e.CloneRunning()
            case Condition.BUSY:
                return self._later(op)
            case Condition.BROKEN:
                return e.StepFailed(
                    reason="Aura could not load the snapshot into the new instance (loading "
                    "failed)",
                    hint="Often the snapshot comes from another version of Neo4j than the new "
                    "instance has. Nothing but the new instance is concerned; it is billed until "
                    "you delete it in the Aura console.",
                )
            case Condition.PAUSED | Condition.LEAVING:
                return e.StepFailed(
                    reason=f"somebody acted on the new instance: Aura calls it {found.status}",
                    hint="Look at it in the Aura console: it is billed until it is deleted.",
                )
            case unreachable:
                assert_never(unreachable)

    def _age(self, op: Clone) -> float:
        return (self._world.clock.now() - op.since).total_seconds()

    def _later(self, op: Clone) -> Later:
        return Later(seconds=self._world.pace.poll(self._age(op)))
