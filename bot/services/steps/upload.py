"""Steps of the upload machine: the file, sent beside the ticks; the one call; the load."""

from collections.abc import AsyncIterator
from contextlib import suppress
from enum import StrEnum

from bot.core.errors import AuraRefused, BotError, StoreUnavailable
from bot.core.instances import Condition
from bot.core.operations import Phase, Upload
from bot.core.operations import events as e
from bot.core.operations.upload import UploadStep, consented
from bot.core.permits import Permit
from bot.core.uploads import Sending
from bot.ports import Accepted, Source
from bot.services.backup_files import BackupFiles
from bot.services.hauls import Hauls, Record
from bot.services.recheck import Recheck
from bot.services.steps import Later
from bot.services.steps.gated import GatedSteps
from bot.services.world import World

#: Progress is recorded whenever another part of the file has been sent, so that the history, which
#: the card is drawn from, stays short for files of any size; and no more often than this, in
#: seconds, since a fast line needs none.
PARTS, PAUSE = 50, 5.0
#: Aura's own command gives up when the status has not left `running` after so many seconds
#: (https://github.com/neo4j/neo4j, module `push-to-cloud`).
NEVER_BEGAN = 90.0


class UploadSteps(GatedSteps[Upload]):
    """Performs what `bot.core.operations.upload` asks for."""

    def __init__(
        self, world: World, recheck: Recheck, files: BackupFiles, hauls: Hauls, record: Record
    ) -> None:
        super().__init__(world, recheck)
        self._files = files
        self._hauls = hauls
        self._record = record

    async def call(self, permit: Permit) -> Accepted:
        """Let Aura load the file that lies there."""
        op = await self._world.operations.get(permit.operation_id)
        sending = await self._world.sendings.get(permit.operation_id)
        if not isinstance(op, Upload) or sending is None:
            raise AuraRefused(
                "it is not known any more where the file was sent",
                hint="Nothing was loaded. Ask anew.",
            )
        accepted = await self._world.imports.load_file(permit, consented(op), op.plan.file, sending)
        with suppress(StoreUnavailable):  # it ends by itself after some days
            await self._world.sendings.forget(op.id)
        return accepted

    async def sources(self, op: Upload) -> tuple[str, ...]:
        """Look at the file again, and whether the requester may still look at its source."""

        async def looking(name: str) -> tuple[str, ...]:
            environment = self._world.estate.environment(name)
            if environment is None:  # what belongs to none is open to everybody
                return (f"{name}, the environment of the export, is no longer configured",)
            return await self._recheck.looking(op.requester, environment)

        return await self._files.differences(op.plan.file, looking)

    async def further(
        self, op: Upload, step: StrEnum, recorded_here: e.Event | None
    ) -> e.Event | Later:
        """Check everything again before consent is given; then send the file."""
        if step is UploadStep.OPEN:
            return await self._open(op)
        return await self._hauls.carry(
            op.id, lambda _: self._transfer(op), wanted=lambda: self._sends(op)
        )

    async def _open(self, op: Upload) -> e.Event | Later:
        view = await self._recheck(op, self.sources(op))
        if view.differences:
            return e.Voided(differences=view.differences)
        if view.instance.condition is Condition.BUSY:
            return self._later(op)
        return e.TransferBegun()

    async def _transfer(self, op: Upload) -> e.Event:
        """Send the file; begun again after trouble or a crash, it goes on where it stopped."""

        async def keep(sending: Sending) -> None:
            await self._world.sendings.put(op.id, sending)

        await self._world.imports.send(
            consented(op),
            op.plan.file,
            self._telling(op),
            held=await self._world.sendings.get(op.id),
            keep=keep,
        )
        return e.TransferFinished()

    def _telling(self, op: Upload) -> Source:
        """Return the file as a stream that tells, while it is drawn, how far it has come."""
        source, size, clock = self._files.source(op.plan.file), op.plan.file.size, self._world.clock
        told, told_at = op.sent, clock.monotonic()

        async def begin(start: int) -> AsyncIterator[bytes]:
            nonlocal told, told_at
            at, pieces = start, source(start)
            try:
                async for piece in pieces:
                    yield piece
                    at += len(piece)
                    worth = at - told >= size / PARTS or at < told
                    if worth and at < size and clock.monotonic() - told_at >= PAUSE:
                        told, told_at = at, clock.monotonic()
                        await self._record(op.id, e.Transferred(sent=at))
            finally:
                if closing := getattr(pieces, "aclose", None):
                    await closing()

        return begin

    async def _sends(self, op: Upload) -> bool:
        now = await self._world.operations.get(op.id)
        return now is not None and now.phase is Phase.TRANSFERRING

    async def _watch(self, op: Upload) -> e.Event | Later:
        """Watch the load; `running` means that it is over only once it was seen to begin."""
        run = None
        if op.by_command and not op.last(e.SettledRan):
            run = await self._world.imports.command(consented(op))
        if run is not None and not run.ended:
            return self._later(op)
        seen = await super()._watch(op)
        match seen:
            case e.RestoreFinished() if run is not None and not run.succeeded:
                return e.OutcomeUnknown(reason=run.said)
            case e.RestoreFinished() if run is not None and not op.load_seen:
                return e.LoadSeen()  # it ends well only after it saw the load begin and end
            case e.StepFailed() if run is not None:
                return seen.model_copy(update={"reason": f"{seen.reason}; {run.said}"})
            case Later() if op.phase is Phase.RESTORING and not op.load_seen:
                instance = await self._world.aura.instance(op.instance_id, background=True)
                if instance.status in op.SEEN_AS:
                    return e.LoadSeen()
                return Later(seconds=self._world.pace.poll_least)
            case e.RestoreFinished() if not op.load_seen:
                if self._age(op) < NEVER_BEGAN:
                    return Later(seconds=self._world.pace.poll_least)
                return e.OutcomeUnknown(
                    reason="Aura took the file, but the instance was never seen loading it"
                )
            case e.StepFailed():
                return await self._explained(op, seen)
            case _:
                return seen

    async def _explained(self, op: Upload, failed: e.StepFailed) -> e.StepFailed:
        """Add what the console says of a load that failed, if it says anything."""
        try:
            said = await self._world.imports.status(consented(op))
        except BotError:
            return failed
        if not said.error:
            return failed
        return failed.model_copy(update={"reason": f"{failed.reason}: {said.error[:200]}"})
