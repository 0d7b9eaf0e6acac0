"""The import of files, whichever way they go: through the console, or by Neo4j's own command."""

from collections.abc import Collection
from types import TracebackType
from typing import Self

from bot.adapters.console.client import Console
from bot.adapters.console.command import Command
from bot.core.base import InstanceId, OperationId
from bot.core.permits import Permit
from bot.core.uploads import BackupFile, CommandRun, Consent, LoadStatus, Sending, needs_command
from bot.ports.aura import Accepted
from bot.ports.imports import Keep, Source


class Imports:
    """Fulfils `bot.ports.FileImports`. Use it as ``async with Imports(...) as imports``."""

    def __init__(self, console: Console, command: Command | None) -> None:
        self._console = console
        self._command = command

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End all processes, and close all connections."""
        if self._command is not None:
            await self._command.aclose()
        await self._console.aclose()

    async def idle(self) -> None:
        """Return when no process runs any more."""
        if self._command is not None:
            await self._command.idle()

    def takes(self, cloud: str) -> bool:
        """Whether files can be loaded into instances on this cloud."""
        return self._command is not None or not needs_command(cloud)

    async def check(self, instance_id: InstanceId) -> bool:
        """Sign in without consent; returns whether the instance holds data."""
        return await self._console.check(instance_id)

    async def send(
        self,
        consent: Consent,
        file: BackupFile,
        source: Source,
        *,
        held: Sending | None,
        keep: Keep,
    ) -> Sending:
        """Send the rest of the file, or lay it ready for the command."""
        if self._command is not None and needs_command(consent.cloud):
            return await self._command.send(consent, file, source, keep=keep)
        return await self._console.send(consent, file, source, held=held, keep=keep)

    async def load_file(
        self, permit: Permit, consent: Consent, file: BackupFile, sending: Sending
    ) -> Accepted:
        """Let Aura replace the instance's data by the file; begun at most once."""
        if self._command is not None and needs_command(consent.cloud):
            return await self._command.load_file(permit, consent, file)
        return await self._console.load_file(permit, consent, file, sending)

    async def status(self, consent: Consent) -> LoadStatus:
        """Return what the console says of a load."""
        return await self._console.status(consent)

    async def command(self, consent: Consent) -> CommandRun | None:
        """Return how the process of an operation stands; None where this bot started none."""
        return self._command.look(consent) if self._command is not None else None

    async def tidy(self, open_ones: Collection[OperationId]) -> None:
        """End and remove what belongs to no operation that is still open."""
        if self._command is not None:
            await self._command.tidy(open_ones)
