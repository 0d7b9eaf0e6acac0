"""The runner: one short tick for start, resume after a crash, and scheduled work alike.

``load → next_step → perform (the only I/O) → record by compare-and-swap → announce → ring again``.
A tick that runs twice finds out from the stored operation that it has nothing to do. Nothing
here sleeps: waiting for Aura is ringing again in some seconds.
"""

from collections.abc import Mapping

import structlog

from bot.core.audit import Verdict
from bot.core.base import OperationId
from bot.core.errors import (
    AlreadyDecided,
    AuraError,
    AuraThrottled,
    AuraUnavailable,
    ChatUnavailable,
    IllegalTransition,
    NotAllowed,
    StoreUnavailable,
    VaultUnavailable,
)
from bot.core.operations import AnyOperation, Operation, advance
from bot.core.operations import events as e
from bot.services.record import keep, stir
from bot.services.steps import Later, Perform
from bot.services.world import World

log = structlog.get_logger(__name__)

#: Moves in one tick at most; each is one piece of I/O, so a tick stays short.
MOVES = 6
#: After so many ticks in a row that failed for no known reason, a person is told.
MOST_STUMBLES = 10

#: Events that the audit log keeps, before they take effect, under these names; one without a dot
#: stands behind the kind, such as ``restore.send``.
_AUDITED = {
    e.RestoreIntended: "send",
    e.RestoreStarted: "accepted",
    e.RestoreRefused: "refused",
    e.Interrupted: "interrupted",
    e.OutcomeUnknown: "stuck",
    e.Voided: "void",
    e.Expired: "expire",
    e.Verified: "done",
    e.ChecksFailed: "done",
    e.StepFailed: "operation.failed",
    e.SnapshotStarted: "snapshot.accepted",
    e.SafetyWaived: "waive",
    e.TransferBegun: "consent",
    e.TransferFinished: "sent",
    e.DrillProven: "end",
    e.DrillWarned: "end",
    e.DrillNotProven: "end",
    e.DrillCouldNotRun: "end",
    e.DrillCalledOff: "end",
    e.HoldChanged: "done",
    e.FoundWhole: "done",
    e.ScratchPlanned: "scratch.plan",
    e.ScratchCreated: "scratch.created",
    e.ScratchGone: "scratch.gone",
    e.ScratchLeft: "scratch.left",
    e.UploadOpened: "open",
    e.ExportStored: "stored",
    e.CloneIntended: "send",
    e.CloneAccepted: "accepted",
    e.CloneRunning: "done",
}


class Runner:
    """Moves operations on."""

    def __init__(self, world: World, steps: Mapping[type[Operation], Perform]) -> None:
        self._world = world
        self._steps = steps

    async def tick(self, operation_id: OperationId) -> None:
        """Move one operation as far as it goes without waiting."""
        with structlog.contextvars.bound_contextvars(operation=operation_id):
            op = await self._world.operations.get(operation_id)
            if op is None:
                return
            try:
                await self._move(op)
            except StoreUnavailable:
                raise
            except Exception:
                await self._stumble(op)

    async def _move(self, op: AnyOperation) -> None:
        recorded_here: e.Event | None = None
        for _ in range(MOVES):
            if op.final:
                return
            outcome = op.due(self._world.clock.now()) or await self._step(op, recorded_here)
            if outcome is None:
                return
            if isinstance(outcome, Later):
                await self._world.queue.ring(op.id, after=self._until(op, outcome.seconds))
                return
            moved = await self.record(op, outcome)
            if moved is None:
                return
            op, recorded_here = moved, outcome
        await self._world.queue.ring(op.id)

    async def record(self, op: AnyOperation, event: e.Event) -> AnyOperation | None:
        """Audit and store an event; None when another worker was faster."""
        try:
            advance(op, event, now=self._world.clock.now())  # refuse before anything is written
            await self._audit(op, event)
            moved: AnyOperation = await self._world.operations.update(
                op.id,
                lambda current: advance(current, event, now=self._world.clock.now()),
            )
        except (IllegalTransition, AlreadyDecided) as raced:
            log.info("superseded", wanted=event.kind, why=raced.summary)
            return None
        log.info("moved", event_kind=event.kind, phase=str(moved.phase))
        await stir(self._world, moved)
        return moved

    async def note(self, operation_id: OperationId, event: e.Event) -> None:
        """Record what happened beside the ticks; nothing where the operation has moved on."""
        op = await self._world.operations.get(operation_id)
        if op is not None and not op.final:
            await self.record(op, event)

    async def _step(
        self, op: AnyOperation, recorded_here: e.Event | None
    ) -> e.Event | Later | None:
        step = op.next_step()
        if step is None:
            limit = op.deadline()
            return (
                Later(seconds=(limit - self._world.clock.now()).total_seconds()) if limit else None
            )
        age = (self._world.clock.now() - op.since).total_seconds()
        try:
            return await self._steps[type(op)](op, step, recorded_here)
        except AuraThrottled as busy:
            return Later(seconds=max(busy.retry_after, self._world.pace.poll_least))
        except (AuraUnavailable, ChatUnavailable, VaultUnavailable) as absent:
            log.warning("waiting", why=absent.summary, step=str(step))
            asked = absent.retry_after if isinstance(absent, ChatUnavailable) else 0.0
            return Later(seconds=max(asked, self._world.pace.poll(age)))
        except AuraError as refusal:
            return _given_up(op, refusal.summary, refusal.hint, refusal.request_id)
        except NotAllowed as refusal:
            return _given_up(op, refusal.summary, refusal.hint)

    def _until(self, op: Operation, seconds: float) -> float:
        if op.origin.schedule is not None:  # nobody waits for it, and a fleet looks a lot
            age = (self._world.clock.now() - op.since).total_seconds()
            seconds = max(seconds, self._world.pace.calm(age))
        limit = op.deadline()
        if limit is None:
            return max(0.0, seconds)
        left = (limit - self._world.clock.now()).total_seconds()
        return max(0.0, min(seconds, left))

    async def _stumble(self, op: AnyOperation) -> None:
        count = await self._world.operations.stumbled(op.id)
        log.exception("stumbled", count=count)
        if count < MOST_STUMBLES:
            await self._world.queue.ring(op.id, after=self._world.pace.poll_most)
            return
        reason = f"an unexpected fault stopped it {count} times in a row"
        event = _given_up(op, reason, "The log holds the details.")
        if event is not None:
            await self.record(op, event)

    async def _audit(self, op: AnyOperation, event: e.Event) -> None:
        action = _AUDITED.get(type(event))
        if action is None:
            return
        if "." not in action:
            action = f"{op.kind}.{action}"
        await keep(
            self._world,
            op,
            action,
            None,
            verdict=Verdict.DONE,
            why=getattr(event, "reason", "") or "; ".join(getattr(event, "differences", ())),
            request_id=getattr(event, "request_id", None),
        )


def _given_up(
    op: Operation, reason: str, hint: str | None, request_id: str | None = None
) -> e.Event | None:
    """Say how an operation ends that cannot go on: as failed only where nothing may have run."""
    if op.allows(e.OutcomeUnknown):
        return e.OutcomeUnknown(reason=reason)
    if op.allows(e.Interrupted):
        return e.Interrupted(reason=reason, request_id=request_id)
    if op.allows(e.StepFailed):
        return e.StepFailed(reason=reason, hint=hint, request_id=request_id)
    return None
