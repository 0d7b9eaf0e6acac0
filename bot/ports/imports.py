"""The import of backup files into Aura, by effect."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Protocol

from bot.core.base import InstanceId, OperationId
from bot.core.permits import Permit
from bot.core.uploads import BackupFile, CommandRun, Consent, LoadStatus, Reading, Sending
from bot.ports.aura import Accepted

Source = Callable[[int], AsyncIterator[bytes]]
"""Yields the bytes of the file from an offset on; may raise any BotError."""

Keep = Callable[[Sending], Awaitable[None]]
"""Is told how far the file has come, often enough to go on there after a crash."""


class FileImports(Protocol):
    """The console's import. Every method may raise AuraError."""

    def takes(self, cloud: str) -> bool:
        """Whether files can be loaded into instances on this cloud, as things are configured."""

    async def check(self, instance_id: InstanceId) -> bool:
        """Sign in without consent; returns whether the instance holds data. Changes nothing.

        Raises AuraAuthFailed when the password of the database is wrong or not configured.
        """

    async def send(
        self,
        consent: Consent,
        file: BackupFile,
        source: Source,
        *,
        held: Sending | None,
        keep: Keep,
    ) -> Sending:
        """Send the rest of the file, however long it takes; the instance's data is not touched.

        ``held`` is what was kept before, None at first. The file is read in one pass, and again
        only from where something was lost on the way. Raises AuraRefused when the file does not
        fit, AuraUnavailable when it should be tried again.
        """

    async def load_file(
        self, permit: Permit, consent: Consent, file: BackupFile, sending: Sending
    ) -> Accepted:
        """Let Aura replace the instance's data by the file; the permit is consumed first.

        Sent at most once. An AuraError with ``definite`` False means that nobody can know
        whether it was done. Raises NotAllowed when the permit has been consumed before.
        """

    async def status(self, consent: Consent) -> LoadStatus:
        """Return what the console says of a load."""

    async def command(self, consent: Consent) -> CommandRun | None:
        """Return how the process that loads the file stands; None where this bot runs none."""

    async def tidy(self, open_ones: Collection[OperationId]) -> None:
        """End the processes, and remove the files, that belong to no open operation."""


class Sendings(Protocol):
    """How far each file has come; the values are secret. Methods raise StoreUnavailable."""

    async def get(self, operation_id: OperationId) -> Sending | None:
        """Return what was kept, or None."""

    async def put(self, operation_id: OperationId, sending: Sending) -> None:
        """Keep it, for some days."""

    async def forget(self, operation_id: OperationId) -> None:
        """Keep nothing of it any more."""


class Readings(Protocol):
    """Requests whose file is being read. Methods raise StoreUnavailable."""

    async def all(self) -> tuple[Reading, ...]:
        """Return all that were kept and not forgotten."""

    async def keep(self, reading: Reading) -> None:
        """Keep that a file is being read for somebody."""

    async def forget(self, operation_id: OperationId) -> None:
        """Say that whoever asked has been told."""


class Files(Protocol):
    """The one folder from which people may load files. Methods raise UnknownFile."""

    async def size(self, name: str) -> int:
        """Return the bytes of a file."""

    def read(self, name: str, *, start: int = 0) -> AsyncIterator[bytes]:
        """Yield a file from an offset on."""
