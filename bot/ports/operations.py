"""The truth about operations, the doorbell, and what is kept and counted of them."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Protocol, TypeVar

from bot.core.audit import AuditEntry, AuditRecord
from bot.core.base import OperationId
from bot.core.operations import AnyOperation, Operation

Op = TypeVar("Op", bound=Operation)


class Operations(Protocol):
    """The truth about operations. Methods raise StoreUnavailable."""

    async def create(self, op: Operation) -> None:
        """Store a new operation; what it reserves is leased to it in the same step.

        Raises InstanceBusy naming the holder when another operation has reserved the same.
        """

    async def get(self, operation_id: OperationId) -> AnyOperation | None:
        """Return an operation, or None."""

    async def update(self, operation_id: OperationId, modify: Callable[[Op], Op]) -> Op:
        """Change an operation by compare-and-swap and return it as stored.

        ``modify`` is pure and may run several times; what it raises leaves the store untouched.
        Reaching a final phase gives the lease back in the same step; a writer whose lease was
        taken (fencing token) is refused with AlreadyDecided. Raises UnknownOperation.
        """

    async def open(self) -> tuple[OperationId, ...]:
        """Return the ids of all operations that are not final."""

    async def recent(self, limit: int = 50) -> tuple[AnyOperation, ...]:
        """Return the newest operations first, finished ones included."""

    async def since(self, at: datetime) -> tuple[AnyOperation, ...]:
        """Return the operations that were asked for at ``at`` or later, finished ones included."""

    async def holder(self, reserved: str) -> OperationId | None:
        """Return which operation holds an instance (by its id) or a clone's name, or None."""

    async def stumbled(self, operation_id: OperationId) -> int:
        """Count a tick that failed for no known reason; returns how many since the last event."""


class Queue(Protocol):
    """The doorbell: wakes the runner for an operation, at least once."""

    async def ring(self, operation_id: OperationId, *, after: float = 0.0) -> None:
        """Wake the runner for it after ``after`` seconds; a later bell never delays an earlier."""


class AuditLog(Protocol):
    """The hash-chained audit log. No record, no action (promise P11)."""

    async def append(self, record: AuditRecord) -> AuditEntry:
        """Append a record; raises StoreUnavailable, and the caller must not act then."""

    def read(self, *, after: int = 0) -> AsyncIterator[AuditEntry]:
        """Yield the entries in order, from number ``after + 1``."""


class Meter(Protocol):
    """What is counted for `/metrics`."""

    def recorded(self, op: Operation) -> None:
        """An event of this operation was recorded."""
