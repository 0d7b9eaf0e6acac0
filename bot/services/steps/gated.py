"""Steps that the gated machines share: check everything again, send one call, then only read."""

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import Generic, TypeVar, assert_never

from bot.core.base import SnapshotId
from bot.core.errors import AuraError, AuraNotFound, AuraUnavailable, NotAllowed
from bot.core.evidence import unpassed
from bot.core.graph.fingerprint import Moment
from bot.core.instances import Condition
from bot.core.operations import Gated
from bot.core.operations import events as e
from bot.core.operations.gated import GatedStep
from bot.core.permits import Permit, mint
from bot.ports import Accepted
from bot.services.examination import Examination
from bot.services.fingerprints import Fingerprints
from bot.services.proof import Proof
from bot.services.recheck import Recheck
from bot.services.steps import Later
from bot.services.steps.snapshot import begin_snapshot, begun, snapshot_runs, watch_snapshot
from bot.services.world import World

G = TypeVar("G", bound=Gated)


class GatedSteps(ABC, Generic[G]):
    """Performs what `bot.core.operations.gated` asks for; a kind adds its call and its sources."""

    def __init__(self, world: World, recheck: Recheck) -> None:
        self._world = world
        self._recheck = recheck
        self._fingerprints = Fingerprints(world)
        self._examination = Examination(world, Proof(world))

    @abstractmethod
    async def call(self, permit: Permit) -> Accepted:
        """Send the one call; raises AuraError, or NotAllowed where the permit was used before."""

    @abstractmethod
    async def sources(self, op: G) -> tuple[str, ...]:
        """Say how what the data comes from differs from the plan, with AuraNotFound for gone."""

    async def perform(self, op: G, step: StrEnum, recorded_here: e.Event | None) -> e.Event | Later:
        """Do one step."""
        match step:
            case GatedStep.BEGIN:
                return await self._begin(op)
            case GatedStep.WATCH_SAFETY:
                safety = begun(op.safety_snapshot)
                await self._count(op)
                return await watch_snapshot(self._world, op.instance_id, safety, since=op.since)
            case GatedStep.INTEND:
                return await self._intend(op)
            case GatedStep.SEND:
                return await self._send(op, recorded_here)
            case GatedStep.LOOK:
                return await self._look(op)
            case GatedStep.WATCH_RESTORE:
                return await self._watch(op)
            case GatedStep.VERIFY:
                return await self._verify(op)
            case _:
                return await self.further(op, step, recorded_here)

    async def further(self, op: G, step: StrEnum, recorded_here: e.Event | None) -> e.Event | Later:
        """Do a step that only this kind has."""
        raise NotImplementedError(step)

    async def _begin(self, op: G) -> e.Event | Later:
        view = await self._recheck(op, self.sources(op))
        if view.differences:
            return e.Voided(differences=view.differences)
        if view.instance.condition is Condition.BUSY:
            return self._later(op)
        if op.plan.waiver is not None:
            return e.SafetyWaived()
        shown = op.names().get("snapshot")
        besides = SnapshotId(shown) if shown else None
        return await begin_snapshot(self._world, op.instance_id, since=op.since, besides=besides)

    async def _intend(self, op: G) -> e.Event | Later:
        await self._count(op)  # where no safety snapshot gave the occasion
        view = await self._recheck(op, self.sources(op))
        if view.differences:
            return e.Voided(differences=view.differences)
        if view.instance.condition is Condition.BUSY or await snapshot_runs(
            self._world, op.instance_id
        ):
            return self._later(op)
        return e.RestoreIntended(status_before=view.instance.status)

    async def _send(self, op: G, recorded_here: e.Event | None) -> e.Event | Later:
        if not isinstance(recorded_here, e.RestoreIntended):
            # Somebody else recorded the intent. Their call may still be on its way.
            left = self._world.pace.send_grace - self._age(op)
            if left > 0:
                return Later(seconds=left)
            return e.Interrupted(
                reason="the bot stopped between recording the intent and hearing Aura's answer"
            )
        try:
            accepted = await self.call(mint(op))
        except AuraError as trouble:
            if trouble.definite:
                return e.RestoreRefused(
                    reason=trouble.summary, hint=trouble.hint, request_id=trouble.request_id
                )
            return e.Interrupted(reason=trouble.summary, request_id=trouble.request_id)
        except NotAllowed as refusal:
            # The permit was used before: another worker's call may have been sent.
            return e.Interrupted(reason=refusal.summary)
        return e.RestoreStarted(request_id=accepted.request_id)

    async def _look(self, op: G) -> e.Event | Later:
        pace = self._world.pace
        try:
            instance = await self._world.aura.instance(op.instance_id)
        except AuraNotFound:
            return e.OutcomeUnknown(
                reason=f"the answer to the {op.NOUN} call was lost, and the instance has gone"
            )
        except AuraUnavailable:
            if self._age(op) < pace.look_unanswered:
                return self._later(op)
            return e.OutcomeUnknown(reason="Aura did not answer for an hour")
        if instance.status in op.SEEN_AS:
            return e.RestoreStarted(adopted=True)
        if self._age(op) < pace.look:
            return Later(seconds=pace.poll_least)
        return e.OutcomeUnknown(
            reason=f"the answer to the {op.NOUN} call was lost, and the instance is "
            f"{instance.status}"
        )

    async def _watch(self, op: G) -> e.Event | Later:
        try:
            instance = await self._world.aura.instance(op.instance_id, background=True)
        except AuraNotFound as gone:
            return e.StepFailed(
                reason="the instance has gone while it was being restored",
                hint="Look for it in the Aura console, and at who deleted it.",
                request_id=gone.request_id,
            )
        match instance.condition:
            case Condition.RUNNING:
                return e.RestoreFinished()
            case Condition.BUSY:
                return self._later(op)
            case Condition.BROKEN | Condition.PAUSED | Condition.LEAVING:
                way_back = (
                    "Restore the safety snapshot, or another one."
                    if op.safety_snapshot
                    else "Restore another snapshot."
                )
                return e.StepFailed(
                    reason=f"Aura calls the instance “{instance.status}” after the {op.NOUN}",
                    hint=way_back,
                )
            case unreachable:
                assert_never(unreachable)

    async def _verify(self, op: G) -> e.Event | Later:
        pace, age, instance = self._world.pace, self._age(op), op.plan.instance
        if age < pace.settle:
            return Later(seconds=pace.settle - age)
        seen = await self._watch(op)
        if not isinstance(seen, e.RestoreFinished):
            return seen
        patient = age < pace.settle + pace.database
        if patient:  # Aura may call an instance running whose database is only just coming up
            if await self._examination.away(instance):
                return self._later(op)
            await self._fingerprints.after(instance, op.id)
        lines = await self._examination.after(op)
        unheard = any(line.verdict == "not run" for line in lines)
        if patient and unheard and await self._examination.away(instance):
            return self._later(op)
        # one that could not run says nothing of the data; the end says so, and calls nobody
        serious = [line for line in lines if line.serious and line.verdict == "failed"]
        if serious:
            return e.ChecksFailed(checks=lines, reason=unpassed(serious))
        return e.Verified(checks=lines)

    async def _count(self, op: G) -> None:
        """Keep what the instance holds before; at most once, and never in the way."""
        await self._fingerprints.once(
            op.plan.instance,
            Moment.BEFORE,
            snapshot_id=op.safety_snapshot,
            operation_id=op.id,
        )

    def _age(self, op: G) -> float:
        return (self._world.clock.now() - op.since).total_seconds()

    def _later(self, op: G) -> Later:
        return Later(seconds=self._world.pace.poll(self._age(op)))
