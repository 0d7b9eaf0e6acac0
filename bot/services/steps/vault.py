"""Steps of the two machines of the vault: change a hold, read an export."""

from datetime import timedelta
from enum import StrEnum

from bot.core.errors import AlreadyHeld, BotError, VaultUnavailable
from bot.core.operations import Holding, Verification, advance
from bot.core.operations import events as e
from bot.core.operations.verification import VerificationStep
from bot.core.vault import UnknownExport
from bot.services.exports import Actor, Exports
from bot.services.hauls import Hauls
from bot.services.recheck import Recheck
from bot.services.steps import Later
from bot.services.world import World

#: A store that gives nothing is asked again for so long; each piece begins that anew.
PATIENCE = timedelta(minutes=15)
#: Progress is told this many times at most, and not of files that are read in a moment.
TIMES, WORTH_TELLING = 10, 256 * 1024 * 1024


class HoldingSteps:
    """Performs what `bot.core.operations.holding` asks for."""

    def __init__(self, world: World, exports: Exports, recheck: Recheck) -> None:
        self._world = world
        self._exports = exports
        self._recheck = recheck

    async def perform(
        self, op: Holding, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Do the one step; a repeated one finds that it is done."""
        environment = self._world.estate.environment(op.environment)
        differences = [*op.plan.rule_differences(environment), *await self._recheck.people(op)]
        try:
            export = await self._exports.open.export(op.plan.export.name)
        except VaultUnavailable:
            return Later(seconds=self._world.pace.poll_most)  # the approval runs out by itself
        except UnknownExport as gone:
            return e.Voided(differences=(gone.summary,))
        if export.manifest.digests.sha256 != op.plan.export.sha256:
            differences.append("the export is not the one that was shown")
        ours = export.hold is not None and export.hold.operation_id == op.id
        if op.plan.release and export.hold not in (None, op.plan.held):
            differences.append("another hold was set meanwhile")
        if not op.plan.release and export.hold is not None and not ours:
            differences.append("it is held already, by another request")
        if differences:
            return e.Voided(differences=tuple(differences))
        actor = Actor(who=op.requester, operation_id=op.id)
        try:
            if op.plan.release and export.hold is not None:
                await self._exports.release(export, why=op.plan.reason, actor=actor)
            elif not op.plan.release and not ours:
                await self._exports.hold(export, why=op.plan.reason, actor=actor)
        except VaultUnavailable:
            return Later(seconds=self._world.pace.poll_most)
        except (AlreadyHeld, UnknownExport) as late:
            return e.Voided(differences=(late.summary,))
        return e.HoldChanged()


class VerificationSteps:
    """Performs what `bot.core.operations.verification` asks for."""

    def __init__(self, world: World, exports: Exports, hauls: Hauls) -> None:
        self._world = world
        self._exports = exports
        self._hauls = hauls

    async def perform(
        self, op: Verification, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Do one step; reading begins from the start when it was interrupted."""
        if step is VerificationStep.BEGIN:
            return e.ReadingBegun()
        return await self._hauls.carry(op.id, lambda _: self._read(op))

    async def _read(self, op: Verification) -> e.Event:
        """Read the export as a whole, which may take hours; the haul goes on beside the ticks."""
        telling = Telling(self._world, op)
        try:
            export = await self._exports.open.export(op.plan.export.name)
            check = await self._exports.verify(
                export, actor=Actor(who=op.requester, operation_id=op.id), told=telling
            )
        except VaultUnavailable as away:
            if await telling.broke() < PATIENCE:
                raise  # the haul begins again by itself
            return e.StepFailed(reason=away.summary, hint="Nothing was found out about the export.")
        except BotError as trouble:
            return e.StepFailed(reason=trouble.summary, hint=trouble.hint)
        if check.sound:
            return e.FoundWhole()
        return e.StepFailed(
            reason=f"the export is damaged: {check.why}",
            hint="Do not count on it. Make another one while the snapshot lives.",
        )


class Telling:
    """Tells how far the reading has come, each tenth of the way, and where it broke off."""

    def __init__(self, world: World, op: Verification) -> None:
        self._world = world
        self._op = op
        size = op.plan.export.size
        self._step = size // TIMES if size >= WORTH_TELLING else size
        self._next = self._step
        self._done = 0

    async def __call__(self, done: int) -> None:
        """Record how far it is, where that is worth it."""
        self._done = done
        if self._next <= done < self._op.plan.export.size:
            await self._tell()

    async def broke(self) -> timedelta:
        """Return how long the store has given nothing; what it gave before is recorded."""
        if self._done:
            await self._tell()
            return timedelta()
        op = await self._world.operations.get(self._op.id)
        last = op.when(e.ReadSoFar) if op else None
        return self._world.clock.now() - max(last or self._op.since, self._op.since)

    async def _tell(self) -> None:
        self._next = self._done + self._step
        now, event = self._world.clock.now(), e.ReadSoFar(done=self._done)
        await self._world.operations.update(
            self._op.id, lambda current: advance(current, event, now=now)
        )
        await self._world.edits.mark(self._op.id, final=False)
