"""Steps of the drill machine: pick, create, read, clean up, report."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import assert_never

from bot.core.drills import LastDrill, pick
from bot.core.errors import (
    AuraError,
    AuraNotFound,
    BotError,
    GraphError,
    GraphUnavailable,
    NotAllowed,
    NotRestorable,
    StoreUnavailable,
)
from bot.core.operations import events as e
from bot.core.operations.drill import OUTCOMES, TABLE, Drill, DrillPhase, DrillStep
from bot.core.scratch import Purpose
from bot.core.snapshots import SEARCH_DAYS, Snapshot, days_back
from bot.services.examination import Examination
from bot.services.fleet import Fleet
from bot.services.scratch import Scratches
from bot.services.steps import Later
from bot.services.world import World

#: Seconds between two looks at the restore that was rehearsed.
HOLD = 60.0
#: A rehearsal gives its instance up so long before the reaper would.
MARGIN = timedelta(minutes=15)

Ask = Callable[[Drill], Awaitable[None]]


class DrillSteps:
    """Performs what `bot.core.operations.drill` asks for."""

    def __init__(
        self,
        world: World,
        fleet: Fleet,
        scratches: Scratches,
        examination: Examination,
        *,
        ask: Ask,
    ) -> None:
        self._world = world
        self._fleet = fleet
        self._scratches = scratches
        self._examination = examination
        self._ask_for = ask

    async def perform(
        self, op: Drill, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Do one step."""
        match DrillStep(step):
            case DrillStep.PICK:
                return await self._pick(op)
            case DrillStep.PLAN:
                return await self._plan(op)
            case DrillStep.CREATE:
                return await self._scratches.create(op)
            case DrillStep.WATCH:
                return await self._scratches.ready(op)
            case DrillStep.MEASURE:
                return await self._measured(op)
            case DrillStep.CHECK:
                return await self._checked(op)
            case DrillStep.ASK:
                return await self._ask(op)
            case DrillStep.HOLD:
                return await self._hold(op)
            case DrillStep.CLEAN:
                return await self._scratches.discard(op)
            case DrillStep.REPORT:
                return await self._report(op)
            case unreachable:
                assert_never(unreachable)

    async def _pick(self, op: Drill) -> e.SnapshotPicked | e.StepFailed:
        choice, now = op.plan.choice, self._world.clock.now()
        try:
            found: list[Snapshot]
            if choice.snapshot_id is not None:
                found = [
                    await self._world.aura.snapshot(
                        op.instance_id, choice.snapshot_id, background=True
                    )
                ]
            else:
                days = days_back(now.date(), (choice.within_days or SEARCH_DAYS) + 1)
                listed = await self._fleet.snapshots(op.plan.instance, days, background=True)
                found = [snapshot for day in listed.values() for snapshot in day]
            return e.SnapshotPicked(snapshot=pick(found, choice, now=now))
        except AuraNotFound as gone:
            return e.StepFailed(reason=gone.summary, hint=gone.hint, request_id=gone.request_id)
        except (AuraError, StoreUnavailable):
            raise
        except BotError as refusal:
            return e.StepFailed(reason=refusal.summary, hint=refusal.hint)

    async def _plan(self, op: Drill) -> e.ScratchPlanned | e.StepFailed | Later:
        snapshot = op.snapshot
        if snapshot is None:  # pragma: no cover - the table leads here by SnapshotPicked alone
            return e.StepFailed(reason="no snapshot was picked")
        purpose = Purpose.REHEARSAL if op.plan.rehearsal else Purpose.DRILL
        try:
            source = await self._world.aura.instance(op.instance_id, background=True)
            return await self._scratches.begin(
                op, purpose=purpose, source=source, snapshot_id=snapshot.id
            )
        except (NotAllowed, NotRestorable) as refusal:
            return e.StepFailed(reason=refusal.summary, hint=refusal.hint)

    async def _measured(self, op: Drill) -> e.Fingerprinted | e.StepFailed | Later:
        door = await self._scratches.door(op)
        if door is None:
            return e.StepFailed(
                reason="nobody can log in to the scratch instance: Aura tells its password once, "
                "and that answer was lost",
                hint="Ask for another drill.",
            )
        try:
            return e.Fingerprinted(
                fingerprint=await self._examination.measure(op.instance_id, door)
            )
        except GraphUnavailable as absent:
            return self._wait(op) or e.StepFailed(reason=absent.summary, hint=absent.hint)
        except GraphError as refusal:
            return e.StepFailed(reason=refusal.summary, hint=refusal.hint)

    async def _checked(self, op: Drill) -> e.Checked | e.StepFailed | Later:
        door, found, snapshot = await self._scratches.door(op), op.fingerprint, op.snapshot
        if door is None or found is None or snapshot is None:
            return e.StepFailed(reason="the way into the scratch instance was lost")
        await self._examination.keep(op, snapshot, found)
        return await self._examination.examine(op, snapshot, door, found)

    async def _ask(self, op: Drill) -> e.RestoreAsked | e.StepFailed:
        await self._put_down(op)
        asking = op.plan.asking
        if asking is None:  # pragma: no cover - `due` leads a drill without one to its clean-up
            return e.StepFailed(reason="there is no restore to be asked for")
        try:
            await self._ask_for(op)
        except (AuraError, StoreUnavailable):
            raise
        except BotError as refusal:
            return e.StepFailed(
                reason=f"the restore could not be asked for: {refusal.summary}", hint=refusal.hint
            )
        return e.RestoreAsked(operation_id=asking.operation_id)

    async def _hold(self, op: Drill) -> e.CleanUpBegun | Later:
        asked = op.last(e.RestoreAsked)
        restore = await self._world.operations.get(asked.operation_id) if asked else None
        if restore is None or restore.final:
            return e.CleanUpBegun()
        entry = await self._scratches.entry(op)
        if self._world.clock.now() >= entry.dies_at - MARGIN:
            return e.CleanUpBegun(reason="the time of the rehearsal's instance is up")
        return Later(seconds=HOLD)

    async def _report(self, op: Drill) -> e.Event:
        await self._put_down(op)
        return op.conclusion()

    async def _put_down(self, op: Drill) -> None:
        """Remember what was learnt as of when it was, however long the clean-up takes.

        A rehearsal does so before it asks, too, as it ends much later; again changes nothing. The
        clean-up waits for none of it: what cannot be put down must not keep an instance alive.
        """
        conclusion = op.conclusion()
        outcome = OUTCOMES.get(DrillPhase(TABLE[DrillPhase.REPORTING][type(conclusion)]))
        if outcome is not None and outcome.proves and op.snapshot is not None:
            await self._world.watch.proved(op.instance_id, op.snapshot.taken_at)
        if outcome is not None:
            await self._world.drills.keep(
                LastDrill(
                    instance_id=op.instance_id,
                    operation_id=op.id,
                    outcome=outcome,
                    at=op.learnt_at,
                    snapshot_id=op.snapshot.id if op.snapshot else None,
                    seconds=op.recovery.running,
                    reason=getattr(conclusion, "reason", ""),
                )
            )

    def _wait(self, op: Drill) -> Later | None:
        """Wait for a database that is only just up; None when it has had its time."""
        age = (self._world.clock.now() - op.since).total_seconds()
        pace = self._world.pace
        return Later(seconds=pace.poll(age)) if age < pace.database else None
