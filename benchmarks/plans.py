"""What the scheduler and what begins a snapshot remember, without a store, for counting calls."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.core.audit import AuditRecord
from bot.core.base import InstanceId, TeamId, UserId
from bot.core.people import Person
from bot.core.schedules import Schedule


@dataclass
class Plans:
    """Schedules, operations, and the ears of everything else, which hear nothing."""

    moved: dict[tuple[str, InstanceId], datetime] = field(default_factory=dict)
    begun: dict[str, Any] = field(default_factory=dict)

    async def all(self) -> tuple[Schedule, ...]:
        return ()

    async def pauses(self) -> dict[str, Any]:
        return {}

    async def cursors(self) -> dict[tuple[str, InstanceId], datetime]:
        return dict(self.moved)

    async def move(self, schedule_id: str, instance_id: InstanceId, slot: datetime) -> None:
        self.moved[schedule_id, instance_id] = slot

    async def get(self, operation_id: str) -> Any:
        return self.begun.get(operation_id)

    async def create(self, op: Any) -> None:
        self.begun[op.id] = op

    async def since(self, at: datetime) -> tuple[Any, ...]:
        return tuple(op for op in self.begun.values() if op.created_at >= at)

    async def me(self) -> Person:
        return Person(team_id=TeamId("T1"), user_id=UserId("U1"))

    async def append(self, record: AuditRecord) -> None:
        """Nothing is audited here."""

    async def mark(self, operation_id: str, *, final: bool) -> None:
        """Nothing is posted."""

    async def ring(self, operation_id: str, *, after: float = 0.0) -> None:
        """Nothing goes on."""

    def recorded(self, op: Any) -> None:
        """Nothing is counted."""

    async def take(self, name: str, holder: str, *, ttl: float) -> bool:
        return True

    async def drop(self, name: str, holder: str) -> None:
        """Nobody else is here."""
