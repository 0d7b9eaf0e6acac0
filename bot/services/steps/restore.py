"""Steps of the restore machine: check everything again, send one call, then only read."""

from enum import StrEnum
from typing import assert_never

from bot.core.errors import AuraError, AuraNotFound, AuraUnavailable, NotAllowed
from bot.core.instances import Condition
from bot.core.operations import Restore
from bot.core.operations import events as e
from bot.core.operations.restore import RestoreStep
from bot.core.permits import mint
from bot.services.recheck import Recheck
from bot.services.steps import Later
from bot.services.steps.snapshot import begin_snapshot, begun, snapshot_runs, watch_snapshot
from bot.services.world import World


class RestoreSteps:
    """Performs what `bot.core.operations.restore` asks for."""

    def __init__(self, world: World, recheck: Recheck) -> None:
        self._world = world
        self._recheck = recheck

    async def perform(
        self, op: Restore, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Do one step."""
        match RestoreStep(step):
            case RestoreStep.BEGIN:
                return await self._begin(op)
            case RestoreStep.WATCH_SAFETY:
                safety = begun(op.safety_snapshot)
                return await watch_snapshot(self._world, op.instance_id, safety, since=op.since)
            case RestoreStep.INTEND:
                return await self._intend(op)
            case RestoreStep.SEND:
                return await self._send(op, recorded_here)
            case RestoreStep.LOOK:
                return await self._look(op)
            case RestoreStep.WATCH_RESTORE:
                return await self._watch(op)
            case RestoreStep.VERIFY:
                return await self._verify(op)
            case unreachable:
                assert_never(unreachable)

    async def _begin(self, op: Restore) -> e.Event | Later:
        view = await self._recheck(op)
        if view.differences:
            return e.Voided(differences=view.differences)
        if view.instance.condition is Condition.BUSY:
            return self._later(op)
        if op.plan.waiver is not None:
            return e.SafetyWaived()
        shown = op.plan.snapshot.id
        return await begin_snapshot(self._world, op.instance_id, since=op.since, besides=shown)

    async def _intend(self, op: Restore) -> e.Event | Later:
        view = await self._recheck(op)
        if view.differences:
            return e.Voided(differences=view.differences)
        if view.instance.condition is Condition.BUSY or await snapshot_runs(
            self._world, op.instance_id
        ):
            return self._later(op)
        return e.RestoreIntended(status_before=view.instance.status)

    async def _send(self, op: Restore, recorded_here: e.Event | None) -> e.Event | Later:
        if not isinstance(recorded_here, e.RestoreIntended):
            # Somebody else recorded the intent. Their call may still be on its way.
            left = self._world.pace.send_grace - self._age(op)
            if left > 0:
                return Later(seconds=left)
            return e.Interrupted(
                reason="the bot stopped between recording the intent and hearing Aura's answer"
            )
        try:
            accepted = await self._world.aura.overwrite_in_place(mint(op))
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

    async def _look(self, op: Restore) -> e.Event | Later:
        pace = self._world.pace
        try:
            instance = await self._world.aura.instance(op.instance_id)
        except AuraNotFound:
            return e.OutcomeUnknown(
                reason="the answer to the restore call was lost, and the instance has gone"
            )
        except AuraUnavailable:
            if self._age(op) < pace.look_unanswered:
                return self._later(op)
            return e.OutcomeUnknown(reason="Aura did not answer for an hour")
        if instance.status == "restoring":
            return e.RestoreStarted(adopted=True)
        if self._age(op) < pace.look:
            return Later(seconds=pace.poll_least)
        return e.OutcomeUnknown(
            reason=f"the answer to the restore call was lost, and the instance is {instance.status}"
        )

    async def _watch(self, op: Restore) -> e.Event | Later:
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
                    reason=f"Aura calls the instance “{instance.status}” after the restore",
                    hint=way_back,
                )
            case unreachable:
                assert_never(unreachable)

    async def _verify(self, op: Restore) -> e.Event | Later:
        left = self._world.pace.settle - self._age(op)
        if left > 0:
            return Later(seconds=left)
        seen = await self._watch(op)
        return e.Verified() if isinstance(seen, e.RestoreFinished) else seen

    def _age(self, op: Restore) -> float:
        return (self._world.clock.now() - op.since).total_seconds()

    def _later(self, op: Restore) -> Later:
        return Later(seconds=self._world.pace.poll(self._age(op)))
