"""What drills leave: the last outcome of each instance, and the signed records."""

from collections.abc import Iterable
from typing import Protocol

from bot.core.base import InstanceId, OperationId
from bot.core.drills import LastDrill


class LastDrills(Protocol):
    """The last drill of each instance. Methods raise StoreUnavailable."""

    async def keep(self, drill: LastDrill) -> None:
        """Remember a drill, unless a later one of its instance is known already."""

    async def of(self, instances: Iterable[InstanceId]) -> dict[InstanceId, LastDrill]:
        """Return the last drill of each of these instances that had one."""


class Records(Protocol):
    """Signed records of evidence, one for each operation. Methods raise StoreUnavailable."""

    async def keep(self, operation_id: OperationId, file: str) -> str:
        """Store a record unless there is one, and return the one that counts: the first."""

    async def get(self, operation_id: OperationId) -> str | None:
        """Return the record of an operation, or None."""
