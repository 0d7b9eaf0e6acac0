"""Steps: the one piece of I/O that a phase asks for, one file per machine."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.core.operations.events import Event


@dataclass(frozen=True)
class Later:
    """Nothing to record yet; look again after ``seconds``."""

    seconds: float


#: ``(operation, step, event this very tick has just recorded) -> event to record, or Later``.
Perform = Callable[[Any, StrEnum, Event | None], Awaitable[Event | Later]]

__all__ = ["Later", "Perform"]
