"""What is remembered of schedules: those that people added, pauses, and how far each has come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.core.base import InstanceId
from bot.core.schedules import Pause, Schedule

#: How far a schedule has come on an instance: the latest slot that was seen to.
Cursors = Mapping[tuple[str, InstanceId], datetime]


class Schedules(Protocol):
    """Schedules outside the configuration file. Methods raise StoreUnavailable."""

    async def all(self) -> tuple[Schedule, ...]:
        """Return the schedules that people added, by id."""

    async def save(self, schedule: Schedule) -> None:
        """Store one, or replace it."""

    async def remove(self, schedule_id: str) -> None:
        """Forget one with its pause and its cursors."""

    async def pauses(self) -> Mapping[str, Pause]:
        """Return the pauses by schedule id, of those in the file too."""

    async def pause(self, schedule_id: str, pause: Pause | None) -> None:
        """Let one rest, or None: let it go on."""

    async def cursors(self) -> Cursors:
        """Return how far every schedule has come."""

    async def move(self, schedule_id: str, instance_id: InstanceId, slot: datetime) -> None:
        """Say that a slot was seen to; a cursor never goes back."""
